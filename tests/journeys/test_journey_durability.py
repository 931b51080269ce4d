# SPDX-License-Identifier: Apache-2.0
"""What must hold when everything goes wrong: killed at any moment, no disk, no database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random  # noqa: TID251 - moments to kill at, no ids
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from tests.conftest import PostgresServer
from tests.journeys.conftest import Service

from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.ledger.store import ENTRY
from guiju.records.store import BODY, EXCHANGE

# Fifty take minutes; on every change fewer have to do.
ROUNDS = 8 if os.environ.get("CI") else 50
CLIENTS = 12

pytestmark = pytest.mark.alone


class Load:
    """Clients that ask without pause and remember the ids of requests that were answered."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.answered: set[str] = set()
        self.refused: list[tuple[int, str]] = []
        self._key = service.credentials["user"]["api_key"]

    async def run(self, seconds: float, then: Any = None) -> None:
        async with aiohttp.ClientSession() as session:
            tasks = [asyncio.ensure_future(self._client(session, n)) for n in range(CLIENTS)]
            await asyncio.sleep(seconds)
            if then is not None:
                then()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _client(self, session: aiohttp.ClientSession, number: int) -> None:
        stream = number % 2 == 0
        body = {
            "model": "guiju-demo",
            "messages": [{"role": "user", "content": "你好，今天天气怎么样"}],
            "stream": stream,
        }
        headers = {"Authorization": f"Bearer {self._key}"}
        url = f"{self.service.url}/v1/chat/completions"
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.post(url, json=body, headers=headers) as answer:
                    text = await answer.text()
                    whole = text.endswith("data: [DONE]\n\n") if stream else _is_json(text)
                    if answer.status == 200 and whole:
                        self.answered.add(answer.headers["x-guiju-request-id"])
                    elif answer.status != 200:
                        self.refused.append((answer.status, json.loads(text)["error"]["code"]))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def recorded(service: Service) -> tuple[set[str], set[str], set[str]]:
    """Requests that have a head, a body, a leaf (in the tree or about to be)."""
    house = House.open(read_settings(str(service.data), **_database(service)))
    with house.database.read() as tx:
        heads = {row.request for row in tx.rows(select(EXCHANGE.c.request))}
        bodies = {row.request for row in tx.rows(select(BODY.c.request))}
        leaves = [json.loads(row.leaf) for row in tx.rows(select(ENTRY.c.leaf))]
    house.close()
    named = {one["facts"]["request"] for one in leaves if one["kind"] == "exchange-recorded"}
    return heads, bodies, named


def _database(service: Service) -> dict[str, str]:
    at = service.options.index("--database") if "--database" in service.options else None
    return {} if at is None else {"database": service.options[at + 1]}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.control("usage-record")
def test_kills_under_load_lose_no_answered_request(tmp_path: Path, services: list[Service]) -> None:
    """After each kill -9 the next start needs no hand, and every answer has its record and leaf."""
    service = Service(tmp_path / "data")
    services.append(service)
    service.start()
    load = Load(service)
    moments = Random(15)  # noqa: S311 - repeatable
    for _ in range(ROUNDS):
        asyncio.run(load.run(moments.uniform(0.05, 0.9), service.kill))
        service.start()
    service.stop()
    assert len(load.answered) > ROUNDS
    heads, bodies, leaves = recorded(service)
    assert load.answered - heads == set()
    assert load.answered - bodies == set()
    assert load.answered - leaves == set()
    assert heads == leaves
    report = service.json("ledger", "verify", "--json")
    assert report["problems"] == []
    assert report["ok"] is True


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False
    )
    if made.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


QUESTION = {"model": "guiju-demo", "messages": [{"role": "user", "content": "你好"}]}


def hello(service: Service) -> tuple[int, Any]:
    status, _, answer = service.ask(
        "/v1/chat/completions", QUESTION, service.credentials["user"]["api_key"]
    )
    return status, answer


def answers_again(service: Service) -> bool:
    """Whether it serves within ten seconds, without anybody's hand."""
    for _ in range(100):
        if hello(service)[0] == 200:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.control("closed-door")
def test_a_full_disk_closes_the_door_and_room_opens_it_again(
    small_disk: Path, services: list[Service]
) -> None:
    """Refused with `unavailable` while the disk is full; nothing answered is lost; no restart."""
    service = Service(small_disk / "data")
    services.append(service)
    service.start()
    assert hello(service)[0] == 200
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(bytes(max(0, free - 300_000)))
    load = Load(service)
    for _ in range(10):
        asyncio.run(load.run(1.0))
        if load.refused:
            break
    assert {code for _, code in load.refused} == {"unavailable"}
    assert {status for status, _ in load.refused} == {503}
    ballast.unlink()
    assert answers_again(service)
    service.stop()
    heads, bodies, leaves = recorded(service)
    assert load.answered <= heads & bodies & leaves
    assert service.json("ledger", "verify", "--json")["ok"] is True


def caught_up(service: Service) -> bool:
    """Whether within ten seconds nothing waits on the disk for the database."""
    for _ in range(100):
        if not list((service.data / "spill").glob("*")):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(300)
@pytest.mark.control("records-kept-aside")
@pytest.mark.control("closed-door")
def test_a_database_that_restarts_is_bridged(
    tmp_path: Path, postgres: PostgresServer, services: list[Service]
) -> None:
    """PostgreSQL stopped under load: known people go on, strangers wait, nothing is lost."""
    url = postgres.new_database()
    service = Service(tmp_path / "data", "--database", url, "--workers", "2")
    services.append(service)
    service.start()
    load = Load(service)
    asyncio.run(load.run(2.0))
    before = len(load.answered)
    assert before
    postgres.stop()
    try:
        asyncio.run(load.run(3.0))
        bridged = len(load.answered)
        status, _, answer = service.ask(
            "/v1/chat/completions",
            {**QUESTION, "user": "somebody-new"},
            service.credentials["app"]["api_key"],
        )
    finally:
        postgres.start()
    assert bridged > before + CLIENTS
    assert (status, answer["error"]["code"]) == (503, "unavailable")
    assert {code for _, code in load.refused} <= {"unavailable"}
    assert answers_again(service)
    asyncio.run(load.run(1.0))
    assert caught_up(service)
    service.stop()
    heads, bodies, leaves = recorded(service)
    assert load.answered <= heads & bodies & leaves
    assert service.json("ledger", "verify", "--json")["ok"] is True


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(300)
@pytest.mark.control("records-kept-aside")
def test_a_service_killed_while_its_database_is_away_has_lost_nothing(
    tmp_path: Path, postgres: PostgresServer, services: list[Service]
) -> None:
    """What was answered from the disk is on record after the next start, without a hand."""
    url = postgres.new_database()
    service = Service(tmp_path / "data", "--database", url)
    services.append(service)
    service.start()
    load = Load(service)
    asyncio.run(load.run(1.0))
    postgres.stop()
    try:
        asyncio.run(load.run(2.0, service.kill))
    finally:
        postgres.start()
    assert list((service.data / "spill").iterdir())
    service.start()
    assert caught_up(service)
    service.stop()
    heads, bodies, leaves = recorded(service)
    assert load.answered <= heads & bodies & leaves
    assert service.json("ledger", "verify", "--json")["ok"] is True
