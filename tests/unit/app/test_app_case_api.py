# SPDX-License-Identifier: Apache-2.0
"""`/api/cases` over every kind of case: each line of each table is taken, or refused with why.

The walks take every line that staff take on pages, by requests alone, and say at the end which
lines they took: a line that is added to a table and not reached here fails.
"""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.complaints.conftest import CONTACT, SECRET, filed
from tests.unit.dispositions.scene import REVIEWER, SECOND, WEEK, Scene, member
from tests.unit.dispositions.test_dispositions_content import delivered
from tests.unit.dispositions.test_dispositions_rectification import (
    HARMFUL,
    RIGHT,
    STOP,
    keep,
    opened,
    tried,
)

from guiju import complaints, incidents, ledger, policies, reporting
from guiju.app import review
from guiju.app.cases import KINDS
from guiju.app.desks import benches
from guiju.casework import Case, Kind, Limit, Origin, Review, Transition, Unit, get_case, open_case
from guiju.casework.routes import router
from guiju.casework.taking import why_not as asked
from guiju.complaints import service as complaint_service
from guiju.complaints import upholding
from guiju.complaints.service import COMPLAINANT
from guiju.dispositions import APPEAL, RECTIFICATION, USER_ACTION, appeals, service
from guiju.incidents import Category, Cause, breaching
from guiju.incidents.service import first_limit
from guiju.kernel import Actor, FixedClock, Text
from guiju.reporting import Occasion, Paper, Part
from guiju.storage import Database
from guiju.web import NOBODY, Site, Viewer

HERE = "/api/cases"
OFFICER = member("officer", "safety-officer", "accountable-person")
EVERY = member(
    "every", "safety-officer", "appeals-officer", "privacy-officer", "reviewer", "auditor"
)
STAFF = {one.id: one for one in (REVIEWER, OFFICER, SECOND, EVERY)}
NOT_HERE = {"step-elsewhere", "step-not-here", "step-by-software"}
PAPER = Paper(Text(zh="报告", en="report"), (Part(Text(zh="事实", en="facts"), ()),))


class Programs:
    """What staff do from tools of their own, and which lines of which table they took so."""

    def __init__(self, scene: Scene) -> None:
        beside = benches(scene.db, policies.Screens(None, scene.db.keys))
        self.review = Review(
            KINDS,
            beside,
            review.rules,
            review.names,
            review.QUEUES,
            note_reading=review.note_reading,
        )
        site = Site(lambda _: NOBODY)
        app = FastAPI(openapi_url="/api/openapi.json")
        app.include_router(router(scene.db, site, self.review, self._by_token))
        self.client = TestClient(site.install(app))
        self.scene, self.taken = scene, set[tuple[str, str]]()

    def _by_token(self, token: str) -> Viewer:
        one = STAFF.get(token)
        return NOBODY if one is None else Viewer("staff", one.id, "林安", one.roles, "token")

    def post(self, who: Actor, path: str, **body: Any) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {who.id}", "accept": "application/json"}
        answer = self.client.post(f"{HERE}/{path}", json=body, headers=headers)
        return answer.status_code, answer.json()

    def seen(self, who: Actor, case: Case) -> Any:
        headers = {"authorization": f"Bearer {who.id}", "accept": "application/json"}
        return self.client.get(f"{HERE}/{case.number}", headers=headers).json()

    def now(self, case: Case) -> Case:
        with self.scene.db.read() as tx:
            return get_case(tx, KINDS, case.id)

    def tried(self, who: Actor, case: Case, verb: str, **fields: Any) -> tuple[int, Any]:
        version = self.now(case).version
        return self.post(who, f"{case.number}/steps/{verb}", version=version, **fields)

    def step(self, who: Actor, case: Case, verb: str, **fields: Any) -> Any:
        """Take a step that was said to be possible."""
        source = self.now(case).state
        steps = {one["verb"]: one for one in self.seen(who, case)["steps"]}
        assert (verb, steps[verb]["possible"]) == (verb, True)
        assert set(fields) <= set(steps[verb]["takes"].get("properties", {}))
        status, found = self.tried(who, case, verb, **fields)
        assert (status, found) == (200, found)
        self.taken.add((source, verb))
        return found

    def refused(self, who: Actor, case: Case, verb: str, **fields: Any) -> str:
        before = self.now(case).version
        status, found = self.tried(who, case, verb, **fields)
        assert status >= 400
        assert self.now(case).version == before
        return str(found["error"]["code"])

    def by_staff(self, kind: Kind) -> set[tuple[str, str]]:
        """The lines of a table that some member of staff takes by this interface."""
        return {
            (str(one.source), str(one.verb))
            for one in kind.machine.transitions
            if why_not(self.review, kind, one) is None
        }


