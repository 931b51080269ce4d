# SPDX-License-Identifier: Apache-2.0
"""The cookies of the pages: session, token of forms before sign-in, known browser, language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

SESSION = "guiju_session"
FORM = "guiju_form"
DEVICE = "guiju_device"
LANGUAGE = "guiju_lang"
_YEAR = 365 * 24 * 3600
# A browser takes a cookie of this name only over https and from this very host.
_HOST = "__Host-"


class Cookies:
    """Sets and reads cookies with the flags that fit the way the site is reached."""

    def __init__(self, *, https: bool) -> None:
        """`https`: whether visitors reach the site by https, also when a proxy ends it."""
        self._https = https

    def session(self, request: Request) -> str | None:
        """The session token that the browser holds."""
        return request.cookies.get(self._name(SESSION))

    def keep_session(self, response: Response, token: str, seconds: int) -> None:
        """Let the browser hold a session token for so long."""
        self._set(response, SESSION, token, seconds)

    def drop_session(self, response: Response) -> None:
        """Let the browser forget the session."""
        self._set(response, SESSION, "", 0)

    def form_token(self, request: Request) -> str | None:
        """The token of forms for visitors who have not signed in."""
        return request.cookies.get(self._name(FORM))

    def keep_form_token(self, response: Response, token: str) -> None:
        """Let the browser hold it until it is closed."""
        self._set(response, FORM, token, None)

    def device(self, request: Request) -> str | None:
        """What says that somebody has signed in with this browser before."""
        return request.cookies.get(self._name(DEVICE))

    def keep_device(self, response: Response, token: str) -> None:
        """Let the browser be known for a year, also after signing out."""
        self._set(response, DEVICE, token, _YEAR)

    def language(self, request: Request) -> str | None:
        """The language that was chosen before."""
        return request.cookies.get(LANGUAGE)

    def keep_language(self, response: Response, language: str) -> None:
        """Remember the language for a year."""
        response.set_cookie(
            LANGUAGE, language, max_age=_YEAR, samesite="lax", httponly=True, secure=self._https
        )

    def _name(self, name: str) -> str:
        return f"{_HOST}{name}" if self._https else name

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            self._name(name),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._https,
        )
