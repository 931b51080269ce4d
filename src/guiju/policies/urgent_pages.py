# SPDX-License-Identifier: Apache-2.0
"""`/console/policies/urgent`: terms that cannot wait, added by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import GuijuError, PolicyActivated, Text
from guiju.measures import harms
from guiju.policies import service, urgent
from guiju.policies.body_entries import ACTIONS as MAY_DO
from guiju.policies.lists_model import READERS
from guiju.policies.model import OFFICER
from guiju.policies.urgent_model import USUAL_LEXICON, UrgentState
from guiju.policies.words import ACTIONS
from guiju.screening import read_entry
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

_LONGEST = 2_000
_HERE = "/console/policies/urgent"
STATES = {
    UrgentState.PROVISIONAL: Text(zh="待确认，已生效", en="in force, to be confirmed"),
    UrgentState.CONFIRMED: Text(zh="已确认，生效中", en="in force, confirmed"),
    UrgentState.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
    UrgentState.LAPSED: Text(zh="逾期失效", en="lapsed"),
    UrgentState.FOLDED: Text(zh="已并入词表", en="folded into a lexicon"),
}


class UrgentPages:
    """What waits, adding, confirming, withdrawing; words only for a reason that stays on record."""

    def __init__(
        self, database: Database, site: Site, publish: Callable[[PolicyActivated], None]
    ) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses; to be added before those that take any name."""
        routes.get(_HERE)(self.listed)
        routes.post(_HERE)(self.add)
        routes.post(f"{_HERE}/show")(self.show)
        routes.post(f"{_HERE}/{{term}}/confirm")(self.confirm)
        routes.post(f"{_HERE}/{{term}}/withdraw")(self.withdraw)

    def listed(self, request: Request) -> Response:
        """The newest terms and what became of them, without their words."""
        return self._shown(request)

    def add(self, request: Request, form: Posted) -> Response:
        """Let a term count at once."""
        viewer = self._site.require(request, *READERS)
        given = {key: form.text(key, longest=_LONGEST) for key in ("term", "harm", "action")}
        reason = form.text("reason", longest=_LONGEST)

        def work(tx: Tx) -> None:
            given["term"] = given["term"].strip()
            urgent.add(tx, viewer.actor, read_entry(given, "TERM"), USUAL_LEXICON, reason)

        return self._done(request, work)

    def show(self, request: Request, form: Posted) -> Response:
        """The list with its words, after it is on record who reads them and why."""
        viewer = self._site.require(request, *READERS)
        try:
            with self._database.write() as tx:
                reason = form.text("reason", longest=_LONGEST)
                words = urgent.read_words(tx, viewer.actor, reason)
        except GuijuError as error:
            return self._shown(request, error)
        return self._shown(request, words=words)

    def confirm(self, request: Request, term: str, _form: Posted) -> Response:
        """Let a term stay; refused to whoever added it."""
        viewer = self._site.require(request)
        return self._done(request, lambda tx: urgent.confirm(tx, viewer.actor, term))

    def withdraw(self, request: Request, term: str, form: Posted) -> Response:
        """Take a term out of force, with a reason."""
        viewer, reason = self._site.require(request), _reason(form)
        return self._done(request, lambda tx: urgent.withdraw(tx, viewer.actor, term, reason))

    def _done(self, request: Request, work: Callable[[Tx], object]) -> Response:
        try:
            with self._database.write() as tx:
                work(tx)
                policy = service.in_force(tx).digest
        except GuijuError as error:
            return self._shown(request, error)
        self._publish(PolicyActivated(policy))
        return self._site.go(_HERE)

    def _shown(
        self,
        request: Request,
        error: GuijuError | None = None,
        words: dict[str, str] | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found = urgent.listed(tx)
        return self._site.page(
            request,
            "policies/urgent.html",
            status=200 if error is None else error.status,
            error=error,
            terms=found,
            words=words or {},
            states=STATES,
            actions=ACTIONS,
            may_do=MAY_DO,
            harms=harms(),
            me=viewer.id,
            reads=viewer.has(*READERS),
            decides=viewer.has(OFFICER),
        )


def _reason(form: Form) -> str:
    return form.text("reason", longest=_LONGEST)
