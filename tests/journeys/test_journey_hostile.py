# SPDX-License-Identifier: Apache-2.0
"""The whole house against a hostile model service, hostile clients, and its own stopping."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from openai import APIError, AsyncOpenAI, OpenAI
from pydantic import BaseModel
from tests.journeys.conftest import PATIENCE, POLICY, Service, until
from tests.journeys.model_service import ModelService

from guiju import ledger
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.gateway import HttpUpstream
from guiju.gateway.signals import AskModel
from guiju.gateway.upstreams.asking import Limits
from guiju.kernel import GuijuError

BLOCKED = "青铜月亮会"
CHAT = "/v1/chat/completions"
LABEL = "\n\n本回答由人工智能生成"
ANSWER = {
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "好的。"}, "finish_reason": "stop"}
    ]
}


class RawService:
    """A model service that sends exactly the bytes written down for a model's name."""

    def __init__(self) -> None:
        self.scripts: dict[str, list[bytes | float]] = {}
        self.asked: list[bytes] = []
        self._names = count(1)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def sends(self, *parts: bytes | float) -> str:
        """A new model that sends `parts` and closes; a number is a pause in seconds."""
        name = f"raw-{next(self._names)}"
        self.scripts[name] = list(parts)
        return name

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._answer(connection)
            except OSError:
                return

    def _answer(self, connection: socket.socket) -> None:
        file = connection.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = file.readline()
            if not line:
                return
            head += line
        length = next(
            (
                int(one[15:])
                for one in head.lower().split(b"\r\n")
                if one[:15] == b"content-length:"
            ),
            0,
        )
        body = file.read(length)
        self.asked.append(head + body)
        name = json.loads(body)["model"] if body else ""
        for part in self.scripts.get(name, [response(json.dumps(ANSWER).encode())]):
            if isinstance(part, bytes):
                connection.sendall(part)
            else:
                time.sleep(part)

    def stop(self) -> None:
        self._server.close()


def response(
    body: bytes, kind: str = "application/json", status: str = "200 OK", *more: str
) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def stream(*parts: bytes | float) -> list[bytes | float]:
    return [HEAD, *parts]


def chunk(text: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return json.dumps({"choices": [choice], **more}, ensure_ascii=False).encode()


DONE = b"data: [DONE]\n\n"


@pytest.fixture(scope="module")
def raw() -> Iterator[RawService]:
    service = RawService()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory, raw: RawService) -> Iterator[Service]:
    """A running service whose model service sends whatever a test wants."""
    running = Service(tmp_path_factory.mktemp("exposed") / "data", "--upstream", raw.url)
    running.start()
    running.use_policy(POLICY)
    yield running
    running.stop()


def key(service: Service) -> str:
    return str(service.credentials["user"]["api_key"])


