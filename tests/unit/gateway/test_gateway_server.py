# SPDX-License-Identifier: Apache-2.0
"""The server of the data plane with every neighbour played, and a client as ASGI messages."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, caller, rules

from guiju.accounts import Caller, Directory
from guiju.gateway import conversation, line
from guiju.gateway.choices import Choice
from guiju.gateway.leaving import Departure
from guiju.gateway.line import Line
from guiju.gateway.recorder import Item, Recorder
from guiju.gateway.relay import Relay
from guiju.gateway.rules import Rules, RulesHolder
from guiju.gateway.server import Gateway
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.telemetry import Timing, exposition
from guiju.gateway.upstreams import DemoModel
from guiju.gateway.work import Work
from guiju.kernel import FixedClock, Refused, Text, Unavailable
from guiju.records import Exchange, Refusal

NOW = FixedClock(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
CHAT = "/v1/chat/completions"
NOTHING = Text(zh="无。", en="Nothing.")


class KnownRules(RulesHolder):
    """Rules that are simply there."""

    def __init__(self) -> None:
        self.rules = rules()

    def now(self) -> Rules:
        return self.rules


class Everybody(Directory):
    """Whoever shows the key `good` is known; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.last: str | None = None
        self.error: Exception | None = None
        self.who = caller()

    def remembered(self, *_: Any) -> None:
        return None

    def fetch(self, token: str, end_user: str | None = None) -> Caller:
        self.asked, self.last = self.asked + 1, end_user
        if self.error is not None:
            raise self.error
        if token == "broken":
            raise KeyError(f"quotes {BLOCKED}")
        if token != "good":
            raise Refused("key-unknown", NOTHING, NOTHING, status=401)
        return self.who


class Book(Recorder):
    """Keeps what it is told to write; may wait before it does."""

    stalled = False

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.wait: Callable[[], Awaitable[None]] | None = None

    def start(self) -> None:
        """Nothing runs."""

    def check_open(self) -> None:
        """It is."""

    async def close(self) -> None:
        """Nothing to close."""

    async def write(self, item: Item) -> None:
        if self.wait is not None:
            await self.wait()
        self.items.append(item)


class Model(DemoModel):
    """Says what the test wrote down; `hangs` after it."""

    def __init__(self, *pieces: str, hangs: bool = False) -> None:
        super().__init__(NOW)
        self.pieces = pieces
        self.hangs = hangs
        self.closed = 0
        self.names = ["m"]
        self.error: Exception | None = None

    async def models(self) -> dict[str, str]:
        return dict.fromkeys(self.names, "guiju")

    async def answer(self, ask: AskModel) -> ModelAnswered:
        if self.error is not None:
            raise self.error
        return await super().answer(ask)

    async def stream(
        self,
        ask: AskModel,  # noqa: ARG002 - it says what it says
    ) -> AsyncGenerator[dict[str, Any], None]:
        try:
            for piece in self.pieces:
                yield {"choices": [{"index": 0, "delta": {"content": piece}}]}
                await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
            if self.hangs:
                await asyncio.get_running_loop().create_future()
            yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        finally:
            self.closed += 1


