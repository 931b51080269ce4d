# SPDX-License-Identifier: Apache-2.0
"""Limits and barring as a client meets them: status, headers, records, ends of streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, caller, rules
from tests.unit.gateway.test_gateway_server import NOW, Client, House, Model, run

from guiju.accounts import Caller
from guiju.gateway.barring import Barring
from guiju.gateway.limiting import Levee, Office, floods
from guiju.gateway.server import Gateway
from guiju.kernel import GuijuError, Refused, Text
from guiju.limits import Grant, Limits, Meter, Plan, Turn, moment
from guiju.records import Exchange, Refusal

SAID = Text(zh="无。", en="Nothing.")


class Meters:
    """An authority in memory, for one worker."""

    def __init__(self) -> None:
        self.meters: dict[str, Meter] = {}
        self.turned = 0

    async def start(self, hears: Any) -> None:
        """Nothing to find."""

    async def turns(self, said: Sequence[Turn]) -> Sequence[Grant]:
        self.turned += 1
        when = moment(1000.0, NOW.now())
        found = [self.meters.setdefault(one.subject, Meter(one.subject)) for one in said]
        return [meter.turn("w", one, when) for meter, one in zip(found, said, strict=True)]

    async def close(self) -> None:
        """Nothing to close."""


class Limited(House):
    """A gateway that counts, and whose policy limits each person."""

    def __init__(self, *pieces: str, hangs: bool = False, **limits: int) -> None:
        super().__init__(*pieces, hangs=hangs)
        self.rules.rules = rules(plan=Plan(person=Limits(**limits)))
        self.meters = Meters()
        self.office = Office(self.meters)
        self.barring = Barred()
        self.gateway = Gateway(
            rules=self.rules,
            directory=self.people,
            upstream=self.model,
            recorder=self.book,
            clock=NOW,
            office=self.office,
            barring=self.barring,
        )

    async def ask(self, text: str = "你好", **body: Any) -> Client:
        return await Client().asks(text, **body).of(self.gateway)

    async def spent(self, subject: str = "pe_1") -> int:
        await self.office.close()
        return sum(one.tokens for one in self.meters.meters[subject].days.values())


class Barred(Barring):
    """Somebody may be served no longer, and no database says so."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.why: dict[str | tuple[str, str], GuijuError] = {}

    def _barred(self, callers: list[Caller]) -> Mapping[str | tuple[str, str], GuijuError]:
        assert callers
        return self.why


@pytest.mark.control("usage-limits")
def test_whoever_is_over_the_limit_is_told_in_our_shape_and_when_to_come_back() -> None:
    """429 with the headers that OpenAI's clients read; nothing is asked of the model."""

    async def scene() -> None:
        house = Limited(requests=1, tokens=1000)
        first, second = await house.ask(), await house.ask()
        assert (first.status, second.status) == (200, 429)
        assert first.shown["x-ratelimit-limit-requests"] == "1"
        assert first.shown["x-ratelimit-remaining-requests"] == "0"
        assert int(first.shown["x-ratelimit-remaining-tokens"]) < 1000
        assert second.json["error"]["code"] == "rate-limited"
        assert second.json["error"]["article"] == 13
        assert 1 <= int(second.shown["retry-after"]) <= 61
        assert second.shown["x-ratelimit-remaining-requests"] == "0"
        assert [type(one) for one in house.book.items] == [Exchange, Refusal]

    run(scene)


def test_within_what_is_in_hand_nobody_is_asked() -> None:
    """No round trip for a request: the first brings enough for the next ones."""

    async def scene() -> None:
        house = Limited(requests=1000)
        await house.ask()
        turned = house.meters.turned
        for _ in range(5):
            assert (await house.ask()).status == 200
        assert house.meters.turned == turned

    run(scene)


def test_what_was_really_used_is_settled_after_the_answer() -> None:
    """By the model's own count, which the demo model gives: one token a character."""

    async def scene() -> None:
        house = Limited(tokens=1000)
        answer = await house.ask()
        assert await house.spent() == answer.json["usage"]["total_tokens"]

    run(scene)


def test_a_stream_without_a_count_is_estimated() -> None:
    """A model service that counts nothing gives nothing away for nothing."""

    async def scene() -> None:
        house = Limited("一二三四", "五六七八", tokens=1000)
        await house.ask(stream=True)
        assert await house.spent() >= 4

    run(scene)


