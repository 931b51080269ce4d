# SPDX-License-Identifier: Apache-2.0
"""`/mail/{secret}`: whoever reads mail at an address says that it is theirs, or that it is not.

Looking at the page changes nothing: mail programs open links by themselves. The page says nothing
of whom it is for, and a link that is unknown, used or over looks the same.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import confirming
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Posted, Site

HERE = "/mail"
_Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class ConfirmPages:
    """One link; two buttons."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = f"{HERE}/{{secret}}"
        routes.get(one)(self.shown)
        routes.post(f"{one}/confirm")(self.confirm)
        routes.post(f"{one}/decline")(self.decline)

    def shown(self, request: Request, secret: _Secret) -> Response:
        """The question."""
        return self._page(request, secret)

    def confirm(self, request: Request, secret: _Secret, form: Posted) -> Response:
        """It is theirs."""
        del form
        try:
            with self._database.write() as tx:
                confirming.confirm_contact(tx, secret, self._person(request))
        except GuijuError as error:
            return self._page(request, secret, error)
        return self._said(request, "confirmed")

    def decline(self, request: Request, secret: _Secret, form: Posted) -> Response:
        """It is not."""
        del form
        try:
            with self._database.write() as tx:
                confirming.decline_contact(tx, secret)
        except GuijuError as error:
            return self._page(request, secret, error)
        return self._said(request, "declined")

    def _person(self, request: Request) -> str | None:
        viewer = self._site.viewer(request)
        return viewer.id if viewer.kind == "person" else None

    def _page(self, request: Request, secret: str, error: GuijuError | None = None) -> Response:
        may = False
        try:
            with self._database.read() as tx:
                may = confirming.link_stands(tx, secret, self._person(request))
        except GuijuError as over:
            return self._said(request, "over", over)
        return self._site.page(
            request,
            "casework/confirm.html",
            status=200 if error is None else error.status,
            headers={"cache-control": "no-store"},
            error=error,
            done="",
            here=f"{HERE}/{secret}",
            sign_in=f"/sign-in?next={quote(f'{HERE}/{secret}', safe='/')}",
            may=may,
        )

    def _said(self, request: Request, done: str, error: GuijuError | None = None) -> Response:
        return self._site.page(
            request,
            "casework/confirm.html",
            status=200 if error is None else error.status,
            headers={"cache-control": "no-store"},
            error=error,
            done=done,
            here="",
            sign_in="",
            may=False,
        )
