# SPDX-License-Identifier: Apache-2.0
"""The body of a request: read as far as it goes, and no message longer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from guiju.gateway.line import Line, Patience
from guiju.kernel import Invalid

Message = dict[str, Any]


def part(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": data, "more_body": more}


LAST = part(b"", more=False)
GONE: Message = {"type": "http.disconnect"}


def read(
    headers: Sequence[tuple[bytes, bytes]], *messages: Message, most: int = 100
) -> tuple[bytes, int]:
    """What was read, and how many messages nobody asked for."""
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    async def send(_: Any) -> None:
        raise AssertionError("nothing is sent")

    async def reading() -> bytes:
        scope = {"path": "/v1/chat/completions", "method": "POST", "headers": headers}
        return await Line(scope, receive, send, Patience()).body(most)

    return asyncio.run(reading()), len(left)


@pytest.mark.parametrize(
    ("headers", "messages", "found"),
    [
        # Whoever says how long the body is need not say that it is over.
        ([(b"content-length", b"4")], [part(b"abcd"), LAST], (b"abcd", 1)),
        ([(b"content-length", b"4")], [part(b"ab"), part(b"cd"), LAST], (b"abcd", 1)),
        ([(b"content-length", b"0")], [LAST, GONE], (b"", 1)),
        # Nothing is taken for the length that is not it.
        ([], [part(b"abcd"), LAST], (b"abcd", 0)),
        ([(b"content-length", b"+4")], [part(b"abcd"), LAST], (b"abcd", 0)),
        ([(b"content-length", b"4, 4")], [part(b"abcd"), LAST], (b"abcd", 0)),
        (
            [(b"content-length", b"2"), (b"transfer-encoding", b"chunked")],
            [part(b"ab"), part(b"cd"), LAST],
            (b"abcd", 0),
        ),
        # A server that says so itself is believed, too.
        ([(b"content-length", b"9")], [part(b"abcd", more=False), GONE], (b"abcd", 1)),
    ],
)
def test_a_body_is_read_as_far_as_it_goes(
    headers: Sequence[tuple[bytes, bytes]], messages: list[Message], found: tuple[bytes, int]
) -> None:
    """By its length or by its last message, whichever is told first."""
    assert read(headers, *messages) == found


def test_a_body_that_breaks_off_is_none() -> None:
    """Whoever says four bytes, sends two and leaves."""
    with pytest.raises(Invalid) as refused:
        read([(b"content-length", b"4")], part(b"ab"), GONE)
    assert refused.value.code == "client-gone"


def test_a_body_is_bounded_whatever_its_length_says() -> None:
    """One byte too many is refused, before the end has come."""
    with pytest.raises(Invalid) as refused:
        read([(b"content-length", b"101")], part(b"x" * 101), LAST)
    assert refused.value.code == "request-too-large"
