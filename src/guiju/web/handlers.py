# SPDX-License-Identifier: Apache-2.0
"""From an exception to a response: a page for people, the one JSON shape for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from guiju.kernel import GuijuError, error_body
from guiju.web import errors
from guiju.web.shield import REQUEST_ID

if TYPE_CHECKING:
    from fastapi import FastAPI

    from guiju.web.site import Site

_UNKNOWN = 401
_MISSING = 404
_METHOD = 405
_LOWEST_FAULT = 500


class SignInFirst(Exception):  # noqa: N818 - not a fault: the visitor is shown the way
    """A page was asked for that needs a sign-in; `address` is where to do it."""

    def __init__(self, address: str) -> None:
        """Remember where to."""
        super().__init__(address)
        self.address = address


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: HTML is accepted and it is no address of the API."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")


def answer(site: Site, request: Request, error: GuijuError) -> Response:
    """The response for `error`."""
    request_id = request.scope.get(REQUEST_ID, "")
    headers = _headers(error)
    if wants_page(request):
        return site.page(
            request,
            "web/error.html",
            status=error.status,
            headers=headers,
            error=error,
            request_id=request_id,
        )
    body = error_body(error, site.language(request), request_id)
    return JSONResponse(body, error.status, headers=headers)


def install(app: FastAPI, site: Site) -> None:
    """Let `app` answer every error in our shape."""

    def ours(request: Request, error: Exception) -> Response:
        return answer(site, request, error if isinstance(error, GuijuError) else errors.internal())

    def of_http(request: Request, error: Exception) -> Response:
        return answer(site, request, _of_http(request, error))

    def of_input(request: Request, error: Exception) -> Response:
        return answer(site, request, _of_input(error))

    def first_sign_in(_request: Request, error: Exception) -> Response:
        address = error.address if isinstance(error, SignInFirst) else "/"
        return RedirectResponse(address, 303)

    app.add_exception_handler(GuijuError, ours)
    # Starlette answers with this and raises the error again, for the shield to log.
    app.add_exception_handler(Exception, ours)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_input)
    app.add_exception_handler(SignInFirst, first_sign_in)


def _headers(error: GuijuError) -> Mapping[str, str]:
    """Clients of the API learn how to sign in, and when to come back."""
    headers = {"www-authenticate": "Bearer"} if error.status == _UNKNOWN else {}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return headers


def _of_http(request: Request, error: Exception) -> GuijuError:
    status = error.status_code if isinstance(error, HTTPException) else _LOWEST_FAULT
    if status == _MISSING:
        return errors.no_such_page()
    if status == _METHOD:
        return errors.wrong_method(request.method)
    if status >= _LOWEST_FAULT:
        return errors.internal()
    return errors.unreadable("body", str(getattr(error, "detail", status))[:120])


def _of_input(error: Exception) -> GuijuError:
    found: Any = error.errors() if isinstance(error, RequestValidationError) else []
    first = found[0] if found else {"loc": ("body",), "msg": "?"}
    place = ".".join(str(one) for one in first["loc"])
    return errors.unreadable(place, str(first["msg"]))
