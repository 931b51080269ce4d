# SPDX-License-Identifier: Apache-2.0
"""`/v1/responses`: a chat in the clothes of OpenAI's Responses API, judged like any other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, REFUSAL, Play, on, rules

from guiju.gateway import recalled
from guiju.gateway.signals import (
    AskModel,
    End,
    Failed,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Send,
    StopModel,
)
from guiju.gateway.upstreams.errors import unavailable
from guiju.labelling import Place

LABEL = "\n\n本回答由人工智能生成"
TOOL = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
CALLED = {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"}


def response(used: Any = None, **body: Any) -> Play:
    return Play(on("/v1/responses", {"model": "m", "input": "你好", **body}, used)).begin()


def asked(play: Play) -> dict[str, Any]:
    (found,) = play.of(AskModel)
    assert found.path == "/chat/completions"
    body: dict[str, Any] = json.loads(found.body)
    return body


def answered(play: Play, finish: str = "stop", **said: Any) -> dict[str, Any]:
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 4,
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish}
    play.tell(ModelAnswered({"choices": [choice], "usage": usage, "model": "m"}))
    play.recorded()
    status, body = play.reply
    assert status == 200, body
    return body


def streamed(play: Play, *deltas: dict[str, Any], finish: str = "stop") -> list[dict[str, Any]]:
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        if StopModel() in play.tell(ModelChunk({"choices": [choice]})):
            break
    else:
        last = {"index": 0, "delta": {}, "finish_reason": finish}
        usage = {"prompt_tokens": 9, "completion_tokens": 4}
        play.tell(ModelChunk({"choices": [last], "usage": usage}))
    play.tell(ModelDone())
    play.recorded()
    return events(play)


def events(play: Play) -> list[dict[str, Any]]:
    """The events as a client reads them, numbered without a gap."""
    wire = b"".join(one.data for one in play.commands if isinstance(one, Send | End)).decode()
    found = []
    for block in wire.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert found[-1]["type"] == name.removeprefix("event: ")
        assert found[-1]["sequence_number"] == len(found) - 1
    return found


def items(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items as their events make them; fails where these contradict each other or the end."""
    found: list[dict[str, Any]] = []
    text, is_open = "", False
    for one in heard:
        kind = one["type"].removeprefix("response.")
        if kind == "output_item.added":
            assert not is_open
            assert one["output_index"] == len(found)
            found.append(one["item"])
            text, is_open = "", True
        elif kind.endswith(".delta"):
            assert is_open
            assert one["item_id"] == found[-1]["id"]
            text += one["delta"]
        elif kind == "content_part.done":
            assert text in one["part"].values()
        elif kind == "function_call_arguments.done":
            assert text == one["arguments"]
        elif kind == "output_item.done":
            assert one["output_index"] == len(found) - 1
            assert one["item"]["id"] == found[-1]["id"]
            found[-1], is_open = one["item"], False
    assert not is_open
    assert heard[-1]["response"]["output"] == found
    return found


def texts(found: list[dict[str, Any]]) -> list[str]:
    """What stands in items that are no calls."""
    parts = [part for one in found for part in one.get("content", ())]
    return [part.get("text", part.get("refusal")) for part in parts]


def test_a_response_is_asked_as_a_chat_and_answered_as_a_response() -> None:
    """Instructions, settings and format go where a chat has them; the label is in the text."""
    play = response(
        instructions="甲",
        max_output_tokens=50,
        temperature=0.5,
        reasoning={"effort": "low", "summary": "auto"},
        text={"verbosity": "low"},
        include=["reasoning.encrypted_content"],
        metadata={"a": "b"},
        store=True,
        truncation="auto",
        user="visitor",
        prompt_cache_key="k",
    )
    assert asked(play) == {
        "model": "m",
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "甲"}, {"role": "user", "content": "你好"}],
        "max_tokens": 50,
        "reasoning_effort": "low",
        "verbosity": "low",
    }
    body = answered(play, content="好的", reasoning_content="想一想")
    assert body["aigc"]["ProduceID"] == "p-1"
    assert (body["object"], body["status"], body["id"]) == ("response", "completed", "resp_req_1")
    assert body["output"] == [
        {
            "id": "rs_req_1_0",
            "type": "reasoning",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "想一想"}],
        },
        {
            "id": "msg_req_1_1",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "好的" + LABEL, "annotations": [], "logprobs": []}
            ],
        },
    ]
    assert body["usage"] == {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 13,
    }
    assert (body["store"], body["max_output_tokens"], body["temperature"]) == (False, 50, 0.5)
    assert body["instructions"] is None


