# SPDX-License-Identifier: Apache-2.0
"""Requests and answers that are almost right: each is refused or understood, none is a fault."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import httptools
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.gateway.scene import BLOCKED, Play, on, rules

from guiju.gateway.connection import BrokenError, Connection
from guiju.gateway.signals import (
    End,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Record,
    Reply,
    Send,
    StopModel,
)
from guiju.gateway.sse import EventReader, TooLargeError

RULES = rules()
FUNCTION = {"name": "f", "description": "d", "parameters": {"type": "object"}}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
TOP = [{"token": "坏", "logprob": -2, "bytes": [1]}]
MARK = {"token": "好", "logprob": -1.0, "bytes": [229, 165, 189], "top_logprobs": TOP}

REQUESTS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "model": "m",
        "messages": [
            {"role": "system", "content": "x"},
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c", "content": "x"},
        ],
        "tools": [{"type": "function", "function": FUNCTION}],
        "n": 1,
        "stream": False,
        "logprobs": True,
        "response_format": {"type": "json_schema", "json_schema": {"schema": {}}},
        "stream_options": {"include_usage": True},
    },
    "/v1/completions": {
        "model": "m",
        "prompt": ["x", "y"],
        "n": 1,
        "logprobs": 0,
        "suffix": "x",
        "stop": ["x"],
        "stream": False,
    },
    "/v1/responses": {
        "model": "m",
        "instructions": "x",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "x"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "x"}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "x"},
            {"type": "message", "role": "assistant", "content": "x", "status": "completed"},
        ],
        "tools": [{"type": "function", **FUNCTION}],
        "tool_choice": {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"}],
        },
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "reasoning": {"effort": "low"},
        "include": ["message.output_text.logprobs"],
        "stream": False,
        "previous_response_id": None,
    },
    "/v1/messages": {
        "model": "m",
        "max_tokens": 9,
        "system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "x", "signature": ""},
                    {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c", "content": [
                        {"type": "text", "text": "x"},
                    ]},
                ],
            },
        ],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "tool", "name": "f"},
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {}}},
        "metadata": {"user_id": "u"},
        "stop_sequences": ["x"],
        "stream": False,
    },
    "/v1/embeddings": {"model": "m", "input": ["x", "y"], "encoding_format": "float"},
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    path: {
        "id": "x",
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "好",
                    "reasoning": "想",
                    "refusal": "不",
                    "tool_calls": [CALL],
                },
                "logprobs": {"content": [MARK]},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 1},
        },
    }
    for path in ("/v1/chat/completions", "/v1/responses", "/v1/messages")
} | {
    "/v1/completions": {
        "choices": [
            {
                "index": 0,
                "text": "好",
                "finish_reason": "stop",
                "logprobs": {
                    "tokens": ["好"],
                    "token_logprobs": [-1],
                    "top_logprobs": [{"坏": -2}],
                },
            }
        ]
        * 2,
        "usage": {"prompt_tokens": 1},
    },
    "/v1/embeddings": {
        "data": [{"embedding": [0.5], "index": 0}, {"embedding": "AACAPw==", "index": 1}],
        "usage": {"prompt_tokens": 1},
    },
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", BLOCKED, "text", "image_url", "function", "\ud7ff", "stream"]),
    st.lists(st.sampled_from(["x", 1, None]), max_size=2),
    st.dictionaries(st.sampled_from(["type", "text", "x"]), st.sampled_from(["x", 1]), max_size=2),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, its own first."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


@st.composite
def spoiled(draw: st.DrawFn, whole: Any) -> Any:
    """`whole` with up to three of its places replaced, removed, or joined by something new."""
    value = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(value)[1:] or [()]))
        if not path:
            return draw(ODD)
        home = value
        for step in path[:-1]:
            home = home[step]
        what = draw(st.sampled_from(["replace", "remove", "add", "rename"]))
        if what == "remove":
            del home[path[-1]]
        elif what == "add" and isinstance(home, dict):
            home[draw(st.sampled_from(["type", "x", BLOCKED, "id", "stream"]))] = draw(ODD)
        elif what == "rename" and isinstance(home, dict):
            home["renamed"] = home.pop(path[-1])
        else:
            home[path[-1]] = draw(ODD)
    return value


def told(play: Play) -> tuple[int, str]:
    """The status, and everything that went to the client."""
    wire = b"".join(one.data for one in play.commands if isinstance(one, Send | End)).decode()
    replies = play.of(Reply)
    return (replies[0].status, replies[0].body.decode()) if replies else (200, wire)


def checked(play: Play) -> None:
    if play.of(Record):
        play.recorded()
    status, wire = told(play)
    assert status in {200, 400, 404, 413, 502}, wire
    assert '"internal"' not in wire
    assert play.subject.over


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("path", list(REQUESTS))
@settings(suppress_health_check=SLOW)
@given(data=st.data())
def test_a_spoiled_request_is_refused_or_understood(path: str, data: st.DataObject) -> None:
    """400 with our code, or an answer; nothing of a blocked word comes back in one."""
    body = data.draw(spoiled(REQUESTS[path]))
    play = Play(on(path, body, RULES)).begin()
    if not play.asked:
        checked(play)
        return
    answer = copy.deepcopy(ANSWERS[path])
    if play.subject.work.stream:
        play.tell(ModelDone())
    else:
        play.tell(ModelAnswered(answer))
    checked(play)


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("path", list(ANSWERS))
@settings(suppress_health_check=SLOW)
@given(data=st.data())
def test_a_spoiled_answer_is_withheld_or_understood(path: str, data: st.DataObject) -> None:
    """An answer or 502, and nothing of a blocked word that a field of it held."""
    answer = data.draw(spoiled(ANSWERS[path]))
    play = Play(on(path, REQUESTS[path] | {"tool_choice": None}, RULES)).begin()
    assert play.asked
    if not isinstance(answer, dict):
        return
    play.tell(ModelAnswered(answer))
    checked(play)
    assert BLOCKED not in told(play)[1]


def as_chunk(answer: dict[str, Any]) -> dict[str, Any]:
    chunk = copy.deepcopy(answer)
    for choice in chunk.get("choices", ()):
        if "message" in choice:
            choice["delta"] = choice.pop("message")
            for index, call in enumerate(choice["delta"]["tool_calls"]):
                call["index"] = index
    return chunk


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("path", [one for one in ANSWERS if one != "/v1/embeddings"])
@settings(suppress_health_check=SLOW)
@given(data=st.data())
def test_spoiled_chunks_are_withheld_or_understood(path: str, data: st.DataObject) -> None:
    """The stream ends well or with the error of the wire; a blocked word is in neither."""
    body = json.loads(json.dumps(REQUESTS[path])) | {"stream": True, "tool_choice": None}
    play = Play(on(path, body, RULES)).begin()
    assert play.asked
    for _ in range(2):
        chunk = data.draw(spoiled(as_chunk(ANSWERS[path])))
        if isinstance(chunk, dict) and StopModel() in play.tell(ModelChunk(chunk)):
            break
    play.tell(ModelDone())
    checked(play)
    assert BLOCKED not in told(play)[1]


@pytest.mark.parametrize("path", list(REQUESTS))
@settings(suppress_health_check=SLOW)
@given(raw=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_bytes_of_any_kind_are_refused(path: str, raw: bytes) -> None:
    """What is no JSON object is 400, whatever it is."""
    exchange = on(path, {}, RULES)
    exchange.work.ask = replace(exchange.work.ask, raw=raw)
    play = Play(exchange).begin()
    assert not play.asked
    checked(play)


WIRE = st.binary(max_size=60) | st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 999 \xff\r\n",
        b"content-length: 5\r\n",
        b"content-length: -1\r\n",
        b"transfer-encoding: chunked\r\n",
        b"retry-after: \xff\r\n",
        b"\r\n",
        b"5\r\nhello\r\n",
        b"ffffffffffffffffff\r\n",
        b"0\r\n\r\n",
        b"data: {}\n\n",
        b"data: \xff\xfe\n\n",
        b"x" * 5000,
    ]
)


@settings(suppress_health_check=SLOW)
@given(pieces=st.lists(WIRE, max_size=12))
def test_a_model_service_may_send_any_bytes(pieces: list[bytes]) -> None:
    """Each connection ends whole or broken, each stream in events or a refusal; nothing else."""
    loop = asyncio.new_event_loop()
    connection = Connection(loop)
    connection._parser = httptools.HttpResponseParser(connection)
    connection._left = 4096
    for piece in pieces:
        connection.data_received(piece)
    assert connection._fault is None or isinstance(connection._fault, BrokenError)
    assert sum(map(len, connection._parts)) <= 4096
    loop.close()
    reading = EventReader()
    try:
        for piece in pieces:
            assert all(type(one) is bytes for one in reading.feed(piece))
    except TooLargeError:
        return
