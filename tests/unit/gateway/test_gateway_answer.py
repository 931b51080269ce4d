# SPDX-License-Identifier: Apache-2.0
"""Answers of a model service that is broken, odd or hostile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, REFUSAL, Play, exchange, rules

from guiju.gateway import channels, relay
from guiju.gateway.signals import (
    ClientGone,
    End,
    Failed,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Record,
    Recorded,
    Reply,
    RequestArrived,
    Send,
    StopModel,
)
from guiju.kernel import Text, Unavailable
from guiju.records import Exchange
from guiju.screening import Screen

SCHEMA = {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}}
ESCAPED = json.dumps(BLOCKED, ensure_ascii=True)


def whole(answer: dict[str, Any], **asked: Any) -> Play:
    play = Play(exchange(**asked)).begin()
    play.tell(ModelAnswered(answer))
    return play.recorded()


def one(message: Any, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]}


def streamed(*chunks: dict[str, Any], **asked: Any) -> Play:
    play = Play(exchange(stream=True, **asked)).begin()
    for chunk in chunks:
        if StopModel() in play.tell(ModelChunk(chunk)):
            break
    play.tell(ModelDone())
    return play.recorded()


def piece(delta: Any, index: Any = 0, finish: Any = None, **head: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **head}


def visible(play: Play) -> str:
    """Everything that went to the client."""
    wire = [sent.data for sent in play.commands if isinstance(sent, Send | End)]
    return b"".join(wire).decode() + "".join(found.body.decode() for found in play.of(Reply))


HIDING_PLACES: list[dict[str, Any]] = [
    *(
        {name: BLOCKED}
        for name in ("id", "object", "created", "model", "system_fingerprint", "service_tier", "x")
    ),
    {"usage": {"prompt_tokens": BLOCKED, "completion_tokens_details": {"x": BLOCKED}}},
    {"usage": {BLOCKED: 1}},
    {"usage": BLOCKED},
    {"model": {"name": BLOCKED}},
    {"service_tier": [BLOCKED]},
]


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("extra", HIDING_PLACES)
def test_nothing_beside_the_text_carries_text(extra: dict[str, Any]) -> None:
    """Ids, names, counts and unknown fields are ours, or known words, or judged."""
    message: dict[str, Any] = {"role": BLOCKED, "content": "好"}
    message |= {"annotations": [BLOCKED], "audio": {"x": BLOCKED}}
    message |= {"reasoning_details": [{"text": BLOCKED}], "function_call": {"name": BLOCKED}}
    play = whole({**one(message, logprobs=BLOCKED), **extra})
    assert play.reply[0] == 200
    assert BLOCKED not in visible(play)
    delta = {"content": "好", "role": BLOCKED, "reasoning_details": [{"text": BLOCKED}]}
    chunk = {**piece(delta), **extra}
    options = {"stream_options": {"include_usage": True}}
    stream = streamed(chunk, {"choices": [], **extra}, **options)
    assert stream.done
    assert BLOCKED not in visible(stream)


@pytest.mark.parametrize("name", ["zorbl-x/model:1", "zorbl-x"])
def test_a_name_of_the_model_is_judged_like_a_text(name: str) -> None:
    """A word in letters could stand in a model name; then the name that was asked is shown."""
    used = rules()
    entry = {"term": "zorbl", "harm": "A1g", "action": "block"}
    found = Screen.load({"entry": [entry]}, used.policy)
    changed = {slot: getattr(used, slot) for slot in type(used).__slots__} | {"screen": found}
    play = Play(exchange(used=type(used)(**changed))).begin()
    play.tell(ModelAnswered({**one({"content": "x"}), "model": name, "system_fingerprint": name}))
    play.recorded()
    assert play.reply[1]["model"] == "m"
    assert "system_fingerprint" not in play.reply[1]


def test_what_is_as_it_should_be_passes() -> None:
    """The resolved model, fingerprint, tier and the details of usage reach the client."""
    details = {"prompt_tokens_details": {"cached_tokens": 3, "text": "x"}}
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7, **details}
    extra = {"model": "m-2026", "system_fingerprint": "fp_1", "service_tier": "default"}
    body = whole({**one({"content": "好"}), **extra, "usage": usage}).reply[1]
    assert {name: body[name] for name in extra} == extra
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 3}
    assert body["usage"]["total_tokens"] == 7
    assert body["id"] == "chatcmpl-req_1"
    options = {"stream_options": {"include_usage": True}}
    chunks = streamed(piece({"content": "好"}, model="m-2026", usage=usage), **options).chunks()
    assert {chunk["model"] for chunk in chunks} == {"m-2026"}
    assert chunks[-1]["usage"] == body["usage"]


@pytest.mark.parametrize(
    ("usage", "prompt", "completion"),
    [
        ({"prompt_tokens": "7", "completion_tokens": None}, 0, 0),
        ({"prompt_tokens": -5, "completion_tokens": 10**30}, 0, 1_000_000_000),
        ({"prompt_tokens": 1.5, "completion_tokens": True}, 0, 0),
        ([7], 0, 0),
        ("7", 0, 0),
    ],
)
def test_counts_that_are_no_counts_are_none(usage: Any, prompt: int, completion: int) -> None:
    """Strings, fractions, negative and absurd numbers reach neither the record nor the client."""
    play = whole({**one({"content": "好"}), "usage": usage})
    assert (play.record.usage.prompt_tokens, play.record.usage.completion_tokens) == (
        prompt,
        completion,
    )
    shown = play.reply[1]["usage"]
    assert (shown["prompt_tokens"], shown["completion_tokens"]) == (prompt, completion)


@pytest.mark.parametrize("finish", ["odd", 7, ["stop"], {"a": 1}, None, BLOCKED])
def test_a_reason_nobody_knows_is_an_ordinary_end(finish: Any) -> None:
    """A wrong `finish_reason` is neither passed on nor a fault."""
    assert whole(one({"content": "好"}, finish_reason=finish)).reply[1]["choices"][0][
        "finish_reason"
    ] == ("stop")
    play = streamed(piece({"content": "好"}), piece({}, finish=finish))
    assert play.finish() == "stop"
    assert play.record.finish == "stop"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sensitive", "content_filter"),
        ("insufficient_system_resource", "length"),
        ("network_error", "length"),
        ("eos", "stop"),
    ],
)
def test_a_reason_that_vendors_word_otherwise_is_told_in_words_that_clients_know(
    theirs: str, ours: str
) -> None:
    """What was cut off is never told as whole."""
    answer = whole(one({"content": "好"}, finish_reason=theirs)).reply[1]
    assert answer["choices"][0]["finish_reason"] == ours
    play = streamed(piece({"content": "好"}), piece({}, finish=theirs))
    assert (play.finish(), play.record.finish) == (ours, ours)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"error": {"message": BLOCKED}},
        {"choices": []},
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"message": None}]},
        {"choices": [{"text": BLOCKED}]},
        {"choices": [{"message": {"content": "x"}}] * 2},
        {"choices": [{"message": {"content": "x"}}] * 10_000},
        one({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}] * 1000}),
    ],
)
def test_an_answer_that_is_none_is_withheld(answer: dict[str, Any]) -> None:
    """502, a refusal on record, and not a word of what the service said."""
    play = whole(answer)
    status, body = play.reply
    assert (status, body["error"]["code"]) == (502, "upstream-unavailable")
    assert BLOCKED not in visible(play)


@pytest.mark.parametrize(
    "chunk",
    [
        piece({"content": "x"}, index=-1),
        piece({"content": "x"}, index=1),
        piece({"content": "x"}, index=10**12),
        piece({"content": "x"}, index=True),
        piece({"content": "x"}, index="0"),
        piece({"tool_calls": [{"index": -1, "function": {"arguments": "x"}}]}),
        piece({"tool_calls": [{"index": 10**9, "function": {"arguments": "x"}}]}),
        piece({"tool_calls": ["x"]}),
        {"choices": [None]},
        {"choices": {"0": {}}},
    ],
)
def test_a_chunk_nobody_asked_for_is_withheld(chunk: dict[str, Any]) -> None:
    """Choices and calls beyond what was asked for cost no memory; what was said is on record."""
    play = Play(exchange(stream=True)).begin()
    play.speak("好")
    play.tell(ModelChunk(chunk))
    assert play.record.finish == "upstream-error"
    assert play.record.usage.characters == 1
    play.recorded()
    assert play.chunks()[-1]["error"]["code"] == "upstream-unavailable"
    assert not play.done


@pytest.mark.parametrize(
    "delta",
    [
        None,
        "x",
        {"content": 8964},
        {"content": {"text": BLOCKED}},
        {"tool_calls": "x"},
        {"tool_calls": [{"function": BLOCKED}]},
        {"function_call": {"name": BLOCKED, "arguments": BLOCKED}},
        {"refusal": None, "reasoning": {"text": BLOCKED}, "audio": {"transcript": BLOCKED}},
    ],
)
def test_pieces_of_another_shape_are_left_out(delta: Any) -> None:
    """They are neither delivered nor a fault, and the stream goes on."""
    play = streamed(piece({"content": "好"}), piece(delta), piece({"content": "的"}))
    assert play.said().startswith("好的")
    assert play.done
    assert BLOCKED not in visible(play)
    assert "8964" not in visible(play)


def test_an_error_that_is_null_is_no_error() -> None:
    """Some services send the field in every chunk."""
    assert streamed(piece({"content": "好"}, error=None)).done


@pytest.mark.parametrize("arguments", [{"city": "杭州"}, '{"city":"杭州"}'])
def test_arguments_as_an_object_become_text(arguments: Any) -> None:
    """Some services do not write JSON into a string; clients expect it there."""
    call = {"id": "c1", "index": 0, "function": {"name": "f", "arguments": arguments}}
    play = streamed(piece({"tool_calls": [call]}), piece({}, finish="tool_calls"))
    (sent,) = [
        delta["tool_calls"][0]
        for chunk in play.chunks()
        for delta in (choice["delta"] for choice in chunk["choices"])
        if "tool_calls" in delta
    ]
    assert json.loads(sent["function"]["arguments"]) == {"city": "杭州"}
    body = whole(one({"tool_calls": [call]}, finish_reason="tool_calls")).reply[1]
    shown = body["choices"][0]["message"]["tool_calls"][0]
    assert json.loads(shown["function"]["arguments"]) == {"city": "杭州"}


@pytest.mark.control("output-screening")
@pytest.mark.parametrize(
    "call",
    [
        {"id": BLOCKED, "function": {"name": "f", "arguments": "{}"}},
        {"id": "1", "function": {"name": BLOCKED, "arguments": "{}"}},
        {"id": "1", "function": {"name": "f", "arguments": f'{{"a":{ESCAPED}}}'}},
        {"id": "1", "function": {"name": "f", "arguments": f'{{"a":{ESCAPED}'}},
        {"id": "1", "function": {"name": "f", "arguments": {"deep": {"a": BLOCKED}}}},
        {"id": "1", "function": {"name": "f", "arguments": "[" * 2000 + ESCAPED}},
    ],
)
def test_a_call_is_judged_with_its_id_its_name_and_its_escapes(call: dict[str, Any]) -> None:
    """Also when the JSON is broken off or absurdly deep, which a lenient client would read."""
    play = whole(one({"content": None, "tool_calls": [call]}))
    assert play.reply[1]["choices"][0]["finish_reason"] == "content_filter"
    assert "9752" not in visible(play)
    stream = streamed(piece({"tool_calls": [{"index": 0, **call}]}))
    assert stream.finish() == "content_filter"
    assert BLOCKED not in visible(stream)
    assert "9752" not in visible(stream)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([{"type": "text", "text": "今"}, {"type": "text", "text": "天"}], "今天"),
        (
            [{"type": "thinking", "thinking": [{"text": BLOCKED}]}, {"type": "text", "text": "好"}],
            "好",
        ),
        ([{"type": "image_url", "image_url": {"url": BLOCKED}}], ""),
        (["x", None, {"type": "text", "text": 7}, {"type": ["text"]}], ""),
    ],
)
def test_content_as_a_list_of_parts_is_its_text(content: list[Any], said: str) -> None:
    """Text parts are joined and judged as one; parts of any other kind are withheld."""
    play = whole(one({"content": content}))
    shown = play.reply[1]["choices"][0]["message"]["content"] or ""
    assert shown.removesuffix("\n\n本回答由人工智能生成") == said
    assert BLOCKED not in visible(play)
    assert streamed(piece({"content": content})).said() == shown


def test_a_word_split_over_parts_is_found() -> None:
    """The client reads the parts without a gap."""
    parts = [{"type": "text", "text": letter} for letter in BLOCKED]
    assert whole(one({"content": parts})).reply[1]["choices"][0]["finish_reason"] == (
        "content_filter"
    )


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_an_escape_does_not_hide_a_word_in_json(size: int) -> None:
    """A client that parses the answer would read it; however the stream is cut."""
    text = f'{{"a":{ESCAPED}}}'
    play = streamed(
        *(piece({"content": text[at : at + size]}) for at in range(0, len(text), size)), **SCHEMA
    )
    assert play.finish() == "content_filter"
    assert "9752" not in visible(play)
    assert BLOCKED not in visible(play)
    found = whole(one({"content": text}), **SCHEMA).reply[1]["choices"][0]
    assert found["finish_reason"] == "content_filter"


@pytest.mark.parametrize("size", [1, 4, 100])
def test_json_stays_the_same_json(size: int) -> None:
    """Escapes are written plainly, masks inside strings keep it parsable, both ways alike."""
    value = {"a": '天气\n"好"\\', "b": ["😀", MASKED]}
    text = json.dumps(value, ensure_ascii=True)
    play = streamed(
        *(piece({"content": text[at : at + size]}) for at in range(0, len(text), size)), **SCHEMA
    )
    assert json.loads(play.said()) == {"a": value["a"], "b": ["😀", "****"]}
    shown = whole(one({"content": text}), **SCHEMA).reply[1]["choices"][0]["message"]["content"]
    assert shown == play.said()
    assert play.record.usage.characters == play.record.usage.covered == len(shown)


def test_json_that_breaks_off_in_an_escape_is_delivered_to_its_end() -> None:
    """What was held as half an escape is judged and sent."""
    assert streamed(piece({"content": '{"a":"好\\u4f'}), **SCHEMA).said() == '{"a":"好\\u4f'


def test_an_endless_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, arguments and names together are bounded, and what was delivered is recorded."""
    monkeypatch.setattr(relay, "MOST_TEXT", 100)
    call = {"index": 0, "function": {"name": "", "arguments": "x" * 30}}
    for delta in ({"content": "一二三四五六七八九十" * 3}, {"tool_calls": [call]}):
        play = Play(exchange(stream=True)).begin()
        play.speak("好")
        for _ in range(4):
            play.tell(ModelChunk(piece(delta)))
        assert play.record.finish == "upstream-error"
    assert channels.MOST_TEXT > 1_000_000


