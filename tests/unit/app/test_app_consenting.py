# SPDX-License-Identifier: Apache-2.0
"""From what people said at `/me` to what enters a pool for training."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.unit.minors.scene import Scene
from tests.unit.records.test_records_expiring import asked
from tests.unit.records.test_records_training import made, said

from guiju import accounts, records
from guiju.accounts import Answer, Purpose
from guiju.app.cases import handlers
from guiju.app.consenting import Agreed
from guiju.casework import deliver
from guiju.kernel import FixedClock
from guiju.minors import jobs
from guiju.minors.ages import Source, Stage
from guiju.records import companions, overlaps
from guiju.records.store import BODY
from guiju.storage import Database


@pytest.fixture
def family(db: Database, clock: FixedClock) -> Scene:
    return Scene(db, clock)


def answers(family: Scene, *, given: bool) -> None:
    """The child says yes or no to training, a minute after whatever was before."""
    family.clock.advance(minutes=1)
    family.do(accounts.answer, family.child.actor, Answer(family.id, Purpose.TRAINING, given))


def pooled(family: Scene) -> tuple[list[str], dict[str, int]]:
    """The requests that are taken now, and how many of the others are left out for what."""
    lines, pool = made(family.db, family.clock, Agreed())
    return [line.request for line in lines], pool.left_out


@pytest.mark.control("training-pool")
def test_only_what_was_said_after_a_yes_that_stands_is_taken(family: Scene) -> None:
    """Not asked, said before, taken back, said again: each at its moment."""
    clock = family.clock
    early = said(family.db, clock, family.id)
    assert pooled(family) == ([], {"no-consent": 1})
    answers(family, given=True)
    assert pooled(family) == ([], {"from-before-consent": 1})
    clock.advance(minutes=1)
    later = said(family.db, clock, family.id, number=2)
    assert pooled(family) == ([later], {"from-before-consent": 1})
    answers(family, given=False)
    assert pooled(family) == ([], {"withdrawn": 2})
    answers(family, given=True)
    assert pooled(family) == ([], {"from-before-consent": 2})
    assert early != later


@pytest.mark.control("training-pool")
def test_a_line_names_the_answer_by_which_it_may_be_used(family: Scene) -> None:
    """So that it is known which words were agreed to."""
    answers(family, given=True)
    answers(family, given=False)
    answers(family, given=True)
    family.clock.advance(minutes=1)
    said(family.db, family.clock, family.id)
    ((line,), _) = made(family.db, family.clock, Agreed())
    assert line.consent == "consent/3@3"


@pytest.mark.control("training-pool")
def test_a_minors_yes_waits_for_a_guardians(family: Scene) -> None:
    """And counts no longer once the guardian says no."""
    family.say(Source.SELF, Stage.TEEN)
    answers(family, given=True)
    family.clock.advance(minutes=1)
    request = said(family.db, family.clock, family.id)
    assert pooled(family) == ([], {"child-without-guardian": 1})
    for given, taken in ((True, [request]), (False, [])):
        family.clock.advance(minutes=1)
        family.do(accounts.guardian_answers, family.parent.actor, family.id, given=given)
        assert pooled(family)[0] == taken


# -- companions ------------------------------------------------------------------------------------


def to_companion(family: Scene, number: int, **more: Any) -> str:
    """Something that the child says to a companion, with what was agreed to then."""
    family.clock.advance(minutes=1)
    one = replace(asked(family.clock, number), person=family.id, companion=True, **more)
    one = replace(one, input=b"hello", output=b"an answer")
    with family.db.write() as tx:
        records.record(tx, [one])
    return one.request


def agrees(family: Scene, purpose: Purpose, *, given: bool) -> None:
    family.clock.advance(minutes=1)
    family.do(accounts.answer, family.child.actor, Answer(family.id, purpose, given))


@pytest.mark.control("training-pool", "separate-consents")
def test_what_was_said_to_a_companion_takes_two_consents(family: Scene) -> None:
    """Of its moment and of now; the line names both, and a withdrawal shows in the pool."""
    answers(family, given=True)
    to_companion(family, 1)
    assert pooled(family) == ([], {"companion-without-consent": 1})
    agrees(family, Purpose.SENSITIVE, given=True)
    assert pooled(family) == ([], {"companion-without-consent": 1})
    later = to_companion(family, 2, sensitive=1)
    (lines, _) = made(family.db, family.clock, Agreed())
    assert [(one.request, one.consent) for one in lines] == [(later, "consent/1@1+sensitive/1")]
    assert family.read(overlaps, Agreed()) == []
    agrees(family, Purpose.SENSITIVE, given=False)
    assert pooled(family) == ([], {"companion-without-consent": 2})
    (overlap,) = family.read(overlaps, Agreed())
    assert (overlap.people, overlap.lines) == (1, 1)


@pytest.mark.control("separate-consents", "records-of-a-person")
def test_a_withdrawal_removes_what_was_kept_by_it_and_nothing_else(family: Scene) -> None:
    """At once, by the outbox; what was stopped and what was said elsewhere stays."""
    agrees(family, Purpose.SENSITIVE, given=True)
    by_consent = [to_companion(family, number, sensitive=1) for number in range(1, 4)]
    stays = {to_companion(family, 8), said(family.db, family.clock, family.id, number=9)}
    deliver(family.db, handlers(lambda _: None))
    assert bodies(family) == stays | set(by_consent)
    agrees(family, Purpose.SENSITIVE, given=False)
    deliver(family.db, handlers(lambda _: None))
    assert bodies(family) == stays
    (removed,) = family.leaves("records-removed")
    assert removed["facts"] == {"case": "consent-withdrawn", "sort": "companion", "rows": 3}
    deliver(family.db, handlers(lambda _: None))
    assert len(family.leaves("records-removed")) == 1


def test_an_answer_that_was_under_way_goes_with_the_next_days_look(family: Scene) -> None:
    """And whoever has consented again keeps what is theirs."""
    agrees(family, Purpose.SENSITIVE, given=True)
    agrees(family, Purpose.SENSITIVE, given=False)
    deliver(family.db, handlers(lambda _: None))
    late = to_companion(family, 1, sensitive=1)
    assert bodies(family) == {late}
    jobs.daily(family.db)
    assert bodies(family) == set()
    agrees(family, Purpose.SENSITIVE, given=True)
    again = to_companion(family, 2, sensitive=3)
    jobs.daily(family.db)
    assert bodies(family) == {again}


def test_many_go_step_by_step(family: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the pages fall; each step is one transaction."""
    monkeypatch.setattr(companions, "_MOST_ROWS", 2)
    monkeypatch.setattr(companions, "_PAGE", 3)
    agrees(family, Purpose.SENSITIVE, given=True)
    for number in range(1, 9):
        to_companion(family, number, sensitive=number % 3 and 1)
    agrees(family, Purpose.SENSITIVE, given=False)
    deliver(family.db, handlers(lambda _: None))
    assert len(bodies(family)) == 2
    assert sum(one["facts"]["rows"] for one in family.leaves("records-removed")) == 6


def bodies(family: Scene) -> set[str]:
    with family.db.read() as tx:
        return {str(row.request) for row in tx.rows(select(BODY.c.request))}
