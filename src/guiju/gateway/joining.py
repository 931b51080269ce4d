# SPDX-License-Identifier: Apache-2.0
"""Join pieces of text that arrived together, so that each is judged and sent on once.

A model that speaks faster than we read fills one read with many chunks. What they say is the same
in one piece: screening gives the same verdict however a text is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_CHUNK = frozenset(
    {"id", "object", "created", "model", "choices", "system_fingerprint", "service_tier", "usage"}
)
_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs"})
_CHANNELS = frozenset({"content", "reasoning_content"})


def joined(chunks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same chunks in the same order, neighbours that only add to one text made one."""
    kept: dict[str, Any] | None = None
    texts: list[str] = []
    adds: tuple[Any, str] | None = None
    for chunk in chunks:
        now = _adds(chunk)
        if kept is not None and now is not None and now == adds:
            texts.append(_delta(chunk)[now[1]])
            continue
        if kept is not None:
            yield _with(kept, adds, texts)
        kept, adds = chunk, now
        texts = [] if now is None else [_delta(chunk)[now[1]]]
    if kept is not None:
        yield _with(kept, adds, texts)


def _adds(chunk: dict[str, Any]) -> tuple[Any, str] | None:
    """Choice and channel when a piece of one text is all that a chunk holds."""
    choices = chunk.get("choices")
    if type(choices) is not list or len(choices) != 1 or not _CHUNK.issuperset(chunk):
        return None
    choice = choices[0]
    if type(choice) is not dict or not _CHOICE.issuperset(choice) or chunk.get("usage") is not None:
        return None
    if choice.get("finish_reason") is not None or choice.get("logprobs") is not None:
        return None
    delta, index = choice.get("delta"), choice.get("index")
    if type(delta) is not dict or type(index) is not int:
        return None
    # Some models name the role in every chunk.
    names = [name for name in delta if name != "role"]
    if len(names) != 1 or names[0] not in _CHANNELS or type(delta[names[0]]) is not str:
        return None
    return index, names[0]


def _delta(chunk: dict[str, Any]) -> dict[str, str]:
    delta: dict[str, str] = chunk["choices"][0]["delta"]
    return delta


def _with(chunk: dict[str, Any], adds: tuple[Any, str] | None, texts: list[str]) -> dict[str, Any]:
    """The first of the joined chunks, with the text of all."""
    if adds is not None and len(texts) > 1:
        _delta(chunk)[adds[1]] = "".join(texts)
    return chunk
