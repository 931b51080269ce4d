# SPDX-License-Identifier: Apache-2.0
"""`/console/minors`: how many are protected, guardians to verify, appeals; never what was said."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import Verification, verifications_of
from guiju.casework import get_case
from guiju.kernel import GuijuError, StandingChanged
from guiju.measures import law
from guiju.minors import policy, service, showing, store
from guiju.minors.appeal_kind import AGE_APPEAL, DECIDERS
from guiju.minors.guarding import VERIFIERS
from guiju.minors.model import Mode, Publish
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

HERE = "/console/minors"
_MOST = 50
_LEGAL = ("minors.", "companion.")


class ConsolePages:
    """What staff see and decide about minors."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def overview(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """Counts, guardians who wait for verification, appeals, and the rules in force."""
        return self._shown(request, done=done)

    def verify(self, request: Request, link: str, form: Posted) -> Response:
        """Say that this is the guardian, and by which paper that was seen."""
        viewer = self._site.require(request, *VERIFIERS)
        try:
            with self._database.write() as tx:
                moved = service.verify(tx, viewer.actor, link, form.text("mark", longest=20))
        except GuijuError as error:
            return self._shown(request, error=error)
        self._publish(StandingChanged(moved.ward))
        return self._site.go(f"{HERE}?done=verified")

    def decide(self, request: Request, case: str, form: Posted) -> Response:
        """Decide about an age, with the reason that the person reads."""
        viewer = self._site.require(request, *DECIDERS)
        verb = "correct" if form.text("verb") == "correct" else "keep"
        try:
            with self._database.write() as tx:
                found = get_case(tx, AGE_APPEAL, case)
                service.decide(tx, viewer.actor, found, verb, form.text("facts"))
        except GuijuError as error:
            return self._shown(request, error=error)
        self._publish(StandingChanged(found.subject or ""))
        return self._site.go(f"{HERE}?done=decided")

    def _shown(
        self, request: Request, *, done: str = "", error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            counts = store.counts(tx)
            links = store.unverified(tx, _MOST)
            waiting = [get_case(tx, AGE_APPEAL, one) for one in store.open_appeals(tx, _MOST)]
            wards = {one.subject: showing.of(tx, one.subject) for one in waiting if one.subject}
            proofs = {
                one.id: one for case in waiting if case.about for one in _proofs(tx, case.subject)
            }
            rules, companion = policy.now(tx), policy.companion(tx)
            now = tx.now
        return self._site.page(
            request,
            "minors/console.html",
            status=200 if error is None else error.status,
            counts={mode: counts.get(mode.value, 0) for mode in Mode if mode is not Mode.OFF},
            links=links,
            waiting=waiting,
            wards=wards,
            proofs=proofs,
            legal=[law().rules[one] for one in sorted(law().rules) if one.startswith(_LEGAL)],
            rules=rules,
            companion=companion,
            now=now,
            may_verify=viewer.has(*VERIFIERS),
            may_decide=viewer.has(*DECIDERS),
            done=done,
            error=error,
        )


def _proofs(tx: Tx, person: str | None) -> list[Verification]:
    """What a person was verified by, also what counts no more."""
    return [] if person is None else verifications_of(tx, person)
