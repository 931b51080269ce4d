# SPDX-License-Identifier: Apache-2.0
"""A model service that is cheaper than everything put before it, and keeps a log of its own.

What it does stands in the last question: `(wait 60)` answers after 60 ms, `(64x20#7)` streams 64
pieces 20 ms apart, `(leak#7)` says the phrase that nobody may read, cut into pieces by the number;
anything else is answered whole at once. `GET /sent` gives, for every stream by its number, when
its question came and when each piece was sent (monotonic seconds), and forgets them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from random import Random  # noqa: TID251 - where to cut, no ids
from typing import Any

import httptools
import uvloop

from guiju.kernel import monotonic

PIECE = 8
"""Characters of a piece: more than a gateway holds back, so each lets something through."""

PHRASE = "青铜月亮会"
"""What nobody may read: an invented term."""

AFTER = 4
"""Pieces that follow the phrase."""

_WORDS = "今天天气晴朗适合出门散步也可以在家读一本好书晚上和朋友一起做饭聊聊近来的见闻"
_HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "bench"}
_USAGE = {"prompt_tokens": 20, "completion_tokens": 60, "total_tokens": 80}
_PACED = re.compile(rb"\((\d+)x(\d+)#(\d+)\)")
_LEAK = re.compile(rb"\(leak#(\d+)\)")
_WAIT = re.compile(rb"\(wait (\d+)\)")


def piece(number: int) -> str:
    """The words of a paced stream's piece with this number."""
    at = number * PIECE % len(_WORDS)
    return (_WORDS + _WORDS)[at : at + PIECE]


def cut(number: int) -> list[str]:
    """Pieces of one to three characters that hold `PHRASE` somewhere among ordinary words."""
    draws = Random(number)
    before = _WORDS[: draws.randrange(3, 20)]
    text, pieces = before + PHRASE + _WORDS[: AFTER * 3], []
    while text:
        size = draws.randrange(1, 4)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def _json(kind: str, choice: dict[str, object] | None, **more: object) -> str:
    choices = [] if choice is None else [{"index": 0, **choice}]
    answer = {**_HEAD, "object": kind, "choices": choices, **more}
    return json.dumps(answer, ensure_ascii=False)


def _whole(kind: str, body: str) -> bytes:
    data = body.encode()
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n\r\n".encode()
        + data
    )


def _said(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice: dict[str, object] = {"message": message, "finish_reason": "stop"}
    return _whole("application/json", _json("chat.completion", choice, usage=_USAGE))


def _event(text: str) -> bytes:
    data = f"data: {text}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def _delta(text: str, **more: str) -> bytes:
    delta = {"delta": {"content": text, **more}, "finish_reason": None}
    return _event(_json("chat.completion.chunk", dict(delta)))


ANSWER = _said(_WORDS * 2)
_LIST = {"object": "list", "data": [{"id": "bench", "object": "model"}]}
MODELS = _whole("application/json", json.dumps(_LIST))
BEGIN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = (
    _event(_json("chat.completion.chunk", {"delta": {}, "finish_reason": "stop"}))
    + _event(_json("chat.completion.chunk", None, usage=_USAGE))
    + _event("[DONE]")
    + b"0\r\n\r\n"
)
PIECES = [_delta(piece(number)) for number in range(len(_WORDS))]
FIRST = _delta(piece(0), role="assistant")
_sent: dict[int, list[float]] = {}


class _Served(asyncio.Protocol):
    """One client, one question at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._body, self._url = b"", b""
        self._transport: asyncio.WriteTransport | None = None
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.close()

    def on_message_begin(self) -> None:
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body = self._body
        if self._parser.get_method() != b"POST":
            self._list()
        elif found := _PACED.search(body):
            count, gap, number = map(int, found.groups())
            self._write(BEGIN)
            self._pace(count, gap / 1000, _sent.setdefault(number, [monotonic()]))
        elif found := _LEAK.search(body):
            self._leak(int(found[1]), stream=b'"stream":true' in body.replace(b" ", b""))
        elif found := _WAIT.search(body):
            self._loop.call_later(int(found[1]) / 1000, self._write, ANSWER)
        else:
            self._write(ANSWER)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _list(self) -> None:
        if self._url != b"/sent":
            self._write(MODELS)
            return
        self._write(_whole("application/json", json.dumps(_sent)))
        _sent.clear()

    def _pace(self, left: int, gap: float, log: list[float]) -> None:
        if self._transport is None:
            return
        log.append(monotonic())
        if left == 0:
            self._write(END)
            return
        number = len(log) - 2
        self._write(PIECES[number % len(PIECES)] if number else FIRST)
        due = log[1] + (number + 1) * gap
        self._loop.call_later(max(0.0, due - monotonic()), self._pace, left - 1, gap, log)

    def _leak(self, number: int, *, stream: bool) -> None:
        if stream:
            self._write(BEGIN)
            self._tell(cut(number))
        else:
            self._write(_said("".join(cut(number))))

    def _tell(self, pieces: list[str]) -> None:
        if not pieces:
            self._write(END)
            return
        self._write(_delta(pieces[0]))
        self._loop.call_later(0.005, self._tell, pieces[1:])


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Served(loop), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
