# SPDX-License-Identifier: Apache-2.0
"""`/api/cases`: for staff who work from tools of their own; the same guards as on the pages.

Who sends a request is a member of staff by the token of a session, never by a cookie. Each change
names the version that was seen, and is refused with 409 where somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import BeforeValidator

from guiju.casework import (
    approving,
    browse_store,
    claiming,
    exposing,
    own_steps,
    reading,
    writing,
)
from guiju.casework.api_bodies import (
    AnswerIn,
    ApprovalId,
    AskIn,
    NoteIn,
    Number,
    QueueIn,
    ReasonIn,
    StepIn,
    Token,
    Verb,
)
from guiju.casework.case import Case
from guiju.casework.choices import Choice, choices
from guiju.casework.clock_store import of_case
from guiju.casework.deciding import decisions
from guiju.casework.plain import case_report, claim_report, clock_report, event_report, note_report
from guiju.casework.queue_store import PER_PAGE, page
from guiju.casework.refusing_steps import field_unknown
from guiju.casework.review import Review
from guiju.casework.service import get_case
from guiju.casework.taking import Said, Sent, take_own, take_step, takes, why_not
from guiju.casework.trail import history
from guiju.kernel import GuijuError
from guiju.storage import Database, Tx
from guiju.web import Viewer, read_json, sign_in_needed

HERE = "/api/cases"
ByToken = Callable[[str], Viewer]


class CaseApi:
    """What the pages of cases do, as data."""

    def __init__(self, database: Database, review: Review, by_token: ByToken) -> None:
        """Work on `database`; `by_token` says whose session a token is."""
        self._database = database
        self._review = review
        self._by_token = by_token

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = f"{HERE}/{{number}}"
        routes.get(f"{HERE}/queues", summary="How many cases wait, by queue")(self.queues)
        routes.get(HERE, summary="A page of a queue, what is due first first")(self.listed)
        routes.post(f"{HERE}/next", summary="Take the first free case of a queue in hand")(
            self.next
        )
        routes.get(one, summary="One case, its clocks, and what can be done now")(self.one)
        routes.post(f"{one}/claim", summary="Take a case in hand for half an hour")(self.claim)
        routes.post(f"{one}/release", summary="Give a case back")(self.release)
        routes.post(f"{one}/words", summary="Read the words of a case, for a reason on record")(
            self.words
        )
        routes.post(f"{one}/notes", summary="Write a note")(self.note)
        routes.post(
            f"{one}/steps/{{verb}}",
            summary="Take a step, or decide",
            openapi_extra=_described(self._review),
        )(self.step)
        routes.post(f"{one}/approvals", summary="Ask for a second pair of eyes")(self.ask)
        routes.post(f"{one}/approvals/{{approval}}", summary="Approve or refuse")(self.approve)

    def queues(self, authorization: Token = "") -> dict[str, Any]:
        """Of the kinds that the member of staff may see."""
        viewer = self._staff(authorization)
        with self._database.read() as tx:
            found = browse_store.waiting_of(tx, self._review.readable(viewer.actor))
        return {"queues": [one._asdict() for one in found]}

    def listed(
        self,
        queue: Annotated[str, Query(max_length=80)],
        after: Annotated[str | None, Query(max_length=200)] = None,
        authorization: Token = "",
    ) -> dict[str, Any]:
        """`next` is the mark of the page behind it, None at the end."""
        viewer = self._staff(authorization)
        with self._database.read() as tx:
            kinds = self._review.readable(viewer.actor)
            found = page(tx, kinds, queue, after=after, size=PER_PAGE)
        return {"cases": [case_report(one) for one in found.cases], "next": found.next}

    def next(
        self,
        body: Annotated[QueueIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """None when nothing in the queue is free."""
        viewer = self._staff(authorization)
        with self._database.write() as tx:
            kinds, rules = self._review.readable(viewer.actor), self._review.rules(tx)
            found = exposing.take_next(tx, viewer.actor, kinds, body.queue, rules)
            return {"case": None if found is None else self._whole(tx, viewer, found)}

    def one(self, number: Number, authorization: Token = "") -> dict[str, Any]:
        """Without its words."""
        viewer = self._staff(authorization)
        with self._database.read() as tx:
            return self._whole(tx, viewer, self._find(tx, viewer, number))

    def claim(self, number: Number, authorization: Token = "") -> dict[str, Any]:
        """Keeps it for longer where it is in one's own hands."""
        viewer = self._staff(authorization)
        with self._database.write() as tx:
            case = self._find(tx, viewer, number)
            exposing.take(tx, viewer.actor, case, self._review.rules(tx))
            return self._whole(tx, viewer, case)

    def release(self, number: Number, authorization: Token = "") -> dict[str, Any]:
        """Whoever had it not in hand changes nothing."""
        viewer = self._staff(authorization)
        with self._database.write() as tx:
            case = self._find(tx, viewer, number)
            claiming.release(tx, viewer.actor, case)
            return self._whole(tx, viewer, case)

    def words(
        self,
        number: Number,
        body: Annotated[ReasonIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """Reasons, notes, notices and facts of decisions, and what its room has sealed, opened."""
        viewer = self._staff(authorization)
        with self._database.write() as tx:
            case = self._find(tx, viewer, number)
            reading.open_words(tx, viewer.actor, case, body.reason, self._review.note_reading)
            return {
                "events": [event_report(one) for one in history(tx, case, opened=True)],
                "notes": [note_report(one) for one in writing.notes(tx, case, opened=True)],
                "notices": [
                    {"seq": one.seq, "state": one.state.value, "words": one.words}
                    for one in writing.notices(tx, case, opened=True)
                ],
                "decisions": [
                    {"seq": one.seq, "outcome": one.outcome, "facts": one.facts}
                    for one in decisions(tx, case, opened=True)
                ],
                "papers": self._review.bench(case.kind.name).papers(tx, case),
            }

    def note(
        self,
        number: Number,
        body: Annotated[NoteIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """The case one version on."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            writing.note(tx, viewer.actor, case, body.words, outward=body.outward)

        return self._done(authorization, number, body.version, work)

    def step(
        self,
        number: Number,
        verb: Verb,
        body: Annotated[StepIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """As on the pages of the case. What none of staff takes is refused with 409 and why."""
        sent = Sent(verb, body.model_dump(include=body.model_fields_set, exclude={"version"}))

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            if take_own(tx, viewer.actor, case, sent, self._review):
                return
            if body.model_extra:
                raise field_unknown(next(iter(body.model_extra)), _SAID)
            grounds = tuple(body.grounds)
            said = Said(verb, body.reason, body.facts, body.outcome, grounds, body.clause)
            take_step(tx, viewer.actor, case, said, self._review)

        return self._done(authorization, number, body.version, work)

    def ask(
        self,
        number: Number,
        body: Annotated[AskIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """Another person of the role that the table names says yes or no."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            approving.ask_approval(tx, viewer.actor, case, body.verb)

        return self._done(authorization, number, body.version, work)

    def approve(
        self,
        number: Number,
        approval: ApprovalId,
        body: Annotated[AnswerIn, Body(), BeforeValidator(read_json)],
        authorization: Token = "",
    ) -> dict[str, Any]:
        """Never by who asked."""

        def work(tx: Tx, viewer: Viewer, case: Case) -> None:
            approving.approve(tx, viewer.actor, case, approval, yes=body.yes)

        return self._done(authorization, number, body.version, work)

    # -- inside ------------------------------------------------------------------------------------

    def _staff(self, authorization: str) -> Viewer:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise sign_in_needed()
        viewer = self._by_token(token.strip())
        if not viewer.is_staff:
            raise sign_in_needed()
        return viewer

    def _find(self, tx: Tx, viewer: Viewer, number: Number, version: int | None = None) -> Case:
        return get_case(tx, self._review.readable(viewer.actor), number, version)

    def _done(
        self,
        authorization: str,
        number: Number,
        version: int,
        work: Callable[[Tx, Viewer, Case], None],
    ) -> dict[str, Any]:
        viewer = self._staff(authorization)
        with self._database.write() as tx:
            work(tx, viewer, self._find(tx, viewer, number, version))
            return self._whole(tx, viewer, self._find(tx, viewer, number))

    def _whole(self, tx: Tx, viewer: Viewer, case: Case) -> dict[str, Any]:
        claim = claiming.claimed(tx, case)
        kind, review = case.kind, self._review
        bench = review.bench(kind.name)
        seen_to = {verb: own.sees_to for verb, own in bench.own.items()}
        steps, others = [], []
        for one in choices(tx, viewer.actor, case, seen_to):
            verb = one.line.verb
            refused = None if verb in bench.own else why_not(kind, verb, bench, case.number)
            if refused is None:
                steps.append(_step(one) | {"takes": takes(one.line, bench, review, kind)})
            else:
                others.append(_other(one, refused))
        return {
            **case_report(case),
            "claim": None if claim is None else claim_report(claim),
            "clocks": [clock_report(one) for one in of_case(tx, case.id, running=False)],
            "steps": steps,
            "other_steps": others,
            "approvals": [
                {"id": one.id, "verb": one.verb, "asked_by": one.asked_by, "approved": one.approved}
                for one in approving.approvals(tx, case)
            ],
        }


def _step(one: Choice) -> dict[str, Any]:
    line = one.line
    return {
        "verb": str(line.verb),
        "text": {"zh": line.text.zh, "en": line.text.en},
        "target": str(line.target),
        "decides": line.decides,
        "needs_reason": line.needs_reason,
        "needs_approval": bool(line.approved_by),
        "possible": one.against is None,
        "why_not": None if one.against is None else one.against.code,
    }


_SAID = [one for one in StepIn.model_fields if one != "version"]


def _other(one: Choice, refused: GuijuError) -> dict[str, Any]:
    """A step of the table that none of staff takes here, and why."""
    return {
        "verb": str(one.line.verb),
        "text": {"zh": one.line.text.zh, "en": one.line.text.en},
        "why_not": refused.code,
        "remedy": {"zh": refused.remedy.zh, "en": refused.remedy.en},
    }


def _described(review: Review) -> dict[str, Any]:
    """For the description of the interface: what steps that take more than words take."""
    forms = [
        {
            **own_steps.schema(own.form),
            "title": f"{kind.name}: {verb}",
            "additionalProperties": True,
        }
        for kind in review.kinds
        for verb, own in review.bench(kind.name).own.items()
    ]
    if not forms:
        return {}
    said = {"schema": {"anyOf": [{"title": "a step of words alone"}, *forms]}}
    return {"requestBody": {"content": {"application/json": said}}}
