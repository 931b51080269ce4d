# SPDX-License-Identifier: Apache-2.0
"""`/me/mail`: where a person wants to be told by mail that there is a notice for them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import ask_again, ask_contact, drop_contact, mail_standing
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Posted, Site

HERE = "/me/mail"
_LONGEST = 300


class ContactPages:
    """One's own address, and whether it is confirmed; nobody else sees it here."""

    def __init__(self, database: Database, site: Site, *, sends: bool) -> None:
        """`sends`: whether this service sends mail at all."""
        self._database = database
        self._site = site
        self._sends = sends

    def shown(self, request: Request) -> Response:
        """The address that is known, the one that waits, and a form."""
        return self._page(request, None, "")

    def keep(self, request: Request, form: Posted) -> Response:
        """Ask to confirm an address, or forget all when none is given."""
        viewer, address = self._site.require_person(request), form.text("address", longest=_LONGEST)
        try:
            with self._database.write() as tx:
                if address.strip():
                    language = self._site.language(request)
                    ask_contact(tx, viewer.actor, viewer.id, address, language)
                else:
                    drop_contact(tx, viewer.actor, viewer.id)
        except GuijuError as error:
            return self._page(request, error, address)
        return self._site.go(HERE)

    def again(self, request: Request, form: Posted) -> Response:
        """Send the link once more; nothing happens where no address waits."""
        del form
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                ask_again(tx, viewer.actor, viewer.id, self._site.language(request))
        except GuijuError as error:
            return self._page(request, error, "")
        return self._site.go(HERE)

    def _page(self, request: Request, error: GuijuError | None, typed: str) -> Response:
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            standing, now = mail_standing(tx, viewer.id), tx.now
        return self._site.page(
            request,
            "dispositions/contact.html",
            status=200 if error is None else error.status,
            error=error,
            sends=self._sends,
            standing=standing,
            now=now,
            typed=typed,
        )
