# SPDX-License-Identifier: Apache-2.0
"""One count on four workers, on two machines, after kills; and who is barred is barred at once."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openai import RateLimitError
from tests.conftest import PostgresServer
from tests.journeys.conftest import POLICY, Service
from tests.journeys.model_service import ModelService

from guiju.kernel import monotonic

LIMITED = POLICY + "\n[limits.person]\nrequests = 100\n"
CHAT = "/v1/chat/completions"

pytestmark = pytest.mark.alone


def hello(model: str, **body: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "你好"}], **body}


async def burst(services: list[Service], key: str, model: str, number: int) -> Counter[int]:
    """So many requests at once, each on a connection of its own; the statuses."""
    headers = {"Authorization": f"Bearer {key}"}
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def ask(at: int) -> int:
            url = f"{services[at % len(services)].url}{CHAT}"
            async with session.post(url, json=hello(model)) as answer:
                await answer.read()
                return answer.status

        return Counter(await asyncio.gather(*(ask(at) for at in range(number))))


def started(services: list[Service], folder: Path, *options: str) -> Service:
    service = Service(folder, *options)
    services.append(service)
    service.start()
    return service


def workers_of(service: Service) -> list[int]:
    """The processes that serve, and no others that they started."""
    assert service.process is not None
    parent, found = service.process.pid, []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[1]) == parent:
                found.append(int(entry.name))
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def crowd(
    request: pytest.FixtureRequest, tmp_path: Path, model: ModelService, services: list[Service]
) -> Service:
    """Four workers on one database, with a limit of a hundred requests a minute for each person."""
    options = ["--upstream", model.url, "--workers", "4"]
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        options += ["--database", server.new_database()]
    service = started(services, tmp_path / "data", *options)
    service.use_policy(POLICY)
    return service


@pytest.mark.postgres
@pytest.mark.control("usage-limits")
def test_a_limit_of_a_hundred_is_a_hundred_on_four_workers(
    crowd: Service, model: ModelService
) -> None:
    """Four hundred at once: a hundred are answered, the others are told when to come back."""
    crowd.use_policy(LIMITED)
    # Asking whether the policy counts has used some of the app's requests, none of this person's.
    key, name = _newcomer(crowd, "wanderer"), model.says("好的。")
    statuses = asyncio.run(burst([crowd], key, name, 400))
    assert statuses == {200: 100, 429: 300}
    with pytest.raises(RateLimitError) as refused:
        crowd.client(key).chat.completions.create(**hello(name))
    assert refused.value.code == "rate-limited"
    headers = refused.value.response.headers
    assert headers["x-ratelimit-limit-requests"] == "100"
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert 1 <= int(headers["retry-after"]) <= 62
    used = crowd.json("accounts", "limits", "show", "wanderer", "--json")
    assert used["limits"]["requests"] == 100


@pytest.mark.postgres
@pytest.mark.control("usage-limits")
def test_two_machines_on_one_database_count_together(
    tmp_path: Path, postgres: PostgresServer, model: ModelService, services: list[Service]
) -> None:
    """Two data folders, two groups of workers, one limit."""
    url = postgres.new_database()
    options = ["--upstream", model.url, "--workers", "2", "--database", url]
    first = started(services, tmp_path / "one", *options)
    first.use_policy(LIMITED)
    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / "master.key", tmp_path / "two" / "master.key")
    second = started(services, tmp_path / "two", *options)
    key, name = _newcomer(first, "wanderer"), model.says("好的。")
    statuses = asyncio.run(burst([first, second], key, name, 400))
    assert statuses == {200: 100, 429: 300}


@pytest.mark.control("usage-limits")
def test_a_killed_worker_takes_no_count_with_it(
    tmp_path: Path, model: ModelService, services: list[Service]
) -> None:
    """Whoever held the count is killed amid a burst: the limit holds, service goes on."""
    service = started(services, tmp_path / "data", "--upstream", model.url, "--workers", "4")
    service.use_policy(LIMITED)
    key, name = _newcomer(service, "wanderer"), model.says("好的。")
    statuses = asyncio.run(burst([service], key, name, 60))
    assert statuses == {200: 60}
    for victim in workers_of(service)[:2]:
        os.kill(victim, signal.SIGKILL)
    total = Counter[int]()
    for _ in range(20):
        try:
            total += asyncio.run(burst([service], key, name, 20))
        except aiohttp.ClientError:
            # A connection that a dead worker had accepted.
            time.sleep(0.1)
    assert 1 <= total[200] <= 40
    assert total[429] > 0
    # What the dead had in hand counts as used; other people are served as before.
    other = _newcomer(service, "another")
    assert asyncio.run(burst([service], other, name, 20))[200] == 20
    assert len(workers_of(service)) >= 4


@pytest.mark.postgres
@pytest.mark.control("account-and-keys")
@pytest.mark.parametrize("how", ["key", "person"])
def test_streams_of_whoever_is_barred_end_within_a_second_on_every_worker(
    crowd: Service, model: ModelService, how: str
) -> None:
    """Told from another process; what was delivered is on record, and the error closes each."""
    key = _newcomer(crowd, f"barred-{how}")
    name = model.script({"deltas": [{"content": "慢"}] * 1200, "pause": 0.05})
    ends: list[tuple[float, str]] = []
    begun = threading.Barrier(13)

    def listen() -> None:
        async def play() -> None:
            headers = {"Authorization": f"Bearer {key}"}
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.post(f"{crowd.url}{CHAT}", json=hello(name, stream=True)) as answer,
            ):
                assert answer.status == 200
                text, told = b"", False
                async for piece in answer.content.iter_any():
                    text += piece
                    if not told:
                        told = True
                        await asyncio.to_thread(begun.wait, 30)
                ends.append((monotonic(), text.decode()))

        asyncio.run(play())

    threads = [threading.Thread(target=listen) for _ in range(12)]
    for one in threads:
        one.start()
    begun.wait(30)
    if how == "key":
        (found,) = crowd.json("accounts", "key", "list", "barred-key", "--json")
        crowd.run("accounts", "key", "revoke", found["id"], "--as", "second")
    else:
        reason = ("--reason", "abuse", "--as", "safety")
        crowd.run("accounts", "person", "standing", "barred-person", "suspended", *reason)
    barred_at = monotonic()
    for one in threads:
        one.join(10)
    assert len(ends) == 12
    assert max(at for at, _ in ends) - barred_at < 1.0
    code = "key-revoked" if how == "key" else "account-suspended"
    for _, text in ends:
        last = text.rstrip().rpartition("data: ")[2]
        assert json.loads(last)["error"]["code"] == code
    assert asyncio.run(burst([crowd], key, name, 8)).keys() <= {401, 403}


def _newcomer(service: Service, name: str) -> str:
    """A person who has accepted the agreement; their key."""
    made = service.json("accounts", "person", "register", name, "--as", "second", "--json")
    issued = service.json("accounts", "key", "issue", made["id"], "--as", "second", "--json")
    key: str = issued["token"]
    status, _, said = service.ask("/api/agreement/acceptances", {}, key)
    assert status in {200, 201}, said
    return key
