# SPDX-License-Identifier: Apache-2.0
"""A breach of personal information: opened by a grade, decided by name, told by people only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.conftest import About
from tests.unit.incidents.conftest import Desk, Staff
from tests.unit.incidents.test_incidents_pages import Browser, number, version

from guiju import accounts, incidents, reporting
from guiju.app.stores import person_stores
from guiju.casework import clocks, get_case
from guiju.incidents import Breach, Category, Grade, Incident, Nature, Scope, Told, breaching
from guiju.incidents import breach_papers as papers
from guiju.incidents.breach_model import Choice, Span
from guiju.incidents.stores import STORES
from guiju.incidents.telling import notices_of
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    FixedClock,
    Invalid,
    NotFound,
    Refused,
    Text,
    new_id,
    time_of,
)
from guiju.measures import rule
from guiju.records import Exchange, Label, Screening, Usage, record
from guiju.reporting import Sending
from guiju.storage import Database

ALL = person_stores(Path("spill"), Path("copies"))
OFFICER = Actor(ActorKind.STAFF, "staff_privacy", frozenset({"privacy-officer"}))
HASHED = accounts.hash_password("nobody", "long enough for anybody")
WORDS = Text(zh="您的姓名可能泄露。", en="Your name may have leaked.")


@pytest.fixture
def browser(db: Database, staff: Staff) -> Browser:
    return Browser(db, staff)


def person(desk: Desk, name: str) -> str:
    with desk.db.write() as tx:
        return accounts.register_person(tx, None, name, HASHED).id


def asked(desk: Desk, who: str, request: str, model: str = "m") -> str:
    with desk.db.write() as tx:
        one = Exchange(
            request=request,
            at=tx.now,
            route="/v1/chat/completions",
            stream=False,
            service="service",
            person=who,
            key="key_1",
            model=model,
            policy="d" * 64,
            agreement=1,
            incoming=Screening("pass", "full"),
            outgoing=Screening("pass", "full"),
            label=Label("p-1", "end", implicit=True),
            usage=Usage(1, 1, 1, 1),
            finish="stop",
            retention_days=183,
            input=b"{}",
            output=b"{}",
        )
        record(tx, [one])
    return request


def graded(desk: Desk, category: Category = Category.LEAK) -> Incident:
    one = desk.open(category)
    return desk.do(one, incidents.grade, Grade.GENERAL, "some names")  # type: ignore[no-any-return]


def the_breach(desk: Desk, one: Incident) -> Breach:
    with desk.db.read() as tx:
        (found,) = incidents.breaches_of(tx, one.case)
    return found


def do(desk: Desk, one: Breach, verb: Any, *values: Any, by: Actor = OFFICER) -> Any:
    with desk.db.write() as tx:
        return verb(tx, by, incidents.find_breach(tx, one.case.number), *values)


@pytest.mark.control("breach-notified")
def test_a_grade_opens_the_breach_with_its_clocks(desk: Desk, clock: FixedClock) -> None:
    """At once by the law; on our clock the hours of a first report, from when it came to light."""
    one = desk.open(Category.LEAK)
    clock.advance(hours=1)
    desk.do(one, incidents.grade, Grade.GENERAL, "some names")
    found = the_breach(desk, one)
    assert found.natures == (Nature.LEAK,)
    with desk.db.read() as tx:
        running = clocks(tx, found.case)
    hours = rule("incidents.report-other.hours").number
    assert {one.name for one in running} == {"authority", "people"}
    assert {one.rule for one in running} == {"privacy.breach-notice.delay"}
    assert {one.due for one in running} == {one.found_at + timedelta(hours=hours)}
    desk.do(one, incidents.reconsider, "new facts")
    desk.do(one, incidents.grade, Grade.GENERAL, "again")
    assert the_breach(desk, one).case.id == found.case.id


def test_what_touches_no_information_opens_none(desk: Desk) -> None:
    """An outage does not; with a number of persons stated, it does, whatever it was."""
    one = graded(desk, Category.OUTAGE)
    with desk.db.read() as tx:
        assert incidents.breaches_of(tx, one.case) == []
    other = desk.open(Category.OTHER)
    desk.state(other, persons=3)
    desk.do(other, incidents.grade, Grade.GENERAL, "a lost disk")
    assert the_breach(desk, other).natures == (Nature.LEAK,)


@pytest.mark.control("breach-notified")
def test_nothing_is_told_before_a_named_person_has_decided(desk: Desk, about: About) -> None:
    """Neither the paper is begun nor a notice written; each decision is one, with reasons."""
    one = the_breach(desk, graded(desk))
    who = person(desk, "wang")
    breaching.concern(desk.db, OFFICER, one.case.number, Scope((Nature.LEAK,), people=(who,)))
    with pytest.raises(Conflict, match="breach-not-decided"):
        do(desk, one, papers.draft_for_authority, ALL, by=desk.staff.officer)
    with pytest.raises(Conflict, match="breach-not-decided"):
        breaching.tell_some(desk.db, OFFICER, one.case.number, WORDS, 10)
    with desk.db.read() as tx:
        assert notices_of(tx, who) == []
    with pytest.raises(Invalid, match="ruling-needed"):
        do(desk, one, breaching.decide, Choice("people", Told.SPARED), " ")
    with pytest.raises(Refused, match="role-needed"):
        do(desk, one, breaching.decide, Choice("people", Told.SPARED), "why", by=desk.staff.clerk)
    done = do(desk, one, breaching.decide, Choice("people", Told.SPARED), "it was encrypted")
    assert done.people is Told.SPARED
    with pytest.raises(Conflict, match="guard-fails"):
        do(desk, one, breaching.decide, Choice("people", Told.TOLD), "after all")
    with desk.db.read() as tx:
        facts = [
            leaf["facts"] for leaf in about(tx, one.case.id) if leaf["kind"] == "breach-decided"
        ]
    assert facts[0] == {"case": one.case.number, "officer": OFFICER.id, "people": "spared"}


@pytest.mark.control("breach-notified")
def test_the_authority_and_the_persons_are_told_by_people(desk: Desk) -> None:
    """Drafted, signed by another, sent by hand: its clock ends. Each person reads their own."""
    incident = graded(desk)
    one = the_breach(desk, incident)
    who = [person(desk, name) for name in ("wang", "li", "zhang")]
    breaching.concern(desk.db, OFFICER, one.case.number, Scope((Nature.LEAK,), people=tuple(who)))
    for whom in ("authority", "people"):
        do(desk, one, breaching.decide, Choice(whom, Told.TOLD), "names leaked")
    made = do(desk, one, papers.draft_for_authority, ALL, by=desk.staff.officer)
    with pytest.raises(Conflict, match="guard-fails"):
        do(desk, one, breaching.close)
    with desk.db.write() as tx:
        reporting.sign(tx, desk.staff.second, get_case(tx, reporting.REPORT, made.case.id))
    with desk.db.write() as tx:
        case = get_case(tx, reporting.REPORT, made.case.id)
        assert case.parent == one.case.id
        reporting.mark_sent(tx, desk.staff.officer, case, Sending(tx.now, "portal"))
    some = breaching.tell_some(desk.db, OFFICER, one.case.number, WORDS, 2)
    assert (some.told, some.waits) == (2, 1)
    assert breaching.tell_some(desk.db, OFFICER, one.case.number, WORDS, 200).waits == 0
    with desk.db.read() as tx:
        assert [notices_of(tx, each)[0].words for each in who] == [WORDS.zh] * 3
        assert {one.outcome for one in clocks(tx, one.case)} == {"met"}
    assert do(desk, one, breaching.close).closed_at is not None
    with pytest.raises(Conflict, match="wrong-state"):
        breaching.tell_some(desk.db, OFFICER, one.case.number, WORDS, 2)


def test_persons_are_found_by_the_requests_of_the_incident(desk: Desk, clock: FixedClock) -> None:
    """By number, by time and model, by all accounts; who is found twice counts once."""
    one = the_breach(desk, graded(desk))
    wang, li, zhang = (person(desk, name) for name in ("wang", "li", "zhang"))
    start = clock.now()
    requests = [asked(desk, wang, new_id("req")), asked(desk, li, new_id("req"), "other")]
    number_ = one.case.number
    found = breaching.concern(desk.db, OFFICER, number_, Scope((), requests=(requests[0],)))
    assert (found.concerned, found.natures) == (1, (Nature.LEAK,))
    with pytest.raises(Invalid, match="breach-scope-invalid"):
        breaching.concern(desk.db, OFFICER, number_, Scope((), requests=("req_none",)))
    at = time_of(requests[0])
    assert at is not None
    day = timedelta(days=1)
    span = Span(at - day, at + day, "other")
    lost = (Nature.LOSS,)
    found = breaching.concern(desk.db, OFFICER, number_, Scope(lost, span=span))
    assert (found.concerned, found.natures) == (2, lost)
    with pytest.raises(Invalid, match="breach-scope-empty"):
        breaching.concern(
            desk.db, OFFICER, number_, Scope((), span=Span(start - 9 * day, start - 8 * day))
        )
    with pytest.raises(Invalid, match="breach-scope-invalid"):
        breaching.concern(desk.db, OFFICER, number_, Scope((), span=Span(at, at)))
    with pytest.raises(NotFound, match="person-unknown"):
        breaching.concern(desk.db, OFFICER, number_, Scope((), people=("pe_none",)))
    found = breaching.concern(desk.db, OFFICER, number_, Scope((), everybody=True))
    assert found.concerned == 3
    with desk.db.read() as tx:
        held = {store.name: dict(kinds) for store, kinds in papers.kinds_held(tx, one.case, ALL)}
    assert held["records"]["usage"] == 2
    assert zhang in {wang, li, zhang}


def test_an_incident_stays_open_while_its_breach_is(desk: Desk) -> None:
    """It closes once that is closed; and there is one breach at a time."""
    one = graded(desk)
    found = the_breach(desk, one)
    for verb in (incidents.contain, incidents.recover, incidents.review):
        desk.do(one, verb, "done")
    with pytest.raises(Conflict, match="guard-fails"):
        desk.do(one, incidents.close)
    with desk.db.write() as tx, pytest.raises(Conflict, match="breach-under-way"):
        breaching.open_breach(tx, OFFICER, one, (), incidents.service.first_limit(one.operator))
    for whom in ("authority", "people"):
        do(
            desk,
            found,
            breaching.decide,
            Choice(whom, Told.SPARED),
            "a test system, no information",
        )
    do(desk, found, breaching.close)
    assert desk.do(one, incidents.close).case.state == "closed"


def test_who_is_erased_leaves_the_list(desk: Desk) -> None:
    """They see it in their copy first; then nothing leads to them, and others stay."""
    one = the_breach(desk, graded(desk))
    wang, li = person(desk, "wang"), person(desk, "li")
    breaching.concern(desk.db, OFFICER, one.case.number, Scope((Nature.LEAK,), people=(wang, li)))
    (store,) = STORES
    (piece,) = store.export(desk.db, OFFICER, wang)
    assert piece.values == {"number": one.case.number, "what": ["leak"], "told_at": None}
    with desk.db.write() as tx:
        assert store.erase(tx, OFFICER, wang, "PR-1") == 1
    with desk.db.read() as tx:
        assert (store.probe(tx, wang), store.probe(tx, li)) == ({}, {"breaches": 1})
        assert incidents.breach(tx, one.case).concerned == 1


def test_the_console_leads_both_ways(browser: Browser, db: Database) -> None:
    """From the incident to the breach and back; decided, drafted, told and closed on its page."""
    page = browser.post("/console/incidents", category="leak", summary="names on a page")
    incident = number(page, "IN")
    here = f"/console/incidents/{incident}"
    page = browser.post(f"{here}/grade", version=version(page), grade="general", reason="few")
    breach = f"/console/breaches/{number(page, 'PB')}"
    page = browser.get(breach)
    assert here in page
    assert "says at once" in page
    assert "立即" in browser.get(breach, "zh")
    with db.write() as tx:
        who = accounts.register_person(tx, None, "wang", HASHED).id
    wrong = browser.post(
        f"{breach}/scope", 400, ids=who, since="soon", requests="", until="", model=""
    )
    assert f">{who}</textarea>" in wrong
    page = browser.post(
        f"{breach}/scope", ids=who, since="", requests="", until="", model="", nature_loss="1"
    )
    assert "1 persons are known" in page
    for whom in ("authority", "people"):
        seen = version(browser.get(breach))
        browser.post(
            f"{breach}/decide",
            version=seen,
            whom=whom,
            told="told",
            why_authority="names leaked",
            why_people="names leaked",
        )
    paper = browser.post(
        f"{breach}/report", version=version(browser.get(breach)), authority="Province"
    )
    assert number(paper, "AR")
    page = browser.get(breach)
    assert "Kinds of information concerned" in page
    browser.post(f"{here}/words", reason="to write the notice")
    page = browser.post(f"{breach}/tell", tell_zh=WORDS.zh, tell_en=WORDS.en)
    assert "All persons concerned were told." in page
    with db.read() as tx:
        assert [one.words for one in notices_of(tx, who)] == [WORDS.zh]
    refused = browser.post(f"{breach}/close", 409, version=version(page))
    assert "the authority was told, or it was decided" in refused