def why_not(how: Review, kind: Kind, line: Transition) -> str | None:
    """Why a line is not taken by this interface, as the answer to who tries it."""
    bench = how.bench(kind.name)
    found = None if line.verb in bench.own else asked(kind, line.verb, bench, "XX-1")
    return None if found is None else found.code


@pytest.fixture
def programs(db: Database, clock: FixedClock) -> Programs:
    with db.write() as tx:
        policies.install_default(tx, OFFICER, SECOND)
    return Programs(Scene(db, clock))


# -- every line ------------------------------------------------------------------------------------

LINES = [(kind, line) for kind in KINDS for line in kind.machine.transitions]


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_each_line_of_a_table_is_taken_or_refused_with_the_reason(
    programs: Programs, kind: Kind
) -> None:
    """Whoever is in no position to take it reads who is, and where; the case is as it was."""
    limits = {one.clock: Limit.internal(1, Unit.DAYS, "test") for one in kind.opens}
    with programs.scene.db.write() as tx:
        case = open_case(tx, EVERY, kind, origin=Origin.STAFF, limits=limits)
    for line in kind.machine.transitions:
        expected = why_not(programs.review, kind, line)
        by_somebody = line.by_person or line.roles
        if expected is None:
            # Some role of staff takes it: nobody else's step is open to them.
            assert by_somebody
            assert set(line.roles) - {"appellant"} or not line.roles
            continue
        assert expected in NOT_HERE
        assert (expected == "step-by-software") is not bool(by_somebody)
        status, found = programs.tried(EVERY, case, line.verb, reason="so")
        assert (status, found["error"]["code"]) == (409, expected)
        assert found["error"]["case"] == case.number
        place = found["error"]["remedy"]
        assert "/" in place or "itself" in place or "自动" in place


def test_what_is_left_to_pages_is_named_here(programs: Programs) -> None:
    """What erases a person or proves who asks, and what takes many transactions."""
    left = {
        (kind.name, str(line.verb))
        for kind, line in LINES
        if why_not(programs.review, kind, line) == "step-elsewhere"
    }
    of_requests = {one for one in left if one[0] == "privacy-request"}
    assert left - of_requests == {("breach", "scope"), ("breach", "people-told")}


def test_the_description_says_what_each_step_takes(programs: Programs) -> None:
    """Every step that takes more than words, by kind and verb."""
    described = programs.client.get("/api/openapi.json").json()
    step = described["paths"][f"{HERE}/{{number}}/steps/{{verb}}"]["post"]
    schema = step["requestBody"]["content"]["application/json"]["schema"]
    forms = {one["title"]: one for one in schema["anyOf"]}
    for kind in KINDS:
        for verb in programs.review.bench(kind.name).own:
            assert f"{kind.name}: {verb}" in forms
    assert forms["incident: grade"]["required"] == ["grade", "facts"]
    assert "$ref" not in str(forms)


# -- complaints ------------------------------------------------------------------------------------


@pytest.mark.control("complaints-answered")
def test_a_complaint_is_worked_on_by_a_program(programs: Programs) -> None:
    """Every line that staff take, with the outcome, the harm and the second look by another."""
    scene, take = programs.scene, programs.step
    request = delivered(scene)
    case = filed(scene.db, about=request)
    take(REVIEWER, case, "accept")
    take(REVIEWER, case, "handle")
    assert programs.refused(REVIEWER, case, "ask", reason=" ") == "reason-needed"
    take(REVIEWER, case, "ask", reason="Which answer?")
    with scene.db.write() as tx:
        complaint_service.answer(tx, COMPLAINANT, get_case(tx, KINDS, case.id), "The first.")
    facts = {"outcome": "upheld", "facts": "It said so."}
    assert programs.refused(REVIEWER, case, "decide", **facts, harm="Z9") == "choice-unknown"
    take(REVIEWER, case, "decide", **facts, harm="A4a", record=request)
    with scene.db.read() as tx:
        harmed = upholding.harm_found(tx, get_case(tx, KINDS, case.id))
    assert harmed == ("A4a", request)
    take(REVIEWER, case, "tell", way="phone")
    with scene.db.write() as tx:
        complaint_service.reopen(tx, COMPLAINANT, get_case(tx, KINDS, case.id), "Not enough.")
    again = {"outcome": "unfounded", "facts": "We looked again."}
    assert programs.refused(REVIEWER, case, "decide", **again) == "second-person-needed"
    take(OFFICER, case, "decide", **again)
    take(OFFICER, case, "tell")
    declined, *moved = (filed(scene.db, text=f"Other {at}") for at in range(4))
    assert programs.refused(REVIEWER, declined, "decline", facts=" ") == "ruling-needed"
    take(REVIEWER, declined, "decline", facts="It is about another service.")
    take(REVIEWER, declined, "tell")
    for steps, one in zip(((), ("accept",), ("accept", "handle")), moved, strict=True):
        for verb in steps:
            take(REVIEWER, one, verb)
        take(REVIEWER, one, "transfer", reason="To whom it concerns.")
    take(REVIEWER, moved[0], "tell")
    assert programs.taken == programs.by_staff(complaints.COMPLAINT)
    assert ledger.verify(scene.db, None).problems == ()


