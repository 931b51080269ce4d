# SPDX-License-Identifier: Apache-2.0
"""`/v1/messages`: a chat in the clothes of Anthropic's API, judged like any other."""

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

FIRST = "messages[0].content[0]"
LABEL = "\n\n本回答由人工智能生成"
USER = {"role": "user", "content": "你好"}
TOOL = {
    "name": "weather",
    "description": "d",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city":"北京"}'},
}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def user(*content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [*content]}]}


def assistant(*content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "assistant", "content": [*content]}]}


def message(used: Any = None, **body: Any) -> Play:
    asked = {"model": "m", "max_tokens": 100, "messages": [USER], **body}
    return Play(on("/v1/messages", asked, used)).begin()


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
        play.tell(ModelChunk({"choices": [last]}))
        usage = {"prompt_tokens": 9, "completion_tokens": 4}
        play.tell(ModelChunk({"choices": [], "usage": usage}))
    play.tell(ModelDone())
    play.recorded()
    return events(play)


def events(play: Play) -> list[dict[str, Any]]:
    """The events as a client reads them; the name of each stands in both of its lines."""
    wire = b"".join(one.data for one in play.commands if isinstance(one, Send | End)).decode()
    found = []
    for block in wire.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert found[-1]["type"] == name.removeprefix("event: ")
    return found


