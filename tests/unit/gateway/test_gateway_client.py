# SPDX-License-Identifier: Apache-2.0
"""The HTTP client to model services, driven with the bytes that a service may send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError, Connection, StaleError

WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"
)


class Wire:
    """A transport that keeps what is written and says when it was closed."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False
        self.paused = False
        self.connection: Connection | None = None

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        if not self.closed:
            self.closed = True
            if self.connection is not None:
                asyncio.get_running_loop().call_soon(self.connection.connection_lost, None)

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


def connected() -> tuple[Connection, Wire]:
    connection, wire = Connection(asyncio.get_running_loop()), Wire()
    wire.connection = connection
    connection.connection_made(wire)  # type: ignore[arg-type]
    return connection, wire


def asked(test: Callable[[Connection, Wire, Callable[..., None]], Awaitable[Any]]) -> Any:
    """Run `test` with a connection, its wire, and a way to let pieces arrive soon."""

    async def run() -> Any:
        connection, wire = connected()

        def arrive(*pieces: bytes | None) -> None:
            loop = asyncio.get_running_loop()
            for piece in pieces:
                if piece is None:
                    loop.call_soon(connection.connection_lost, None)
                else:
                    loop.call_soon(connection.data_received, piece)

        return await asyncio.wait_for(test(connection, wire, arrive), 5)

    return asyncio.run(run())


async def whole(connection: Connection, *asked: Any) -> bytes:
    await connection.ask(*asked)
    return connection.whole()


async def head(connection: Connection, *asked: Any) -> None:
    await connection.ask(*asked, early=True)
    connection.check()


def body_of(*pieces: bytes | None, most: int = 1000) -> bytes:
    async def test(connection: Connection, _wire: Wire, arrive: Callable[..., None]) -> bytes:
        arrive(*pieces)
        return await whole(connection, b"GET", most, 2.0)

    body: bytes = asked(test)
    return body


@given(st.sampled_from([WHOLE, CHUNKED]), st.lists(st.integers(1, 90), max_size=8))
def test_a_body_is_the_same_however_it_is_cut(answer, cuts):
    """Where the network cuts an answer does not matter."""
    places = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    pieces = [answer[low:high] for low, high in pairwise(places)]
    assert body_of(*pieces) == (b"hello" if answer is WHOLE else b"hello, world")


def test_an_interim_answer_is_passed_over():
    """After 100 Continue the real answer follows."""
    assert body_of(b"HTTP/1.1 100 Continue\r\n\r\n", WHOLE) == b"hello"


def test_the_end_of_the_connection_ends_a_body_without_a_length():
    """HTTP allows a body that ends when the connection does."""
    assert body_of(b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", None) == b"hello"


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", None),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", None),
        (b"HTTP/1.1 200", None),
        (b"SSH-2.0-OpenSSH_9.2\r\n",),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000,),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"x" * 1500,),
        (None,),
    ],
)
def test_what_is_no_whole_answer_is_broken(pieces):
    """Cut short, garbled, endless, switched over, or too large."""
    with pytest.raises(BrokenError):
        body_of(*pieces)


def test_a_second_answer_in_one_go_is_not_taken_for_the_first():
    """What was asked for is used, what follows is not, and the connection is not kept."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(WHOLE + WHOLE.replace(b"hello", b"other"))
        assert await whole(connection, b"GET", 1000, 2.0) == b"hello"
        connection.end(lambda _: pytest.fail("kept"))
        assert wire.closed

    asked(test)


def test_silence_is_broken():
    """A model that says nothing for too long is given up, and its connection with it."""

    async def test(connection: Connection, wire: Wire, _arrive: Callable[..., None]) -> None:
        with pytest.raises(BrokenError):
            await whole(connection, b"GET", 1000, 0.02)
        assert wire.closed

    asked(test)


def test_a_connection_serves_one_request_after_another():
    """It is kept after a whole answer, and only then."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        kept: list[Connection] = []
        for _ in range(3):
            arrive(WHOLE)
            assert await whole(connection, b"GET", 1000, 2.0) == b"hello"
            connection.end(kept.append)
        assert kept == [connection] * 3
        assert not wire.closed

    asked(test)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    ],
)
def test_a_connection_that_will_close_is_not_kept(answer):
    """The other side has said so."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(answer)
        await whole(connection, b"GET", 1000, 2.0)
        connection.end(lambda _: pytest.fail("kept"))
        assert wire.closed

    asked(test)


def test_bytes_that_nobody_asked_for_end_a_kept_connection():
    """They could be taken for the answer to the next question."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(WHOLE)
        await whole(connection, b"GET", 1000, 2.0)
        connection.data_received(WHOLE)
        assert wire.closed
        assert not connection.is_open

    asked(test)


