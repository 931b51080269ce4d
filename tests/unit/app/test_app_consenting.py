# SPDX-License-Identifier: Apache-2.0
"""From what people said at `/me` to what enters a pool for training."""

from __future__ import annotations

import pytest
from tests.unit.minors.scene import Scene
from tests.unit.records.test_records_training import made, said

from guiju import accounts
from guiju.accounts import Answer, Purpose
from guiju.app.consenting import Agreed
from guiju.kernel import FixedClock
from guiju.minors.ages import Source, Stage
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
