# SPDX-License-Identifier: Apache-2.0
"""`/recover`: back into an account by a code, for people and staff (Article 9)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import service
from guiju.accounts.model import Publish, SessionKind
from guiju.accounts.registering import differs
from guiju.accounts.visits import keep, remember, visit_of
from guiju.kernel import GuijuError, StandingChanged
from guiju.storage import Database
from guiju.web import Posted, Site


class RecoverPages:
    """A form, and what it does."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`; `publish` lets caches forget keys that open nothing any more."""
        self._database = database
        self._site = site
        self._publish = publish

    def blank(
        self, request: Request, whose: Annotated[Literal["", "staff"], Query(alias="for")] = ""
    ) -> Response:
        """The form."""
        return self._shown(request, None, staff=whose == "staff")

    def recover(self, request: Request, form: Posted) -> Response:
        """Enter by a code, with a new password."""
        staff = form.text("for") == "staff"
        kind = SessionKind.STAFF if staff else SessionKind.PERSON
        name, password = form.text("name"), form.secret("password")
        try:
            if password != form.secret("again"):
                raise differs()
            opened = service.recover(
                self._database,
                kind,
                name,
                form.text("code", longest=200),
                password=password,
                visit=visit_of(request, self._site),
            )
        except GuijuError as error:
            return self._shown(request, error, staff=staff, name=name)
        self._publish(StandingChanged(opened.session.actor.id))
        to = "/console/security" if staff else "/me/security"
        response = keep(self._site, self._site.go(f"{to}?done=password"), opened)
        remember(self._site, response, self._database.keys, kind, name)
        return response

    def _shown(
        self, request: Request, error: GuijuError | None, *, staff: bool, name: str = ""
    ) -> Response:
        return self._site.page(
            request,
            "accounts/recover.html",
            status=200 if error is None else error.status,
            error=error,
            staff=staff,
            name=name,
        )
