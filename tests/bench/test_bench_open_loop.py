# SPDX-License-Identifier: Apache-2.0
"""The open loop itself: it must charge a stall to whoever stalls, and count what it should."""

from __future__ import annotations

import asyncio
import json
import math
from itertools import pairwise
from typing import ClassVar

import pytest
from bench.openloop.arrivals import constant, poisson, scattered
from bench.openloop.load import Load, Shot
from bench.openloop.measures import Frontier, percentile
from bench.openloop.model import FIRST, PHRASE, PIECE, cut, piece
from bench.openloop.streams import compared, leaked, pieces_of

REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
STALL = 0.3
RATE = 200.0

pytestmark = pytest.mark.alone


class Stalling(asyncio.Protocol):
    """Answers at once, but keeps everybody waiting while it is `stalled`."""

    stalled = asyncio.Event()
    open: ClassVar[set[asyncio.Transport]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio asks so
        self.open.discard(self.transport)

    @classmethod
    async def close(cls, server: asyncio.Server) -> None:
        """Nothing of this server is left for the next test."""
        server.close()
        while cls.open:
            for one in cls.open:
                one.abort()
            await asyncio.sleep(0)

    def data_received(self, data: bytes) -> None:
        assert data == REQUEST
        asyncio.ensure_future(self._answer())  # noqa: RUF006 - as short as the test

    async def _answer(self) -> None:
        await self.stalled.wait()
        self.transport.write(ANSWER)


def test_a_stall_is_charged_to_every_request_meant_to_be_sent_meanwhile() -> None:
    """A closed loop would have counted it once; here it is as many as were due, each its part."""

    async def run() -> list[Shot]:
        loop = asyncio.get_running_loop()
        Stalling.stalled = asyncio.Event()
        server = await loop.create_server(Stalling, "127.0.0.1", 0)
        loop.call_later(STALL, Stalling.stalled.set)
        load = Load(server.sockets[0].getsockname()[1], lambda _: REQUEST)
        try:
            return await load.run(constant(RATE, STALL + 0.1), drain=5)
        finally:
            await Stalling.close(server)

    shots = asyncio.run(run())
    assert [one.status for one in shots] == [200] * round(RATE * (STALL + 0.1))
    assert [round(b.intended - a.intended, 4) for a, b in pairwise(shots)] == [0.005] * 79
    late = [one.seconds for one in shots if one.seconds > STALL / 10]
    assert len(late) > RATE * STALL * 0.8
    assert late[0] > STALL * 0.8
    assert sum(late) / len(late) == pytest.approx(STALL / 2, rel=0.5)


def test_who_leaves_requests_unanswered_is_given_up_on() -> None:
    """Beyond the most that may be under way nothing more is sent, and what hangs has status 0."""

    async def run() -> tuple[Load, list[Shot]]:
        loop = asyncio.get_running_loop()
        Stalling.stalled = asyncio.Event()
        server = await loop.create_server(Stalling, "127.0.0.1", 0)
        load = Load(server.sockets[0].getsockname()[1], lambda _: REQUEST, most=20)
        try:
            return load, await load.run(constant(1000, 1), drain=0)
        finally:
            await Stalling.close(server)

    load, shots = asyncio.run(run())
    assert load.overrun
    assert {one.status for one in shots} == {0}
    assert len(shots) < 100


def test_arrivals_keep_their_rate_and_are_the_same_each_time() -> None:
    """Poisson's distances vary as much as they are long; constant ones do not vary."""
    moments = list(poisson(1000, 20))
    gaps = [b - a for a, b in pairwise(moments)]
    mean = sum(gaps) / len(gaps)
    deviation = math.sqrt(sum((one - mean) ** 2 for one in gaps) / len(gaps))
    assert mean == pytest.approx(0.001, rel=0.05)
    assert deviation == pytest.approx(mean, rel=0.05)
    assert moments == list(poisson(1000, 20))
    assert list(constant(4, 1)) == [0, 0.25, 0.5, 0.75]


def test_scattered_streams_do_not_go_in_step() -> None:
    """One begins in each fiftieth of a second, and their pieces, 20 ms apart, come at all times."""
    moments = list(scattered(50, 20))
    assert [int(one * 50) for one in moments] == list(range(1000))
    steps = sorted(one % 0.020 for one in moments)
    assert max(b - a for a, b in pairwise(steps)) < 0.001
    assert moments == list(scattered(50, 20))


@pytest.mark.parametrize("start", [3.0, 700.0, 2_000.0])
def test_the_frontier_is_found_within_a_tenth_from_anywhere(start: float) -> None:
    """A queue with one server of 1,000 a second: p99 is known, and so is where it meets a bound."""

    def p99(rate: float) -> float:
        return math.log(100) / (1000 - rate) * 1000 if rate < 1000 else math.inf

    search = Frontier(p99, start)
    for bound in (50.0, 10.0, 5.0):
        true = 1000 - math.log(100) / bound * 1000
        found = search.below(bound)
        assert found <= max(true, 0)
        assert found >= max(true, 0) / 1.1


def test_the_search_ends_on_a_machine_that_contradicts_itself() -> None:
    """A bounded number of probes, whatever they say."""
    asked: list[float] = []

    def moody(rate: float) -> float:
        asked.append(rate)
        return 1.0 if len(asked) % 2 else 99.0

    search = Frontier(moody, 100.0)
    for bound in (50.0, 10.0, 5.0):
        search.below(bound)
    assert len(asked) <= 24


def test_percentiles_are_values_that_were_measured() -> None:
    """Of a hundred values the 99th share is the 99th of them; of none there is none."""
    assert percentile([float(one) for one in range(100, 0, -1)], 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.99) == math.inf


def event(text: str) -> bytes:
    value = {"choices": [{"index": 0, "delta": {"content": text}}]}
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def heard(number: int, *pieces: tuple[float, str]) -> Shot:
    shot = Shot(number, 10.0)
    shot.status = 200
    shot.pieces = [(at, event(text)) for at, text in pieces]
    return shot


def test_the_held_tail_is_not_charged_and_everything_else_is() -> None:
    """Pieces that lack the tail, and a label after the end, against the model's own log."""
    words = [piece(0), piece(1), piece(2)]
    log = {7: [10.001, 10.1, 10.2, 10.3, 10.4]}
    held = heard(
        7,
        (10.102, words[0][:-3]),
        (10.205, words[0][-3:] + words[1][:-3]),
        (10.345, words[1][-3:] + words[2][:-3]),
        (10.401, words[2][-3:]),
        (10.401, "本回答由人工智能生成"),
    )
    found = compared([held], log)
    assert found.failed == 0
    assert found.first == pytest.approx([3])
    assert found.gaps == pytest.approx([3, 40])
    assert found.stalls == pytest.approx([40])


def test_a_stream_that_failed_or_said_nothing_is_counted() -> None:
    """It has no times, and is no success."""
    silent, broken = heard(1), heard(2, (10.2, piece(0)))
    broken.status = 0
    found = compared([silent, broken], {1: [10.0, 10.1, 10.2], 2: [10.0, 10.1, 10.2]})
    assert (found.failed, found.first, found.gaps) == (2, [], [])


def test_pieces_are_read_across_the_borders_of_what_the_socket_gave() -> None:
    """An event counts when its last byte came, also with line ends of two bytes."""
    data = event("今天").replace(b"\n", b"\r\n") + b"data: [DONE]\r\n\r\n"
    shot = Shot(1, 0.0)
    shot.pieces = [(1.0, data[:20]), (2.0, data[20:])]
    assert list(pieces_of(shot)) == [(2.0, "今天")]


def test_the_phrase_is_always_there_and_cut_in_many_ways() -> None:
    """Every number gives the phrase, most of them across pieces; a piece outgrows a held tail."""
    ways = [cut(number) for number in range(200)]
    assert all(PHRASE in "".join(pieces) for pieces in ways)
    assert sum(any(PHRASE in one for one in pieces) for pieces in ways) == 0
    assert len({tuple(pieces) for pieces in ways}) > 150
    assert len(piece(3)) == PIECE > len(PHRASE) + 2
    told = heard(1, *((1.0, text) for text in ways[0]))
    assert leaked([told, heard(2, (1.0, "好的。")), Shot(3, 0.0)]) == (2, 1)


def test_the_model_speaks_http_that_can_be_read() -> None:
    """Its first piece is one chunk of a chunked answer, with the role."""
    size, _, rest = FIRST.partition(b"\r\n")
    assert len(rest) == int(size, 16) + 2
    assert b'"role": "assistant"' in rest