def test_a_stream_that_was_read_to_its_last_event_keeps_its_connection():
    """The end of the body may come a moment after the last event."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        kept: list[Connection] = []
        arrive(CHUNKED[:-5])
        await head(connection, b"GET", 1000, 2.0)
        assert connection.piece() == b"hello, world"
        connection.end(kept.append)
        assert kept == []
        connection.data_received(CHUNKED[-5:])
        assert kept == [connection]
        assert not wire.closed

    asked(test)


def test_a_stream_that_goes_on_after_its_last_event_is_ended():
    """What follows is bounded."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(CHUNKED[:-5])
        await head(connection, b"GET", 100_000, 2.0)
        connection.piece()
        connection.end(lambda _: pytest.fail("kept"))
        connection.data_received(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        assert wire.closed

    asked(test)


def test_a_reader_who_is_slow_holds_the_model_up():
    """What is buffered is bounded; reading goes on once it was taken."""

    async def test(connection: Connection, wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(b"HTTP/1.1 200 OK\r\ncontent-length: 600000\r\n\r\n")
        await head(connection, b"GET", 1_000_000, 2.0)
        connection.data_received(b"x" * 300_000)
        assert wire.paused
        assert len(connection.piece() or b"") == 300_000
        assert not wire.paused

    asked(test)


def test_a_kept_connection_that_was_closed_meanwhile_is_stale():
    """Nothing of the request was answered, so it may be sent again."""

    async def test(connection: Connection, _wire: Wire, arrive: Callable[..., None]) -> None:
        arrive(WHOLE)
        await whole(connection, b"GET", 1000, 2.0)
        arrive(None)
        with pytest.raises(StaleError):
            await whole(connection, b"GET", 1000, 2.0)

    asked(test)


class Service(Client):
    """A client whose connections lead to scripted answers instead of a network."""

    def __init__(self, *scripts: tuple[bytes | None, ...]) -> None:
        super().__init__("http://model.invalid:8000/v1", {"authorization": "Bearer x"})
        self.scripts = list(scripts)
        self.wires: list[Wire] = []

    async def _connect(self, _within: float) -> Connection:
        connection, wire = connected()
        answers = list(self.scripts.pop(0))
        keep = wire.write

        def write(data: bytes) -> None:
            keep(data)
            answer = answers.pop(0) if answers else None
            loop = asyncio.get_running_loop()
            if answer is None:
                loop.call_soon(connection.connection_lost, None)
            else:
                loop.call_soon(connection.data_received, answer)

        wire.write = write  # type: ignore[method-assign]
        self.wires.append(wire)
        return connection


def test_a_stale_connection_is_replaced_by_a_new_one():
    """Nobody sees that a kept connection had been closed."""

    async def run() -> None:
        service = Service((WHOLE, None), (WHOLE,))
        for _ in range(2):
            said = await service.whole("POST", "/chat", b"{}", most=100, within=2.0)
            assert said[:2] == (200, b"hello")
        assert len(service.wires) == 2

    asyncio.run(run())


def test_a_new_connection_that_fails_is_not_tried_again():
    """The request may have been worked on."""

    async def run() -> None:
        service = Service((None,), (WHOLE,))
        with pytest.raises(BrokenError):
            await service.whole("POST", "/chat", b"{}", most=100, within=2.0)
        assert len(service.wires) == 1

    asyncio.run(run())


def test_a_request_names_host_path_length_and_headers():
    """As HTTP wants it."""

    async def run() -> bytes:
        service = Service((WHOLE,))
        await service.whole("POST", "/chat", b"{}", most=100, within=2.0)
        return service.wires[0].written[0]

    assert asyncio.run(run()) == (
        b"POST /v1/chat HTTP/1.1\r\nhost: model.invalid:8000\r\nauthorization: Bearer x\r\n"
        b"content-length: 2\r\n\r\n{}"
    )


def test_a_request_that_was_cancelled_takes_its_connection_along():
    """Its answer must not be given to the next request."""

    async def run() -> None:
        service = Service((b"",))
        task = asyncio.create_task(service.whole("POST", "/chat", b"", most=9, within=2.0))  # noqa: TID251 - held until the end of the test
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert service.wires[0].closed

    asyncio.run(run())


def test_a_header_with_a_line_break_is_refused():
    """It would smuggle another header in."""
    with pytest.raises(ValueError, match="line break"):
        Client("http://model.invalid/v1", {"authorization": "Bearer x\r\nx: y"})