def test_nobody_speaks_for_the_complainant(programs: Programs) -> None:
    """Nor by the form of a page that shows none."""
    case = filed(programs.scene.db)
    for verb in ("answer", "close", "reopen"):
        assert programs.refused(REVIEWER, case, verb, reason="in their name") == "step-not-here"
    assert programs.refused(REVIEWER, case, "settle") == "step-by-software"


@pytest.mark.control("reviewer-exposure")
def test_the_words_of_the_room_are_read_for_a_reason(programs: Programs) -> None:
    """What was complained of, once, on record as a reading."""
    case = filed(programs.scene.db)
    assert SECRET not in str(programs.seen(REVIEWER, case))
    status, found = programs.post(REVIEWER, f"{case.number}/words", reason="to handle it")
    assert (status, found["papers"]["contact"]) == (200, CONTACT)
    assert SECRET in found["papers"]["text"]
    (leaf,) = programs.scene.leaves("record-read")
    assert leaf["facts"]["request"] == case.number


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "step-field-missing"),
        ({"facts": "so"}, "step-field-missing"),
        ({"facts": 7, "outcome": "upheld"}, "request-invalid"),
        ({"facts": "so", "outcome": 7}, "request-invalid"),
        ({"facts": "so", "outcome": "upheld", "harm": ["A1a"]}, "step-field-invalid"),
        ({"facts": "so", "outcome": "upheld", "colour": "red"}, "step-field-unknown"),
        ({"facts": "so", "outcome": "sunny"}, "choice-unknown"),
    ],
)
def test_what_a_step_does_not_take_is_named(
    programs: Programs, fields: dict[str, Any], code: str
) -> None:
    """The field, and what is wrong with it; nothing has changed."""
    case = filed(programs.scene.db)
    for verb in ("accept", "handle"):
        programs.step(REVIEWER, case, verb)
    version = programs.now(case).version
    status, found = programs.tried(REVIEWER, case, "decide", **fields)
    wrong = found["error"]
    assert status in {400, 422}
    if code != "request-invalid":
        assert (wrong["code"], bool(wrong["param"])) == (code, True)
    assert programs.now(case).version == version


# -- incidents and reports -------------------------------------------------------------------------


def incident(programs: Programs) -> Case:
    with programs.scene.db.write() as tx:
        made = incidents.open_incident(tx, EVERY, Cause(Category.OUTAGE, "It was dark."))
    assert made is not None
    return made.case


def sent(programs: Programs, case: Case, stage: str) -> None:
    """A report of the incident: signed and said to be sent by requests."""
    with programs.scene.db.write() as tx:
        made = incidents.draft_report(tx, EVERY, get_case(tx, KINDS, case.id), stage)
    programs.tried(OFFICER, made.case, "sign")
    status, _ = programs.tried(EVERY, made.case, "send", channel="portal")
    assert status == 200


