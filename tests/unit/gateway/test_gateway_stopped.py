# SPDX-License-Identifier: Apache-2.0
"""What a person has stopped answers nobody, and what was under way ends in order."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.scene import Play, caller, exchange, rules
from tests.unit.gateway.test_gateway_allow import Limited
from tests.unit.gateway.test_gateway_server import NOW, Client, run

from guiju.gateway.rules import Rules
from guiju.gateway.signals import AskModel, Record, Reply
from guiju.policies import StopKind, Target
from guiju.records import Refusal

CHAT = Target(StopKind.ROUTE, "/v1/chat/completions")


def stopping(*targets: Target) -> Rules:
    used = rules()
    used.stopped.become(targets, NOW.now())
    return used


@pytest.mark.control("parts-stopped")
@pytest.mark.parametrize(
    ("target", "who", "code"),
    [
        (CHAT, caller(), "route-stopped"),
        (Target(StopKind.MODEL, "m"), caller(), "model-stopped"),
        (Target(StopKind.SCENE, "direct"), caller(), "scene-stopped"),
        (Target(StopKind.SCENE, "ap_1"), caller(app="ap_1"), "scene-stopped"),
    ],
)
def test_a_stopped_part_asks_no_model_and_the_refusal_is_on_record(
    target: Target, who: Any, code: str
) -> None:
    """One clear error in our shape, with the article behind it."""
    play = Play(exchange(used=stopping(target)), who).begin().recorded()
    assert play.of(AskModel) == []
    (record,) = play.of(Record)
    assert isinstance(record.item, Refusal)
    assert record.item.code == code
    (reply,) = play.of(Reply)
    said = json.loads(reply.body)["error"]
    assert (reply.status, said["code"], said["article"]) == (503, code, 14)
    assert said["remedy"]


def test_nothing_else_is_stopped() -> None:
    """Another route, another model, another scene: all go on."""
    others = (
        Target(StopKind.ROUTE, "/v1/embeddings"),
        Target(StopKind.MODEL, "m2"),
        Target(StopKind.SCENE, "ap_1"),
    )
    assert Play(exchange(used=stopping(*others))).begin().of(AskModel)


def test_a_route_that_asks_no_model_is_stopped_too() -> None:
    """Also what was made before is handed out no more while its route is stopped."""

    async def scene() -> None:
        house = Limited()
        house.rules.now().stopped.become([Target(StopKind.ROUTE, "/v1/models")], NOW.now())
        client = await Client(path="/v1/models", method="GET").of(house.gateway)
        assert (client.status, client.json["error"]["code"]) == (503, "route-stopped")

    run(scene)


@pytest.mark.control("parts-stopped")
@pytest.mark.parametrize("told", [True, False])
def test_a_stream_of_what_is_stopped_ends_in_order(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on record and labelled, and the client is told why; also if nobody told this worker."""
    monkeypatch.setattr("guiju.gateway.barring.LOOKS_SECONDS", 60 if told else 0.01)

    async def scene() -> None:
        house, client = Limited("一", hangs=True), Client()
        house.barring.start()
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.rules.now().stopped.become([CHAT], NOW.now())
        if told:
            house.barring.contain()
        await task
        assert house.record.finish == "part-stopped"
        assert json.loads(client.text.rpartition("data: ")[2])["error"]["code"] == "route-stopped"
        assert "本回答由人工智能生成" in client.text
        house.barring.close()

    run(scene)


def test_streams_of_other_parts_go_on() -> None:
    """A look ends only what is stopped."""

    async def scene() -> None:
        house, client = Limited("一", hangs=True), Client()
        house.barring.start()
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.rules.now().stopped.become([Target(StopKind.MODEL, "other")], NOW.now())
        house.barring.contain()
        await asyncio.sleep(0.02)
        assert not task.done()
        task.cancel()
        house.barring.close()

    run(scene)