def test_a_model_that_fails_costs_no_tokens() -> None:
    """The request counts, what was not answered does not."""

    async def scene() -> None:
        house = Limited(tokens=1000, requests=5)
        house.model.error = Refused("upstream-unavailable", SAID, SAID, status=503)
        assert (await house.ask()).status == 503
        assert await house.spent() == 0
        assert house.meters.meters["pe_1"].minute[0].requests == 1

    run(scene)


def test_every_end_of_a_request_frees_its_place() -> None:
    """Answered, blocked, left, broken: one at a time goes on and on."""

    async def scene() -> None:
        house = Limited("一", concurrent=1)
        assert (await house.ask()).status == 200
        assert (await house.ask(BLOCKED)).status == 200
        gone = Client()
        gone.leaves_after = 1
        await gone.asks(stream=True).of(house.gateway)
        house.model.error = KeyError("broken")
        assert (await house.ask()).status == 500
        house.model.error = None
        assert (await house.ask()).status == 200
        assert house.office.shares.find("pe_1")._busy == 0  # type: ignore[union-attr]

    run(scene)


def test_pictures_are_not_counted_by_their_bytes() -> None:
    """A megabyte of picture is not a quarter of a million tokens."""

    async def scene() -> None:
        house = Limited(tokens=1000)
        picture = {"url": "data:image/png;base64," + "A" * 200_000}
        parts = [{"type": "image_url", "image_url": picture}, {"type": "text", "text": "这是什么"}]
        body = {"model": "m", "messages": [{"role": "user", "content": parts}]}
        answer = await Client().body(body).of(house.gateway)
        assert answer.json.get("error", {}).get("code") != "tokens-over-limit"
        long = await house.ask("长" * 20_000)
        assert long.json["error"]["code"] == "tokens-over-limit"
        assert long.status == 413

    run(scene)


def test_clients_are_told_not_to_try_a_used_up_budget_again_at_once() -> None:
    """OpenAI's clients obey this header; by themselves they would try twice more."""

    async def scene() -> None:
        house = Limited(day=30)
        await house.ask("一二三四五六七八九十")
        answer = await house.ask("一二三四五六七八九十")
        assert answer.json["error"]["code"] == "budget-used-up"
        assert answer.shown["x-should-retry"] == "false"

    run(scene)


def test_routes_that_ask_no_model_count_as_requests() -> None:
    """Moderations and lists of models cost this service something too."""

    async def scene() -> None:
        house = Limited(requests=2)
        listed = await Client("/v1/models", "GET").of(house.gateway)
        asked = Client("/v1/moderations").body({"input": "你好"})
        assert (listed.status, (await asked.of(house.gateway)).status) == (200, 200)
        assert listed.shown["x-ratelimit-limit-requests"] == "2"
        assert (await Client("/v1/models", "GET").of(house.gateway)).status == 429
        assert (await house.ask()).status == 429

    run(scene)


# -- a flood of refusals ---------------------------------------------------------------------------


def test_a_flood_of_refusals_is_no_flood_of_evidence() -> None:
    """One record at once, one more with how many there were; nothing is forgotten."""
    kept: list[Any] = []

    async def scene() -> None:
        async def keep(item: Any) -> None:
            kept.append(item)

        levee = Levee(keep)
        for at in range(1000):
            await levee.write(_refusal(f"req_{at}", "rate-limited"))
        await levee.write(_refusal("req_other", "account-suspended"))
        await levee.close()

    run(scene)
    assert [(one.request, one.count) for one in kept] == [
        ("req_0", 1),
        ("req_other", 1),
        ("req_999", 999),
    ]


def test_refusals_a_second_apart_are_told_one_by_one() -> None:
    """And what is told once is not told again."""
    found = floods.Floods()
    assert not found.held(_refusal("req_1", "rate-limited"), 0.0)
    assert found.over(1.0) == []
    assert not found.held(_refusal("req_2", "rate-limited"), 1.5)
    assert found.held(_refusal("req_3", "rate-limited"), 1.6)
    assert [one.request for one in found.over(2.6)] == ["req_3"]
    assert found.over(9.0) == []


