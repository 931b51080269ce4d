# SPDX-License-Identifier: Apache-2.0
"""Pieces that arrived together are one piece; nothing else about a stream changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.joining import joined

_HEAD = {"id": "c", "object": "chat.completion.chunk", "model": "m"}


def piece(delta: dict[str, Any], index: int = 0, **more: Any) -> dict[str, Any]:
    """One chunk of one choice."""
    return {**_HEAD, "choices": [{"index": index, "delta": delta, "finish_reason": None, **more}]}


deltas = st.one_of(
    st.fixed_dictionaries({"content": st.text(max_size=3)}),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": st.text(max_size=3)}),
    st.fixed_dictionaries({"reasoning_content": st.text(max_size=3)}),
    st.fixed_dictionaries({"content": st.text(max_size=3), "refusal": st.text(max_size=3)}),
    st.fixed_dictionaries({"content": st.one_of(st.none(), st.integers(), st.lists(st.text()))}),
    st.fixed_dictionaries({"tool_calls": st.just([{"index": 0}])}),
    st.just({}),
)
chunks = st.one_of(
    st.builds(piece, deltas, st.integers(0, 1)),
    st.builds(lambda delta: piece(delta, finish_reason="stop"), deltas),
    st.builds(lambda delta: piece(delta, logprobs={"content": []}), deltas),
    st.builds(lambda delta: {**piece(delta), "usage": {"prompt_tokens": 1}}, deltas),
    st.builds(lambda delta: {**piece(delta), "error": {"message": "x"}}, deltas),
    st.sampled_from([{}, {"choices": []}, {"choices": [1]}, {"choices": [{}, {}]}, {"error": 1}]),
)


def told(stream: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Everything a stream says in order, neighbouring texts of one channel as one."""
    said: list[tuple[Any, ...]] = []
    for chunk in stream:
        plain = _plain(chunk)
        if plain is None:
            said.append(("other", chunk))
        elif said and said[-1][:2] == ("text", plain[0]):
            said[-1] = ("text", plain[0], said[-1][2] + plain[1])
        else:
            said.append(("text", *plain))
    return said


def _plain(chunk: dict[str, Any]) -> tuple[Any, str] | None:
    keys = set(chunk) - set(_HEAD)
    choices = chunk.get("choices")
    if keys != {"choices"} or type(choices) is not list or len(choices) != 1 or choices == [1]:
        return None
    choice = choices[0]
    texts = {k: v for k, v in choice.get("delta", {}).items() if k != "role"}
    if set(choice) != {"index", "delta", "finish_reason"} or choice["finish_reason"] is not None:
        return None
    if len(texts) != 1:
        return None
    (name, text) = next(iter(texts.items()))
    plain = name in {"content", "reasoning_content"} and type(text) is str
    return ((choice["index"], name), text) if plain else None


@given(st.lists(chunks, max_size=8))
def test_a_stream_says_the_same_once_its_neighbours_are_joined(stream: list[Any]) -> None:
    """Order, texts and all that is no mere text stay; no two neighbours could be joined further."""
    before = deepcopy(stream)
    after = list(joined(stream))
    assert told(after) == told(before)
    assert len(after) == len(told(before))


def test_a_piece_alone_is_passed_on_as_it_is() -> None:
    """Nothing is copied where nothing is joined."""
    only = piece({"content": "a"})
    assert next(joined([only])) is only


def test_texts_of_one_read_become_one() -> None:
    """The role that some models repeat does not stand in the way; the end stays apart."""
    stream = [
        piece({"role": "assistant", "content": ""}),
        piece({"content": "a"}),
        piece({"content": "b"}),
        piece({}, finish_reason="stop"),
    ]
    first, last = joined(stream)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "ab"}
    assert last["choices"][0]["finish_reason"] == "stop"
