# SPDX-License-Identifier: Apache-2.0
"""Faults with figures: who reads slowly, who sends slowly, a worker that is killed."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import pytest
from bench.gateway import memory_mib
from tests.journeys.conftest import Service
from tests.journeys.test_journey_durability import QUESTION, Load, hello, recorded
from tests.journeys.test_journey_hostile import CHAT, HEAD, RawService, chunk

SLOW_SENDERS = 1200
"""More than a server of ASGI lets in unless told otherwise."""

READERS = 4
MIB = 1024 * 1024
SOCKETS = 16 * MIB
"""Bytes that the buffers of four ends of two connections hold at most."""

MOST_GROWTH_MIB = 64
PROMPT_SECONDS = 2.0
BACK_SECONDS = 15.0

pytestmark = pytest.mark.alone


@pytest.fixture
def files() -> Iterator[None]:
    """As many open files as the system lets us have, for as many connections."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 8192), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def raw() -> Iterator[RawService]:
    service = RawService()
    yield service
    service.stop()


@pytest.fixture
def service(tmp_path: Path, raw: RawService) -> Iterator[Service]:
    running = Service(tmp_path / "data", "--upstream", raw.url)
    running.start()
    yield running
    running.kill()


def memory(service: Service) -> float:
    assert service.process is not None
    return memory_mib(service.process.pid)


def seconds_of_one(service: Service) -> float:
    """How long an ordinary request takes; it must be answered."""
    began = time.perf_counter()
    assert hello(service)[0] == 200
    return time.perf_counter() - began


def head_of(service: Service, length: int) -> bytes:
    key = service.credentials["user"]["api_key"]
    lines = [
        f"POST {CHAT} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {key}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_clients_that_send_slowly_keep_nobody_waiting(service: Service, files: None) -> None:
    """1,200 who have sent half a head or half a body: others are served at once, memory stays."""
    seconds_of_one(service)
    before = memory(service)
    halves = (b"POST /v1/chat/completions HTTP/1.1\r\nHost:", head_of(service, 5000) + b'{"mod')
    with ExitStack() as stack:
        for number in range(SLOW_SENDERS):
            line = socket.create_connection(("127.0.0.1", service.port), timeout=10)
            stack.enter_context(line).sendall(halves[number % 2])
        took = [seconds_of_one(service) for _ in range(5)]
        grown = memory(service) - before
    assert max(took) < PROMPT_SECONDS
    assert grown < MOST_GROWTH_MIB
    assert seconds_of_one(service) < PROMPT_SECONDS


class Endless:
    """Pieces of a stream that never ends, of which it is known how many were taken."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces, self.sent = pieces, 0

    def __iter__(self) -> Iterator[bytes]:
        yield HEAD
        for piece in cycle(self.pieces):
            yield piece
            self.sent += len(piece)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_clients_that_do_not_read_hold_the_model_up(service: Service, raw: RawService) -> None:
    """Four of them and a model without end: what sockets hold is taken, and no more, ever."""
    endless = Endless(b"data: " + chunk("一二三四五六七八" * 1000) + b"\n\n")
    raw.scripts["endless"] = endless  # type: ignore[assignment] # as good as a list that is read
    body = json.dumps({**QUESTION, "model": "endless", "stream": True}).encode()
    seconds_of_one(service)
    before, most = memory(service), 0.0
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(READERS):
                line = socket.create_connection(("127.0.0.1", service.port), timeout=10)
                stack.enter_context(line).sendall(head_of(service, len(body)) + body)
            held = until_still(service, endless)
            assert seconds_of_one(service) < PROMPT_SECONDS
            most = max(most, memory(service) - before)
            assert held < READERS * SOCKETS
        # What was said so far is kept until it is on record, in the forms that takes: text,
        # canonical bytes, sealed bytes. Freed memory that is in pieces counts as well.
        assert most < READERS * SOCKETS * 6 / MIB
        endless.sent = 0
    assert "Traceback" not in service.log.read_text()


def until_still(service: Service, endless: Endless) -> int:
    """The bytes that the model got rid of, once nothing has moved for two seconds."""
    seen = (-1, -1.0)
    while seen != (now := (endless.sent, round(memory(service)))):
        seen = now
        time.sleep(2)
    return endless.sent


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.control("usage-record")
def test_a_worker_killed_under_load_is_replaced_and_nothing_answered_is_lost(
    tmp_path: Path,
) -> None:
    """The other worker serves on; two are back without a hand; each answer has its record."""
    service = Service(tmp_path / "data", "--workers", "2")
    service.start()
    try:
        assert service.process is not None
        victim = workers(service.process.pid)[0]
        load = Load(service)
        meanwhile: list[float] = []
        killed = threading.Timer(1.0, os.kill, (victim, signal.SIGKILL))
        killed.start()
        asyncio.run(load.run(3.0, lambda: meanwhile.append(seconds_of_one(service))))
        began = time.perf_counter()
        while len(workers(service.process.pid)) < 2 or victim in workers(service.process.pid):
            assert time.perf_counter() - began < BACK_SECONDS
            time.sleep(0.1)
        asyncio.run(load.run(1.0))
        assert service.stop() == 0
    finally:
        service.kill()
    heads, bodies, leaves = recorded(service)
    assert load.answered <= heads & bodies & leaves
    assert heads == leaves
    assert service.json("ledger", "verify", "--json")["ok"] is True


def workers(parent: int) -> list[int]:
    """The serving processes below the first one."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text().rpartition(")")[2].split()
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        helper = b"resource_tracker" in command
        if int(stat[1]) == parent and stat[0] != "Z" and not helper:
            found.append(int(place.name))
    return sorted(found)
