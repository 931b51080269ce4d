# SPDX-License-Identifier: Apache-2.0
"""Pages for coming and going: registering, signing in, signing out (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import service
from guiju.accounts.model import Opened, SessionKind
from guiju.accounts.sessions import LASTS
from guiju.kernel import GuijuError, Invalid, Refused, Text
from guiju.storage import Database
from guiju.web import Form, Posted, Site, safe_path


class EntrancePages:
    """Signing in, signing out, registering."""

    def __init__(self, database: Database, site: Site, *, registration_open: bool) -> None:
        """Work on `database`; people register by themselves only when that is open."""
        self._database = database
        self._site = site
        self._open = registration_open

    def person(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - the name in the address
        """The form for people."""
        return self._form(request, "/sign-in", safe_path(next, "/me"), None)

    def staff(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - as above
        """The form for staff."""
        return self._form(request, "/console/sign-in", safe_path(next, "/console"), None)

    def sign_in_person(self, request: Request, form: Posted) -> Response:
        """A person signs in."""
        return self._sign_in(request, form, "/sign-in", "/me")

    def sign_in_staff(self, request: Request, form: Posted) -> Response:
        """A member of staff signs in."""
        return self._sign_in(request, form, "/console/sign-in", "/console")

    def sign_out(self, request: Request, _form: Posted) -> Response:
        """End the session, here and in the database."""
        viewer = self._site.viewer(request)
        token = self._site.cookies.session(request)
        if token is not None:
            with self._database.write() as tx:
                service.close_session(tx, token)
        response = self._site.go("/console/sign-in" if viewer.is_staff else "/")
        self._site.cookies.drop_session(response)
        return response

    def blank(self, request: Request) -> Response:
        """The form to register."""
        return self._registering(request, None, "")

    def register(self, request: Request, form: Posted) -> Response:
        """Register and be signed in; the agreement comes next."""
        if not self._open:
            raise _closed()
        name, password = form.text("name"), form.secret("password")
        try:
            if password != form.secret("again"):
                raise _differs()
            # Hashed before the transaction: it is slow, and others wait for their turn to write.
            hashed = service.hash_password(name, password)
            opened = self._registered(request, name, hashed)
        except GuijuError as error:
            return self._registering(request, error, name)
        return self._entered(opened, "/agreement")

    def _registered(self, request: Request, name: str, hashed: service.Hashed) -> Opened:
        """Enter as well: a sign-in could be paused, for failures of others who tried this name."""
        before, language = self._site.cookies.session(request), self._site.language(request)
        with self._database.write() as tx:
            person = service.register_person(tx, None, name, hashed, language=language)
            return service.open_session(tx, SessionKind.PERSON, person.actor, replacing=before)

    def _sign_in(self, request: Request, form: Form, where: str, otherwise: str) -> Response:
        target = safe_path(form.text("next"), otherwise)
        name, password = form.text("name"), form.secret("password")
        verb = service.sign_in_staff if where == "/console/sign-in" else service.sign_in_person
        try:
            before = self._site.cookies.session(request)
            opened = verb(self._database, name, password, replacing=before)
        except GuijuError as error:
            return self._form(request, where, target, error, name)
        return self._entered(opened, target)

    def _entered(self, opened: Opened, target: str) -> Response:
        response = self._site.go(target)
        seconds = int(LASTS[opened.session.kind].total_seconds())
        self._site.cookies.keep_session(response, opened.token, seconds)
        return response

    def _form(
        self, request: Request, where: str, target: str, error: GuijuError | None, name: str = ""
    ) -> Response:
        return self._page(request, "sign-in", error, where=where, target=target, name=name)

    def _registering(self, request: Request, error: GuijuError | None, name: str) -> Response:
        return self._page(request, "register", error, name=name)

    def _page(
        self, request: Request, page: str, error: GuijuError | None, **values: Any
    ) -> Response:
        return self._site.page(
            request,
            f"accounts/{page}.html",
            status=200 if error is None else error.status,
            error=error,
            may_register=self._open,
            **values,
        )


def _differs() -> Invalid:
    return Invalid(
        "password-differs",
        Text(zh="两次输入的密码不一致。", en="The two passwords are not the same."),
        Text(zh="请重新输入。", en="Type them again."),
        param="again",
    )


def _closed() -> Refused:
    return Refused(
        "registration-closed",
        Text(zh="本服务未开放自行注册。", en="This service takes no registrations here."),
        Text(
            zh="请联系提供者开通账号，联系方式见首页。",
            en="Ask the provider for an account; the first page says how to reach them.",
        ),
    )