def blocks(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The content that a client puts together; fails where events are out of order."""
    found: list[dict[str, Any]] = []
    is_open = False
    for one in heard:
        if one["type"] == "content_block_start":
            assert not is_open
            assert one["index"] == len(found)
            found.append(dict(one["content_block"]))
            is_open = True
        elif one["type"] == "content_block_delta":
            assert is_open
            assert one["index"] == len(found) - 1
            delta = dict(one["delta"])
            kind = delta.pop("type")
            ((name, said),) = delta.items()
            if kind == "input_json_delta":
                found[-1]["input"] = json.loads(said)
            else:
                found[-1][name] += said
        elif one["type"] == "content_block_stop":
            assert is_open
            is_open = False
    assert not is_open
    return found


def test_a_message_is_asked_as_a_chat_and_answered_as_a_message() -> None:
    """System, settings and stop words go where a chat has them; the label is in the text."""
    play = message(
        system=[{"type": "text", "text": "甲", "cache_control": {"type": "ephemeral"}}],
        temperature=0.5,
        top_k=3,
        stop_sequences=["。"],
        metadata={"user_id": "visitor"},
        thinking={"type": "enabled", "budget_tokens": 2000},
        output_config={"effort": "low"},
        service_tier="auto",
        cache_control={"type": "ephemeral"},
    )
    assert asked(play) == {
        "model": "m",
        "max_tokens": 100,
        "temperature": 0.5,
        "top_k": 3,
        "messages": [{"role": "system", "content": "甲"}, USER],
        "stop": ["。"],
        "thinking": {"type": "enabled"},
        "reasoning_effort": "low",
    }
    body = answered(play, content="好的", reasoning_content="想一想")
    assert body.pop("aigc")["ProduceID"] == "p-1"
    assert body == {
        "id": "msg_req_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "想一想", "signature": ""},
            {"type": "text", "text": "好的" + LABEL},
        ],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": 7,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 2,
            "output_tokens": 4,
        },
    }
    assert play.record.label.place == "end"


def test_a_stream_is_one_block_after_another() -> None:
    """message_start, the blocks, message_delta with reason, usage and label, message_stop."""
    play = message(stream=True)
    assert asked(play)["stream_options"] == {"include_usage": True}
    heard = streamed(
        play, {"role": "assistant", "reasoning_content": "想一"}, {"reasoning_content": "想"},
        {"content": "好"}, {"content": "的"},
    )  # fmt: skip
    assert heard[0]["type"] == "message_start"
    assert heard[0]["message"]["content"] == []
    assert blocks(heard) == [
        {"type": "thinking", "thinking": "想一想", "signature": ""},
        {"type": "text", "text": "好的" + LABEL},
    ]
    assert heard[-2]["delta"]["stop_reason"] == "end_turn"
    assert heard[-2]["usage"]["input_tokens"] == 9
    assert heard[-2]["aigc"]["Label"] == heard[-1]["aigc"]["Label"] == "1"
    assert heard[-1]["type"] == "message_stop"


@pytest.mark.parametrize("stream", [True, False])
def test_tools_go_round(stream: bool) -> None:
    """Definitions, choice, calls and results, in both directions; the label is before the calls."""
    earlier = [
        USER,
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "想", "signature": "x"},
                {"type": "text", "text": "查一下", "citations": None},
                {"type": "tool_use", "id": "c0", "name": "weather", "input": {"city": "上海"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c0", "content": [text("晴")]},
                {"type": "text", "text": "北京呢"},
            ],
        },
    ]  # fmt: skip
    choice = {"type": "any", "disable_parallel_tool_use": True}
    play = message(messages=earlier, tools=[TOOL], tool_choice=choice, stream=stream)
    sent = asked(play)
    function = {"name": "weather", "arguments": '{"city":"上海"}'}
    assert sent["messages"] == [
        USER,
        {
            "role": "assistant",
            "content": "查一下",
            "tool_calls": [{"id": "c0", "type": "function", "function": function}],
            "reasoning_content": "想",
        },
        {"role": "tool", "tool_call_id": "c0", "content": "晴"},
        {"role": "user", "content": "北京呢"},
    ]
    parameters = {"name": "weather", "description": "d", "parameters": TOOL["input_schema"]}
    assert sent["tools"] == [{"type": "function", "function": parameters}]
    assert (sent["tool_choice"], sent["parallel_tool_calls"]) == ("required", False)
    if stream:
        half = [{**CALL, "index": 0}, {"index": 0, "function": {"arguments": ""}}]
        heard = streamed(
            play, {"content": "好"}, {"tool_calls": half[:1]}, {"tool_calls": half[1:]},
            finish="tool_calls",
        )  # fmt: skip
        content, reason = blocks(heard), heard[-2]["delta"]["stop_reason"]
    else:
        body = answered(play, "tool_calls", content="好", tool_calls=[CALL])
        content, reason = body["content"], body["stop_reason"]
    assert content == [
        {"type": "text", "text": "好" + LABEL},
        {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "北京"}},
    ]
    assert reason == "tool_use"


@pytest.mark.control("input-screening")
@pytest.mark.parametrize(
    "body",
    [
        {"system": BLOCKED},
        {"system": [{"type": "text", "text": BLOCKED}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": BLOCKED}]}]},
        {"messages": [{"role": "assistant", "content": BLOCKED}, USER]},
        {"messages": [{"role": "system", "content": BLOCKED}, USER]},
        {"stop_sequences": [BLOCKED]},
        {"tools": [{**TOOL, "description": BLOCKED}]},
        {"tools": [{**TOOL, "input_schema": {"properties": {BLOCKED: {}}}}]},
        {"tool_choice": {"type": "tool", "name": BLOCKED}},
        {"output_config": {"effort": BLOCKED}},
        {"output_config": {"format": {"type": "json_schema", "schema": {"title": BLOCKED}}}},
        *(
            {"messages": [USER, {"role": role, "content": [block]}, USER]}
            for role, block in (
                ("assistant", {"type": "tool_use", "id": "1", "name": BLOCKED, "input": {}}),
                ("assistant", {"type": "tool_use", "id": "1", "name": "f", "input": {"": BLOCKED}}),
                ("assistant", {"type": "tool_use", "id": BLOCKED, "name": "f", "input": {}}),
                ("user", {"type": "tool_result", "tool_use_id": "1", "content": BLOCKED}),
            )
        ),
        {
            "messages": [
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": BLOCKED, "signature": ""},
                        {"type": "tool_use", "id": "1", "name": "f", "input": {}},
                    ],
                },
                USER,
            ]
        },
    ],
)  # fmt: skip
def test_no_place_in_a_request_escapes(body: dict[str, Any]) -> None:
    """Whatever the model would read was judged before; the refusal is a message."""
    play = message(**body)
    assert not play.asked
    assert play.record.incoming.verdict == "block"
    play.recorded()
    shown = play.reply[1]
    assert shown["content"] == [{"type": "text", "text": REFUSAL.zh}]
    assert shown["stop_reason"] == "refusal"


IMAGE = {"type": "image", "source": {"type": "file", "file_id": "f"}}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (user({"type": "document", "source": {}}), FIRST),
        (user({"type": ["text"], "text": "x"}), FIRST),
        (user("x"), FIRST),
        (user({"type": "text", "text": 7}), FIRST + ".text"),
        (user({"type": "text", "text": "x", "secret": "y"}), FIRST + ".secret"),
        (assistant({"type": "redacted_thinking", "data": "x"}), FIRST),
        (assistant({"type": "server_tool_use"}), FIRST),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{**USER, "name": "x"}]}, "messages[0].name"),
        ({"messages": []}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"tools": [{"type": "web_search_20260209", "name": "web_search"}]}, "tools[0]"),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0]"),
        ({"tools": [{**TOOL, "input_examples": [{}]}]}, "tools[0].input_examples"),
        ({"tools": ["x"]}, "tools[0]"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
        ({"mcp_servers": [{"url": "http://x"}]}, "mcp_servers"),
        ({"container": "c"}, "container"),
        ({"inference_geo": "x"}, "inference_geo"),
        ({"metadata": {"user_id": "u", "name": "x"}}, "metadata.name"),
        ({"thinking": {"type": "some"}}, "thinking.type"),
        ({"thinking": {"type": []}}, "thinking.type"),
        ({"thinking": "on"}, "thinking"),
        ({"tools": [{**TOOL, "type": {}}]}, "tools[0]"),
        ({"output_config": {"format": {"type": "text"}}}, "output_config.format"),
        ({"prompt": "x"}, "prompt"),
        ({"system": [IMAGE]}, "system[0]"),
        ({"temperature": "hot"}, "temperature"),
        ({"stop_sequences": "x"}, "stop_sequences"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_by_name(body: dict[str, Any], param: str) -> None:
    """In the frame of this API, with our own fields beside its own."""
    play = message(**body)
    assert not play.asked
    play.recorded()
    status, answer = play.reply
    assert (status, answer["type"]) == (400, "error")
    error = answer["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["code"] in {"content-not-screened", "invalid-request"}
    assert error["what"]
    assert answer["request_id"] == error["request_id"] == "req_1"


def test_what_is_masked_reaches_the_model_masked() -> None:
    """The chat that is asked is made from what was judged, not from the request."""
    block = {"type": "text", "text": f"看{MASKED}"}
    play = message(messages=[{"role": "user", "content": [block, block]}])
    assert asked(play)["messages"] == [{"role": "user", "content": "看****\n\n看****"}]


@pytest.mark.control("output-screening", "generation-stopped")
@pytest.mark.parametrize("channel", ["content", "reasoning_content", "reasoning", "refusal"])
@pytest.mark.parametrize("size", [1, 3, 99])
def test_a_blocked_text_leaves_in_no_block(channel: str, size: int) -> None:
    """However it is cut and wherever it stands."""
    text = f"说{BLOCKED}尾"
    deltas = [{channel: text[at : at + size]} for at in range(0, len(text), size)]
    play = message(stream=True)
    heard = streamed(play, *deltas)
    assert heard[-2]["delta"]["stop_reason"] == "refusal"
    assert BLOCKED not in json.dumps(heard, ensure_ascii=False)
    assert "尾" not in json.dumps(heard, ensure_ascii=False)
    assert REFUSAL.zh in json.dumps(blocks(heard), ensure_ascii=False)
    whole = message()
    shown = answered(whole, content=None, **{channel: text} if channel != "content" else {})
    if channel != "content":
        assert shown["content"] == [{"type": "text", "text": REFUSAL.zh}]


@pytest.mark.control("output-screening")
def test_a_blocked_call_does_not_leave() -> None:
    """Neither plain nor escaped, whole or streamed."""
    hidden = json.dumps({"city": BLOCKED}, ensure_ascii=True)
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": hidden}}
    shown = answered(message(tools=[TOOL]), content=None, tool_calls=[call])
    assert shown["content"] == [{"type": "text", "text": REFUSAL.zh}]
    heard = streamed(message(tools=[TOOL], stream=True), {"tool_calls": [{**call, "index": 0}]})
    assert blocks(heard) == [{"type": "text", "text": REFUSAL.zh}]
    assert heard[-2]["delta"]["stop_reason"] == "refusal"


def test_a_thought_that_is_held_back_ends_where_the_text_begins() -> None:
    """What might have become a hit is let go of before the next block, not after it."""
    heard = streamed(
        message(stream=True), {"reasoning_content": "想到青铜月"}, {"content": "亮会了。"}
    )
    assert blocks(heard) == [
        {"type": "thinking", "thinking": "想到青铜月", "signature": ""},
        {"type": "text", "text": "亮会了。" + LABEL},
    ]


def test_thoughts_between_texts_are_blocks_of_their_own() -> None:
    """A model that thinks again gets a new block, and everything is on record and covered."""
    play = message(stream=True)
    heard = streamed(
        play,
        {"reasoning_content": "甲"},
        {"content": "乙"},
        {"reasoning_content": "丙", "content": "丁"},
    )  # fmt: skip
    said = [one.get("text") or one.get("thinking") for one in blocks(heard)]
    assert said == ["甲", "乙", "丙", "丁" + LABEL]
    usage = play.record.usage
    assert usage.characters == usage.covered == 4
    kept = json.loads(play.record.output)["delivered"]["0"]
    assert sorted(kept.values()) == ["丁", "丙", "乙", "甲"]


def test_a_thought_under_two_names_is_said_once() -> None:
    """Some services send both, for old clients and new ones."""
    heard = streamed(
        message(stream=True), {"reasoning_content": "想", "reasoning": "想"}, {"reasoning": "完"}
    )
    assert blocks(heard)[0]["thinking"] == "想完"
    shown = answered(message(), content="好", reasoning_content="想", reasoning="想")
    assert [one["type"] for one in shown["content"]] == ["thinking", "text"]


@pytest.mark.parametrize("arguments", ["{", "[1]", "7", '"x"'])
def test_a_call_without_arguments_that_are_some_is_withheld(arguments: str) -> None:
    """A program must not act on an object that nobody meant; one that was cut off it will not."""
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    play = message(tools=[TOOL])
    choice = {"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}
    play.tell(ModelAnswered({"choices": [choice]}))
    play.recorded()
    assert play.reply[0] == 502
    assert play.reply[1]["error"]["type"] == "api_error"
    shown = answered(message(tools=[TOOL]), "length", tool_calls=[call])
    assert (shown["content"][0]["input"], shown["stop_reason"]) == ({}, "max_tokens")


def test_calls_without_arguments_or_name_tags_are_calls() -> None:
    """Some services send no arguments for a function that takes none, and no ids."""
    call = {"function": {"name": "now", "arguments": ""}}
    shown = answered(message(tools=[TOOL]), "stop", tool_calls=[call, call])
    assert [one["id"] for one in shown["content"]] == ["toolu_req_1_0", "toolu_req_1_1"]
    assert [one["input"] for one in shown["content"]] == [{}, {}]
    assert shown["stop_reason"] == "tool_use"


def test_a_model_that_breaks_off_ends_the_stream_with_an_error() -> None:
    """Said, labelled and recorded is what left; a half call does not; no message_stop."""
    play = message(stream=True, tools=[TOOL])
    for delta in ({"content": "说到一半"}, {"tool_calls": [{**CALL, "index": 0}]}):
        play.tell(ModelChunk({"choices": [{"index": 0, "delta": delta}]}))
    play.tell(Failed(unavailable()))
    assert play.record.finish == "upstream-error"
    play.recorded()
    heard = events(play)
    assert heard[-1]["type"] == "error"
    assert heard[-1]["error"]["code"] == "upstream-unavailable"
    assert heard[-1]["error"]["type"] == "overloaded_error"
    assert "tool_use" not in json.dumps(heard)
    assert (
        "".join(one["delta"]["text"] for one in heard if one["type"] == "content_block_delta")
        == "说到一半" + LABEL
    )
    assert "tool_calls" not in json.loads(play.record.output)["delivered"]["0"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_block_as_an_error_is_one_of_this_api(stream: bool) -> None:
    """400 `content-blocked` where the policy wants errors."""
    play = message(
        rules(as_error=True), messages=[{"role": "user", "content": BLOCKED}], stream=stream
    )
    play.recorded()
    assert (play.reply[0], play.reply[1]["error"]["code"]) == (400, "content-blocked")
    assert play.reply[1]["type"] == "error"


def test_the_label_may_stand_at_the_start_of_the_first_text() -> None:
    """Not in the thought before it."""
    heard = streamed(
        message(rules(place=Place.START), stream=True),
        {"reasoning_content": "想"},
        {"content": "好"},
    )
    assert [one.get("text") for one in blocks(heard)] == [None, "本回答由人工智能生成\n\n好"]


def test_a_record_gives_the_texts_of_a_message() -> None:
    """A dry run reads system, blocks and answer."""
    play = message(
        system="甲", messages=[{"role": "user", "content": [{"type": "text", "text": "乙"}]}]
    )
    answered(play, content="丙")
    found = dict(recalled(play.record.input, play.record.output))
    assert "甲" in found["input"]
    assert "乙" in found["input"]
    assert "丙" in found["output"]