def test_empty_pieces_without_end_are_not_kept() -> None:
    """A service that sends nothing for ever fills no list."""
    play = Play(exchange(stream=True)).begin()
    call = {"index": 0, "function": {"name": "", "arguments": ""}}
    for _ in range(1000):
        play.tell(ModelChunk(piece({"content": "", "tool_calls": [call]})))
    kept = play.subject.work.relay
    assert kept is not None
    assert kept.choices[0].calls[0].arguments == []
    assert kept.choices[0].channels == {}


def test_two_choices_are_two_streams() -> None:
    """Each has its own text, label and end; the last chunk of each carries the implicit label."""
    chunks = [piece({"content": text}, index) for index, text in ((0, "一"), (1, "二"), (0, "三"))]
    play = streamed(*chunks, n=2)
    said = {0: "", 1: ""}
    for chunk in play.chunks():
        for choice in chunk["choices"]:
            said[choice["index"]] += choice["delta"].get("content", "")
    label = "\n\n本回答由人工智能生成"
    assert said == {0: "一三" + label, 1: "二" + label}
    ends = [chunk for chunk in play.chunks() if chunk["choices"][0]["finish_reason"]]
    assert [chunk["choices"][0]["index"] for chunk in ends] == [0, 1]
    assert all(chunk["aigc"]["Label"] == "1" for chunk in ends)