def test_a_stream_is_one_item_after_another() -> None:
    """created, in_progress, the items, completed with the whole response and its label."""
    heard = streamed(
        response(stream=True),
        *({"reasoning_content": one} for one in ("想一", "想")),
        *({"content": one} for one in "好的"),
    )
    kinds = [one["type"] for one in heard]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert heard[0]["response"]["status"] == "in_progress"
    assert texts(items(heard)) == ["想一想", "好的" + LABEL]
    assert "response.reasoning_text.delta" in kinds
    assert kinds[-1] == "response.completed"
    last = heard[-1]["response"]
    assert last["status"] == "completed"
    assert last["usage"]["total_tokens"] == 13
    assert last["aigc"]["Label"] == heard[-1]["aigc"]["Label"] == "1"


@pytest.mark.parametrize("stream", [True, False])
def test_tools_go_round(stream: bool) -> None:
    """Definitions, choice, calls and results, in both directions; the label is before the calls."""
    given = [
        {"role": "user", "content": "你好"},
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "想"}],
        },
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "查", "annotations": [], "logprobs": []}],
        },
        CALLED,
        {**CALLED, "call_id": "c9", "id": "fc_1", "status": "completed"},
        {"type": "function_call_output", "call_id": "c0", "output": "晴"},
        {
            "type": "function_call_output",
            "call_id": "c9",
            "output": [{"type": "input_text", "text": "雨"}],
        },
        {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": "快"}],
        },
    ]
    allowed = {"type": "allowed_tools", "mode": "required"}
    choice = {**allowed, "tools": [{"type": "function", "name": "f"}]}
    play = response(input=given, tools=[TOOL], tool_choice=choice, stream=stream)
    sent = asked(play)
    calls = [
        {"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}}
        for one in ("c0", "c9")
    ]
    assert sent["messages"] == [
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": "查", "tool_calls": calls, "reasoning_content": "想"},
        {"role": "tool", "tool_call_id": "c0", "content": "晴"},
        {"role": "tool", "tool_call_id": "c9", "content": "雨"},
        {"role": "developer", "content": "快"},
    ]
    function = {"name": "f", "description": "d", "parameters": {"type": "object"}}
    assert sent["tools"] == [{"type": "function", "function": function}]
    named = [{"type": "function", "function": {"name": "f"}}]
    assert sent["tool_choice"] == {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "required", "tools": named},
    }
    if stream:
        pieces = [{**CALL, "index": 0}, {**CALL, "id": "", "index": 1}]
        found = items(
            streamed(play, {"content": "好"}, {"tool_calls": pieces}, finish="tool_calls")
        )
    else:
        body = answered(play, "tool_calls", content="好", tool_calls=[CALL, {**CALL, "id": ""}])
        found = body["output"]
    assert texts(found) == ["好" + LABEL]
    assert found[1:] == [
        {
            "id": f"fc_req_1_{at}",
            "type": "function_call",
            "status": "completed",
            "call_id": number,
            "name": "f",
            "arguments": '{"a":1}',
        }
        for at, number in ((1, "c1"), (2, "call_req_1_2"))
    ]


def test_a_thought_before_a_mere_text_is_left_out() -> None:
    """As the services do; behind a call it is what they want to see again."""
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "想"}]}
    said = {"role": "assistant", "content": "好"}
    user = {"role": "user", "content": "再说"}
    sent = asked(response(input=[user, thought, said, user]))
    assert sent["messages"] == [user, said, user]


@pytest.mark.parametrize(
    ("wanted", "passed"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "json_object"}),
        (
            {"type": "json_schema", "name": "s", "schema": {"type": "object"}, "strict": True},
            {
                "type": "json_schema",
                "json_schema": {"name": "s", "schema": {"type": "object"}, "strict": True},
            },
        ),
    ],
)
def test_a_format_goes_where_a_chat_has_it(wanted: Any, passed: Any) -> None:
    """And text for programs stays parsable: the visible label is beside it."""
    play = response(text={"format": wanted})
    assert asked(play).get("response_format") == passed
    body = answered(play, content='{"甲":1}')
    assert texts(body["output"]) == ['{"甲":1}' + ("" if passed else LABEL)]
    assert body["text"]["format"]["type"] == wanted["type"]


