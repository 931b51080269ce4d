# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.unit.casework.conftest import now, opened, taken
from tests.unit.casework.sample import CLERK, KEEPER, KINDS, OBJECTION, OFFICER
from tests.unit.conftest import About

from guiju import ledger
from guiju.casework import (
    Calendar,
    Case,
    Kinds,
    Limit,
    Message,
    Unit,
    afterwards,
    claim,
    clocks,
    deliver,
    history,
    notify,
    prc,
    stuck,
    sweep,
)
from guiju.casework.claim_store import CLAIM
from guiju.casework.sweeping import SWEEPER
from guiju.kernel import Actor, FixedClock, parse
from guiju.ledger.store import ENTRY
from guiju.storage import Database, Tx


def missed(tx: Tx) -> list[dict[str, object]]:
    """The facts of what the sweeper put on record as late."""
    leaves = (parse(row.leaf) for row in tx.rows(select(ENTRY.c.leaf)))
    return [one["facts"] for one in leaves if one["kind"] == "deadline-missed"]


@pytest.mark.control("deadlines-kept")
def test_a_deadline_nobody_kept_is_late_once_and_for_ever(
    database: Database, clock: FixedClock
) -> None:
    """However often it is looked for; and it stays so when the duty is done."""
    with database.write() as tx:
        case, paused = opened(tx), opened(tx)
    taken(database, paused, (CLERK, "accept"), (CLERK, "ask"))
    clock.advance(days=60)
    assert [sweep(database, KINDS).late for _ in range(3)] == [1, 0, 0]
    case = taken(database, case, (CLERK, "accept"), (CLERK, "propose"), (OFFICER, "decide"))
    with database.read() as tx:
        (late,) = clocks(tx, case)
        (facts,) = missed(tx)
        assert clocks(tx, paused)[0].late_at is None
    assert late.late_at == late.due
    assert late.outcome == "met"
    assert (facts["missed"], facts["rules"]) == (1, {"objections@1": 1})


def test_many_late_at_once_are_each_in_the_evidence(database: Database, clock: FixedClock) -> None:
    """A leaf for four hundred names each row, so the ledger verifies them one by one."""
    with database.write() as tx:
        for _ in range(450):
            opened(tx)
    clock.advance(days=60)
    assert sweep(database, KINDS).late == 450
    with database.read() as tx:
        assert [one["missed"] for one in missed(tx)] == [400, 50]
    ledger.integrate(database)
    report = ledger.verify(database)
    assert report.ok, report.problems


def test_what_nobody_confirms_lapses_by_itself(
    database: Database, clock: FixedClock, about: About
) -> None:
    """Even while somebody has the case in hand; what somebody confirmed does not."""
    with database.write() as tx:
        lost, kept = opened(tx), opened(tx)
    lost, kept = (taken(database, one, (KEEPER, "hold")) for one in (lost, kept))
    kept = taken(database, kept, (OFFICER, "confirm"))
    with database.write() as tx:
        claim(tx, CLERK, lost, timedelta(days=3))
    assert sweep(database, KINDS).stepped == 0
    clock.advance(hours=25)
    assert [sweep(database, KINDS).stepped for _ in range(2)] == [1, 0]
    with database.read() as tx:
        last = history(tx, lost)[-1]
        leaf = about(tx, lost.id)[0]
    assert (now(database, lost).state, now(database, kept).version) == ("handling", kept.version)
    assert (last.verb, last.actor) == ("lapse", SWEEPER.id)
    assert leaf["facts"]["clocks"][0]["effect"] == "elapsed"


