# SPDX-License-Identifier: Apache-2.0
"""Log probabilities leave only beside text that left as the model wrote it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.scene import BLOCKED, MASKED, Play, on, rules

from guiju.gateway import relay
from guiju.gateway.likelihoods import Tokens
from guiju.gateway.signals import AskModel, End, ModelAnswered, ModelChunk, ModelDone, Send
from guiju.gateway.sse import EventReader
from guiju.labelling import Place

CHAT, COMPLETIONS, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/responses"
RULES = rules()
BODIES: dict[str, dict[str, Any]] = {
    CHAT: {"messages": [{"role": "user", "content": "你好"}], "logprobs": True},
    COMPLETIONS: {"prompt": "你好", "logprobs": 0},
    RESPONSES: {"input": "你好", "include": ["message.output_text.logprobs"]},
}


def token(text: str | bytes, *others: str, **more: Any) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    top = [{"token": one, "logprob": -2.0, "bytes": list(one.encode())} for one in others]
    shown = {"token": data.decode("utf-8", "replace"), "logprob": -0.5, "bytes": list(data)}
    return {**shown, "top_logprobs": top, **more}


def whole(text: str, *tokens: Any, path: str = CHAT, **body: Any) -> Any:
    play = Play(on(path, {"model": "m", **BODIES[path], **body}, RULES)).begin()
    marks: Any = {"content": list(tokens)}
    said: dict[str, Any] = {"message": {"content": text}}
    if path == COMPLETIONS:
        said = {"text": text}
        marks = {
            "tokens": [one["token"] for one in tokens],
            "token_logprobs": [one["logprob"] for one in tokens],
            "top_logprobs": [
                {other["token"]: other["logprob"] for other in one["top_logprobs"]}
                for one in tokens
            ],
            "text_offset": [0],
        }
    choice = {"index": 0, **said, "logprobs": marks, "finish_reason": "stop"}
    play.tell(ModelAnswered({"choices": [choice]}))
    play.recorded()
    status, answer = play.reply
    assert status == 200
    if path == RESPONSES:
        return answer["output"][0]["content"][0]["logprobs"] or None
    return answer["choices"][0]["logprobs"]


def streamed(*pieces: tuple[str, list[Any]], path: str = CHAT) -> list[dict[str, Any]]:
    play = Play(on(path, {"model": "m", "stream": True, **BODIES[path]}, RULES)).begin()
    for text, tokens in pieces:
        said = {"text": text} if path == COMPLETIONS else {"delta": {"content": text}}
        marks: Any = {"content": tokens}
        if path == COMPLETIONS:
            names = [one["token"] for one in tokens]
            marks = {"tokens": names, "token_logprobs": [one["logprob"] for one in tokens]}
        play.tell(ModelChunk({"choices": [{"index": 0, **said, "logprobs": marks}]}))
    play.tell(ModelDone())
    play.recorded()
    wire = b"".join(one.data for one in play.commands if isinstance(one, Send | End))
    return [json.loads(one) for one in EventReader().feed(wire) if one != b"[DONE]"]


def marked(chunks: list[dict[str, Any]]) -> list[str]:
    """The tokens that came beside the chunks of a chat."""
    found = [one.get("logprobs") for chunk in chunks for one in chunk["choices"]]
    return [mark["token"] for one in found if one for mark in one["content"]]


def test_tokens_stand_beside_the_text_they_spell() -> None:
    """With their bytes and alternatives; the label has none."""
    found = whole("好的", token("好", "坏"), token("的"), top_logprobs=1)
    assert [one["token"] for one in found["content"]] == ["好", "的"]
    assert found["content"][0]["bytes"] == list("好".encode())
    assert found["content"][0]["top_logprobs"][0]["token"] == "坏"
    assert found["refusal"] is None


def test_tokens_that_are_no_characters_are_shown_by_their_bytes() -> None:
    """Half a character is written as its bytes, as the API does it."""
    first, second = "好".encode()[:2], "好".encode()[2:]
    found = whole("好", token(first), token(second))
    assert [one["token"] for one in found["content"]] == ["\\xe5\\xa5", "\\xbd"]


@pytest.mark.control("output-screening")
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("好", [token("好"), token(BLOCKED)]),
        ("好", [token("坏")]),
        ("好", [token("好", token=BLOCKED, bytes=None)]),
        (f"说{MASKED}", [token("说"), token(MASKED)]),
        ("好", [token("好", BLOCKED)]),
        ("好的", [token("好", *BLOCKED[:1], BLOCKED[:2]), token("的", "x", BLOCKED[2:])]),
        ("好的", [token("好", MASKED[:2]), token("的", MASKED[2:])]),
        ("好", [token("好", logprob=BLOCKED)]),
        ("好", [BLOCKED]),
        ("好", [{"token": "好"}]),
        ("好", [token("好", bytes=[999])]),
        ("好", []),
    ],
)
def test_tokens_that_spell_anything_else_are_withheld(text: str, tokens: list[Any]) -> None:
    """Other text, text that was masked, alternatives that make a word, and what is no token."""
    assert whole(text, *tokens) is None


def test_a_token_cannot_be_called_by_another_text() -> None:
    """What it is called is made from its bytes, for alternatives too."""
    other = {"token": BLOCKED, "logprob": -1, "bytes": list("乙".encode())}
    found = whole("好", token("好", token=BLOCKED, secret=BLOCKED, top_logprobs=[other]))
    assert BLOCKED not in json.dumps(found, ensure_ascii=False)
    assert found["content"][0]["top_logprobs"][0]["token"] == "乙"


def test_nobody_gets_what_nobody_asked_for() -> None:
    """A service that sends them of itself is not believed."""
    body: dict[str, Any] = {"model": "m", "messages": BODIES[CHAT]["messages"]}
    play = Play(on(CHAT, body, RULES)).begin()
    choice = {"message": {"content": "好"}, "logprobs": {"content": [token("好")]}}
    play.tell(ModelAnswered({"choices": [choice]}))
    play.recorded()
    assert "logprobs" not in play.reply[1]["choices"][0]


@pytest.mark.parametrize("path", list(BODIES))
def test_every_wire_has_them_in_its_own_shape(path: str) -> None:
    """Asked upstream in the shape of that route, answered in the shape of the wire."""
    play = Play(on(path, {"model": "m", **BODIES[path]}, RULES)).begin()
    (asked,) = play.of(AskModel)
    assert json.loads(asked.body)["logprobs"] == (0 if path == COMPLETIONS else True)
    found = whole("好的", token("好"), token("的"), path=path)
    if path == COMPLETIONS:
        assert found == {
            "tokens": ["好", "的"],
            "token_logprobs": [-0.5, -0.5],
            "top_logprobs": None,
            "text_offset": [0, 1],
        }
    else:
        tokens = found if path == RESPONSES else found["content"]
        assert [one["token"] for one in tokens] == ["好", "的"]


def test_alternatives_of_a_completion_come_as_its_lists() -> None:
    """One object a token; the first token of a repeated text has no probability."""
    first = {**token("好"), "logprob": None}
    found = whole("好的", first, token("的", "呢"), path=COMPLETIONS, logprobs=1, echo=True)
    assert found["token_logprobs"] == [None, -0.5]
    assert found["top_logprobs"] == [{}, {"呢": -2.0}]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        (CHAT, {"top_logprobs": 2}, "top_logprobs"),
        (COMPLETIONS, {"logprobs": 1}, "logprobs"),
        (RESPONSES, {"top_logprobs": 2}, "top_logprobs"),
    ],
)
def test_alternatives_in_a_stream_are_refused(path: str, body: dict[str, Any], param: str) -> None:
    """Text that nobody says, in pieces: no screen can judge that as one."""
    play = Play(on(path, {"model": "m", **BODIES[path], **body, "stream": True}, RULES)).begin()
    status, answer = play.reply
    assert (status, answer["error"]["param"]) == (400, param)
    assert answer["error"]["code"] == "content-not-screened"


@given(st.text(st.sampled_from("好的abc，"), min_size=1, max_size=12), st.data())
def test_however_tokens_and_text_are_cut_they_leave_together(
    text: str, data: st.DataObject
) -> None:
    """No token before its text, none lost, none twice."""
    cuts = sorted(data.draw(st.sets(st.integers(1, max(len(text.encode()) - 1, 1)), max_size=6)))
    edges = [0, *(one for one in cuts if one < len(text.encode())), len(text.encode())]
    tokens = [token(text.encode()[start:end]) for start, end in pairwise(edges)]
    queue, left, heard, ahead = Tokens(), text, b"", len(tokens)
    queue.take({"content": tokens[: data.draw(st.integers(0, ahead))]})
    given_so_far = len(queue._tokens)
    said = b""
    while left:
        size = data.draw(st.integers(1, len(left)))
        if given_so_far < len(tokens):
            queue.take({"content": tokens[given_so_far:]})
            given_so_far = len(tokens)
        piece, left = left[:size], left[size:]
        said += piece.encode()
        heard += b"".join(bytes(one["bytes"]) for one in queue.beside(piece))
        assert said.startswith(heard)
    assert heard == text.encode()


def test_tokens_wait_for_text_that_is_held_back() -> None:
    """What may yet become a hit has not left, and neither have its tokens."""
    chunks = streamed(
        ("说", [token("说")]), ("青铜", [token("青"), token("铜")]), ("器", [token("器")])
    )
    assert marked(chunks) == ["说", "青", "铜", "器"]
    first = next(one for one in chunks if one["choices"][0]["delta"].get("content"))
    assert [one["token"] for one in first["choices"][0]["logprobs"]["content"]] == ["说"]


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("path", list(BODIES))
@pytest.mark.parametrize("size", [1, 2, 9])
def test_tokens_of_a_blocked_text_do_not_leave(path: str, size: int) -> None:
    """However it is cut, and whatever the tokens say; after a mask there are none either."""
    for word in (BLOCKED, MASKED):
        text = f"说{word}尾"
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        told = streamed(*((one, [token(two) for two in one]) for one in pieces), path=path)
        wire = json.dumps(told, ensure_ascii=False)
        assert word not in wire
        tokens = "".join(marked(told)) if path == CHAT else ""
        assert word[1] not in tokens
    lying = streamed(("好", [token(BLOCKED)]), ("的", [token("的")]), path=path)
    assert BLOCKED not in json.dumps(lying, ensure_ascii=False)


@pytest.mark.parametrize("stream", [True, False])
def test_offsets_count_a_label_that_stands_before(stream: bool) -> None:
    """They are places in the text that the client gets."""
    used = rules(place=Place.START)
    body = {"model": "m", "stream": stream, **BODIES[COMPLETIONS]}
    play = Play(on(COMPLETIONS, body, used)).begin()
    marks = {"tokens": ["好"], "token_logprobs": [-1]}
    choice = {"index": 0, "text": "好", "logprobs": marks, "finish_reason": None}
    play.tell((ModelChunk if stream else ModelAnswered)({"choices": [choice]}))
    if stream:
        play.tell(ModelDone())
    play.recorded()
    shown = (play.chunks() if stream else [play.reply[1]])[0]["choices"][0]
    (offset,) = shown["logprobs"]["text_offset"]
    assert shown["text"][offset:] == "好"


def test_a_stream_of_a_completion_counts_offsets_on() -> None:
    """Each chunk says where its tokens stand in the whole text."""
    chunks = streamed(("好", [token("好")]), ("的。", [token("的。")]), path=COMPLETIONS)
    found = [one["choices"][0]["logprobs"] for one in chunks]
    assert [one["text_offset"] for one in found if one and one["tokens"]] == [[0], [1]]


def test_a_stream_of_a_response_gathers_them() -> None:
    """Beside each delta, and whole in the item that is done."""
    events = streamed(("好", [token("好")]), ("的", [token("的")]), path=RESPONSES)
    said = [one for one in events if one["type"] == "response.output_text.delta"]
    assert [[two["token"] for two in one["logprobs"]] for one in said] == [["好"], ["的"], []]
    done = [one for one in events if one["type"] == "response.output_text.done"]
    assert [one["token"] for one in done[0]["logprobs"]] == ["好", "的"]
    part = events[-1]["response"]["output"][0]["content"][0]
    assert part["logprobs"] == done[0]["logprobs"]


def test_endless_tokens_without_text_end_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are counted like text, or a service could fill the memory with them."""
    monkeypatch.setattr(relay, "MOST_TEXT", 100)
    play = Play(on(CHAT, {"model": "m", "stream": True, **BODIES[CHAT]}, RULES)).begin()
    many = {"content": [token("", bytes=[])] * 60}
    for _ in range(2):
        play.tell(ModelChunk({"choices": [{"index": 0, "delta": {}, "logprobs": many}]}))
    assert play.record.code == "upstream-unavailable"