PART = {"type": "input_text", "text": BLOCKED}


@pytest.mark.control("input-screening")
@pytest.mark.parametrize(
    "body",
    [
        {"input": BLOCKED},
        {"instructions": BLOCKED},
        {"input": [{"role": "user", "content": [PART]}]},
        {"input": [{"role": "system", "content": BLOCKED}]},
        {"input": [{"role": "assistant", "content": BLOCKED}]},
        {"input": [{**CALLED, "arguments": json.dumps({"a": BLOCKED})}]},
        {"input": [{**CALLED, "name": BLOCKED}]},
        {"input": [{**CALLED, "call_id": BLOCKED}]},
        {"input": [CALLED, {"type": "function_call_output", "call_id": "1", "output": BLOCKED}]},
        {"input": [CALLED, {"type": "function_call_output", "call_id": "1", "output": [PART]}]},
        {
            "input": [
                {"type": "reasoning", "content": [{"type": "reasoning_text", "text": BLOCKED}]},
                CALLED,
            ]
        },
        {"tools": [{**TOOL, "description": BLOCKED}]},
        {"tools": [{**TOOL, "parameters": {"properties": {BLOCKED: {}}}}]},
        {"tools": [{**TOOL, "parameters": [BLOCKED]}]},
        {"tool_choice": {"type": "function", "name": BLOCKED}},
        {"reasoning": {"effort": BLOCKED}},
        {"text": {"format": {"type": "json_schema", "name": "s", "schema": {"title": BLOCKED}}}},
        {"text": {"verbosity": BLOCKED}},
        {"service_tier": BLOCKED},
    ],
)
def test_no_place_in_a_request_escapes(body: dict[str, Any]) -> None:
    """Whatever the model would read was judged before; the refusal is a response."""
    play = response(**body)
    assert not play.asked
    assert play.record.incoming.verdict == "block"
    play.recorded()
    shown = play.reply[1]
    assert texts(shown["output"]) == [REFUSAL.zh]
    assert (shown["status"], shown["incomplete_details"]) == (
        "incomplete",
        {"reason": "content_filter"},
    )
    assert BLOCKED not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        *(
            ({"input": [{"type": kind, "id": "x"}]}, "input[0]", "content-not-screened")
            for kind in (
                "item_reference", "file_search_call", "web_search_call", "computer_call",
                "mcp_call", "image_generation_call", "local_shell_call", "custom_tool_call",
                "compaction", "anything",
            )
        ),
        *(
            ({"tools": [{"type": kind}]}, "tools[0]", "content-not-screened")
            for kind in (
                "web_search", "file_search", "code_interpreter", "mcp", "computer_use_preview",
                "image_generation", "custom", "local_shell",
            )
        ),
        ({"previous_response_id": "resp_1"}, "previous_response_id", "field-not-offered"),
        ({"conversation": "conv_1"}, "conversation", "field-not-offered"),
        ({"background": True}, "background", "field-not-offered"),
        ({"prompt": {"id": "p"}}, "prompt", "content-not-screened"),
        ({"include": ["file_search_call.results"]}, "include[0]", "content-not-screened"),
        ({"tool_choice": {"type": "web_search"}}, "tool_choice", "content-not-screened"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format.type", "invalid-request"),
        ({"text": {"format": {"type": []}}}, "text.format.type", "invalid-request"),
        ({"input": []}, "input", "invalid-request"),
        ({"input": 7}, "input", "invalid-request"),
        ({"input": ["x"]}, "input[0]", "invalid-request"),
        ({"input": [{"type": ["message"]}]}, "input[0]", "content-not-screened"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role", "invalid-request"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
            "input[0].content[0]",
            "content-not-screened",
        ),
        (
            {"input": [{"type": "reasoning", "summary": [], "encrypted_content": "x"}]},
            "input[0].encrypted_content",
            "content-not-screened",
        ),
        ({"input": [{**CALLED, "arguments": {}}]}, "input[0].arguments", "invalid-request"),
        ({"messages": [{"role": "user", "content": "x"}]}, "messages", "content-not-screened"),
        ({"n": 2}, "n", "content-not-screened"),
        ({"max_output_tokens": "many"}, "max_tokens", "content-not-screened"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_by_name(
    body: dict[str, Any], param: str, code: str
) -> None:
    """Hosted tools, kept conversations, sealed thoughts, unknown items and fields."""
    play = response(**body)
    assert not play.asked
    play.recorded()
    status, answer = play.reply
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param)


def test_what_is_masked_reaches_the_model_masked() -> None:
    """The chat that is asked is made from what was judged; nothing of it is repeated."""
    part = {"type": "input_text", "text": f"看{MASKED}"}
    play = response(input=[{"role": "user", "content": [part]}], instructions=MASKED)
    assert [one["content"] for one in asked(play)["messages"]] == ["****", "看****"]
    assert MASKED not in json.dumps(answered(play, content="好"), ensure_ascii=False)


@pytest.mark.control("output-screening", "generation-stopped")
@pytest.mark.parametrize("channel", ["content", "reasoning_content", "reasoning", "refusal"])
@pytest.mark.parametrize("size", [1, 3, 99])
def test_a_blocked_text_leaves_in_no_item(channel: str, size: int) -> None:
    """However it is cut and wherever it stands."""
    text = f"说{BLOCKED}尾"
    deltas = [{channel: text[at : at + size]} for at in range(0, len(text), size)]
    heard = streamed(response(stream=True), *deltas)
    assert heard[-1]["type"] == "response.incomplete"
    assert heard[-1]["response"]["incomplete_details"] == {"reason": "content_filter"}
    assert BLOCKED not in json.dumps(heard, ensure_ascii=False)
    assert "尾" not in json.dumps(heard, ensure_ascii=False)
    assert REFUSAL.zh in "".join(texts(items(heard)))
    said: dict[str, Any] = {"content": None, channel: text}
    shown = answered(response(), **said)
    assert texts(shown["output"]) == [REFUSAL.zh]


def test_an_answer_that_is_cut_short_is_incomplete() -> None:
    """By its length; whole and streamed alike."""
    shown = answered(response(), "length", content="好")
    heard = streamed(response(stream=True), {"content": "好"}, finish="length")
    last = heard[-1]["response"]
    for one in (shown, last):
        assert one["incomplete_details"] == {"reason": "max_output_tokens"}
        assert one["output"][0]["status"] == "incomplete"
    assert heard[-1]["type"] == "response.incomplete"
    assert items(heard) == shown["output"]


def test_a_refusal_of_the_model_is_one_here() -> None:
    """Its own part of a message, whole and streamed."""
    shown = answered(response(), refusal="不行")
    heard = streamed(response(stream=True), {"refusal": "不"}, {"refusal": "行"})
    assert shown["output"] == items(heard)
    assert shown["output"][0]["content"] == [{"type": "refusal", "refusal": "不行"}]


def test_an_answer_of_nothing_is_a_response() -> None:
    """No item, but a beginning and an end."""
    heard = streamed(response(stream=True))
    assert [one["type"] for one in heard] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]