def test_one_case_that_fails_holds_up_no_other(
    db: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said in the log and tried again."""
    with db.write() as tx:
        cases = [opened(tx) for _ in range(3)]
    for case in cases:
        taken(db, case, (KEEPER, "hold"))
    clock.advance(hours=25)

    def fails(tx: Tx, actor: Actor, case: Case, line: object) -> None:
        if case.id == cases[0].id:
            raise RuntimeError("a room's fault")

    broken = Kinds([replace(OBJECTION, after=fails)])
    assert sweep(db, broken).stepped == 2
    assert "what time does to case" in caplog.text
    assert now(db, cases[0]).state == "held"
    assert sweep(db, KINDS).stepped == 1


def calendar_with_2027() -> Calendar:
    """As if the notice of a year had been published: all weekdays are worked."""
    known = prc()
    some = next(iter(known.years.values()))
    year = some._replace(notice="invented", rest=frozenset(), work=frozenset())
    return Calendar({**known.years, 2027: year})


def test_a_provisional_date_is_counted_anew_when_the_year_is_arranged(
    database: Database, clock: FixedClock, about: About
) -> None:
    """It moves to later, as an event; what was counted in hours is left alone."""
    clock.advance(days=35)
    with database.write() as tx:
        case = opened(tx)
        opened(tx, limits={"answer": Limit.internal(500, Unit.HOURS, "x@1")})
    with database.read() as tx:
        (before,) = clocks(tx, case)
    assert before.provisional
    assert sweep(database, KINDS).recounted == 0
    published = calendar_with_2027()
    counts = [sweep(database, KINDS, calendar=published).recounted for _ in range(2)]
    assert counts == [1, 0]
    with database.read() as tx:
        (after,) = clocks(tx, case)
        leaf = about(tx, case.id)[0]
    assert before.due is not None
    assert after.due is not None
    assert after.due > before.due
    assert not after.provisional
    assert now(database, case).due == after.due
    assert (leaf["kind"], leaf["facts"]["verb"]) == ("deadline-recounted", "recount")


def test_dates_that_stay_are_confirmed_together(database: Database) -> None:
    """One leaf for all, and no event for each."""
    with database.write() as tx:
        cases = [opened(tx) for _ in range(3)]
    assert sweep(database, KINDS, calendar=calendar_with_2027()).recounted == 3
    assert [now(database, one).version for one in cases] == [1, 1, 1]
    ledger.integrate(database)
    assert ledger.verify(database).ok


def test_a_date_that_is_past_is_late_whatever_is_arranged_afterwards(
    db: Database, clock: FixedClock
) -> None:
    """Once late, late for ever."""
    clock.advance(days=35)
    with db.write() as tx:
        case = opened(tx)
    clock.advance(days=60)
    assert sweep(db, KINDS).late == 1
    assert sweep(db, KINDS, calendar=calendar_with_2027()).recounted == 0
    with db.read() as tx:
        assert clocks(tx, case)[0].late_at is not None


def test_claims_that_are_over_are_cleared_away(database: Database, clock: FixedClock) -> None:
    """They count no more anyway."""
    with database.write() as tx:
        claim(tx, CLERK, opened(tx))
    clock.advance(minutes=31)
    sweep(database, KINDS)
    with database.read() as tx:
        assert tx.rows(select(CLAIM.c.case_id)) == []


# -- outbox ----------------------------------------------------------------------------------------


def failing(times: int) -> tuple[list[str], Callable[[Database, str], None]]:
    """A handler that fails so many times, and what it has done."""
    done: list[str] = []
    calls = iter(range(times))

    def handle(_: Database, ref: str) -> None:
        if next(calls, None) is not None:
            raise ConnectionError("nobody answers")
        done.append(ref)

    return done, handle


def test_what_follows_is_done_once_it_has_committed(db: Database) -> None:
    """And not at all when it has not."""
    done, handle = failing(0)
    with db.write() as tx:
        afterwards(tx, "thing", "id_1")
    with pytest.raises(RuntimeError), db.write() as tx:
        afterwards(tx, "thing", "id_2")
        raise RuntimeError
    assert deliver(db, {"other": handle}) == 0
    assert deliver(db, {"thing": handle}) == 1
    assert deliver(db, {"thing": handle}) == 0
    assert done == ["id_1"]


def test_what_fails_is_tried_again_ever_more_seldom_and_never_given_up(
    db: Database, clock: FixedClock
) -> None:
    """After 5 seconds, 10, 20, at last once an hour."""
    done, handle = failing(12)
    with db.write() as tx:
        afterwards(tx, "thing", "id_1")
    start, tried = clock.now(), []
    while not done:
        tried.append(round((clock.now() - start).total_seconds()))
        deliver(db, {"thing": handle})
        wait = min(5 * 2 ** (len(tried) - 1), 3600)
        clock.advance(seconds=wait - 1)
        assert deliver(db, {"thing": handle}) == 0
        clock.advance(seconds=1)
    assert tried[:4] == [0, 5, 15, 35]
    assert len(tried) == 13


def test_what_is_stuck_is_counted(db: Database, clock: FixedClock) -> None:
    """So that somebody looks."""
    _, handle = failing(100)
    with db.write() as tx:
        afterwards(tx, "thing", "id_1")
    for _ in range(8):
        deliver(db, {"thing": handle})
        clock.advance(hours=1)
    with db.read() as tx:
        assert stuck(tx) == 1


def test_a_process_that_is_killed_leaves_its_work_to_the_next(
    database: Database, clock: FixedClock
) -> None:
    """Its lease runs out after two minutes."""

    def killed(_: Database, ref: str) -> None:
        raise SystemExit(ref)

    done, handle = failing(0)
    with database.write() as tx:
        afterwards(tx, "thing", "id_1")
    with pytest.raises(SystemExit):
        deliver(database, {"thing": killed})
    assert deliver(database, {"thing": handle}) == 0
    clock.advance(minutes=2)
    assert deliver(database, {"thing": handle}) == 1
    assert done == ["id_1"]


def test_a_notice_goes_out_by_its_channel(db: Database) -> None:
    """The outbox holds its id and no words."""
    done, handle = failing(0)
    with db.write() as tx:
        case = opened(tx)
        notify(tx, CLERK, case, Message("decision@1", "zh", "mail", "您的异议不成立。"))
    assert deliver(db, {"notice:mail": handle}) == 1
    assert done[0].startswith("ntc_")