# -- when something breaks -------------------------------------------------------------------------


def failing(*_: Any) -> Any:
    raise KeyError(f"quotes {BLOCKED}")


@pytest.mark.control("closed-door")
def test_a_fault_in_a_stream_leaves_a_record_and_no_content_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was delivered is recorded, the client is told `internal`, the log says only where."""
    play = Play(exchange(stream=True)).begin()
    play.speak("好")
    monkeypatch.setattr(relay.Relay, "take", failing)
    play.tell(ModelChunk(piece({"content": "x"})))
    assert isinstance(play.record, Exchange)
    assert play.record.usage.characters == 1
    play.recorded()
    assert play.chunks()[-1]["error"]["code"] == "internal"
    assert "req_1" in caplog.text
    assert "KeyError" in caplog.text
    assert BLOCKED not in caplog.text + visible(play)


def test_when_not_even_the_record_can_be_made_the_door_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No end of the stream, no [DONE], no endless loop."""
    play = Play(exchange(stream=True)).begin()
    play.speak("好")
    monkeypatch.setattr(relay.Relay, "take", failing)
    monkeypatch.setattr(relay.Relay, "end", failing)
    play.tell(ModelChunk(piece({"content": "x"})))
    assert play.subject.over
    assert not play.done


@pytest.mark.parametrize(
    "moment", ["before the body", "at look-up", "at work", "recording", "over"]
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_client_may_leave_at_any_moment(moment: str, stream: bool) -> None:
    """At most one record, never one less than what was delivered, and no command is repeated."""
    play = Play(exchange(stream=stream))
    steps: list[Any] = [RequestArrived()]
    if stream:
        steps += [ModelChunk(piece({"content": "好"})), ModelDone(), Recorded()]
    else:
        steps += [ModelAnswered(one({"content": "好"})), Recorded()]
    leave = {"before the body": 0, "at look-up": 1, "at work": 2, "recording": 3, "over": 9}[moment]
    for number, step in enumerate(steps):
        if number == leave:
            play.tell(ClientGone())
        play.tell(step)
    play.tell(ClientGone())
    play.tell(Recorded())
    assert len(play.of(Record)) == 1
    assert len(play.of(End)) + len(play.of(Reply)) == 1


def test_a_service_that_stops_records_what_was_delivered() -> None:
    """The finish says why; text and label stand."""
    play = Play(exchange(stream=True)).begin()
    play.speak("说到一半")
    nothing = Text(zh="停。", en="Stop.")
    play.tell(Failed(Unavailable("service-stopping", nothing, nothing)))
    assert play.record.finish == "service-stopped"
    assert play.record.usage.characters == 4
    play.recorded()
    assert not play.done


def test_rules_that_change_in_mid_stream_do_not_touch_it() -> None:
    """An exchange keeps the snapshot it began with, and its record names that policy."""
    used = rules()
    play = Play(exchange(used=used, stream=True)).begin()
    play.speak("好")
    assert play.speak(BLOCKED) is False
    play.tell(ModelDone())
    assert play.record.policy == used.policy
    assert play.recorded().said().startswith(f"好\n\n{REFUSAL.zh}")
