# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.casework.conftest import now, opened, taken
from tests.unit.casework.sample import ANSWER, CLERK, KEEPER, KINDS, OFFICER, OTHER, PERSON
from tests.unit.conftest import About

from guiju.casework import (
    Limit,
    Severity,
    Tie,
    Unit,
    cases_about,
    cases_of,
    claim,
    claim_next,
    claimed,
    get_case,
    link,
    linked,
    page,
    release,
    repin,
    route,
    waiting,
)
from guiju.kernel import Actor, ActorKind, FixedClock, GuijuError
from guiju.storage import Database

QUEUE = "objections"


def test_a_page_begins_behind_the_one_before(database: Database) -> None:
    """By date, or by severity first; no case twice, none left out."""
    with database.write() as tx:
        for days, severity in ((3, 3), (1, 4), (1, 2), (2, 1), (5, 1)):
            limit = Limit.internal(days * 24, Unit.HOURS, "x@1")
            opened(tx, severity=Severity(severity), limits={"answer": limit})
        opened(tx, limits={"answer": None})
    for worst, wanted in (
        (False, [(1, 2), (1, 4), (2, 1), (3, 3), (5, 1), (None, 3)]),
        (True, [(2, 1), (5, 1), (1, 2), (3, 3), (None, 3), (1, 4)]),
    ):
        found, mark = [], None
        while True:
            with database.read() as tx:
                some = page(tx, KINDS, QUEUE, worst_first=worst, after=mark, size=2)
                start = tx.now
            found += some.cases
            mark = some.next
            if mark is None:
                break
        days_left = [one.due and round((one.due - start) / timedelta(days=1)) for one in found]
        severities = [int(one.severity) for one in found]
        assert list(zip(days_left, severities, strict=True)) == wanted


@given(mark=st.text(max_size=40) | st.from_regex(r"[0-9]{1,22}\.[0-9]\.[a-z_0-9]{0,9}"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_mark_that_somebody_made_up_is_harmless(db: Database, mark: str) -> None:
    """It leads to some page, never to an error."""
    with db.read() as tx:
        assert page(tx, KINDS, QUEUE, after=mark).cases == []


def test_how_much_waits_is_said_by_queue(database: Database, clock: FixedClock) -> None:
    """And how much of it is over its date."""
    with database.write() as tx:
        first = opened(tx)
        for _ in range(3):
            opened(tx)
    taken(database, first, (CLERK, "accept"), (CLERK, "propose"))
    with database.read() as tx:
        assert [tuple(one) for one in waiting(tx)] == [("decisions", 1, 0), (QUEUE, 3, 0)]
    clock.advance(days=90)
    with database.read() as tx:
        assert [one.late for one in waiting(tx)] == [1, 3]


def test_the_next_case_is_one_that_nobody_has(database: Database, clock: FixedClock) -> None:
    """Until it is given back or the time is over."""
    with database.write() as tx:
        one = opened(tx)
        two = opened(tx)
        mine, theirs = claim_next(tx, CLERK, KINDS, QUEUE), claim_next(tx, OTHER, KINDS, QUEUE)
        assert {mine, theirs} == {one, two}
        assert claim_next(tx, OTHER, KINDS, QUEUE) is None
        assert page(tx, KINDS, QUEUE, free=True).cases == []
        assert mine is not None
        with pytest.raises(GuijuError, match="case-claimed"):
            release(tx, OTHER, mine)
        assert release(tx, CLERK, mine)
        assert not release(tx, CLERK, mine)
        assert page(tx, KINDS, QUEUE, free=True).cases == [mine]
    clock.advance(minutes=31)
    with database.write() as tx:
        assert len(page(tx, KINDS, QUEUE, free=True).cases) == 2


def test_who_keeps_a_case_for_longer_still_has_it_since_the_beginning(
    db: Database, clock: FixedClock
) -> None:
    """The time is put forward, the beginning stays."""
    with db.write() as tx:
        case = opened(tx)
        first = claim(tx, CLERK, case)
    clock.advance(minutes=20)
    with db.write() as tx:
        again = claim(tx, CLERK, case)
    assert (again.since, again.until) == (first.since, first.until + timedelta(minutes=20))
    clock.advance(minutes=31)
    with db.write() as tx:
        assert claim(tx, CLERK, case).since > first.since


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (KEEPER, "person-needed"),
        (PERSON, "person-needed"),
        (Actor(ActorKind.STAFF, "staff_x", frozenset({"auditor"})), "role-needed"),
    ],
)
def test_only_who_may_work_on_a_case_takes_it(db: Database, actor: Actor, code: str) -> None:
    """Neither software nor other roles; and from its queue they get none."""
    with db.write() as tx:
        case = opened(tx)
        with pytest.raises(GuijuError, match=code):
            claim(tx, actor, case)
        assert claim_next(tx, actor, KINDS, QUEUE) is None