def _refusal(request: str, code: str) -> Refusal:
    return Refusal(request, NOW.now(), "/v1/chat/completions", "key_1", "pe_1", code)


# -- whoever may be served no longer ---------------------------------------------------------------


@pytest.mark.control("account-and-keys")
@pytest.mark.parametrize("subject", ["key_1", "pe_1", "*"])
def test_a_stream_of_whoever_is_barred_ends_in_order(subject: str) -> None:
    """What was delivered is on record and labelled, and the client is told why it ends."""

    async def scene() -> None:
        house, client = Limited("一", hangs=True), Client()
        house.barring._loop = asyncio.get_running_loop()
        house.barring.why = {"pe_1": Refused("account-suspended", SAID, SAID)}
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.barring.review("pe_other")
        house.barring.review(subject)
        await task
        assert house.record.finish == "access-ended"
        assert json.loads(client.text.rpartition("data: ")[2])["error"]["code"] == (
            "account-suspended"
        )
        assert "本回答由人工智能生成" in client.text

    run(scene)


@pytest.mark.control("user-dispositions")
@pytest.mark.parametrize(("function", "ends"), [("text", True), ("images", False)])
def test_a_function_that_is_closed_ends_its_streams_and_no_others(
    function: str, *, ends: bool
) -> None:
    """A restriction counts for what is under way as a suspension does."""

    async def scene() -> None:
        house, client = Limited("一", hangs=ends), Client()
        house.barring._loop = asyncio.get_running_loop()
        why = Refused("function-restricted", SAID, SAID)
        house.barring.why = {("pe_1", function): why}
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.barring.review("pe_1")
        await task
        assert house.record.finish == ("access-ended" if ends else "stop")

    run(scene)


def test_a_whole_answer_of_whoever_is_barred_does_not_leave() -> None:
    """Though the model was asked while they still might."""

    async def scene() -> None:
        house = Limited()
        model = Slow()
        house.gateway._asked.upstream = model
        house.barring._loop = asyncio.get_running_loop()
        house.barring.why = {"key_1": Refused("key-revoked", SAID, SAID, status=401)}
        client = Client()
        task = asyncio.ensure_future(client.asks().of(house.gateway))
        await model.asked.wait()
        house.barring.review("key_1")
        await task
        assert (client.status, client.json["error"]["code"]) == (401, "key-revoked")
        (refusal,) = house.book.items
        assert isinstance(refusal, Refusal)

    run(scene)


class Slow(Model):
    """Thinks for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def answer(self, *_: Any) -> Any:
        self.asked.set()
        await asyncio.get_running_loop().create_future()


def test_who_was_told_of_nothing_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net under the notices: everything under way is looked at now and then."""
    monkeypatch.setattr("guiju.gateway.barring.LOOKS_SECONDS", 0.01)

    async def scene() -> None:
        house, client = Limited("一", hangs=True), Client()
        house.barring.start()
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.barring.why = {"pe_1": Refused("account-terminated", SAID, SAID)}
        await task
        assert house.record.finish == "access-ended"
        house.barring.close()

    run(scene)


def test_the_others_go_on() -> None:
    """A look ends nobody's stream but theirs who are barred."""

    async def scene() -> None:
        house, client = Limited("一", hangs=True), Client()
        house.barring._loop = asyncio.get_running_loop()
        house.barring.why = {"pe_2": Refused("account-suspended", SAID, SAID)}
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        house.barring.review("*")
        await asyncio.sleep(0.02)
        assert not task.done()
        house.gateway.wind_down()
        await task
        assert house.record.finish == "service-stopped"

    run(scene)


@pytest.mark.control("account-and-keys")
def test_a_key_may_ask_for_its_models_only() -> None:
    """Any other is refused before it is judged or asked, and is not in its list."""

    async def scene() -> None:
        house = Limited(requests=10)
        house.people.who = caller(models=frozenset({"m"}))
        assert (await house.ask()).status == 200
        refused = await house.ask(model="other")
        assert (refused.status, refused.json["error"]["code"]) == (403, "model-not-allowed")
        assert len(house.book.items) == 2
        house.people.who = caller(models=frozenset({"other"}))
        assert (await house.ask()).status == 403
        listed = await Client(path="/v1/models", method="GET").of(house.gateway)
        assert listed.json["data"] == []

    run(scene)
