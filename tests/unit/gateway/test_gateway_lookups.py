# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from tests.unit.gateway.scene import caller

from guiju.accounts import Caller, Directory
from guiju.accounts.directory import Remembered
from guiju.gateway.lookups import Lookups
from guiju.kernel import Refused, Text

CALLER = caller(key="key_1")
WORDS = Text(zh="无", en="none")


class Slow(Directory):
    """A directory whose database answers when it is told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known = {}
        self.asked: list[str] = []
        self.begun = threading.Semaphore(0)
        self.answer = threading.Event()
        self.error: Refused | None = None
        self.known: Caller | None = None

    def remembered(self, *_: Any) -> Remembered | None:
        return None if self.known is None else Remembered(self.known, ages=True)

    def fetch(self, token: str, *_: Any) -> Caller:
        self.asked.append(token)
        self.begun.release()
        assert self.answer.wait(10)
        if self.error is not None:
            raise self.error
        return CALLER


async def _begun(directory: Slow, count: int) -> None:
    for _ in range(count):
        await asyncio.to_thread(directory.begun.acquire)


def test_many_who_wait_for_one_caller_ask_once() -> None:
    """Others ask for themselves; once it is told, the next one asks anew."""

    async def play() -> None:
        directory = Slow()
        lookups = Lookups(directory)
        waiting = [asyncio.ensure_future(lookups.find("a", None)) for _ in range(20)]
        waiting.append(asyncio.ensure_future(lookups.find("b", None)))
        await _begun(directory, 2)
        directory.answer.set()
        assert await asyncio.gather(*waiting) == [CALLER] * 21
        assert sorted(directory.asked) == ["a", "b"]
        assert await lookups.find("a", None) == CALLER
        assert sorted(directory.asked) == ["a", "a", "b"]

    asyncio.run(play())


def test_who_is_known_waits_for_nobody_and_is_asked_for_again_in_time() -> None:
    """Once for all who come meanwhile; that the database refuses is told to nobody yet.

    Nobody is looked up while the request that says so is on its way to the model.
    """

    async def play() -> None:
        directory = Slow()
        directory.known = CALLER
        directory.error = Refused("key-unknown", WORDS, WORDS)
        lookups = Lookups(directory)
        for _ in range(3):
            assert await asyncio.wait_for(lookups.find("a", None), 1) == CALLER
        assert not lookups._asked
        await _begun(directory, 1)
        directory.answer.set()
        (told,) = await asyncio.gather(*lookups._asked.values(), return_exceptions=True)
        assert isinstance(told, Refused)
        assert directory.asked == ["a"]

    asyncio.run(play())


def test_who_comes_while_somebody_is_looked_up_again_causes_no_second_look() -> None:
    """And none is begun once the gateway closes."""

    async def play() -> None:
        directory = Slow()
        directory.known = CALLER
        lookups = Lookups(directory)
        await lookups.find("a", None)
        await _begun(directory, 1)
        await lookups.find("a", None)
        await asyncio.sleep(0.05)
        directory.answer.set()
        await asyncio.gather(*lookups._asked.values())
        assert directory.asked == ["a"]
        await lookups.find("a", None)
        lookups.close()
        await asyncio.sleep(0.05)
        assert directory.asked == ["a"]

    asyncio.run(play())


def test_who_comes_after_a_revocation_shares_no_earlier_answer() -> None:
    """What is being read may be what the caller was before."""

    async def play() -> None:
        directory = Slow()
        lookups = Lookups(directory)
        first = asyncio.ensure_future(lookups.find("a", None))
        await _begun(directory, 1)
        directory.forget("key_1")
        second = asyncio.ensure_future(lookups.find("a", None))
        await _begun(directory, 1)
        directory.answer.set()
        assert list(await asyncio.gather(first, second)) == [CALLER, CALLER]

    asyncio.run(play())


def test_a_refusal_is_told_to_all_and_who_leaves_takes_it_from_nobody() -> None:
    """The first asker leaves; the second still hears why; nothing is left behind."""

    async def play() -> None:
        directory = Slow()
        directory.error = Refused("key-unknown", WORDS, WORDS)
        lookups = Lookups(directory)
        first, second = (asyncio.ensure_future(lookups.find("a", None)) for _ in range(2))
        await _begun(directory, 1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        directory.answer.set()
        with pytest.raises(Refused, match="key-unknown"):
            await second
        assert directory.asked == ["a"]
        assert lookups._asked == {}

    asyncio.run(play())