def test_what_waits_for_nobody_is_taken_by_nobody(db: Database) -> None:
    """And whoever had it in hand when it went on has it no more."""
    with db.write() as tx:
        case = opened(tx)
    case = taken(db, case, (CLERK, "accept"))
    with db.write() as tx:
        claim(tx, CLERK, case)
    case = taken(db, case, (CLERK, "ask"))
    with db.write() as tx:
        assert claimed(tx, case) is None
        with pytest.raises(GuijuError, match="case-not-waiting"):
            claim(tx, CLERK, case)


def test_of_many_who_take_the_same_case_one_has_it(database: Database) -> None:
    """At the same moment, in transactions of their own."""
    with database.write() as tx:
        case = opened(tx)
    people = [Actor(ActorKind.STAFF, f"staff_{n}", frozenset({"reviewer"})) for n in range(8)]

    def attempt(actor: Actor) -> str | None:
        try:
            with database.write() as tx:
                return claim(tx, actor, case).holder
        except GuijuError as error:
            assert error.code == "case-claimed"  # noqa: PT017 - of any other the test must fail
            return None

    with ThreadPoolExecutor(len(people)) as pool:
        winners = [one for one in pool.map(attempt, people) if one]
    with database.read() as tx:
        stands = claimed(tx, case)
    assert stands is not None
    assert winners == [stands.holder]


@pytest.mark.control("case-trail")
def test_a_case_is_sent_elsewhere_with_a_reason(db: Database, about: About) -> None:
    """It stays there through steps that do not move it on, and nobody has it in hand."""
    with db.write() as tx:
        case = opened(tx)
        claim(tx, CLERK, case)
        case = route(tx, OTHER, case, queue="children", severity=Severity.CRITICAL, reason="age")
        assert claimed(tx, case) is None
        leaf = about(tx, case.id)[0]
    assert (case.queue, case.severity) == ("children", Severity.CRITICAL)
    assert (leaf["facts"]["queue"], leaf["facts"]["severity"]) == ("children", 1)
    assert taken(db, case, (CLERK, "accept")).queue == "children"
    with pytest.raises(GuijuError, match="reason-needed"), db.write() as tx:
        route(tx, OTHER, now(db, case), queue="x", reason="")


@pytest.mark.control("case-trail")
def test_cases_hang_on_each_other_without_a_circle(database: Database) -> None:
    """As duplicates, causes and parts; each is found from the other side."""
    with database.write() as tx:
        one, two, three = opened(tx, about="req_1"), opened(tx), opened(tx, subject=None)
        two = link(tx, CLERK, two, Tie.CAUSED_BY, one)
        three = link(tx, CLERK, three, Tie.DUPLICATE_OF, two)
        for tie, case, other in ((Tie.PARENT, one, two), (Tie.DUPLICATE_OF, two, three)):
            with pytest.raises(GuijuError, match="case-tied-to-itself"):
                link(tx, CLERK, case, tie, other)
        assert linked(tx, KINDS, Tie.CAUSED_BY, one) == [two]
        assert linked(tx, KINDS, Tie.DUPLICATE_OF, two) == [three]
        assert {case.id for case in cases_of(tx, KINDS, "person_a")} == {one.id, two.id}
        assert cases_about(tx, KINDS, "req_1") == [one]


def test_another_policy_is_an_event(db: Database, about: About) -> None:
    """The one before stands in the evidence."""
    with db.write() as tx:
        case = opened(tx, policy="a" * 64)
        case = repin(tx, OFFICER, case, "b" * 64, reason="the old rule was wrong")
        leaf = about(tx, case.id)[0]
    assert case.policy == leaf["facts"]["policy"] == "b" * 64
    assert leaf["facts"]["policy_before"] == "a" * 64


@pytest.mark.parametrize(
    "name", ["OB-261124-AAAA-AAAA", "case_nothing", "", "\ud800", "a\nb", "案"]
)
def test_what_names_no_case_is_not_found(db: Database, name: str) -> None:
    """Whatever was typed."""
    with pytest.raises(GuijuError, match="case-unknown"), db.read() as tx:
        get_case(tx, KINDS, name)


def test_a_limit_of_the_kind_gives_way_to_none(db: Database) -> None:
    """A clock that this case shall not have is not started."""
    with db.write() as tx:
        assert opened(tx, limits={"answer": None}).due is None
        assert opened(tx, limits={"answer": ANSWER}).due is not None
