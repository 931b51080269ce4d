# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from guiju.kernel import Unavailable
from guiju.limits import (
    Book,
    Grant,
    Hand,
    Limits,
    Meter,
    Share,
    Timeline,
    Turn,
    load,
    moment,
    packed,
    save,
    used,
)
from guiju.limits.store import METER
from guiju.storage import Database

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ONE = Hand(requests=1, places=1)


def at(seconds: float):
    return moment(1000.0 + seconds, NOON + timedelta(seconds=seconds))


def use(meter: Meter, tokens: int, when: datetime, now: float = 0.0) -> None:
    meter.turn("w", Turn("pe_1", Limits(), Hand(1, tokens)), moment(1000.0 + now, when))


def ask(meter: Meter, limits: Limits, tokens: int, when: datetime) -> Grant:
    want = Hand(1, tokens, 1)
    return meter.turn("w2", Turn("pe_1", limits, want=want, like=want), moment(1000.0, when))


def test_what_was_used_counts_for_a_minute_and_no_longer_than_a_second_more() -> None:
    """The wait that is told is the wait there is."""
    meter, limits = Meter("pe_1"), Limits(requests=1)
    meter.turn("w", Turn("pe_1", limits, Hand(1)), at(0.7))
    said = Turn("pe_1", limits, want=ONE, like=ONE)
    refused = meter.turn("w", said, at(30))
    assert (refused.lacks, refused.wait) == ("requests", 31.0)
    assert meter.turn("w", said, at(60.9)).lacks == "requests"
    assert meter.turn("w", said, at(61)).got == ONE


def test_the_longest_wait_is_told() -> None:
    """Who has used up the month is not told to come back in a minute."""
    meter, limits = Meter("pe_1"), Limits(tokens=100, month=100)
    use(meter, 100, NOON)
    refused = ask(meter, limits, 10, NOON)
    assert refused.lacks == "month"
    assert refused.wait == (datetime(2026, 11, 30, 16, 0, tzinfo=UTC) - NOON).total_seconds()


def test_a_day_ends_at_midnight_in_china() -> None:
    """Not at midnight in Greenwich."""
    meter, limits = Meter("pe_1"), Limits(day=100)
    use(meter, 100, NOON)
    before, after = (
        datetime(2026, 11, 24, 15, 59, 59 + 0, tzinfo=UTC) + timedelta(seconds=s) for s in (0, 1)
    )
    assert ask(meter, limits, 10, before).lacks == "day"
    assert ask(meter, limits, 10, after).got.tokens == 10


def test_a_calendar_that_is_set_forward_and_back_finds_its_day_again() -> None:
    """Neither a budget for nothing, nor one that is lost for ever."""
    meter, limits = Meter("pe_1"), Limits(day=100)
    use(meter, 90, NOON)
    use(meter, 100, NOON + timedelta(days=4000))
    assert ask(meter, limits, 20, NOON + timedelta(days=4000)).lacks == "day"
    assert ask(meter, limits, 10, NOON).got.tokens == 10
    assert ask(meter, limits, 20, NOON).lacks == "day"


def test_an_answer_that_was_longer_than_set_aside_counts_in_full() -> None:
    """It overdraws, once; the next request waits until it has been a minute."""
    meter, share = Meter("pe_1"), Share("pe_1", Limits(tokens=100))
    share.hear(meter.turn("w", share.ask(10, 1, 0.0), at(0)), 0.0)
    share.take(10)
    share.settle(10, 250)
    assert not share.fits(1, 0.1)
    refused = meter.turn("w", share.ask(1, 1, 0.1), at(0.1))
    assert refused.lacks == "tokens"
    assert meter.minute[0].tokens == 250
    # And what is set aside for another under way is not forgotten over it.
    assert refused.tokens_left == 0


def test_what_was_told_to_nobody_is_told_again() -> None:
    """A connection that breaks loses no use."""
    meter, share = Meter("pe_1"), Share("pe_1", Limits(requests=3))
    share.hear(meter.turn("w", share.ask(0, 1, 0.0), at(0)), 0.0)
    while share.fits(0, 0.1):
        share.take(0)
        share.settle(0, 0)
    first = share.report(0.2)
    share.fail()
    assert share.report(0.3).used == first.used != Hand()


def test_limits_that_change_count_at_once() -> None:
    """What was lent under the old ones is not used any more."""
    share = Share("pe_1", Limits(requests=100))
    share.hear(Grant("pe_1", Hand(50)), 0.0)
    assert share.fits(0, 0.1)
    share.change(Limits(requests=1))
    assert not share.fits(0, 0.1)
    assert share.ask(0, 1, 0.1).kept == Hand()


def test_one_at_a_time_near_the_limit() -> None:
    """A share shrinks with what is left, so that nobody sits on the rest."""
    meter, limits = Meter("pe_1"), Limits(requests=100)
    like = Turn("pe_1", limits, want=Hand(1), like=Hand(1000))
    given = [meter.turn(f"w{n}", like, at(0)).got.requests for n in range(30)]
    assert given[0] == 50
    assert sum(given) == 100
    assert given.count(1) > 10


def test_a_timeline_never_goes_back_and_follows_whoever_is_ahead() -> None:
    """However calendars are set, all count on one line."""
    line = Timeline(NOON)
    before = line.now()
    line.see(before - 1000)
    assert line.now() >= before
    line.see(before + 1000)
    assert line.now() >= before + 1000


def test_a_meter_reads_back_as_it_was_written(db: Database) -> None:
    """With all hands, seconds, days and months."""
    meter = Meter("pe_1")
    use(meter, 7, NOON)
    ask(meter, Limits(requests=5), 3, NOON)
    with db.write() as tx:
        save(tx, packed([meter, Meter("pe_2")]))
        save(tx, packed([meter]))
    with db.read() as tx:
        assert load(tx, ["pe_1", "pe_3"]) == {"pe_1": meter, "pe_3": Meter("pe_3")}
        shown = used(tx, ["pe_1", "pe_4"])
    assert (shown["pe_1"].day_tokens, shown["pe_1"].month_requests) == (7, 1)
    assert shown["pe_1"].last_at == NOON
    assert shown["pe_4"].last_at is None


@pytest.mark.control("usage-limits")
def test_a_meter_that_was_altered_is_not_used(db: Database) -> None:
    """Whoever writes a zero into the database opens nothing by it."""
    with db.write() as tx:
        save(tx, packed([Meter("pe_1")]))
        tx.execute(update(METER).values(state=b"\x97"))
    with db.read() as tx, pytest.raises(Unavailable) as refused:
        load(tx, ["pe_1"])
    assert refused.value.code == "meter-altered"


def test_a_book_forgets_what_is_written_and_idle() -> None:
    """And nothing else."""
    book = Book()
    book.take_up({one: Meter(one) for one in ("pe_1", "pe_2")})
    book.turns(
        "w",
        [Turn("pe_1", Limits(), Hand(1)), Turn("pe_2", Limits(requests=9), kept=Hand(2))],
        at(0),
    )
    book.forget_idle(at(1))
    book.changes(at(1))
    book.forget_idle(at(1))
    assert book.missing(["pe_1", "pe_2"]) == set()
    book.turns("w", [Turn("pe_2", Limits(requests=9), kept=Hand(2))], at(200))
    book.forget_idle(at(200))
    assert book.missing(["pe_1", "pe_2"]) == {"pe_1"}
    book.changes(at(200))
    book.forget_idle(at(400))
    # What had expired in a hand is booked, and must be written down first.
    assert [one.subject for one in book.changes(at(400))] == ["pe_2"]
