# SPDX-License-Identifier: Apache-2.0
"""Models of a policy over real sockets: sealed keys, vendors that come and go, new versions."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from openai import APIStatusError, NotFoundError
from tests.journeys.conftest import GUIJU, POLICY, Service, until

from guiju import records
from guiju.app.house import House
from guiju.app.settings import read_settings

QUESTION: list[Any] = [{"role": "user", "content": "你是谁"}]
OLD, NEW = "sk-orchard-0000001", "sk-orchard-0000002"


class Vendor:
    """A model service that wants a key, answers with its name, and can be gone for a while."""

    def __init__(self, name: str, key: str = "") -> None:
        self.name, self.key = name, key
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.come()

    def come(self) -> None:
        asyncio.run_coroutine_threadsafe(self._come(), self._loop).result(10)

    def go(self) -> None:
        """Away, with every connection."""
        asyncio.run_coroutine_threadsafe(self._go(), self._loop).result(10)

    def stop(self) -> None:
        self.go()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _come(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def _go(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _fault(self, request: web.Request) -> web.Response | None:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "bad key"}}, status=401)
        return None

    async def _models(self, request: web.Request) -> web.Response:
        return self._fault(request) or web.json_response({"data": [{"id": "m-2026"}]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if (fault := self._fault(request)) is not None:
            return fault
        body = await request.json()
        self.asked.append(body["model"])
        if not body.get("stream"):
            message = {"role": "assistant", "content": f"这里是{self.name}。"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return web.json_response({"model": body["model"], "choices": [choice]})
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(_event({"content": f"这里是{self.name}，"}))
        while not self.go_on.is_set():  # noqa: ASYNC110 - another thread says when
            await asyncio.sleep(0.01)
        await response.write(_event({"content": "说完了。"}))
        await response.write(_event({}, "stop") + b"data: [DONE]\n\n")
        return response


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


def policy(first: Vendor, second: Vendor, *, swapped: bool = False) -> str:
    orders = (2, 1) if swapped else (1, 2)
    return f"""{POLICY}
