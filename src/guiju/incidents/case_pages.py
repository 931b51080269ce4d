# SPDX-License-Identifier: Apache-2.0
"""`/console/incidents/IN-...`: one incident with its clocks, grade, stops, reports and people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import policies, reporting
from guiju.casework import (
    Case,
    FormSteps,
    NoteReading,
    approvals,
    approve,
    ask_approval,
    clocks,
    decisions,
    history,
    open_words,
    reads_until,
)
from guiju.dispositions import RECTIFICATION
from guiju.incidents import announcing, breaching, grading, papers, service, telling
from guiju.incidents.breach_kind import DECIDERS
from guiju.incidents.drafting import ADDRESSEES, STAGES
from guiju.incidents.kind import HANDLERS, INCIDENT, OFFICERS
from guiju.incidents.model import WORDS, Grade, Incident, Measure, Statement
from guiju.incidents.showing import MARKS, left
from guiju.kernel import Actor, GuijuError, Invalid, Text
from guiju.measures import law
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

HERE = "/console/incidents"
_ONE = f"{HERE}/{{number}}"
_LONGEST = 4_000
# What happens to any case besides the steps of its table.
_OTHERS = {
    "open": Text(zh="立案", en="open the case"),
    "note": Text(zh="备注", en="write a note"),
    "notify": Text(zh="告知", en="write a notice"),
    "route": Text(zh="转派", en="send it to another queue"),
    "link": Text(zh="关联", en="tie it to another case"),
    "repin": Text(zh="改挂规则版本", en="put it under another policy"),
    "recount": Text(zh="重算期限", en="count its dates anew"),
    "ask-approval": Text(zh="提请批准", en="ask for an approval"),
    "approve": Text(zh="答复批准请求", en="answer that"),
}
_STEPS: Mapping[str, Callable[[Tx, Actor, Case, str], Incident]] = {
    "contain": service.contain,
    "recover": service.recover,
    "reconsider": service.reconsider,
    "review": service.review,
    "dismiss": service.dismiss,
}
Parts = Callable[[Request, Tx], dict[str, Any]]


class CasePages:
    """One incident, and what is done about it."""

    def __init__(
        self, database: Database, site: Site, parts: Parts, note_reading: NoteReading
    ) -> None:
        """Work on `database`; `parts` says what can be stopped."""
        self._database = database
        self._site = site
        self._done = FormSteps(database, site, service.find_case, HERE, self._shown)
        self._parts = parts
        self._note_reading = note_reading

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses; to be added after those that stand for something else."""
        routes.get(_ONE)(self.one)
        routes.post(f"{_ONE}/words")(self.open_words)
        routes.post(f"{_ONE}/state")(self.state)
        routes.post(f"{_ONE}/grade")(self.grade)
        routes.post(f"{_ONE}/ask")(self.ask)
        routes.post(f"{_ONE}/approvals/{{approval}}")(self.approve)
        routes.post(f"{_ONE}/step/{{verb}}")(self.step)
        routes.post(f"{_ONE}/report")(self.report)
        routes.post(f"{_ONE}/tell")(self.tell)
        routes.post(f"{_ONE}/breach")(self.breach)
        routes.post(f"{_ONE}/entries")(self.publish)
        routes.post(f"{_ONE}/entries/{{entry}}/withdraw")(self.withdraw)

    def one(self, request: Request, number: str) -> Response:
        """The incident as it stands."""
        return self._shown(request, number)

    def open_words(self, request: Request, number: str, form: Posted) -> Response:
        """Read what was stated, for half an hour and for a reason that goes on record."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            open_words(tx, actor, case, form.text("reason", longest=500), self._note_reading)

        return self._done(request, number, form, do)

    def state(self, request: Request, number: str, form: Posted) -> Response:
        """State the facts anew, as far as they are known."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            service.state_more(tx, actor, case, _statement(form))

        return self._done(request, number, form, do)

    def grade(self, request: Request, number: str, form: Posted) -> Response:
        """Sign a grade."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            wanted, why = form.text("grade"), form.text("reason", longest=_LONGEST)
            if wanted not in set(Grade):
                raise _no_grade()
            service.grade(tx, actor, case, Grade(wanted), why)

        return self._done(request, number, form, do)

    def ask(self, request: Request, number: str, form: Posted) -> Response:
        """Ask another officer to approve grading it below what is reported."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            ask_approval(tx, actor, case, "downgrade")

        return self._done(request, number, form, do)

    def approve(self, request: Request, number: str, approval: str, form: Posted) -> Response:
        """Say yes or no to that."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            approve(tx, actor, case, approval, yes=bool(form.text("yes")))

        return self._done(request, number, form, do)

    def step(self, request: Request, number: str, verb: str, form: Posted) -> Response:
        """Take the next step."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            reason = form.text("reason", longest=_LONGEST)
            if verb in _STEPS:
                _STEPS[verb](tx, actor, case, reason)
            else:
                service.close(tx, actor, case)

        return self._done(request, number, form, do)

    def report(self, request: Request, number: str, form: Posted) -> Response:
        """Draft a report from the case, and go to it."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                case = service.find_case(tx, number)
                stage, to = form.text("stage"), form.text("authority", longest=200)
                made = papers.draft_report(tx, viewer.actor, case, stage, to)
        except GuijuError as error:
            return self._shown(request, number, error)
        return self._site.go(f"/console/reports/{made.case.number}")

    def tell(self, request: Request, number: str, form: Posted) -> Response:
        """Tell the persons concerned."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            words = Text(
                zh=form.text("tell-zh", longest=_LONGEST), en=form.text("tell-en", longest=_LONGEST)
            )
            telling.tell_persons(tx, actor, case, form.text("persons").splitlines(), words)

        return self._done(request, number, form, do)

    def breach(self, request: Request, number: str, form: Posted) -> Response:
        """Deal with it as a breach of personal information."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            incident, facts = service.incident(tx, case), service.stated(tx, case).facts
            natures = breaching.first_natures(incident.category, facts)
            hours = service.first_limit(incident.operator)
            breaching.open_breach(tx, actor, incident, natures, hours)

        return self._done(request, number, form, do)

    def publish(self, request: Request, number: str, form: Posted) -> Response:
        """Say something in public."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            words = Text(zh=form.text("zh", longest=_LONGEST), en=form.text("en", longest=_LONGEST))
            announcing.publish_entry(tx, actor, case, words)

        return self._done(request, number, form, do)

    def withdraw(self, request: Request, number: str, entry: str, form: Posted) -> Response:
        """Take it back."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            announcing.withdraw_entry(tx, actor, case, entry)

        return self._done(request, number, form, do)

    def _shown(self, request: Request, number: str, error: GuijuError | None = None) -> Response:
        viewer = self._site.require(request, *HANDLERS, "auditor")
        with self._database.read() as tx:
            case = service.find_case(tx, number)
            until = reads_until(tx, viewer.actor, case)
            values = _values(tx, case, opened=until is not None) | self._parts(request, tx)
        return self._site.page(
            request,
            "incidents/one.html",
            status=200 if error is None else error.status,
            error=error,
            now=self._database.clock.now(),
            left=left,
            me=viewer.id,
            may_read=viewer.has(*INCIDENT.roles),
            reads_until=until,
            officer=viewer.has(*OFFICERS),
            steps=viewer.has(*HANDLERS) and bool(_NEXT & values["verbs"]),
            may_grade=viewer.has(*OFFICERS) and bool({"grade", "decline"} & values["verbs"]),
            may_report=viewer.has(*reporting.REPORT.roles),
            may_cure=viewer.has(*RECTIFICATION.roles),
            may_tell=viewer.has(*telling.TELLERS),
            may_breach=viewer.has(*DECIDERS),
            **values,
        )


_NEXT = {*_STEPS, "close"}


def _values(tx: Tx, case: Case, *, opened: bool) -> dict[str, Any]:
    """What the page of an incident shows; of what was stated only the numbers, unless `opened`."""
    incident, statement = service.incident(tx, case), service.stated(tx, case)
    written = sorted(statement.words, key=list(WORDS).index)
    if not opened:
        statement = Statement(statement.facts)
    assessment, lines = grading.assess(statement.facts), INCIDENT.machine.transitions
    running = clocks(tx, case)
    return {
        "case": case,
        "incident": incident,
        "statement": statement,
        "written": written,
        "reached": assessment.reached,
        "least": assessment.grade,
        "clocks": running,
        "marks": {one.rule: law().rules[one.rule].mark.value for one in running},
        "mark_names": MARKS,
        "clock_names": {one.name: one.text for one in INCIDENT.clocks},
        "states": INCIDENT.states,
        "verbs": {one.verb for one in INCIDENT.machine.possible(case.state)},
        "verb_names": _OTHERS | {one.verb: one.text for one in lines},
        "events": history(tx, case, opened=opened),
        "found": {one.seq: one.facts for one in decisions(tx, case, opened=opened) if one.facts},
        "approvals": approvals(tx, case),
        "stops": policies.stops(tx, case.number),
        "reports": reporting.reports(tx, case),
        "stages": STAGES,
        "addressee": ADDRESSEES[incident.operator].zh,
        "told": telling.told(tx, case),
        "breaches": breaching.breaches_of(tx, case),
        "entries": announcing.entries(tx, case),
        "grades": list(Grade),
        "measures": list(Measure),
        "words": WORDS,
    }


def _statement(form: Form) -> Statement:
    """What the form states; empty fields are not known."""
    facts = {one.value: form.text(f"fact-{one.value}", longest=20) for one in Measure}
    words = {one: form.text(f"word-{one}", longest=_LONGEST) for one in WORDS}
    return Statement.from_mapping(
        {
            "facts": {name: _number(said) for name, said in facts.items() if said},
            "words": {name: said for name, said in words.items() if said},
        }
    )


def _number(said: str) -> int | str:
    """A number as people write it; what is none is refused by whoever reads the statement."""
    plain = said.replace(",", "").replace("，", "")
    return int(plain) if plain.isascii() and plain.isdecimal() else said


def _no_grade() -> Invalid:
    return Invalid(
        "incident-grade-unknown",
        Text(zh="没有选择级别。", en="No grade was chosen."),
        Text(zh="请选择后签署。", en="Choose one and sign it."),
        param="reason-grade",
    )