class Client:
    """One request; what it receives; when it leaves or stops reading."""

    def __init__(self, path: str = CHAT, method: str = "POST", **headers: str) -> None:
        self.headers = {"authorization": "Bearer good", "content-length": "10", **headers}
        self.path, self.method = path, method
        self.messages: list[MutableMapping[str, Any]] = []
        self.sent: list[MutableMapping[str, Any]] = []
        self.leaves_after: int | None = None
        self.stops_after: int | None = None
        self.breaks_after: int | None = None
        self.gone = asyncio.Event()
        self._something = asyncio.Event()

    def body(self, value: Any) -> Client:
        data = value if type(value) is bytes else json.dumps(value).encode()
        self.messages.append({"type": "http.request", "body": data, "more_body": False})
        return self

    def asks(self, text: str = "你好", **body: Any) -> Client:
        return self.body({"model": "m", "messages": [{"role": "user", "content": text}], **body})

    async def receive(self) -> MutableMapping[str, Any]:
        if self.messages:
            return self.messages.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        parts = len(self.sent)
        if self.breaks_after is not None and parts >= self.breaks_after:
            raise OSError("gone")
        if self.stops_after is not None and parts >= self.stops_after:
            await asyncio.get_running_loop().create_future()
        self.sent.append(message)
        self._something.set()
        if self.leaves_after == parts:
            self.gone.set()

    async def has_seen(self, text: str) -> None:
        """Return once `text` has arrived."""
        while text not in self.text:
            self._something.clear()
            await self._something.wait()

    async def of(self, gateway: Gateway) -> Client:
        headers = [(name.encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        scope = {"type": "http", "path": self.path, "method": self.method, "headers": headers}
        await gateway(scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def shown(self) -> dict[str, str]:
        pairs = self.sent[0]["headers"]
        return {name.decode(): value.decode() for name, value in pairs}

    @property
    def text(self) -> str:
        return b"".join(one.get("body", b"") for one in self.sent).decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class House:
    """A gateway among played neighbours."""

    def __init__(self, *pieces: str, hangs: bool = False) -> None:
        self.book, self.people, self.model = Book(), Everybody(), Model(*pieces, hangs=hangs)
        self.rules = KnownRules()
        self.gateway = self.served_by(self.model)

    def served_by(self, model: DemoModel) -> Gateway:
        return Gateway(
            rules=self.rules,
            directory=self.people,
            upstream=model,
            recorder=self.book,
            clock=NOW,
        )

    @property
    def record(self) -> Exchange:
        (found,) = self.book.items
        assert isinstance(found, Exchange)
        return found


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(bounded())


# -- what comes in ---------------------------------------------------------------------------------


def test_a_large_body_is_read_for_a_known_key_only() -> None:
    """Nobody fills the memory with a made-up key, nor without any."""

    async def scene() -> None:
        for headers, asked in (
            ({"authorization": "Bearer bad", "content-length": "300000"}, 1),
            ({"authorization": "Bearer bad", "content-length": "9" * 5000}, 1),
            ({"authorization": "Basic good"}, 0),
            ({"authorization": "Bearer "}, 0),
        ):
            house = House()
            client = await Client(**headers).asks().of(house.gateway)
            assert client.status == 401
            assert client.messages != []
            assert house.people.asked == asked
            assert house.book.items == []
        house, chunked = House(), Client()
        del chunked.headers["content-length"]
        assert (await chunked.asks().of(house.gateway)).status == 200

    run(scene)


def test_more_than_the_most_is_not_read() -> None:
    """413 as soon as the limit is passed, however many pieces follow."""

    async def scene() -> None:
        client = Client(**{"content-length": "99999999"})
        piece = {"type": "http.request", "body": bytes(1024 * 1024), "more_body": True}
        client.messages = [piece] * 50
        await client.of(House().gateway)
        assert client.status == 413
        assert client.json["error"]["code"] == "request-too-large"
        assert len(client.messages) == 41

    run(scene)


def test_a_body_that_never_comes_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """408 `request-too-slow`: a slow client holds nothing for ever."""
    monkeypatch.setattr(line, "_BODY_SECONDS", 0.01)

    async def scene() -> None:
        client = Client()
        client.messages = [{"type": "http.request", "body": b"{", "more_body": True}]
        await client.of(House().gateway)
        assert (client.status, client.json["error"]["code"]) == (408, "request-too-slow")

    run(scene)


def test_a_client_that_leaves_before_its_body_is_whole_gets_no_answer() -> None:
    """Nothing is sent, nothing recorded."""

    async def scene() -> None:
        house, client = House(), Client()
        client.gone.set()
        await client.of(house.gateway)
        assert client.sent == []
        assert house.book.items == []

    run(scene)


def test_users_whose_ids_are_no_text_stay_apart() -> None:
    """Two ids of broken bytes are not read as one and the same."""

    async def scene() -> None:
        seen = []
        for value in ("\xff", "\xfe"):
            house = House()
            await Client(**{"x-guiju-user": value}).asks().of(house.gateway)
            seen.append(house.people.last)
        assert len(set(seen)) == 2
        assert not any(one.isprintable() for one in seen if one)

    run(scene)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", CHAT, 405, "POST"),
        ("HEAD", "/v1/models", 405, "GET"),
        ("OPTIONS", CHAT, 405, "POST"),
        ("POST", CHAT + "/", 404, None),
        ("POST", "/v1//chat/completions", 404, None),
        ("POST", "/v1/x/../chat/completions", 404, None),
        ("POST", "/v1/chat/completions\x00", 404, None),
        ("POST", "/v1/Chat/Completions", 404, None),
        ("POST", "/v1/files", 404, None),
        ("GET", "/v1/", 404, None),
    ],
)
def test_only_the_routes_themselves_are_open(
    method: str, path: str, status: int, allow: str | None
) -> None:
    """Nothing near a route is that route, and nothing else is passed on."""

    async def scene() -> None:
        house = House()
        client = await Client(path, method).asks().of(house.gateway)
        assert client.status == status
        assert client.shown.get("allow") == allow
        assert house.people.asked == 0

    run(scene)


def test_names_of_models_are_names() -> None:
    """A model service cannot put text into the list."""

    async def scene() -> None:
        house = House()
        house.model.names = [BLOCKED, "m", "see here: text", "x" * 101, "ok/m-2"]
        client = await Client("/v1/models", "GET").of(house.gateway)
        assert [one["id"] for one in client.json["data"]] == ["m", "ok/m-2"]
        one = await Client(f"/v1/models/{BLOCKED}", "GET").of(house.gateway)
        assert one.status == 404
        assert BLOCKED not in one.text

    run(scene)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"{}", b'{"input":7}', b'{"input":[7]}', b'{"input":[]}', b"\xff"]
)
def test_a_moderation_of_nonsense_is_a_wrong_request(body: bytes) -> None:
    """400, never a fault."""

    async def scene() -> None:
        client = await Client("/v1/moderations").body(body).of(House().gateway)
        assert (client.status, client.json["error"]["code"]) == (400, "invalid-request")

    run(scene)


