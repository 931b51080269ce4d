# SPDX-License-Identifier: Apache-2.0
"""`/console/cases/{number}`: one case with all that is known of it, and what can be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import ledger
from guiju.casework import (
    approving,
    claiming,
    clock_store,
    exposing,
    holding,
    linking,
    reading,
    store,
    writing,
)
from guiju.casework.case import Case, Tie
from guiju.casework.choices import choices
from guiju.casework.deciding import decisions
from guiju.casework.kind import Kind
from guiju.casework.panel import Sheet, pieces
from guiju.casework.review import Review
from guiju.casework.service import get_case
from guiju.casework.taking import Said, take_step
from guiju.casework.telling import (
    ACTORS,
    BASES,
    NOTICES,
    ORIGINS,
    OUTCOMES,
    SEVERITIES,
    TIES,
    UNITS,
    due_words,
    verb_text,
)
from guiju.casework.trail import history
from guiju.kernel import GuijuError, NotFound, Text
from guiju.storage import Database, Tx, has_key
from guiju.web import Form, Posted, Site, Viewer

HERE = "/console/cases"
_LONGEST = 20_000
Work = Callable[[Tx, Viewer, Case], object]


class CasePages:
    """One case; each form takes one step, asks for the version it was made from, and comes back."""

    def __init__(self, database: Database, site: Site, review: Review) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._review = review

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = f"{HERE}/{{number}}"
        routes.get(one)(self.one)
        routes.post(f"{one}/claim")(self.claim)
        routes.post(f"{one}/release")(self.release)
        routes.post(f"{one}/steps/{{verb}}")(self.step)
        routes.post(f"{one}/approvals")(self.ask_approval)
        routes.post(f"{one}/approvals/{{approval}}")(self.approve)
        routes.post(f"{one}/notes")(self.note)
        routes.post(f"{one}/words")(self.open_words)

    def one(self, request: Request, number: str) -> Response:
        """The case as it now stands."""
        return self.shown(request, number)

    def claim(self, request: Request, number: str, form: Posted) -> Response:
        """Take it in hand, or keep it for longer."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            exposing.take(tx, viewer.actor, case, self._review.rules(tx))

        return self._done(request, number, form, work, versioned=False)

    def release(self, request: Request, number: str, form: Posted) -> Response:
        """Give it back to its queue."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            exposing.cover(tx, viewer.actor)
            claiming.release(tx, viewer.actor, case)

        return self._done(request, number, form, work, versioned=False)

    def step(self, request: Request, number: str, verb: str, form: Posted) -> Response:
        """Take a step of its table."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            exposing.cover(tx, viewer.actor)
            reason = form.text("reason", longest=_LONGEST)
            said = _said(form, verb, reason, self._grounds(case))
            take_step(tx, viewer.actor, case, said, self._review)

        return self._done(request, number, form, work, tried=verb)

    def ask_approval(self, request: Request, number: str, form: Posted) -> Response:
        """Ask for a second pair of eyes."""
        verb = form.text("verb", longest=80)

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            approving.ask_approval(tx, viewer.actor, case, verb)

        return self._done(request, number, form, work, tried=verb)

    def approve(self, request: Request, number: str, approval: str, form: Posted) -> Response:
        """Say yes or no to what a colleague has asked for."""
        yes = form.text("answer", longest=10) == "yes"

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            approving.approve(tx, viewer.actor, case, approval, yes=yes)

        return self._done(request, number, form, work)

    def note(self, request: Request, number: str, form: Posted) -> Response:
        """Write a note, for colleagues or for the person."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            words, outward = form.text("words", longest=_LONGEST), bool(form.text("outward"))
            writing.note(tx, viewer.actor, case, words, outward=outward)

        return self._done(request, number, form, work, tried="note")

    def open_words(self, request: Request, number: str, form: Posted) -> Response:
        """Read what was written, for half an hour and for a reason that goes on record."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            reason = form.text("reason", longest=500)
            reading.open_words(tx, viewer.actor, case, reason, self._review.note_reading)

        return self._done(request, number, form, work, versioned=False, tried="words")

    def find(self, tx: Tx, viewer: Viewer, number: str, version: int | None = None) -> Case:
        """The case, for whom it may be shown; else there is none."""
        return get_case(tx, self._review.readable(viewer.actor), number, version)

    def _done(
        self,
        request: Request,
        number: str,
        form: Form,
        work: Work,
        *,
        versioned: bool = True,
        tried: str | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        version = _version(form) if versioned else None
        try:
            with self._database.write() as tx:
                work(tx, viewer, self.find(tx, viewer, number, version))
        except GuijuError as error:
            return self.shown(request, number, error=error, tried=tried, typed=_typed(form))
        return self._site.go(f"{HERE}/{number}")

    def _grounds(self, case: Case) -> list[str]:
        return [one.reference for one, _ in self._review.grounds(case.kind.name)]

    # -- showing ---------------------------------------------------------------------------------

    def shown(
        self,
        request: Request,
        number: str,
        *,
        error: GuijuError | None = None,
        tried: str | None = None,
        typed: Mapping[str, str] | None = None,
        opened: tuple[str, Sheet] | None = None,
    ) -> Response:
        """The page; `opened` is the panel that was just uncovered, and what is under its cover."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            case = self.find(tx, viewer, number)
            values = self._values(tx, viewer, case)
            panels = list(self._review.bench(case.kind.name).panels(tx, case))
        return self._site.page(
            request,
            "casework/case.html",
            status=200 if error is None else error.status,
            error=error,
            tried=tried,
            typed=typed or dict.fromkeys(_KEPT, ""),
            case=case,
            panels=panels,
            opened=None if opened is None else opened[0],
            sheet=None if opened is None else opened[1],
            pieces=pieces,
            may=viewer.has(*case.kind.roles),
            me=viewer.id,
            **values,
            **words(self._review, case.kind),
        )

    def _values(self, tx: Tx, viewer: Viewer, case: Case) -> dict[str, Any]:
        reads_until = reading.reads_until(tx, viewer.actor, case)
        papers = _papers(tx, case, opened=reads_until is not None)
        claim = claiming.claimed(tx, case)
        asked = approving.approvals(tx, case)
        clocks = clock_store.of_case(tx, case.id, running=False)
        people = {one.actor for one in papers["events"] if one.actor_kind == "staff"}
        people |= {one.asked_by for one in asked} | {one.decider for one in papers["decisions"]}
        if claim is not None:
            people.add(claim.holder)
        kinds = self._review.kinds
        return {
            **papers,
            "reads_until": reads_until,
            "claim": claim,
            "choices": choices(tx, viewer.actor, case),
            "approves": _approves(viewer, case),
            "asked": asked,
            "clocks": clocks,
            "clock_due": {one.id: due_words(one.due, tx.now) for one in clocks},
            "due": due_words(case.due, tx.now),
            "over": case.due is not None and case.due <= tx.now,
            "late": any(one.late_at is not None for one in clocks),
            "now": tx.now,
            "proofs": {
                (one["facts"].get("seq"), one["facts"].get("verb")): one
                for one in ledger.of_case(tx, case.id)
            },
            "ties": {tie: linking.linked(tx, kinds, tie, case) for tie in Tie},
            "from_": _origins(tx, self._review, case),
            "onward": self._review.onward(viewer.actor, case),
            "holds": holding.holds(tx, case),
            "names": self._review.names(tx, people),
            "welfare": exposing.how_it_stands(tx, viewer.actor, self._review.rules(tx)),
        }


def words(review: Review, kind: Kind) -> dict[str, Any]:
    """What the page says in words of its own or of the room."""
    bench = review.bench(kind.name)
    return {
        "severities": SEVERITIES,
        "origins": ORIGINS,
        "bases": BASES,
        "units": UNITS,
        "outcomes_of_clocks": OUTCOMES,
        "actors": ACTORS,
        "notice_states": NOTICES,
        "tie_words": TIES,
        "verb_text": lambda verb: verb_text(kind, verb),
        "clock_text": lambda name: _clock_text(kind, name),
        "queue_name": review.queue,
        "grounds": review.grounds(kind.name),
        "outcomes": bench.outcomes,
        "elsewhere": bench.elsewhere,
        "steps": bench.steps,
        "hides": bench.hides,
    }


def _papers(tx: Tx, case: Case, *, opened: bool) -> dict[str, Any]:
    """What was written and decided, with its words where they may be read and still can be."""
    if not opened:
        # A person's key is made when they register, that of a case with its first words.
        gone = case.subject is not None and not has_key(tx, case.subject)
        return _read_papers(tx, case, opened=False) | {
            "erased": gone and store.any_words(tx, case.id)
        }
    try:
        return _read_papers(tx, case, opened=opened) | {"erased": False}
    except NotFound as error:
        if error.code != "key-destroyed":
            raise
        return _read_papers(tx, case, opened=False) | {"erased": True}


def _read_papers(tx: Tx, case: Case, *, opened: bool) -> dict[str, Any]:
    return {
        "events": history(tx, case, opened=opened),
        "notes": writing.notes(tx, case, opened=opened),
        "notices": writing.notices(tx, case, opened=opened),
        "decisions": decisions(tx, case, opened=opened),
    }


def _approves(viewer: Viewer, case: Case) -> set[str]:
    """The steps that this member of staff may approve for somebody else."""
    lines = case.kind.machine.possible(case.state)
    return {one.verb for one in lines if one.approved_by and viewer.has(*one.approved_by)}


def _origins(tx: Tx, review: Review, case: Case) -> dict[Tie, Case]:
    """The cases this one hangs on, that still can be named."""
    found = {}
    for tie in Tie:
        name = getattr(case, tie.value)
        if name is not None:
            found[tie] = get_case(tx, review.kinds, name)
    return found


def _clock_text(kind: Kind, name: str) -> Text:
    known = {one.name: one.text for one in kind.clocks}
    return known.get(name, Text(zh=name, en=name))


def _version(form: Form) -> int:
    return form.number("version") or 0


def _said(form: Form, verb: str, reason: str, grounds: Sequence[str]) -> Said:
    """What the form says of a step."""
    return Said(
        verb=verb,
        reason=reason,
        facts=form.text("facts", longest=_LONGEST),
        outcome=form.text("outcome", longest=80),
        grounds=tuple(one for one in grounds if form.text(f"ground-{one}", longest=20)),
        clause=form.text("clause", longest=80),
    )


def _typed(form: Form) -> dict[str, str]:
    """What was written into the form that failed: nobody writes it twice."""
    return {name: form.text(name, longest=_LONGEST) for name in _KEPT}


_KEPT = ("reason", "facts", "outcome", "clause", "words")
