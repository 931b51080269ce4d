# SPDX-License-Identifier: Apache-2.0
"""The site: templates of all rooms, the reader's language, who looks, and the way to every page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from guiju.kernel import GuijuError, Language, Text, choose_language
from guiju.web import errors, handlers, showing
from guiju.web.assets import PREFIX, Assets
from guiju.web.charts import bar, bars
from guiju.web.cookies import Cookies
from guiju.web.forms import TOKEN
from guiju.web.returning import with_next
from guiju.web.shield import App, Scope, Shield
from guiju.web.viewer import NOBODY, Viewer

ROOMS = Path(__file__).parent.parent
SIGN_IN = "/sign-in"
CONSOLE_SIGN_IN = "/console/sign-in"
ViewerOf = Callable[[Request], Viewer]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the menu: rooms offer theirs, the site shows them in order."""

    area: str
    address: str
    text: Text
    order: int
    under: tuple[str, ...]
    roles: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether the page at `path` is this entry, or lies under it."""
        return path == self.address or any(path.startswith(f"{one}/") for one in self.under)


class Site:
    """Made once by `app`; rooms render with `page` and ask `require` who may see it."""

    def __init__(
        self,
        viewer: ViewerOf | None = None,
        *,
        https: bool = False,
        notice: Callable[[], Text | None] = lambda: None,
        names: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """`viewer` says who sends a request; `notice` what stands on top of every page now.

        `names` says what a member of staff is called, by id; None for anybody else.
        """
        self.assets = Assets()
        self.cookies = Cookies(https=https)
        self.notice = notice
        self._names = names
        self._viewer_of = viewer or (lambda _: NOBODY)
        self._https = https
        self._menu: list[Link] = []
        self._environment = _environment()

    # -- composing -------------------------------------------------------------------------------

    def install(self, app: FastAPI) -> App:
        """Give `app` error pages, static files and the shield; serve what this returns."""
        app.state.site = self
        handlers.install(app, self)
        app.add_route(PREFIX + "/{name}", self.assets.serve)
        return Shield(app, self._answer, https=self._https)

    def offer(
        self,
        area: str,
        address: str,
        text: Text,
        *,
        order: int,
        under: tuple[str, ...] = (),
        roles: tuple[str, ...] = (),
    ) -> None:
        """Put an entry into the menu of `public`, `me` or `console`; `under` it lie more pages.

        Only who holds one of `roles` sees it; with none named, everybody.
        """
        self._menu.append(Link(area, address, text, order, under, roles))

    def menu(self, area: str, viewer: Viewer = NOBODY) -> list[Link]:
        """The entries of one menu that this viewer is offered, in order."""
        offered = (one for one in self._menu if one.area == area and viewer.has(*one.roles))
        return sorted(offered, key=lambda one: one.order)

    # -- who and in which language -----------------------------------------------------------------

    def viewer(self, request: Request) -> Viewer:
        """Who sent the request; asked once."""
        found = getattr(request.state, "viewer", None)
        if not isinstance(found, Viewer):
            found = request.state.viewer = self._viewer_of(request)
        return found

    def require(self, request: Request, *roles: str) -> Viewer:
        """The member of staff who sent it, holding one of `roles` (any role when none is named).

        Raises:
            Refused: `sign-in-needed` or `role-needed`; a browser is led to the sign-in page.
        """
        viewer = self.viewer(request)
        if not viewer.signed_in:
            raise self._sign_in(request, CONSOLE_SIGN_IN)
        if not viewer.is_staff or not viewer.has(*roles):
            raise errors.not_for_you(roles)
        return viewer

    def require_person(self, request: Request) -> Viewer:
        """The person who sent it; raises as `require` does."""
        viewer = self.viewer(request)
        if viewer.kind != "person":
            raise self._sign_in(request, SIGN_IN)
        return viewer

    def _sign_in(self, request: Request, where: str) -> Exception:
        if not handlers.wants_page(request):
            return errors.sign_in_needed()
        # Only a page can be gone back to; a form must be filled in again anyway.
        path = _whole_path(request) if request.method == "GET" else where.rpartition("/")[0] or "/"
        return handlers.SignInFirst(with_next(where, path))

    def language(self, request: Request) -> Language:
        """The reader's language."""
        return choose_language(
            request.headers.get("accept-language"),
            asked=request.query_params.get("lang"),
            remembered=self.cookies.language(request),
        )

    def form_token(self, request: Request) -> str | None:
        """The token that a form of this visitor must carry."""
        return self.viewer(request).csrf or self.cookies.form_token(request)

    def binding(self, request: Request) -> str:
        """The same; whoever has none yet is given one, by the page that answers this request."""
        found = self.form_token(request) or getattr(request.state, "fresh_token", None)
        if found is None:
            found = request.state.fresh_token = secrets.token_urlsafe(24)
        return str(found)

    # -- answering -------------------------------------------------------------------------------

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """The page `<room>/<page>.html` for this reader; a value it lacks is an error at once."""
        language = self.language(request)
        token = self.binding(request)
        told = {**self._told(request, language, token), **values}
        response = HTMLResponse(
            self._environment.get_template(template).render(told), status, headers=headers
        )
        response.headers["content-language"] = language
        response.headers["vary"] = "accept-language, cookie"
        if not self.form_token(request):
            self.cookies.keep_form_token(response, token)
        if request.query_params.get("lang") == language:
            self.cookies.keep_language(response, language)
        return response

    def go(self, address: str) -> RedirectResponse:
        """After a form: the browser fetches `address`, so that reloading sends nothing twice."""
        return RedirectResponse(address, 303)

    def _told(self, request: Request, language: Language, token: str) -> dict[str, Any]:
        return {
            "language": language,
            "say": lambda zh, en: zh if language == "zh" else en,
            "t": lambda said: showing.words(said, language),
            "who": cache(partial(self._who, _known(self, request))),
            "viewer": _known(self, request),
            "path": request.url.path,
            "switch": _switch(request, language),
            "form_field": TOKEN,
            "form_token": token,
            "menu": partial(self.menu, viewer=_known(self, request)),
            "asset": self.assets.address,
            "notice": self.notice(),
        }

    def _who(self, viewer: Viewer, actor: str) -> Markup:
        """Somebody by name where a colleague looks; by id where not, and of whom has no name."""
        name = self._names(actor) if viewer.is_staff else None
        if name is None:
            return Markup("<code>{}</code>").format(actor)
        return Markup('<span class="who" title="{}">{}</span>').format(actor, name)

    def _answer(self, scope: Scope, error: GuijuError) -> App:
        # The shield answers before or after any handler; who looks no longer matters.
        request = Request(scope)
        request.state.viewer = getattr(request.state, "viewer", NOBODY)
        return handlers.answer(self, request, error)


def _known(site: Site, request: Request) -> Viewer:
    """The viewer for a page's head; an error page must not fail for want of a database."""
    try:
        return site.viewer(request)
    except GuijuError:
        request.state.viewer = NOBODY
        return NOBODY


def _whole_path(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _switch(request: Request, language: Language) -> str:
    """This same page in the other language."""
    other = "en" if language == "zh" else "zh"
    kept = [pair for pair in parse_qsl(request.url.query) if pair[0] != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', other)])}"


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": showing.moment,
        "day": showing.day,
        "count": showing.count,
        "short": showing.short,
        "numeral": showing.numeral,
    }
    environment.globals |= {"bar": bar, "bars": bars, "plain_rows": showing.plain_rows}
    return environment


def _source(name: str) -> str | None:
    """`<room>/<page>.html` is `<room>/pages/<page>.html` of the package, and nothing else is."""
    room, _, page = name.partition("/")
    path = ROOMS / room / "pages" / page
    if not room.isidentifier() or not page.replace(".", "").replace("-", "").isalnum():
        return None
    return path.read_text(encoding="utf-8") if path.is_file() else None