[upstreams.first]
url = "http://127.0.0.1:{first.port}/v1"
key = "first"
[upstreams.second]
url = "http://127.0.0.1:{second.port}/v1"
[models."m"]
owner = "somebody"
use = [
  {{ upstream = "first", model = "m-2026", order = {orders[0]} }},
  {{ upstream = "second", order = {orders[1]} }},
]
"""


@pytest.fixture(scope="module")
def vendors() -> Iterator[tuple[Vendor, Vendor]]:
    both = Vendor("甲", OLD), Vendor("乙")
    yield both
    for one in both:
        one.stop()


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, vendors: tuple[Vendor, Vendor]
) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("models") / "data")
    running.start()
    seal(running, OLD)
    running.use_policy(policy(*vendors))
    yield running
    running.stop()


def seal(house: Service, key: str) -> str:
    """Seal a key as an operator does: on standard input."""
    command = [GUIJU, "--data", house.data, "upstream", "key", "first", "--as", "second"]
    done = subprocess.run(
        [str(part) for part in command],
        input=f"{key}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def answer(house: Service) -> str:
    with house.client() as client:
        asked = client.chat.completions.create(model="m", messages=QUESTION)
    assert asked.model == "m"
    return str(asked.choices[0].message.content)


def sources(house: Service) -> list[dict[str, Any]]:
    """Who answered, by the records, newest first."""
    opened = House.open(read_settings(str(house.data)))
    try:
        with opened.database.read() as tx:
            heads = records.recent(tx, limit=100)
    finally:
        opened.close()
    return [one.values["detail"]["source"] for one in heads if "source" in one.values["detail"]]


def until_answered_by(house: Service, name: str) -> None:
    until(lambda: f"这里是{name}。" in answer(house), f"{name} is asked")


@pytest.mark.control("upstream-keys-sealed")
def test_a_key_is_sealed_and_found_nowhere_afterwards(
    house: Service, vendors: tuple[Vendor, Vendor]
) -> None:
    """Not in what the commands say, not in any file of the data folder, not in the log."""
    assert "这里是甲。" in answer(house)
    assert vendors[0].asked[-1] == "m-2026"
    said = house.run("upstream", "list") + house.run("upstream", "list", "--json")
    said += house.run("upstream", "check") + house.run("ledger", "verify")
    assert "first" in said
    assert OLD not in said + house.log.read_text()
    files = [path for path in Path(house.data).rglob("*") if path.is_file()]
    assert files
    assert not any(OLD.encode() in path.read_bytes() for path in files)


def test_models_are_those_of_the_policy(house: Service) -> None:
    """Listed with their owners; others are unknown, with names like them."""
    with house.client() as client:
        assert [(one.id, one.owned_by) for one in client.models.list()] == [("m", "somebody")]
        with pytest.raises(NotFoundError) as caught:
            client.chat.completions.create(model="mm", messages=QUESTION)
    assert caught.value.code == "model-not-found"


@pytest.mark.control("usage-record")
def test_a_vendor_that_goes_is_replaced_and_found_again(
    house: Service, vendors: tuple[Vendor, Vendor]
) -> None:
    """Nobody who asks sees it; the evidence says who answered and after how many attempts."""
    first, _ = vendors
    assert "这里是甲。" in answer(house)
    first.go()
    try:
        for _ in range(6):
            assert "这里是乙。" in answer(house)
        _, _, text = house.ask("/metrics")
        assert 'guiju_upstream_workers{upstream="first",state="open"} 1' in text
    finally:
        first.come()
    until_answered_by(house, "甲")
    found = [one for one in sources(house) if one["upstream"] == "second"]
    assert len(found) >= 6
    assert {one["model"] for one in found} == {"m"}
    assert {one["attempts"] for one in found} == {1, 2}


def test_a_new_version_drops_no_stream_and_counts_from_the_next_request(
    house: Service, vendors: tuple[Vendor, Vendor]
) -> None:
    """Without a restart, in both directions."""
    first, second = vendors
    first.go_on.clear()
    with house.client() as client:
        speech = client.chat.completions.create(model="m", messages=QUESTION, stream=True)
        heard = next(speech).choices[0].delta.content or ""
        house.use_policy(policy(first, second, swapped=True))
        assert "这里是乙。" in answer(house)
        first.go_on.set()
        heard += "".join(one.choices[0].delta.content or "" for one in speech if one.choices)
    assert heard.startswith("这里是甲，说完了。")
    house.use_policy(policy(first, second))
    assert "这里是甲。" in answer(house)


@pytest.mark.control("upstream-keys-sealed")
def test_a_key_is_replaced_without_a_restart(
    house: Service, vendors: tuple[Vendor, Vendor]
) -> None:
    """The vendor takes the new one only; within moments it is asked with it again."""
    first, _ = vendors
    first.key = NEW
    assert "这里是乙。" in answer(house)
    assert NEW not in seal(house, NEW)
    until_answered_by(house, "甲")


@pytest.mark.control("closed-door")
def test_when_all_are_gone_the_client_learns_it_at_once(
    house: Service, vendors: tuple[Vendor, Vendor]
) -> None:
    """503 in our shape, with the seconds to wait; `check` says who does not answer."""
    for one in vendors:
        one.go()
    try:
        with pytest.raises(APIStatusError) as caught:
            answer(house)
        assert caught.value.status_code == 503
        assert caught.value.code == "upstream-unavailable"
        assert int(caught.value.response.headers["retry-after"]) >= 1
        found = json.loads(house.run("upstream", "check", "--json", status=1))
        assert [(one["fine"], one["why"]) for one in found] == [(False, "unreachable")] * 2
    finally:
        for one in vendors:
            one.come()
    until_answered_by(house, "甲")