def body(model: str, text: str = "你好", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def leaves(service: Service) -> list[dict[str, Any]]:
    house = House.open(read_settings(str(service.data)))
    try:
        with house.database.read() as tx:
            return ledger.leaves(tx, limit=1_000_000)
    finally:
        house.close()


def leaf_of(service: Service, request: str) -> dict[str, Any]:
    """The leaf about a request, whatever its kind."""

    def recorded() -> dict[str, Any] | None:
        others = (one for one in leaves(service) if one["kind"] != "finding-raised")
        return next((one for one in others if one["facts"].get("request") == request), None)

    return until(recorded, f"{request} comes into the tree")


# -- a hostile model service -----------------------------------------------------------------------

BIG = 40 * 1024 * 1024
WHOLE: list[tuple[str, list[bytes | float], int]] = [
    ("html", [response(f"<html>{BLOCKED}</html>".encode(), "text/html")], 503),
    ("truncated json", [response(json.dumps(ANSWER).encode()[:-9])], 503),
    ("no json", [response(BLOCKED.encode())], 503),
    ("a list", [response(b"[]")], 503),
    ("deep", [response(b"[" * 100_000)], 503),
    ("an error with 200", [response(json.dumps({"error": {"message": BLOCKED}}).encode())], 503),
    ("redirect", [response(b"", "text/html", "307 Moved", "Location: http://127.0.0.1:9/v1")], 503),
    ("short body", [response(b"{}").replace(b"Content-Length: 2", b"Content-Length: 99")], 503),
    ("no http", [b"hello\r\n\r\n"], 503),
    ("huge", [response(b'{"choices":"' + b"x" * BIG + b'"}')], 503),
    (
        "zip bomb",
        [
            response(
                gzip.compress(b" " * BIG), "application/json", "200 OK", "Content-Encoding: gzip"
            )
        ],
        503,
    ),
    ("wrong UTF-8", [response(b'{"choices":[{"message":{"content":"\xff\xfe"}}]}')], 503),
    (
        "half a character",
        [response(json.dumps(ANSWER).encode().replace(b"stop", b"\xe5\xa5"))],
        503,
    ),
    ("closed", [], 503),
    ("its error text", [response(BLOCKED.encode(), "text/plain", "422 No")], 422),
    ("its refusal", [response(BLOCKED.encode(), "text/plain", "401 No")], 503),
]


@pytest.mark.control("closed-door")
@pytest.mark.parametrize(("name", "sent", "status"), WHOLE, ids=[one[0] for one in WHOLE])
def test_a_broken_whole_answer_is_an_error_of_ours(
    exposed: Service, raw: RawService, name: str, sent: list[bytes | float], status: int
) -> None:
    """Our words and a refusal on record; not one of the service's words."""
    got, headers, answer = exposed.ask(CHAT, body(raw.sends(*sent)), key(exposed))
    # After many such answers in a row the service is left in peace for a while, which is 503.
    assert got in {status, 503}
    assert answer["error"]["code"] in {"upstream-unavailable", "upstream-refused"}
    assert BLOCKED not in json.dumps(answer, ensure_ascii=False)
    assert leaf_of(exposed, headers["x-guiju-request-id"])["kind"] == "request-refused"


FIRST = b"data: " + chunk("好的。") + b"\n\n"
STREAMS: list[tuple[str, list[bytes | float], bool]] = [
    ("crlf", stream(b"data: " + chunk("好的。") + b"\r\n\r\ndata: [DONE]\r\n\r\n"), True),
    ("no space", stream(b"data:" + chunk("好的。") + b"\n\ndata:[DONE]\n\n"), True),
    ("comments", stream(b": hi\n\nid: 1\nevent: x\n" + FIRST + b"retry: 1\n\n" + DONE), True),
    ("done at the end of bytes", stream(FIRST + b"data: [DONE]"), True),
    ("dripping", stream(*(bytes([one]) for one in FIRST + DONE)), True),
    ("other type", [HEAD.replace(b"text/event-stream", b"x/y"), FIRST, DONE], True),
    ("cut off", stream(FIRST), False),
    ("cut in an event", stream(FIRST + b'data: {"choices": [{"in'), False),
    ("html in the middle", stream(FIRST + f"data: <p>{BLOCKED}\n\n".encode()), False),
    ("two objects in an event", stream(FIRST + b"data: {}\ndata: {}\n\n"), False),
    ("an error event", stream(FIRST + f'data: {{"error":"{BLOCKED}"}}\n\n'.encode()), False),
    ("huge event", stream(FIRST + b"data: " + b"x" * 10_000_000 + b"\n\n"), False),
    ("empty lines for ever", stream(FIRST + b"data:\n" * 5_000_000), False),
    ("wrong UTF-8", stream(FIRST + b'data: {"choices":[],"x":"\xff"}\n\n' + DONE), False),
    ("a character cut in two", stream(FIRST + "data: {}好".encode()[:-1] + b"\n\n" + DONE), False),
    ("one huge line", stream(FIRST + b": " + b"x" * 10_000_000 + b"\n\n" + DONE), False),
    ("negative index", stream(FIRST + b'data: {"choices":[{"index":-1,"delta":{}}]}\n\n'), False),
    ("lone surrogate", stream(FIRST + b'data: {"choices":[],"x":"\\ud800"}\n\n' + DONE), False),
]


@pytest.mark.control("closed-door")
@pytest.mark.parametrize(("name", "sent", "fine"), STREAMS, ids=[one[0] for one in STREAMS])
def test_a_stream_of_odd_bytes_is_read_or_ended(
    exposed: Service, raw: RawService, name: str, sent: list[bytes | float], fine: bool
) -> None:
    """What the standard allows is read; all else ends the stream with an error and a record."""
    _, headers, text = exposed.ask(CHAT, body(raw.sends(*sent), stream=True), key(exposed))
    assert "好的。" in text
    assert BLOCKED not in text
    assert ("data: [DONE]" in text) == fine
    assert ("upstream-unavailable" in text) != fine
    facts = leaf_of(exposed, headers["x-guiju-request-id"])["facts"]
    assert facts["finish"] == ("stop" if fine else "upstream-error")
    assert facts["usage"]["characters"] == 3


@pytest.mark.parametrize(
    "sent",
    [
        [response(json.dumps(ANSWER).encode())],
        [response(b"<html></html>", "text/html")],
        stream(),
        stream(b"\n" * 1000),
    ],
)
def test_a_stream_without_any_event_is_an_error(
    exposed: Service, raw: RawService, sent: list[bytes | float]
) -> None:
    """Nothing was delivered, so it is a plain error with a status."""
    status, _, answer = exposed.ask(CHAT, body(raw.sends(*sent), stream=True), key(exposed))
    assert (status, answer["error"]["code"]) == (503, "upstream-unavailable")


def test_a_silent_model_counts_as_gone(raw: RawService) -> None:
    """The limits of silence, of a whole answer and of a stream without end are kept."""

    async def stream_of(upstream: HttpUpstream, name: str) -> int:
        await upstream.start()
        seen = 0
        try:
            asked = json.dumps({"model": name}).encode()
            async with aclosing(await upstream.begin(AskModel(asked, stream=True))) as speech:
                async for _ in speech.chunks:
                    seen += 1
        finally:
            await upstream.close()
        return seen

    silent = raw.sends(*stream(FIRST, 3.0, DONE))
    dripping: list[bytes | float] = [b": hi\n\n", 0.05]
    endless = raw.sends(*stream(*dripping * 60, DONE))
    for upstream, name in (
        (HttpUpstream(raw.url, limits=Limits(first=0.3, idle=0.3)), silent),
        (HttpUpstream(raw.url, limits=Limits(longest=0.5)), endless),
    ):
        began = time.perf_counter()
        with pytest.raises(GuijuError, match="upstream-unavailable"):
            asyncio.run(stream_of(upstream, name))
        assert time.perf_counter() - began < 2.5

    async def whole() -> None:
        upstream = HttpUpstream(raw.url, limits=Limits(whole=0.3))
        await upstream.start()
        try:
            asked = json.dumps({"model": silent}).encode()
            await upstream.answer(AskModel(asked, stream=False))
        finally:
            await upstream.close()

    with pytest.raises(GuijuError, match="upstream-unavailable"):
        asyncio.run(whole())


def test_the_model_service_learns_nothing_about_the_client(
    exposed: Service, raw: RawService
) -> None:
    """Neither key nor user id nor any header of the client is passed on."""
    name = raw.sends(response(json.dumps(ANSWER).encode()))
    asked = body(name, user="visitor-42", safety_identifier="visitor-43")
    extra = {"X_Guiju_User": "visitor-44", "X_Secret": "visitor-45", "Cookie": "visitor-46"}
    status, _, _ = exposed.ask(CHAT, asked, key(exposed), **extra)
    assert status == 200
    (sent,) = [one for one in raw.asked if f'"{name}"'.encode() in one]
    assert b"visitor" not in sent
    assert b"gj-user" not in sent


# -- hostile clients -------------------------------------------------------------------------------


def spoken(service: Service, data: bytes, wait: float = 10) -> bytes:
    """What the service answers to these bytes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=wait) as line:
        line.sendall(data)
        got = b""
        while piece := line.recv(65536):
            got += piece
        return got


def request(service: Service, path: str, data: bytes, *more: str, method: str = "POST") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Authorization: Bearer {key(service)}",
        *more,
    ]
    if not any(one.lower().startswith(("content-length", "transfer")) for one in more):
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_odd_but_honest_http_is_served(exposed: Service) -> None:
    """Chunks, encoded paths, queries, letter cases of the scheme, garbage in a language header."""
    data = json.dumps(body("m")).encode()
    chunked = b"".join(b"%x\r\n%s\r\n" % (1, data[at : at + 1]) for at in range(len(data)))
    for sent in (
        request(exposed, CHAT, chunked + b"0\r\n\r\n", "Transfer-Encoding: chunked"),
        request(exposed, "/v1/chat%2Fcompletions", data),
        request(exposed, CHAT + "?stream=true&model=other", data),
        request(exposed, f"http://other{CHAT}", data),
        request(exposed, CHAT, data, "Accept-Language: ;;q=nan,zh;q=1e999,\xff*"),
        request(exposed, CHAT, data, "X-Guiju-User: \xff\xfe"),
        request(exposed, CHAT, data).replace(b"Bearer ", b"bEARER   "),
    ):
        answer = spoken(exposed, sent)
        assert status_of(answer) == 200, answer
        assert "好的。".encode() in answer


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1", "GET", 404),
        ("/V1/chat/completions", "POST", 404),
        ("//v1/chat/completions", "POST", 404),
        ("/v1//chat/completions", "POST", 404),
        ("/v1/chat/completions/", "POST", 404),
        ("/v1/x/../chat/completions", "POST", 404),
        ("/v1/chat/completions%00", "POST", 404),
        ("/v1/%ff%ed%a0%80", "GET", 404),
        ("/v1/models/%ff", "GET", 404),
        (CHAT, "HEAD", 405),
        (CHAT, "OPTIONS", 405),
        ("/v1/models", "DELETE", 405),
    ],
)
def test_no_trick_with_a_path_opens_a_route(
    exposed: Service, raw: RawService, path: str, method: str, status: int
) -> None:
    """404 or 405 with our error, and the model is not asked."""
    before = len(raw.asked)
    answer = spoken(exposed, request(exposed, path, json.dumps(body("m")).encode(), method=method))
    if status_of(answer) == 200:
        pytest.fail(f"{method} {path} was served")
    assert status_of(answer) == status
    chat = [one for one in raw.asked[before:] if one.startswith(b"POST")]
    assert chat == []


def test_bodies_that_are_no_json_are_wrong_and_large_ones_too_large(exposed: Service) -> None:
    """Gzip is not unpacked, deep nesting breaks nothing, nine MiB are too many."""
    data = json.dumps(body("m")).encode()
    packed = request(exposed, CHAT, gzip.compress(data), "Content-Encoding: gzip")
    assert status_of(spoken(exposed, packed)) == 400
    assert status_of(spoken(exposed, request(exposed, CHAT, b"[" * 1_000_000))) == 400
    connection = http.client.HTTPConnection("127.0.0.1", exposed.port, timeout=20)
    headers = {"Authorization": f"Bearer {key(exposed)}"}
    try:
        connection.request("POST", CHAT, b'"' + b"x" * (9 * 1024 * 1024) + b'"', headers)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        # The service need not read what it will not take.
        pass
    finally:
        connection.close()
    assert exposed.ask(CHAT, body("m"), key(exposed))[0] == 200


def test_clients_that_leave_anywhere_leave_a_working_service(
    exposed: Service, raw: RawService
) -> None:
    """In the headers, in the body, while the model thinks, in mid-stream: no fault in the log."""
    slow = raw.sends(*stream(FIRST, 0.3, FIRST, 0.3, DONE))
    data = json.dumps(body(slow, stream=True)).encode()
    whole = request(exposed, CHAT, data)
    for cut in (10, len(whole) - 5, len(whole)):
        for wait in (0.0, 0.1, 0.4):
            with socket.create_connection(("127.0.0.1", exposed.port)) as line:
                line.sendall(whole[:cut])
                time.sleep(wait)
    assert exposed.ask(CHAT, body("m"), key(exposed))[0] == 200
    time.sleep(1)
    log = exposed.log.read_text()
    assert "Traceback" not in log
    assert "failed" not in log


def test_a_client_that_does_not_read_holds_nobody_up(exposed: Service, raw: RawService) -> None:
    """The model is read only as fast as its client reads; others are served meanwhile."""
    much = b"data: " + chunk("一二三四五六七八" * 1000) + b"\n\n"
    name = raw.sends(*stream(*[much] * 1000, DONE))
    with socket.create_connection(("127.0.0.1", exposed.port)) as line:
        line.sendall(request(exposed, CHAT, json.dumps(body(name, stream=True)).encode()))
        time.sleep(1)
        for _ in range(5):
            assert exposed.ask(CHAT, body("m"), key(exposed))[0] == 200


def test_clients_that_share_a_key_do_not_share_anything_else(
    exposed: Service, raw: RawService
) -> None:
    """Forty streams at once: each gets its own text, id and record."""
    names = {
        raw.sends(*stream(b"data: " + chunk(f"第{n}篇。") + b"\n\n", 0.05, DONE)): f"第{n}篇。"
        for n in range(40)
    }
    got: dict[str, str] = {}

    def ask(name: str) -> None:
        got[name] = exposed.ask(CHAT, body(name, stream=True), key(exposed))[2]

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    for name, text in names.items():
        assert text in got[name]
        assert sum(other in got[name] for other in names.values()) == 1
    ids = {json.loads(one.split("\n")[0][6:])["id"] for one in got.values()}
    assert len(ids) == 40


def test_logs_and_ledger_hold_no_content(exposed: Service, raw: RawService) -> None:
    """After all that: no words of clients or models, no end user, no key."""
    name = raw.sends(response(json.dumps(ANSWER | {"id": "秘密编号"}).encode()))
    exposed.ask(CHAT, body(name, "柠檬鲸鱼", user="visitor-99"), key(exposed))
    exposed.ask(f"/v1/{BLOCKED.encode().hex()}", None, key(exposed))
    time.sleep(1.5)
    first_run = exposed.log.read_text().split("Stop with Ctrl-C.")[-1]
    found = first_run + json.dumps(leaves(exposed), ensure_ascii=False)
    for word in ("柠檬", BLOCKED, "visitor-", "好的。", "秘密", key(exposed), "第1号"):
        assert word not in found
    assert exposed.json("ledger", "verify", "--json")["ok"] is True


# -- stopping --------------------------------------------------------------------------------------


@pytest.mark.control("usage-record")
def test_running_streams_finish_before_the_service_stops(
    tmp_path: Path, model: ModelService
) -> None:
    """SIGTERM: no new connection, the stream runs to its labelled end, and its record stands."""
    service = Service(tmp_path / "data", "--upstream", model.url)
    service.start()
    name = model.script({"deltas": [{"content": "一"}] * 30, "pause": 0.1})
    said: list[Any] = []
    begun = threading.Event()

    def listen() -> None:
        with service.client() as client:
            for one in client.chat.completions.create(
                model=name, messages=[{"role": "user", "content": "慢慢说"}], stream=True
            ):
                said.append(one)
                begun.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert begun.wait(PATIENCE)
    assert service.process is not None
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0
    listener.join(10)
    text = "".join(one.choices[0].delta.content or "" for one in said if one.choices)
    assert text == "一" * 30 + LABEL
    assert said[-1].aigc["Label"] == "1"
    request_id = said[0].id.removeprefix("chatcmpl-")
    house = House.open(read_settings(str(service.data)))
    try:
        ledger.integrate(house.database)
        with house.database.read() as tx:
            found = [one["facts"] for one in ledger.leaves(tx, limit=100_000)]
    finally:
        house.close()
    (facts,) = [one for one in found if one.get("request") == request_id]
    assert facts["finish"] == "stop"


# -- the official client ---------------------------------------------------------------------------


class Weather(BaseModel):
    city: str
    rain: bool


def ask(client: OpenAI, model: str, **more: Any) -> Any:
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "你好"}], **more
    )


def test_parsed_answers_are_parsed_in_both_ways(service: Service, model: ModelService) -> None:
    """`parse` and the stream helper get JSON without a visible label inside, escapes resolved."""
    text = json.dumps({"city": "杭州", "rain": False})
    name = model.says(*(text[at : at + 3] for at in range(0, len(text), 3)))
    client = service.client()
    messages: Any = [{"role": "user", "content": "天气"}]
    parsed = client.chat.completions.parse(model=name, messages=messages, response_format=Weather)
    assert parsed.choices[0].message.parsed == Weather(city="杭州", rain=False)
    with client.chat.completions.stream(
        model=name, messages=messages, response_format=Weather
    ) as events:
        kinds = {event.type for event in events}
        final = events.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert final.choices[0].message.parsed == Weather(city="杭州", rain=False)


def test_streamed_tools_reach_the_stream_helper_whole(
    service: Service, model: ModelService
) -> None:
    """Two calls at once, in pieces, come out as two calls with their arguments."""
    pieces = [
        {"tool_calls": [{"index": n, "id": f"c{n}", "type": "function", "function": {"name": "f"}}]}
        for n in range(2)
    ] + [
        {"tool_calls": [{"index": n, "function": {"arguments": part}}]}
        for part in ('{"n":', "1}")
        for n in range(2)
    ]
    name = model.script({"deltas": pieces, "finish": "tool_calls", "text": None})
    tool: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    with service.client().chat.completions.stream(
        model=name, messages=[{"role": "user", "content": "x"}], tools=[tool]
    ) as events:
        final = events.get_final_completion()
    calls: Any = final.choices[0].message.tool_calls
    assert [(one.id, one.function.arguments) for one in calls] == [
        ("c0", '{"n":1}'),
        ("c1", '{"n":1}'),
    ]
    assert final.choices[0].finish_reason == "tool_calls"


def test_two_choices_usage_and_log_probabilities(service: Service, model: ModelService) -> None:
    """n=2 gives two labelled answers, usage comes last when wanted, logprobs are left out."""
    name = model.says("好", "的。")
    whole = ask(service.client(), name, n=2, logprobs=True, top_logprobs=2)
    assert [one.message.content for one in whole.choices] == ["好的。" + LABEL] * 2
    assert whole.choices[0].logprobs is None
    assert whole.usage.total_tokens == 12
    options = {"include_usage": True}
    chunks = list(ask(service.client(), name, stream=True, stream_options=options, logprobs=True))
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 12
    assert chunks[-1].aigc["Label"] == "1"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].aigc == chunks[-1].aigc
    plain = list(ask(service.client(), name, stream=True))
    assert all(one.usage is None for one in plain)
    assert plain[-1].aigc["Label"] == "1"


def test_the_asynchronous_client_streams_and_reads_headers(
    service: Service, model: ModelService
) -> None:
    """Ten streams side by side, each with the headers of the contract."""
    name = model.says("我们", "一起", "读书。")

    async def one(client: AsyncOpenAI) -> str:
        raw = await client.chat.completions.with_raw_response.create(
            model=name, messages=[{"role": "user", "content": "你好"}], stream=True
        )
        for header in ("request-id", "produce-id", "policy", "screened"):
            assert raw.headers[f"x-guiju-{header}"]
        text = ""
        async for part in raw.parse():
            text += "".join(choice.delta.content or "" for choice in part.choices)
        return text

    async def all_of_them() -> list[str]:
        url = f"{service.url}/v1"
        async with AsyncOpenAI(base_url=url, api_key=key(service), max_retries=0) as client:
            return await asyncio.gather(*(one(client) for _ in range(10)))

    assert asyncio.run(all_of_them()) == ["我们一起读书。" + LABEL] * 10


def test_an_answer_given_back_as_history_is_taken(service: Service, model: ModelService) -> None:
    """Clients send the message object of an earlier answer as it is."""
    name = model.says("好的。")
    first = ask(service.client(), name).choices[0].message
    messages: Any = [
        {"role": "user", "content": "你好"},
        first,
        {"role": "user", "content": "再说"},
    ]
    again = service.client().chat.completions.create(model=name, messages=messages)
    assert again.choices[0].finish_reason == "stop"
    dumped: Any = [messages[0], first.model_dump(), messages[2]]
    more = service.client().chat.completions.create(model=name, messages=dumped)
    assert more.choices[0].finish_reason == "stop"


def test_the_demo_model_answers_with_a_time(tmp_path: Path) -> None:
    """`created` is a moment of today, so that clients which show it show no 1970."""
    service = Service(tmp_path / "data")
    service.start()
    try:
        answer = ask(service.client(), "guiju-demo")
        chunks = list(ask(service.client(), "guiju-demo", stream=True))
    finally:
        service.stop()
    assert answer.created > 1_700_000_000
    assert chunks[0].created > 1_700_000_000


def test_an_error_in_a_stream_is_an_error_of_the_client(exposed: Service, raw: RawService) -> None:
    """The official client raises what the stream ended with."""
    with pytest.raises(APIError) as caught:
        list(ask(exposed.client(), raw.sends(*stream(FIRST)), stream=True))
    assert caught.value.code == "upstream-unavailable"
