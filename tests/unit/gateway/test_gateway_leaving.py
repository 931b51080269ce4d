# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.gateway.leaving import Departure, Left, Whole
from guiju.kernel import GuijuError, Refused, Text

FOREVER = 3600.0


async def never() -> None:
    await asyncio.get_running_loop().create_future()


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def work(count: int) -> str:
    await turns(count)
    return "done"


async def unless_left(
    task: Coroutine[Any, Any, Any],
    left: Callable[[], Awaitable[None]],
    within: float,
    under_way: set[Departure],
) -> Any:
    """What `task` returns, or why it was left before."""
    departure = Departure(left, within, under_way)
    with departure:
        return await task
    return departure.reason()


async def unless_ended(whole: Whole, task: Coroutine[Any, Any, Any]) -> str | GuijuError | None:
    """What `task` returns, or why it was ended before."""
    answering = whole.under_way(None)
    with answering:
        outcome: str = await task
        return outcome
    return answering.why


def doing(task: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(task)


async def no_cancellation_is_left() -> None:
    """A cancellation that leaked out would strike at one of these."""
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await turns(5)


@settings(max_examples=300)
@given(st.integers(0, 6), st.integers(0, 6))
def test_a_departure_that_races_with_completion_is_neither_lost_nor_leaked(
    length: int, leaves: int
) -> None:
    """Whatever comes first, the outcome is one of the two and nothing is cancelled afterwards."""

    async def scene() -> None:
        under_way: set[Departure] = set()
        outcome = await unless_left(work(length), lambda: turns(leaves), FOREVER, under_way)
        assert outcome in {"done", Left.GONE}
        if leaves + 2 < length:
            assert outcome is Left.GONE
        if length + 2 < leaves:
            assert outcome == "done"
        assert under_way == set()
        await no_cancellation_is_left()

    doing(scene())


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_a_cancellation_from_elsewhere_passes_through(
    length: int, leaves: int, cancelled: int
) -> None:
    """The server's own cancellation is never taken for a departure, even when both come."""

    async def scene() -> None:
        async def handler() -> object:
            return await unless_left(work(length + 20), lambda: turns(leaves + 20), FOREVER, set())

        task = asyncio.ensure_future(handler())
        await turns(cancelled + 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    doing(scene())


def test_both_cancellations_in_one_turn_still_cancel_the_task() -> None:
    """Ours is taken back, the other one stands."""

    async def scene() -> None:
        under_way: set[Departure] = set()

        async def handler() -> object:
            return await unless_left(never(), never, FOREVER, under_way)

        task = asyncio.ensure_future(handler())
        await turns(2)
        (departure,) = under_way
        departure.leave(Left.GONE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    doing(scene())


def test_a_cancellation_swallowed_on_its_way_is_taken_back() -> None:
    """A library that turns it into an error of its own does not leave the task half cancelled."""

    async def swallows() -> str:
        try:
            await never()
        except asyncio.CancelledError as error:
            raise TimeoutError from error
        return ""

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            await unless_left(swallows(), lambda: turns(1), FOREVER, set())
        await no_cancellation_is_left()

    doing(scene())


def test_a_stream_that_takes_too_long_is_ended() -> None:
    """After the time that is given, whoever waits for the client or the model waits no more."""

    async def scene() -> None:
        assert await unless_left(never(), never, 0.0, set()) is Left.LATE
        await no_cancellation_is_left()

    doing(scene())


def test_a_departure_after_the_end_does_nothing() -> None:
    """Neither the client nor the stopping service reaches a task that went on to other things."""

    async def scene() -> None:
        kept: set[Departure] = set()

        async def remembered() -> str:
            kept.update(under_way)
            return "done"

        under_way: set[Departure] = set()
        assert await unless_left(remembered(), never, FOREVER, under_way) == "done"
        (departure,) = kept
        departure.leave(Left.STOPPING)
        departure.leave(Left.GONE)
        assert departure.why is None
        await no_cancellation_is_left()

    doing(scene())


@settings(max_examples=200)
@given(st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_a_whole_answer_is_ended_or_done_and_nothing_is_cancelled_afterwards(
    length: int, ends: int, twice: bool
) -> None:
    """Whichever comes first, however often it is told; an answer that swallows it is ended too."""
    why = Refused("key-revoked", Text(zh="无", en="none"), Text(zh="无", en="none"))

    async def swallowing() -> str:
        with suppress(asyncio.CancelledError):
            await turns(length)
        return "done"

    async def scene() -> None:
        whole, task = Whole(), asyncio.current_task()
        assert task is not None

        async def end() -> None:
            await turns(ends)
            whole.end(task, why)

        async with asyncio.TaskGroup() as group:
            group.create_task(end())
            outcome = await unless_ended(whole, swallowing() if twice else work(length))
            assert outcome in {"done", why}
            assert whole.works == {}
            await no_cancellation_is_left()

    doing(scene())


def test_a_cancellation_from_elsewhere_passes_a_whole_answer() -> None:
    """Also one that comes together with ours."""
    why = Refused("key-revoked", Text(zh="无", en="none"), Text(zh="无", en="none"))

    async def scene() -> None:
        whole = Whole()
        for ours in (False, True):
            task = asyncio.get_running_loop().create_task(unless_ended(whole, never()))
            await turns(2)
            if ours:
                whole.end(task, why)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert whole.works == {}

    doing(scene())
