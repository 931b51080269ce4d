# SPDX-License-Identifier: Apache-2.0
"""Pieces that arrived together are one piece; nothing else about a stream changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.chunks import Chunk, Read, chunks_of, opening
from guiju.gateway.said import Said, said_of

_HEAD = {"id": "c", "object": "chat.completion.chunk", "model": "m"}


def piece(delta: dict[str, Any], index: Any = 0, **more: Any) -> dict[str, Any]:
    """One chunk of one choice."""
    return {**_HEAD, "choices": [{"index": index, "delta": delta, "finish_reason": None, **more}]}


def sent(*chunks: Any) -> list[bytes]:
    """Chunks as they come."""
    return [json.dumps(one).encode() for one in chunks]


texts = st.text(max_size=3)
deltas = st.one_of(
    st.fixed_dictionaries({"content": texts}),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": texts}),
    st.fixed_dictionaries({"reasoning_content": texts, "content": st.none()}),
    st.fixed_dictionaries({"content": texts, "reasoning_content": texts}),
    st.fixed_dictionaries({"content": texts, "refusal": texts}),
    st.fixed_dictionaries({"content": st.one_of(st.none(), st.integers(), st.lists(texts))}),
    st.fixed_dictionaries({"tool_calls": st.just([{"index": 0}])}),
    st.just({}),
)
chunks = st.one_of(
    st.builds(piece, deltas, st.integers(0, 1)),
    st.builds(piece, deltas, st.sampled_from([None, True, 0.0, "0"])),
    st.builds(lambda delta: piece(delta, finish_reason="stop"), deltas),
    st.builds(lambda delta: piece(delta, logprobs={"content": []}), deltas),
    st.builds(lambda delta: piece(delta, more=1), deltas),
    st.builds(lambda delta: {**piece(delta), "usage": {"prompt_tokens": 1}}, deltas),
    st.builds(lambda delta: {**piece(delta), "error": {"message": "x"}}, deltas),
    st.builds(lambda delta: {**piece(delta), "more": 1}, deltas),
    st.sampled_from([{}, {"choices": []}, {"choices": [1]}, {"choices": [{}, {}]}, {"error": 1}]),
)


def _plain(chunk: Any) -> tuple[int, str, str] | None:
    """What a chunk says that is a piece of text and nothing else, told by its members."""
    choices = chunk.get("choices", [])
    if set(chunk) != {*_HEAD, "choices"} or len(choices) != 1 or type(choices[0]) is not dict:
        return None
    choice = choices[0]
    if set(choice) != {"index", "delta", "finish_reason"} or choice["finish_reason"] is not None:
        return None
    said = {name: text for name, text in choice["delta"].items() if name != "role"}
    said = {name: text for name, text in said.items() if text is not None}
    if type(choice["index"]) is not int or len(said) != 1:
        return None
    ((name, text),) = said.items()
    known = name in {"content", "reasoning_content"} and type(text) is str
    return (choice["index"], name, text) if known else None


def as_told(chunk: Chunk) -> Any:
    """A piece as `_plain` tells it."""
    return (chunk.index, chunk.channel, chunk.text) if isinstance(chunk, Said) else chunk


@given(st.lists(chunks, max_size=8))
def test_a_stream_says_the_same_in_one_read(stream: list[Any]) -> None:
    """Order, texts and all that is no mere text stay; no two neighbours could be joined further."""
    expected: list[Any] = []
    for chunk in stream:
        plain = _plain(chunk)
        last = expected[-1] if expected else None
        if plain is not None and type(last) is tuple and last[:2] == plain[:2]:
            expected[-1] = (*plain[:2], last[2] + plain[2])
        else:
            expected.append(chunk if plain is None else plain)
    read = chunks_of(sent(*stream))
    assert [as_told(one) for one in read.chunks] == expected
    assert not read.done
    assert not read.broken


@given(st.lists(chunks, min_size=1, max_size=4))
def test_the_first_chunk_of_a_stream_comes_as_it_is(stream: list[Any]) -> None:
    """It says who answers; those after it are read as any."""
    first, *rest = opening(sent(*stream)).chunks
    assert first == stream[0]
    assert rest == chunks_of(sent(*stream[1:])).chunks


def test_what_follows_the_end_is_not_read() -> None:
    """Neither after [DONE] nor after what is no chunk; what stands before it counts."""
    one, other = sent(piece({"content": "a"}), piece({"content": "b"}))
    assert chunks_of([one, other, b"[DONE]", one]) == Read([Said(0, "content", "ab")], done=True)
    assert chunks_of([one, b"{", other]) == Read([Said(0, "content", "a")], broken=True)
    assert opening([b"[DONE]", one]) == Read([], done=True)
    assert opening([]) == Read([])


@pytest.mark.parametrize(
    "raw",
    [
        b'{"choices":[{"index":0,"delta":{"content":"a\xff"}}]}',
        b'{"id":"\xff","choices":[{"index":0,"delta":{"content":"a"}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"\\ud800"}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}]} x',
        b'{"choices":[{"index":0,"delta":{"content":"a"',
        b"[" * 5000,
        b"",
    ],
)
def test_what_is_no_chunk_is_no_piece(raw: bytes) -> None:
    """Text that is no UTF-8 or half a character, anywhere in it, and what is no JSON."""
    assert said_of(raw) is None
    assert chunks_of([raw]).broken