def test_a_model_that_breaks_off_ends_the_stream_with_an_error() -> None:
    """Said, labelled and recorded is what left; no response.completed."""
    play = response(stream=True)
    play.tell(ModelChunk({"choices": [{"index": 0, "delta": {"content": "说到一半"}}]}))
    play.tell(Failed(unavailable()))
    play.recorded()
    heard = events(play)
    assert heard[-1]["type"] == "error"
    assert heard[-1]["code"] == heard[-1]["error"]["code"] == "upstream-unavailable"
    said = [one["delta"] for one in heard if one["type"] == "response.output_text.delta"]
    assert "".join(said) == "说到一半" + LABEL


def test_the_label_may_stand_at_the_start_of_the_first_text() -> None:
    """Not in the thought before it."""
    heard = streamed(
        response(rules(place=Place.START), stream=True), {"reasoning": "想"}, {"content": "好"}
    )
    assert texts(items(heard)) == ["想", "本回答由人工智能生成\n\n好"]


def test_a_record_gives_the_texts_of_a_response() -> None:
    """A dry run reads instructions, items and answer."""
    play = response(instructions="甲", input=[{"role": "user", "content": "乙"}])
    answered(play, content="丙")
    found = dict(recalled(play.record.input, play.record.output))
    assert "甲" in found["input"]
    assert "乙" in found["input"]
    assert "丙" in found["output"]
