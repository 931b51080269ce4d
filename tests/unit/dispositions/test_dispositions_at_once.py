# SPDX-License-Identifier: Apache-2.0
"""Two who do the same at the same moment: one of them does it, the other is told, nothing is lost.

On PostgreSQL, where transactions run side by side; on SQLite they wait for each other anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from tests.unit.dispositions.scene import END, OFFICER, REVIEWER, SECOND, WEEK, Scene, exchange
from tests.unit.dispositions.test_dispositions_content import picture, served
from tests.unit.dispositions.test_dispositions_withdrawing import (
    WORDS,
    answered,
    drawn,
    someone,
    spread_all,
    taken_up,
    withdraw,
)

from guiju import accounts, records
from guiju.accounts import PersonState
from guiju.casework import cases_of, decisions
from guiju.dispositions import (
    APPEAL,
    CONTENT_ACTION,
    USER_ACTION,
    Watch,
    appeals,
    content,
    elsewhere,
    reasons,
    service,
    spread,
    withdrawing,
)
from guiju.dispositions.jobs import withdraw as go_on
from guiju.dispositions.withdrawal_store import Stage
from guiju.kernel import FixedClock, GuijuError
from guiju.storage import Database, Tx

TIMES = 5
DONE = "done"


@pytest.fixture
def pg_scene(pg_db: Database, clock: FixedClock) -> Scene:
    return Scene(pg_db, clock)


def at_once(scene: Scene, *acts: Callable[[Tx], object]) -> Counter[str]:
    """Let each do this in a transaction of their own that is open before any acts; how it went."""
    ready = Barrier(len(acts), timeout=20)

    def attempt(act: Callable[[Tx], object]) -> str:
        try:
            with scene.db.write() as tx:
                ready.wait()
                act(tx)
        except GuijuError as error:
            return error.code
        return DONE

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(attempt, acts))


def somebody_new(scene: Scene, number: int) -> None:
    with scene.db.write() as tx:
        scene.person = accounts.register_person(tx, None, f"stroller-{number}", "orchard 42 lamp")


@pytest.mark.control("provisional-holds")
def test_of_two_workers_that_record_the_last_two_one_holds_at_once(pg_scene: Scene) -> None:
    """Neither sees what the other has not committed; the rule is not one input late for that."""
    scene = pg_scene
    scene.rule(in_a_row=3, in_a_day=3)
    for number in range(TIMES):
        somebody_new(scene, number)
        scene.say("block")
        scene.clock.advance(seconds=1)
        both = [exchange(scene.id, scene.clock) for _ in range(2)]
        held: list[str] = []

        def see(made: records.Exchange, held: list[str] = held) -> Callable[[Tx], object]:
            return lambda tx: held.extend(Watch().record(tx, [made]))

        assert at_once(scene, *map(see, both)) == {DONE: 2}
        assert held == [scene.id]
        assert scene.stands() is PersonState.SUSPENDED


@pytest.mark.control("provisional-holds")
def test_two_workers_that_see_the_rule_reached_hold_the_person_once(pg_scene: Scene) -> None:
    """Each has recorded a request that is the third in a row, as far as it can see."""
    scene = pg_scene
    scene.rule(in_a_row=3)
    for number in range(TIMES):
        somebody_new(scene, number)
        scene.say("block", "block")
        scene.clock.advance(seconds=1)
        third = [exchange(scene.id, scene.clock) for _ in range(2)]
        held: list[str] = []

        def see(made: records.Exchange, held: list[str] = held) -> Callable[[Tx], object]:
            return lambda tx: held.extend(Watch().record(tx, [made]))

        assert at_once(scene, *(see(one) for one in third)) == {DONE: 2}
        assert held == [scene.id]
        assert [one.state for one in scene.read(cases_of, USER_ACTION, scene.id)] == ["provisional"]
        assert len(scene.read(reasons.statements_to, scene.id)) == 1
        assert scene.stands() is PersonState.SUSPENDED


@pytest.mark.control("user-dispositions")
def test_of_two_officers_who_decide_one_does(pg_scene: Scene) -> None:
    """The other is told that the case has changed; there is one decision and one strike."""
    scene = pg_scene
    for number in range(TIMES):
        somebody_new(scene, number)
        case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen by staff")
        went = at_once(
            scene,
            partial(service.approve, actor=OFFICER, case=case, facts="What was seen."),
            partial(service.approve, actor=SECOND, case=case, facts="The same."),
        )
        assert went == {DONE: 1, "case-changed": 1}
        assert len(scene.read(decisions, scene.case())) == 1
        assert len(scene.read(service.strikes_of, scene.id)) == 1


@pytest.mark.control("user-dispositions")
def test_nobody_decides_on_another_measure_than_they_saw(pg_scene: Scene) -> None:
    """One changes the measure while another decides on it: one of both, and in one order."""
    scene = pg_scene
    for number in range(TIMES):
        somebody_new(scene, number)
        case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen by staff")
        went = at_once(
            scene,
            partial(service.approve, actor=OFFICER, case=case, facts="What was seen."),
            partial(service.revise, actor=SECOND, case=case, proposal=END, reason="More was seen."),
        )
        assert went == {DONE: 1, "case-changed": 1}
        case = scene.case()
        measure = scene.read(service.action_of, case).measure.value
        assert (case.state, measure) in {("in-force", "suspend"), ("proposed", "terminate")}


@pytest.mark.control("user-dispositions")
def test_decided_and_dismissed_at_once_is_one_of_both(pg_scene: Scene) -> None:
    """And the person stands as the case does."""
    scene = pg_scene
    for number in range(TIMES):
        somebody_new(scene, number)
        case = scene.do(service.hold, REVIEWER, scene.id, WEEK, "seen by staff")
        went = at_once(
            scene,
            partial(service.approve, actor=OFFICER, case=case, facts="What was seen."),
            partial(service.lift, actor=SECOND, case=case, reason="It was not so."),
        )
        assert went == {DONE: 1, "case-changed": 1}
        barred = scene.stands() is PersonState.SUSPENDED
        assert scene.case().state == ("in-force" if barred else "lifted")


@pytest.mark.control("content-removed")
def test_of_two_who_open_a_case_about_the_same_content_one_does(pg_scene: Scene) -> None:
    """The other is told of the case that is open, and leaves no case behind."""
    scene = pg_scene
    for number in range(TIMES):
        somebody_new(scene, number)
        found = picture(scene, f"P-{number}")
        name = f"P-{number}"
        went = at_once(
            scene,
            partial(content.withhold, actor=REVIEWER, found=found, facts="Seen.", number=name),
            partial(
                content.propose_removal, actor=SECOND, found=found, reason="Seen.", number=name
            ),
        )
        assert went == {DONE: 1, "content-in-case": 1}
        assert len(scene.read(cases_of, CONTENT_ACTION, scene.id)) == 1


@pytest.mark.control("appeals")
def test_whoever_appeals_twice_at_once_has_one_appeal(pg_scene: Scene) -> None:
    """As by a form that was sent twice."""
    scene = pg_scene
    for number in range(TIMES):
        somebody_new(scene, number)
        scene.suspend()
        made = scene.statement()

        def bring(tx: Tx, person: str = scene.id, statement: str = made.id) -> object:
            return appeals.file_appeal(tx, person, statement, "It was a quotation.")

        assert at_once(scene, bring, bring) == {DONE: 1, "appealed-already": 1}
        assert len(scene.read(cases_of, APPEAL, scene.id)) == 1


@pytest.mark.control("content-removed")
def test_of_two_workers_that_mark_what_is_withdrawn_each_record_is_marked_once(
    pg_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody is told twice; what was reached is on record once."""
    scene = pg_scene
    monkeypatch.setattr(withdrawing, "_BATCH", 3)
    others = [someone(scene, f"other-{number}") for number in range(4)]
    request = answered(scene, scene.id, WORDS)
    for one in others * 3:
        answered(scene, one, WORDS)
    case = withdraw(scene, request)
    assert scene.read(elsewhere, scene.read(content.content_of, case)) == (12, 0)
    scene.clock.advance(seconds=11)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: go_on(scene.db), range(4)))
    assert scene.read(spread, case.id) == (Stage.STANDING, (12, 0, 4))
    assert [len(scene.read(reasons.statements_to, one)) for one in others] == [1] * 4
    assert len(scene.leaves("content-withdrawn")) == 1


@pytest.mark.control("content-removed")
def test_a_picture_is_withdrawn_on_the_other_database_too(pg_scene: Scene) -> None:
    """Counted, kept back, marked, and handed out again."""
    scene = pg_scene
    other = someone(scene, "other")
    request = drawn(scene, scene.id, "P-1", b"an invented picture")
    drawn(scene, other, "P-2", b"an invented picture")
    case = withdraw(scene, request, "P-1")
    assert scene.read(elsewhere, scene.read(content.content_of, case)) == (0, 1)
    assert [served(scene, one) for one in ("P-1", "P-2")] == [False, False]
    spread_all(scene)
    assert scene.read(spread, case.id) == (Stage.STANDING, (0, 1, 1))
    assert taken_up(scene)
    scene.do(content.restore, OFFICER, case, "It is none.")
    assert [served(scene, one) for one in ("P-1", "P-2")] == [True, True]
    assert not taken_up(scene)