@pytest.mark.control("incident-reported")
def test_an_incident_is_worked_on_by_a_program(programs: Programs) -> None:
    """Every line that staff take; facts bind the grade, and two people undo a reportable one."""
    take, refused = programs.step, programs.refused
    one, why = incident(programs), {"facts": "By the stated facts."}
    take(EVERY, one, "state", numbers={"outage": 1}, words={"effect": "None."})
    take(EVERY, one, "state", numbers={"views": 2_000_000})
    status, found = programs.post(EVERY, f"{one.number}/words", reason="to grade it")
    assert (status, found["papers"]["numbers"]) == (200, {"outage": 1, "views": 2_000_000})
    assert found["papers"]["words"] == {"summary": "It was dark.", "effect": "None."}
    assert refused(OFFICER, one, "grade", grade="general", **why) == "incident-grade-unknown"
    assert refused(OFFICER, one, "decline", grade="general", **why) == "grade-below-threshold"
    assert refused(REVIEWER, one, "grade", grade="extra-major", **why) == "role-needed"
    assert refused(OFFICER, one, "downgrade", grade="general", **why) == "wrong-state"
    take(OFFICER, one, "grade", grade="extra-major", **why)
    take(OFFICER, one, "grade", grade="extra-major", **why)
    take(EVERY, one, "state", numbers={"views": 2_000_001})
    assert refused(EVERY, one, "report") == "step-not-here"
    take(REVIEWER, one, "contain", reason="A switch.")
    take(OFFICER, one, "grade", grade="extra-major", **why)
    take(EVERY, one, "state", words={"trend": "Over."})
    sent(programs, one, "initial")
    for verb, fields in (
        ("grade", {"grade": "extra-major", **why}),
        ("contain", {"reason": "Again."}),
        ("state", {"words": {"cause": "A plug."}}),
        ("recover", {"reason": "Plugged in."}),
        ("state", {"words": {"root": "A loose plug."}}),
        ("review", {"reason": "Plugs are watched."}),
    ):
        take(OFFICER, one, verb, **fields)
    assert refused(OFFICER, one, "close") == "guard-fails"
    sent(programs, one, "final")
    take(OFFICER, one, "close")
    take(OFFICER, incident(programs), "dismiss", reason="A test.")
    two = incident(programs)
    take(OFFICER, two, "decline", grade="general", **why)
    take(EVERY, two, "contain", reason="So.")
    take(EVERY, two, "state", numbers={"views": 3})
    take(OFFICER, two, "reconsider", reason="More is known.")
    take(OFFICER, two, "grade", grade="larger", **why)
    downgraded(programs, two)
    take(EVERY, two, "recover", reason="Done.")
    take(OFFICER, two, "reconsider", reason="Once more.")
    take(OFFICER, two, "grade", grade="larger", **why)
    take(EVERY, two, "contain", reason="So.")
    downgraded(programs, two)
    assert programs.taken == programs.by_staff(incidents.INCIDENT)
    assert ledger.verify(programs.scene.db, None).problems == ()


def downgraded(programs: Programs, case: Case) -> None:
    """By two officers."""
    fields = {"grade": "general", "facts": "It was less."}
    assert programs.refused(OFFICER, case, "downgrade", **fields) == "approval-needed"
    version = programs.now(case).version
    _, found = programs.post(OFFICER, f"{case.number}/approvals", version=version, verb="downgrade")
    name = f"{case.number}/approvals/{found['approvals'][-1]['id']}"
    assert programs.post(OFFICER, name, version=found["version"], yes=True)[0] == 403
    assert programs.post(SECOND, name, version=found["version"], yes=True)[0] == 200
    programs.step(OFFICER, case, "downgrade", **fields)


def report(programs: Programs) -> Case:
    occasion = Occasion("sample", "initial", "Province", ("incident-2025:clock",))
    with programs.scene.db.write() as tx:
        return reporting.open_report(tx, EVERY, occasion, PAPER).case


@pytest.mark.control("authority-reports")
def test_a_report_is_written_signed_by_another_and_said_to_be_sent(programs: Programs) -> None:
    """Every line that staff take; software still sends nothing."""
    take, refused, one = programs.step, programs.refused, report(programs)
    status, found = programs.post(EVERY, f"{one.number}/words", reason="to write on")
    paper = found["papers"]["paper"]
    assert (status, paper) == (200, PAPER.to_mapping())
    file = {"name": "log.zip", "digest": "a" * 64, "size": 12}
    assert refused(EVERY, one, "write") == "report-invalid"
    assert refused(EVERY, one, "write", paper={"title": 7}) == "report-invalid"
    assert refused(EVERY, one, "write", attachment=file | {"digest": "x"}) == "step-field-invalid"
    take(EVERY, one, "write", paper=paper)
    take(EVERY, one, "write", attachment=file)
    assert refused(EVERY, one, "sign") == "second-person-needed"
    take(OFFICER, one, "sign")
    assert refused(EVERY, one, "write", paper=paper) == "report-signed"
    assert refused(EVERY, one, "send", channel="fax", sent_at="yesterday") == "report-sent-when"
    take(EVERY, one, "send", channel="fax")
    take(EVERY, one, "acknowledge", number="No. 7")
    for signed in (False, True):
        other = report(programs)
        if signed:
            take(OFFICER, other, "sign")
        take(EVERY, other, "withdraw", reason="Another one.")
    # The first draft is written in the transaction that opens the case.
    assert programs.by_staff(reporting.REPORT) - programs.taken == {("opened", "write")}


