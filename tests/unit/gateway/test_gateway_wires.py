# SPDX-License-Identifier: Apache-2.0
"""What holds for every wire: however a stream is cut the same leaves, and nothing unknown does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.unit.gateway.scene import BLOCKED, MASKED, REVIEWED, Play, come, on, rules

from guiju.gateway.route import ROUTES
from guiju.gateway.signals import End, ModelChunk, ModelDone, Reply, Send, StopModel
from guiju.gateway.sse import EventReader
from guiju.gateway.stations.screen_output import screen_output

Json = dict[str, Any]
RULES = rules()


def from_chat(event: Json) -> dict[str, str]:
    said: dict[str, str] = {}
    for choice in event.get("choices", ()):
        for name in ("reasoning_content", "content", "refusal"):
            if choice["delta"].get(name):
                said[name] = said.get(name, "") + choice["delta"][name]
    return said


def from_completions(event: Json) -> dict[str, str]:
    return {"content": "".join(one["text"] for one in event.get("choices", ()))}


def from_responses(event: Json) -> dict[str, str]:
    names = {"reasoning_text": "reasoning_content", "output_text": "content", "refusal": "refusal"}
    kind, _, what = event["type"].removeprefix("response.").partition(".")
    return {names[kind]: event["delta"]} if what == "delta" and kind in names else {}


def from_messages(event: Json) -> dict[str, str]:
    delta = event.get("delta", {})
    names = {"text": "content", "thinking": "reasoning_content"}
    return {names[key]: said for key, said in delta.items() if key in names}


WIRES: dict[str, tuple[Json, Callable[[Json], dict[str, str]]]] = {
    "/v1/chat/completions": ({"messages": [{"role": "user", "content": "你好"}]}, from_chat),
    "/v1/completions": ({"prompt": "你好"}, from_completions),
    "/v1/responses": ({"input": "你好"}, from_responses),
    "/v1/messages": (
        {"messages": [{"role": "user", "content": "你好"}], "max_tokens": 9},
        from_messages,
    ),
}
STREAMED = list(WIRES)


def test_every_route_that_streams_is_tested_here() -> None:
    """A new wire must hold to the same."""
    relaying = {path for path, route in ROUTES.items() if screen_output in route.stations}
    assert relaying == set(WIRES)


def chunk(path: str, channel: str, text: str) -> Json:
    said = {"text": text} if path == "/v1/completions" else {"delta": {channel: text}}
    return {"choices": [{"index": 0, **said, "finish_reason": None}]}


def played(path: str, pieces: list[tuple[str, str]]) -> Play:
    play = Play(on(path, {"model": "m", "stream": True, **WIRES[path][0]}, RULES)).begin()
    for channel, text in pieces:
        if StopModel() in play.tell(come(chunk(path, channel, text))):
            break
    play.tell(ModelDone())
    return play.recorded()


def wire_of(play: Play) -> bytes:
    return b"".join(one.data for one in play.commands if isinstance(one, Send | End))


def heard(path: str, play: Play) -> dict[str, str]:
    """What a client reads on each channel."""
    said: dict[str, str] = {}
    for payload in EventReader().feed(wire_of(play)):
        if payload != b"[DONE]":
            for name, text in WIRES[path][1](json.loads(payload)).items():
                said[name] = said.get(name, "") + text
    return {name: text for name, text in said.items() if text}


TEXTS = st.text(st.sampled_from("你好青铜月亮会蓝鲸口令石榴暗号abc，\u200b"), max_size=24)


@pytest.mark.control("output-screening", "generation-stopped")
@pytest.mark.parametrize("path", STREAMED)
@given(TEXTS, TEXTS, st.sampled_from(["", BLOCKED, MASKED, REVIEWED]), st.data())
def test_however_a_stream_is_cut_the_same_is_heard(
    path: str, thought: str, text: str, word: str, data: st.DataObject
) -> None:
    """Same text in every wire, same verdict, same count; nothing of a blocked word leaves."""
    channels = [("content", text + word)]
    if path != "/v1/completions":
        channels.insert(0, ("reasoning_content", thought))
    whole = played(path, [one for one in channels if one[1]])
    pieces = []
    for channel, left in channels:
        rest = left
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            pieces.append((channel, rest[:size]))
            rest = rest[size:]
    cut = played(path, pieces)
    assert heard(path, cut) == heard(path, whole)
    assert cut.record.outgoing == whole.record.outgoing
    assert cut.record.usage == whole.record.usage
    assert cut.record.finish == whole.record.finish
    assert cut.record.usage.covered == cut.record.usage.characters
    for never in (BLOCKED, MASKED):
        assert never not in "".join(heard(path, cut).values())
    if BLOCKED in text + word:
        assert cut.record.finish == "content_filter"
    # A wire of blocks has let go of a thought where the text begins; a chat still holds its end.
    if path != "/v1/completions" and cut.record.finish != "content_filter":
        chat = played(STREAMED[0], pieces)
        assert heard(path, cut) == heard(STREAMED[0], chat)
        assert chat.record.usage == cut.record.usage


@pytest.mark.control("output-screening", "generation-stopped")
@pytest.mark.parametrize("path", [one for one in STREAMED if one != "/v1/completions"])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["content", "reasoning_content", "refusal"]),
            st.text(st.sampled_from("青铜月亮会蓝鲸口令好"), min_size=1, max_size=4),
        ),
        max_size=8,
    ),
    st.sampled_from(["content", "reasoning_content"]),
    st.sampled_from([BLOCKED, MASKED]),
    st.data(),
)
def test_a_word_spread_over_turns_of_a_channel_does_not_leave_whole(
    path: str, around: list[tuple[str, str]], channel: str, word: str, data: st.DataObject
) -> None:
    """Clients put the texts of a channel together, whatever a wire has said between them."""
    pieces = list(around)
    at = 0
    for one in word:
        at = data.draw(st.integers(at, len(pieces)))
        pieces.insert(at, (channel, one))
        at += 1
    play = played(path, pieces)
    for said in heard(path, play).values():
        assert BLOCKED not in said
        assert MASKED not in said
    usage = play.record.usage
    assert usage.covered == usage.characters
    if play.record.finish != "content_filter":
        given_texts: dict[str, str] = {}
        for one, text in pieces:
            # That API has no refusal apart from the text.
            name = "content" if (path, one) == ("/v1/messages", "refusal") else one
            given_texts[name] = given_texts.get(name, "") + text
        left = heard(path, play)
        assert {name: len(text) for name, text in given_texts.items()} == {
            name: len(text.partition("\n\n")[0]) for name, text in left.items()
        }


HOSTILE: list[Json] = [
    {"secret": BLOCKED},
    {"audio": {"data": BLOCKED, "transcript": BLOCKED}},
    {"annotations": [{"url": BLOCKED}]},
    {"function_call": {"name": BLOCKED, "arguments": BLOCKED}},
    {"reasoning_details": [{"text": BLOCKED}]},
    {"images": [{"url": BLOCKED}]},
    {"type": BLOCKED, "delta": BLOCKED, "text": [BLOCKED]},
]


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("path", STREAMED)
@pytest.mark.parametrize("extra", HOSTILE)
def test_what_a_wire_does_not_know_it_does_not_say(path: str, extra: Json) -> None:
    """Unknown fields of a chunk, a choice and a delta leave by no wire."""
    told = chunk(path, "content", "好")
    told["choices"][0] = {**extra, **told["choices"][0], "logprobs": {"content": [extra]}}
    if "delta" in told["choices"][0]:
        told["choices"][0]["delta"] = {**extra, "content": "好", "role": BLOCKED}
    play = Play(on(path, {"model": "m", "stream": True, **WIRES[path][0]}, RULES)).begin()
    play.tell(ModelChunk({**extra, **told, "id": BLOCKED, "object": BLOCKED}))
    play.tell(ModelDone())
    play.recorded()
    assert heard(path, play)["content"].startswith("好")
    assert BLOCKED not in wire_of(play).decode()


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("path", STREAMED)
@pytest.mark.parametrize(
    "unknown",
    [
        {"type": "response.output_text.delta", "delta": BLOCKED},
        {"type": "content_block_delta", "delta": {"text": BLOCKED}},
        {"object": "anything", "text": BLOCKED},
        {"choices": [{"index": 0, "event": BLOCKED}, BLOCKED]},
        {"choices": {"index": 0}},
        {"error": {"message": BLOCKED}},
    ],
)
def test_a_chunk_of_an_unknown_type_ends_the_stream(path: str, unknown: Json) -> None:
    """With the error of the wire, and without a word of the chunk."""
    play = Play(on(path, {"model": "m", "stream": True, **WIRES[path][0]}, RULES)).begin()
    play.tell(ModelChunk(chunk(path, "content", "说到一半")))
    play.tell(ModelChunk(unknown))
    assert play.record.finish == "upstream-error"
    play.recorded()
    last = json.loads(EventReader().feed(wire_of(play))[-1])
    assert last["error"]["code"] == "upstream-unavailable"
    assert BLOCKED not in wire_of(play).decode()


@pytest.mark.parametrize("path", list(ROUTES))
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"model":"m"}', b'{"model":7}'])
def test_a_request_that_is_none_is_told_so_in_the_manner_of_the_wire(
    path: str, body: bytes
) -> None:
    """400 with our code, whatever frame the wire has for it."""
    subject = on(path, {})
    subject.work.ask = structs.replace(subject.work.ask, raw=body)
    play = Play(subject).begin()
    (found,) = play.of(Reply)
    assert found.status == 400
    assert json.loads(found.body)["error"]["code"] == "invalid-request"
    assert not play.asked
