# SPDX-License-Identifier: Apache-2.0
"""Requests by the models of a policy, through the whole gateway: who answers is on record."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED
from tests.unit.gateway.test_gateway_server import Client, House, KnownRules, run
from tests.unit.gateway.upstream_scene import DONE, Host, Play, event, model, stream, whole

from guiju.gateway.upstreams import Router
from guiju.records import Exchange, Refusal, Source


def house_with(router: Router) -> House:
    house = House()
    assert isinstance(house.rules, KnownRules)
    house.rules.rules = dataclasses.replace(house.rules.rules, models=router)
    return house


def texts(client: Client) -> str:
    chunks = [json.loads(one[6:]) for one in client.text.split("\n\n") if one.startswith("data: {")]
    deltas = [one["delta"] for chunk in chunks for one in chunk.get("choices", ())]
    return "".join(one.get("content") or "" for one in deltas)


@pytest.mark.control("usage-record")
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
def test_the_record_says_who_answered_and_after_how_many_attempts(*, streams: bool) -> None:
    """The client sees the name it asked for; the upstream's own stands in the record."""

    async def scene() -> None:
        answer = stream(event("好"), event("的"), DONE) if streams else whole("好的")
        play = Play(a=Host(up=False), b=Host(answer))
        house = house_with(play.router(model("m", "a", "b")))
        client = await Client().asks(stream=streams).of(house.gateway)
        assert client.status == 200
        assert house.record.source == Source("b", "b-model", "m", 2)
        assert (house.record.model, house.record.detail().source) == ("m", house.record.source)
        assert "b-model" not in client.text
        assert "theirs" not in client.text
        if streams:
            assert texts(client).startswith("好的")

    run(scene)


def test_a_stream_that_breaks_off_is_on_record_with_its_source() -> None:
    """What was delivered came from somebody."""

    async def scene() -> None:
        play = Play(a=Host(stream(event("说到一半"), None)), b=Host())
        house = house_with(play.router(model("m", "a", "b")))
        client = await Client().asks(stream=True).of(house.gateway)
        assert "upstream-unavailable" in client.text
        assert "[DONE]" not in client.text
        assert house.record.source == Source("a", "a-model", "m", 1)
        assert house.record.finish == "upstream-error"

    run(scene)


@pytest.mark.control("closed-door")
def test_when_nobody_answers_the_client_learns_when_and_it_is_on_record() -> None:
    """503 with Retry-After; an evidence of refusal, whole or streamed."""

    async def scene() -> None:
        for streams in (False, True):
            play = Play(a=Host(up=False), b=Host(up=False))
            house = house_with(play.router(model("m", "a", "b")))
            client = await Client().asks(stream=streams).of(house.gateway)
            assert (client.status, client.shown["retry-after"]) == (503, "1")
            assert client.json["error"]["code"] == "upstream-unavailable"
            (item,) = house.book.items
            assert isinstance(item, Refusal)
            assert item.code == "upstream-unavailable"

    run(scene)


def test_a_model_that_the_policy_does_not_name_is_unknown() -> None:
    """404 for known callers only, with names like it; nobody is asked."""

    async def scene() -> None:
        play = Play(a=Host())
        house = house_with(play.router(model("qwen-plus", "a")))
        client = await Client().asks(model="qwen-pluss").of(house.gateway)
        assert (client.status, client.json["error"]["code"]) == (404, "model-not-found")
        assert client.json["error"]["param"] == "model"
        assert "qwen-plus" in client.json["error"]["what"]
        (item,) = house.book.items
        assert isinstance(item, Refusal)
        stranger = await Client(authorization="Bearer bad").asks(model="x").of(house.gateway)
        assert (stranger.status, "qwen" in stranger.text) == (401, False)
        assert play.hosts["a"].asked == []

    run(scene)


def test_models_are_listed_by_the_names_of_the_policy_and_their_owners() -> None:
    """Each name is judged; the services are not asked for theirs."""

    async def scene() -> None:
        play = Play(a=Host())
        router = play.router(model("qwen-plus", "a", owner="alibaba"), model("small", "a"))
        house = house_with(router)
        client = await Client("/v1/models", "GET").of(house.gateway)
        found = {one["id"]: one["owned_by"] for one in client.json["data"]}
        assert found == {"qwen-plus": "alibaba", "small": "guiju"}
        one = await Client("/v1/models/qwen-plus", "GET").of(house.gateway)
        assert one.json["owned_by"] == "alibaba"
        other = await Client("/v1/models/qwen-pls", "GET").of(house.gateway)
        assert (other.status, "qwen-plus" in other.json["error"]["what"]) == (404, True)
        assert play.hosts["a"].asked == []

    run(scene)


def test_an_exchange_is_answered_by_the_policy_it_began_with() -> None:
    """Rules that change between screening and asking count for the next request."""

    async def scene() -> None:
        play = Play(a=Host(), b=Host())
        old, new = play.router(model("m", "a")), play.router(model("m", "b"))
        house = house_with(old)
        fetch = house.people.fetch

        def swapped(*given: Any) -> Any:
            house.rules.rules = dataclasses.replace(house.rules.rules, models=new)
            return fetch(*given)

        house.people.fetch = swapped  # type: ignore[assignment, method-assign]
        await Client().asks().of(house.gateway)
        assert house.record.source == Source("a", "a-model", "m", 1)

    run(scene)


@pytest.mark.control("output-screening")
def test_what_another_upstream_says_is_screened_like_the_first_ones() -> None:
    """Fallback is no way round."""

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host(whole(f"看{BLOCKED}")))
        house = house_with(play.router(model("m", "a", fallback=("n",)), model("n", "b")))
        client = await Client().asks().of(house.gateway)
        assert BLOCKED not in client.text
        record = house.record
        assert isinstance(record, Exchange)
        assert (record.finish, record.source) == (
            "content_filter",
            Source("b", "b-model", "n", 4),
        )

    run(scene)