# -- what goes wrong inside ------------------------------------------------------------------------


@pytest.mark.control("closed-door")
@pytest.mark.parametrize("stream", [True, False])
def test_a_fault_of_the_adapter_is_told_recorded_and_logged_without_content(
    stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is raised: the request is on record, the log holds type and place only."""

    async def scene() -> None:
        house = House("说到一半")
        house.model.error = ValueError(f"quotes {BLOCKED}")
        client = await Client().asks(stream=stream).of(house.gateway)
        assert '"internal"' in client.text
        assert BLOCKED not in client.text
        (item,) = house.book.items
        if stream:
            assert house.record.usage.characters == 4
            assert "[DONE]" not in client.text
        else:
            assert isinstance(item, Refusal)
            assert client.status == 500

    run(scene)
    assert "ValueError" in caplog.text
    assert BLOCKED not in caplog.text


def test_an_error_that_passes_says_when() -> None:
    """In the header of HTTP for it, whether a model or the door said so."""

    async def scene() -> None:
        house = House()
        house.model.error = Unavailable("busy", NOTHING, NOTHING, retry_after=7)
        client = await Client().asks().of(house.gateway)
        assert (client.status, client.shown["retry-after"]) == (503, "7")
        house = House()
        house.people.error = Refused("rate-limited", NOTHING, NOTHING, status=429, retry_after=2)
        client = await Client("/v1/models", "GET").of(house.gateway)
        assert (client.status, client.shown["retry-after"]) == (429, "2")
        assert "retry-after" not in (await Client().asks().of(House().gateway)).shown

    run(scene)


def test_a_fault_at_look_up_is_told_and_logged_without_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The last line of defence: 500 with the request id."""

    async def scene() -> None:
        client = await Client(authorization="Bearer broken").asks().of(House().gateway)
        assert (client.status, client.json["error"]["code"]) == (500, "internal")
        assert client.json["error"]["request_id"] in caplog.text

    run(scene)
    assert BLOCKED not in caplog.text


def test_an_unknown_key_leaves_no_evidence() -> None:
    """A flood of made-up keys does not grow the ledger."""

    async def scene() -> None:
        house = House()
        for _ in range(20):
            client = await Client(authorization="Bearer bad").asks().of(house.gateway)
            assert client.status == 401
        assert house.book.items == []

    run(scene)


# -- clients that leave or do not read -------------------------------------------------------------


@pytest.mark.parametrize("after", range(1, 4))
def test_a_client_that_leaves_after_any_part_is_recorded(after: int) -> None:
    """The model is stopped, one record stands, nothing is counted that was not sent."""

    async def scene() -> None:
        house, client = House("一", "二", "三", hangs=True), Client()
        client.leaves_after = after
        await client.asks(stream=True).of(house.gateway)
        assert house.record.finish == "client-gone"
        assert 0 < house.record.usage.characters <= 3
        assert house.model.closed == 1
        assert house.gateway.under_way == set()

    run(scene)


@pytest.mark.parametrize("after", range(8))
def test_a_server_that_says_so_by_an_error_is_understood(after: int) -> None:
    """A send that raises OSError is a client that left: recorded, and no fault."""

    async def scene() -> None:
        house, client = House("一", "二", "三"), Client()
        client.breaks_after = after
        await client.asks(stream=True).of(house.gateway)
        assert house.record.usage.characters <= 3
        assert house.model.closed == 1

    run(scene)


def test_a_client_may_leave_while_the_record_is_written() -> None:
    """The record stands; the end goes nowhere."""

    async def scene() -> None:
        house, client = House("一"), Client()

        async def leave() -> None:
            client.gone.set()
            await asyncio.sleep(0.01)

        house.book.wait = leave
        await client.asks(stream=True).of(house.gateway)
        assert house.record.finish == "stop"

    run(scene)


def test_a_client_that_leaves_during_a_whole_answer_is_recorded() -> None:
    """The model was asked, so it is on record."""

    async def scene() -> None:
        house, client = House(), Client()
        client.asks()
        client.gone.set()
        await client.of(house.gateway)
        assert house.record.finish == "stop"

    run(scene)


@pytest.mark.parametrize("leaves", [None, 2])
def test_what_was_said_goes_with_its_stream(leaves: int | None) -> None:
    """Nothing of a stream that is over waits for the collector, who seldom looks at old things."""

    async def scene() -> None:
        house, client = House(*["好的。"] * 8, hangs=leaves is not None), Client()
        client.leaves_after = leaves
        await client.asks(stream=True).of(house.gateway)
        assert house.record.finish == ("stop" if leaves is None else "client-gone")

    gc.collect()
    gc.disable()
    try:
        run(scene)
        kinds = Relay | Choice | Line | Departure | Work | Timing
        left = [type(one) for one in gc.get_objects() if isinstance(one, kinds)]
    finally:
        gc.enable()
    assert left == []


def test_a_client_that_does_not_read_cannot_put_the_record_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither in mid-stream nor when the rest is sent."""
    monkeypatch.setattr(conversation, "_LONGEST_STREAM", 0.05)
    monkeypatch.setattr(line, "_READ_SECONDS", 0.01)

    async def scene() -> None:
        # In mid-stream, at the label, at the end.
        for after, finish in ((2, "client-gone"), (4, "stop"), (5, "stop")):
            house, client = House("一", "二", "三"), Client()
            client.stops_after = after
            await client.asks(stream=True).of(house.gateway)
            assert house.record.finish == finish

    run(scene)


def test_a_model_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the longest time the stream is recorded and the client is told."""
    monkeypatch.setattr(conversation, "_LONGEST_STREAM", 0.05)

    async def scene() -> None:
        house = House("一", hangs=True)
        client = await Client().asks(stream=True).of(house.gateway)
        assert house.record.finish == "upstream-error"
        assert '"stream-too-long"' in client.text
        assert "[DONE]" not in client.text

    run(scene)


def test_winding_down_records_every_stream_and_says_so() -> None:
    """Before a killing: what was delivered is on record, labelled, and the client is told."""

    async def scene() -> None:
        house = House("一", "二", hangs=True)
        clients = [Client().asks(stream=True) for _ in range(5)]
        tasks = [asyncio.ensure_future(client.of(house.gateway)) for client in clients]
        for client in clients:
            await client.has_seen("二")
        house.gateway.wind_down()
        await asyncio.gather(*tasks)
        finishes = [item.finish for item in house.book.items if isinstance(item, Exchange)]
        assert finishes == ["service-stopped"] * 5
        for client in clients:
            assert '"service-stopping"' in client.text
            assert "本回答由人工智能生成" in client.text
        house.gateway.wind_down()

    run(scene)


def test_rules_swapped_in_mid_stream_count_for_the_next_request() -> None:
    """A stream keeps the rules it began with, in header, screen and record."""

    async def scene() -> None:
        house, client = House("一", hangs=True), Client()
        before = house.rules.rules
        task = asyncio.ensure_future(client.asks(stream=True).of(house.gateway))
        await client.has_seen("一")
        changed = {name: getattr(before, name) for name in Rules.__slots__} | {"policy": "e" * 64}
        house.rules.rules = Rules(**changed)
        house.gateway.wind_down()
        await task
        assert house.record.policy == client.shown["x-guiju-policy"] == before.policy
        again = await Client().asks().of(house.gateway)
        assert again.shown["x-guiju-policy"] == "e" * 64

    run(scene)


@pytest.mark.control("agreement-before-use")
def test_whom_an_earlier_version_still_serves_is_told_of_the_newer_one() -> None:
    """In the head of the answer; who has accepted the newest is told nothing."""

    async def scene() -> None:
        for accepted, said in ((2, "agreement.newer"), (3, None)):
            house = House()
            house.people.who = caller(agreement=accepted, agreement_required=2, agreement_newest=3)
            client = await Client().asks().of(house.gateway)
            assert (client.status, client.shown.get("x-guiju-notice")) == (200, said)

    run(scene)


# -- metrics and the demo model --------------------------------------------------------------------


def test_metrics_hold_routes_and_numbers_only() -> None:
    """No path, name or text of a client becomes a label."""

    async def scene() -> None:
        house = House()
        for path in (f"/v1/{BLOCKED}", f"/v1/models/{BLOCKED}", "/v1/x" * 50):
            await Client(path, "GET").of(house.gateway)
        text = exposition(*house.gateway.counted())
        assert BLOCKED not in text
        assert 'route="other",status="404"} 2' in text
        assert "guiju_requests_in_flight 0" in text

    run(scene)


def test_the_demo_model_says_when_it_answered() -> None:
    """By the clock it was given, or the system's."""

    async def scene() -> None:
        body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
        ask = AskModel(body, stream=False)
        made = (await DemoModel(NOW).answer(ask)).answer["created"]
        assert made == int(NOW.now().timestamp())
        assert (await DemoModel().answer(ask)).answer["created"] > 0
        chunks = [chunk async for chunk in DemoModel(NOW).stream(ask)]
        assert {chunk["created"] for chunk in chunks} == {int(NOW.now().timestamp())}

    run(scene)


@pytest.mark.parametrize("stream", [True, False])
def test_the_demo_model_carries_texts_on(stream: bool) -> None:
    """A newcomer may try `/v1/completions` as well; it has no vectors, and says so."""

    async def scene() -> None:
        house = House()
        house.gateway = house.served_by(DemoModel(NOW))
        client = Client("/v1/completions")
        body = {"model": "m", "prompt": ["reverse: cba", "x"], "stream": stream}
        text = (await client.body(body).of(house.gateway)).text
        assert client.status == 200
        if stream:
            assert text.endswith("data: [DONE]\n\n")
        else:
            assert json.loads(text)["choices"][0]["text"].startswith("abc")
        client = Client("/v1/embeddings").body({"model": "m", "input": "x"})
        assert (await client.of(house.gateway)).status == 404

    run(scene)
