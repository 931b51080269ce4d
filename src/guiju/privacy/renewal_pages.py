# SPDX-License-Identifier: Apache-2.0
"""`/console/records/keys`: another key for one person; one keeper asks, another agrees."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts, records
from guiju.kernel import GuijuError
from guiju.privacy.faces import Means
from guiju.privacy.keeping import KEEPING, LOOKERS
from guiju.web import Posted, Site

RENEWALS = f"{KEEPING}/keys"
KEEPERS = ("privacy-officer", "safety-officer")
_LOOKERS = (*KEEPERS, "auditor", "accountable-person")


class RenewalPages:
    """What keepers of keys do about the key of one person."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._database = means.database
        self._site = site

    def shown(self, request: Request) -> Response:
        """The newest renewals, and the form to ask for one."""
        return self._shown(request, {}, None)

    def ask(self, request: Request, form: Posted) -> Response:
        """Ask for another key for a person, by name or pseudonym."""
        viewer = self._site.require(request, *KEEPERS)
        said = {one: form.text(one, longest=500) for one in ("person", "reason")}
        try:
            with self._database.write() as tx:
                found = accounts.find_person(tx, said["person"])
                whom = accounts.get_person(tx, said["person"]) if found is None else found
                records.ask_renewal(tx, viewer.actor, whom.id, said["reason"])
        except GuijuError as error:
            return self._shown(request, said, error)
        return self._site.go(RENEWALS)

    def decide(self, request: Request, number: str, form: Posted) -> Response:
        """Agree, or refuse."""
        viewer = self._site.require(request, *KEEPERS)
        yes, remembered = form.text("answer", longest=5) == "yes", self._database.vault.remembers
        try:
            with self._database.write() as tx:
                records.decide_renewal(tx, viewer.actor, number, yes=yes, remembered=remembered)
        except GuijuError as error:
            return self._shown(request, {}, error)
        return self._site.go(RENEWALS)

    def _shown(self, request: Request, said: dict[str, str], error: GuijuError | None) -> Response:
        viewer = self._site.require(request, *_LOOKERS)
        with self._database.read() as tx:
            found, now = records.renewals(tx), tx.now
        return self._site.page(
            request,
            "privacy/renewals.html",
            status=200 if error is None else error.status,
            renewals=found,
            keeper=viewer.actor.has(*KEEPERS),
            me=viewer.actor.id,
            said=said,
            error=error,
            now=now,
            sees_records=viewer.actor.has(*LOOKERS),
        )
