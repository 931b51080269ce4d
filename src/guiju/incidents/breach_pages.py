# SPDX-License-Identifier: Apache-2.0
"""`/console/breaches/PB-...`: whom it concerns, who decides, who is told by people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import reporting
from guiju.casework import Case, FormSteps, clocks, decisions, get_case, history, reads_until
from guiju.incidents import breach_papers, breaching, service
from guiju.incidents.breach_kind import BREACH, DECIDERS
from guiju.incidents.breach_model import (
    DELAY,
    ITEMS,
    NOTICE_ITEMS,
    Choice,
    Nature,
    Span,
    Told,
    no_such_choice,
    scope_invalid,
)
from guiju.incidents.breaching import Scope
from guiju.incidents.drafting import ADDRESSEES
from guiju.incidents.kind import INCIDENT
from guiju.incidents.refusing import discovered_at
from guiju.incidents.showing import MARKS, left
from guiju.kernel import Actor, GuijuError, Text
from guiju.measures import law, rule
from guiju.storage import Database, PersonStore, Tx
from guiju.web import Form, Posted, Site

BREACHES = "/console/breaches"
_ONE = f"{BREACHES}/{{number}}"
_LONGEST = 4_000
_LONGEST_LIST = 100_000
_TOLD_AT_ONCE = 200
"""So many notices to a click: a page that takes a minute looks broken."""
_SPLIT = re.compile(r"[\s,，、;；]+")
_SCOPE = ("ids", "requests", "since", "until", "model", "everybody")


class BreachPages:
    """One breach, and what is done about it."""

    def __init__(self, database: Database, site: Site, stores: Sequence[PersonStore]) -> None:
        """Work on `database`; `stores` say what there is of the persons concerned."""
        self._database = database
        self._site = site
        self._done = FormSteps(database, site, breaching.find_breach, BREACHES, self._shown)
        self._stores = stores

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(_ONE)(self.one)
        routes.post(f"{_ONE}/scope")(self.scope)
        routes.post(f"{_ONE}/decide")(self.decide)
        routes.post(f"{_ONE}/report")(self.report)
        routes.post(f"{_ONE}/tell")(self.tell)
        routes.post(f"{_ONE}/close")(self.close)

    def one(self, request: Request, number: str) -> Response:
        """The breach as it stands."""
        return self._shown(request, number)

    def scope(self, request: Request, number: str, form: Posted) -> Response:
        """Say whom it concerns."""
        viewer = self._site.require(request, *DECIDERS)
        typed: dict[str, str] = {}
        try:
            typed |= {one: form.text(one, longest=_LONGEST_LIST) for one in _SCOPE}
            breaching.concern(self._database, viewer.actor, number, _scope(form, typed))
        except GuijuError as error:
            return self._shown(request, number, error, typed)
        return self._site.go(f"{BREACHES}/{number}")

    def decide(self, request: Request, number: str, form: Posted) -> Response:
        """Decide whether the authority, or the persons, are told."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            whom, told = form.text("whom"), form.text("told")
            if whom not in {"authority", "people"}:
                raise no_such_choice("whom", ("authority", "people"))
            if told not in set(Told):
                raise no_such_choice("told", set(Told))
            why = form.text(f"why-{whom}", longest=_LONGEST)
            breaching.decide(tx, actor, case, Choice(whom, Told(told)), why)

        return self._done(request, number, form, do)

    def report(self, request: Request, number: str, form: Posted) -> Response:
        """Draft the notice to the authority."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            to = form.text("authority", longest=200)
            breach_papers.draft_for_authority(tx, actor, case, self._stores, to or None)

        return self._done(request, number, form, do)

    def tell(self, request: Request, number: str, form: Posted) -> Response:
        """Tell some of those who wait for it; the page shows how many are left."""
        viewer = self._site.require(request, *DECIDERS)
        typed: dict[str, str] = {}
        try:
            typed |= {one: form.text(one, longest=_LONGEST) for one in ("tell-zh", "tell-en")}
            words = Text(zh=typed["tell-zh"], en=typed["tell-en"])
            breaching.tell_some(self._database, viewer.actor, number, words, _TOLD_AT_ONCE)
        except GuijuError as error:
            return self._shown(request, number, error, typed)
        return self._shown(request, number, None, typed)

    def close(self, request: Request, number: str, form: Posted) -> Response:
        """Close it."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            breaching.close(tx, actor, case)

        return self._done(request, number, form, do)

    # -- rendering ---------------------------------------------------------------------------------

    def _shown(
        self,
        request: Request,
        number: str,
        error: GuijuError | None = None,
        typed: dict[str, str] | None = None,
    ) -> Response:
        viewer = self._site.require(request, *DECIDERS, "auditor")
        with self._database.read() as tx:
            values = self._values(tx, viewer.actor, breaching.find_breach(tx, number))
        return self._site.page(
            request,
            "incidents/breach.html",
            status=200 if error is None else error.status,
            error=error,
            typed=typed or {},
            decides=viewer.has(*DECIDERS),
            may_report=viewer.has(*reporting.REPORT.roles),
            **values,
        )

    def _values(self, tx: Tx, actor: Actor, case: Case) -> dict[str, Any]:
        found = breaching.breach(tx, case)
        about = get_case(tx, INCIDENT, found.incident)
        # What was stated of the incident is read only by whoever has opened its words there.
        opened = reads_until(tx, actor, about) is not None
        statement = service.stated(tx, about) if opened else None
        running, lines = clocks(tx, case), BREACH.machine.transitions
        rules = [rule(DELAY), rule(ITEMS)]
        return {
            "case": case,
            "breach": found,
            "about": about,
            "incident": service.incident(tx, about),
            "opened": opened,
            "clocks": running,
            "clock_names": {one.name: one.text for one in BREACH.clocks},
            "left": left,
            "now": tx.now,
            "states": BREACH.states,
            "verbs": {one.verb for one in BREACH.machine.possible(case.state)},
            "verb_names": {one.verb: one.text for one in lines},
            "events": history(tx, case),
            # Why somebody decided is words of staff about the case, and not about a person.
            "decisions": decisions(tx, case, opened=actor.has(*DECIDERS)),
            "reports": reporting.reports(tx, case),
            "held": breach_papers.kinds_held(tx, case, self._stores),
            "looked_into": breach_papers.LOOKED_INTO,
            "draft": breach_papers.draft_notice(tx, found, statement, self._stores),
            "addressee": ADDRESSEES[service.incident(tx, about).operator].zh,
            "natures": list(Nature),
            "rules": rules,
            "marks": {one.id: MARKS[law().rules[one.id].mark.value] for one in rules},
            "items": NOTICE_ITEMS,
            "at_a_time": _TOLD_AT_ONCE,
        }


def _scope(form: Form, typed: dict[str, str]) -> Scope:
    named = [one for one in Nature if form.text(f"nature-{one.value}")]
    since, until = _moment(typed, "since"), _moment(typed, "until")
    if (since is None) != (until is None):
        raise scope_invalid(
            "until" if until is None else "since",
            "时段须写明起止。",
            "A time has a beginning and an end.",
        )
    span = None
    if since is not None and until is not None:
        span = Span(since, until, typed["model"].strip())
    return Scope(
        natures=tuple(named),
        people=_listed(typed["ids"]),
        requests=_listed(typed["requests"]),
        span=span,
        everybody=bool(typed["everybody"]),
    )


def _moment(typed: dict[str, str], field: str) -> datetime | None:
    try:
        return discovered_at(typed[field])
    except GuijuError:
        raise scope_invalid(
            field,
            "时间应写作 2026-11-30T10:20（北京时间）。",
            "Write a time as 2026-11-30T10:20 (Beijing).",
        ) from None


def _listed(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in _SPLIT.split(said) if one))
