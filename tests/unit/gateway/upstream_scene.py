# SPDX-License-Identifier: Apache-2.0
"""Model services without sockets: each a host whose answers to a connection are written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from guiju.gateway.client import Client
from guiju.gateway.connection import Connection, UnreachableError
from guiju.gateway.said import Said
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams import Fleet, Router, Speech
from guiju.kernel import monotonic
from guiju.policies.upstreams import MemberConfig, ModelConfig, ModelsConfig, UpstreamConfig

Piece = bytes | float | None
"""Bytes that arrive, seconds of silence before what follows, or None: the connection closes."""


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


class Host:
    """One model service: what it answers next, what it was asked; `up` is whether it listens."""

    def __init__(self, *answers: Sequence[Piece], up: bool = True) -> None:
        self.answers = list(answers)
        self.usual: Sequence[Piece] = whole()
        self.up = up
        self.asked: list[bytes] = []
        self.wires: list[Wire] = []

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The bodies of what was posted."""
        bodies = [one.partition(b"\r\n\r\n")[2] for one in self.asked if one.startswith(b"POST")]
        return [json.loads(body) for body in bodies]

    def connect(self) -> Connection:
        if not self.up:
            raise UnreachableError("no connection")
        connection, wire = connected()

        def write(data: bytes) -> None:
            self.asked.append(data)
            pieces = self.answers.pop(0) if self.answers else self.usual
            asyncio.get_running_loop().create_task(_play(connection, wire, pieces))

        wire.write = write  # type: ignore[method-assign]
        self.wires.append(wire)
        return connection


async def _play(connection: Connection, wire: Wire, pieces: Iterable[Piece]) -> None:
    await asyncio.sleep(0)
    for piece in pieces:
        if wire.closed:
            return
        if isinstance(piece, float):
            await asyncio.sleep(piece)
        elif piece is None:
            wire.closed = True
            connection.connection_lost(None)
        else:
            connection.data_received(piece)
            await asyncio.sleep(0)


class _ToHost(Client):
    def __init__(self, host: Host, client: Client) -> None:
        self.__dict__ |= client.__dict__
        self._there = host

    async def _connect(self, within: float) -> Connection:  # noqa: ARG002 - it listens or not
        return self._there.connect()


class PlayedFleet(Fleet):
    """A fleet whose upstreams are hosts by the first word of their addresses."""

    def __init__(self, hosts: dict[str, Host], **options: Any) -> None:
        super().__init__(seed=0.5, **options)
        self.hosts = hosts

    def _client(self, config: UpstreamConfig, key: str | None) -> Client:
        name = config.url.split("//")[1].split("/")[0].split(":")[0].split(".")[0]
        return _ToHost(self.hosts[name], super()._client(config, key))


class Now:
    """A clock that also moves when somebody sleeps by it, or is told to."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.at + monotonic()

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Play:
    """Hosts, a clock, and the router of a policy about them."""

    def __init__(self, **hosts: Host) -> None:
        self.hosts = hosts
        self.now = Now()
        self.fleet = PlayedFleet(hosts, clock=self.now, sleep=self.now.sleep)
        self.secrets: dict[str, str] = {}

    def router(self, *models: ModelConfig, **changes: Any) -> Router:
        """The router of these models; `changes` are those of every upstream."""
        upstreams = {
            name: UpstreamConfig(name, f"http://{name}:8000/v1", **changes) for name in self.hosts
        }
        config = ModelsConfig(upstreams, {one.name: one for one in models})
        return self.fleet.router(config, self.secrets.get)


def model(name: str, *use: str | MemberConfig, **values: Any) -> ModelConfig:
    """A model that these upstreams answer, in this order of preference."""
    members = [
        MemberConfig(one, f"{one}-model", order=at) if isinstance(one, str) else one
        for at, one in enumerate(use, 1)
    ]
    limits = {"connect_ms": 50, "first_byte_ms": 50, "idle_ms": 50, "total_ms": 60_000}
    return ModelConfig(name, tuple(members), **(limits | values))


def ask(name: str = "m", *, stream: bool = False, **fields: Any) -> AskModel:
    body: dict[str, Any] = {"model": name, "messages": [{"role": "user", "content": "你好"}]}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    raw = json.dumps(body | fields, separators=(",", ":")).encode()
    return AskModel(raw, stream, model=name)


def whole(text: str = "好的。", **fields: Any) -> list[Piece]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return status(200, json.dumps({"model": "theirs", "choices": [choice], **fields}).encode())


def status(number: int, body: bytes = b"{}", **headers: str) -> list[Piece]:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {number} X\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return [head.encode() + body]


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def event(text: str, **fields: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    chunk = {"model": "theirs", "choices": [choice], **fields}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def stream(*pieces: Piece, ends: bool = True) -> list[Piece]:
    """A stream of these events, each piece of bytes a chunk of HTTP."""
    cut = [b"%x\r\n%b\r\n" % (len(one), one) if isinstance(one, bytes) else one for one in pieces]
    return [HEAD, *cut, *([b"0\r\n\r\n"] if ends else [])]


async def said(speech: Speech) -> str:
    """The text of a stream to its end."""
    parts = []
    try:
        async for chunk in speech.chunks:
            whole = chunk.as_chunk() if isinstance(chunk, Said) else chunk
            parts += [one["delta"].get("content", "") for one in whole["choices"]]
    finally:
        await speech.aclose()
    return "".join(parts)


def text_of(answered: ModelAnswered) -> str:
    return str(answered.answer["choices"][0]["message"]["content"])


async def until(holds: Callable[[], bool]) -> None:
    """Let others go on until `holds` does; they must not take for ever."""
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    """Play `scene` to its end, in a bounded time."""

    async def bounded() -> Any:
        async with asyncio.timeout(10):
            return await scene()

    return asyncio.run(bounded())