@pytest.mark.control("breach-notified")
def test_a_breach_is_decided_by_a_program(programs: Programs) -> None:
    """Each decision once, with reasons; it is closed when nothing is left open."""
    with programs.scene.db.write() as tx:
        made = incidents.open_incident(tx, EVERY, Cause(Category.BREACH, "A disk."))
        assert made is not None
        hours = first_limit(made.operator)
        case = breaching.open_breach(tx, OFFICER, made, (), hours).case
    assert programs.refused(OFFICER, case, "close") == "guard-fails"
    assert programs.refused(OFFICER, case, "spare-people", facts=" ") == "ruling-needed"
    programs.step(OFFICER, case, "spare-people", facts="It was sealed.")
    assert programs.refused(OFFICER, case, "tell-people", facts="After all.") == "guard-fails"
    programs.step(OFFICER, case, "spare-authority", facts="It was sealed.")
    programs.step(OFFICER, case, "close")


# -- what is done about people, content and the model ----------------------------------------------


@pytest.mark.control("rectification")
def test_a_cause_is_put_right_by_a_program(programs: Programs) -> None:
    """Every line that staff take; nothing is believed that was not tried."""
    scene, take, refused = programs.scene, programs.step, programs.refused

    def begun(upto: int = 9) -> Case:
        case = opened(scene)
        keep(scene, case, HARMFUL, STOP)
        tried(scene, case, RIGHT)
        for verb, fields in (
            ("diagnose", {"reason": "A word was missing."}),
            ("choose", {"cure": "keyword", "reason": "It is enough."}),
            ("implement", {"reason": "Version 7."}),
        )[:upto]:
            take(REVIEWER, case, verb, **fields)
        return case

    one = begun()
    assert refused(REVIEWER, one, "pass", reason="It works.") == "guard-fails"
    tried(scene, one, RIGHT)
    take(REVIEWER, one, "pass", reason="As expected.")
    assert refused(REVIEWER, one, "verify", facts="Seen.") == "second-person-needed"
    take(OFFICER, one, "verify", facts="Seen.")
    assert refused(OFFICER, one, "close", reason="It holds.") == "guard-fails"
    take(OFFICER, one, "reopen", reason="It is back.")
    two = begun()
    take(REVIEWER, two, "reopen", reason="Not enough.")
    three = begun()
    tried(scene, three, RIGHT)
    take(REVIEWER, three, "pass", reason="As expected.")
    take(REVIEWER, three, "reopen", reason="A doubt.")
    four = begun()
    tried(scene, four, RIGHT)
    take(REVIEWER, four, "pass", reason="As expected.")
    take(OFFICER, four, "verify", facts="Seen.")
    tried(scene, four, RIGHT)
    take(OFFICER, four, "close", reason="It holds.")
    take(OFFICER, begun(0), "dismiss", reason="No harm.")
    five = begun(1)
    assert refused(REVIEWER, five, "choose", cure="luck", reason="So.") == "cure-unknown"
    take(OFFICER, five, "dismiss", reason="No harm.")
    assert programs.taken == programs.by_staff(RECTIFICATION)


@pytest.mark.control("appeals")
def test_a_measure_is_revised_and_varied_by_a_program(programs: Programs) -> None:
    """With days, clause and functions; who had a part in the first case does not vary it."""
    scene = programs.scene
    week = {"measure": "suspend", "days": 7, "clause": "10"}
    case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen by staff")
    assert programs.refused(REVIEWER, case, "revise", **week, reason=" ") == "reason-needed"
    assert (
        programs.refused(REVIEWER, case, "revise", measure="frown", clause="10", reason="so")
        == "measure-invalid"
    )
    programs.step(REVIEWER, case, "revise", **week | {"days": 9}, reason="longer")
    programs.step(OFFICER, case, "approve", facts="What staff saw.")
    appeal = scene.appeal()
    scene.do(appeals.admit, SECOND, appeal)
    lesser = week | {"days": 3, "facts": "It was milder."}
    assert programs.refused(SECOND, appeal, "vary", **lesser | {"days": 30}) == "measure-not-lesser"
    programs.step(SECOND, appeal, "vary", **lesser)
    assert programs.now(appeal).state == "changed"
    assert {("proposed", "revise"), ("admissible", "vary")} <= programs.taken
    assert {APPEAL.name, USER_ACTION.name} <= {kind.name for kind in KINDS}
