# SPDX-License-Identifier: Apache-2.0
"""Pages for coming and going: signing in by password or passkey, signing out (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from guiju.accounts import openid, service
from guiju.accounts.model import Opened, SessionKind
from guiju.accounts.newcomers import registration_is_open
from guiju.accounts.passkey_model import Party
from guiju.accounts.refusing_entry import SecondFactorNeeded
from guiju.accounts.visits import keep, remember, visit_of
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Form, Posted, Site, safe_path

PEOPLE, STAFF = "/sign-in", "/console/sign-in"
_KINDS = {PEOPLE: SessionKind.PERSON, STAFF: SessionKind.STAFF}
_AFTER = {PEOPLE: "/me", STAFF: "/console"}


class EntrancePages:
    """Signing in and signing out."""

    def __init__(self, database: Database, site: Site, party: Party) -> None:
        """Work on `database`; `party` is the site that passkeys are made for."""
        self._database = database
        self._site = site
        self._party = party

    def person(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - the name in the address
        """The form for people."""
        return self._form(request, PEOPLE, safe_path(next, _AFTER[PEOPLE]), None)

    def staff(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - as above
        """The form for staff; whoever only lacks a passkey is led to where it is registered."""
        viewer = self._site.viewer(request)
        if viewer.id and not viewer.signed_in:
            return self._site.go("/console/security")
        return self._form(request, STAFF, safe_path(next, _AFTER[STAFF]), None)

    def sign_in_person(self, request: Request, form: Posted) -> Response:
        """A person signs in."""
        return self._sign_in(request, form, PEOPLE)

    def sign_in_staff(self, request: Request, form: Posted) -> Response:
        """A member of staff signs in."""
        return self._sign_in(request, form, STAFF)

    def options(self, request: Request) -> Response:
        """A fresh challenge for a passkey, for this browser alone."""
        visit = visit_of(request, self._site, self._party)
        now = self._database.clock.now()
        asked = service.options_to_enter(self._database.keys, visit, now)
        return JSONResponse(asked)

    def passkey_person(self, request: Request, form: Posted) -> Response:
        """A person signs in by passkey."""
        return self._by_passkey(request, form, PEOPLE)

    def passkey_staff(self, request: Request, form: Posted) -> Response:
        """A member of staff signs in by passkey, alone or after the password."""
        return self._by_passkey(request, form, STAFF)

    def sign_out(self, request: Request, _form: Posted) -> Response:
        """End the session, here and in the database."""
        viewer = self._site.viewer(request)
        token = self._site.cookies.session(request)
        if token is not None:
            with self._database.write() as tx:
                service.close_session(tx, token)
        response = self._site.go(STAFF if viewer.is_staff else "/")
        self._site.cookies.drop_session(response)
        return response

    def _sign_in(self, request: Request, form: Form, where: str) -> Response:
        target = safe_path(form.text("next"), _AFTER[where])
        name, password = form.text("name"), form.secret("password")
        verb = service.sign_in_staff if where == STAFF else service.sign_in_person
        try:
            opened = verb(
                self._database, name, password, visit_of(request, self._site, self._party)
            )
        except SecondFactorNeeded as needed:
            values = {"where": where, "target": target, "ticket": needed.ticket, "name": name}
            return self._page(request, "second-factor", None, **values)
        except GuijuError as error:
            return self._form(request, where, target, error, name)
        return self._entered(opened, where, target, name)

    def _by_passkey(self, request: Request, form: Form, where: str) -> Response:
        target = safe_path(form.text("next"), _AFTER[where])
        visit = visit_of(request, self._site, self._party)
        answer = form.text("answer", longest=20_000)
        ticket = form.text("ticket")
        try:
            if ticket:
                opened = service.confirm_by_passkey(self._database, ticket, answer, visit)
            else:
                opened = service.sign_in_by_passkey(self._database, _KINDS[where], answer, visit)
        except GuijuError as error:
            return self._form(request, where, target, error)
        return self._entered(opened, where, target, form.text("name"))

    def _entered(self, opened: Opened, where: str, target: str, name: str) -> Response:
        response = keep(self._site, self._site.go(target), opened)
        if name:
            remember(self._site, response, self._database.keys, _KINDS[where], name)
        return response

    def _form(
        self, request: Request, where: str, target: str, error: GuijuError | None, name: str = ""
    ) -> Response:
        with self._database.read() as tx:
            offered = openid.providers(tx, _KINDS[where])
            may_register = registration_is_open(tx)
        values = {
            "where": where,
            "target": target,
            "name": name,
            "offered": offered,
            "may_register": may_register,
        }
        return self._page(request, "sign-in", error, **values)

    def _page(
        self, request: Request, page: str, error: GuijuError | None, **values: Any
    ) -> Response:
        return self._site.page(
            request,
            f"accounts/{page}.html",
            status=200 if error is None else error.status,
            error=error,
            party=self._party,
            **values,
        )
