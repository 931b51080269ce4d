# SPDX-License-Identifier: Apache-2.0
"""Each text of an answer under one name, for wires whose answers are blocks or items.

Services name the thought before an answer differently; some send it under both names at once, and
such a wire would say it twice. Where an API has no refusal apart from the text, it is part of the
text: its clients read both as one, so one scanner must.
"""

from __future__ import annotations

from typing import Any

from guiju.gateway.channels import text_of

Json = dict[str, Any]


def in_chunk(chunk: Json) -> Json:
    """The chunk with its thoughts under `reasoning_content` only."""
    return _each(chunk, "delta", refusals=True)


def in_whole(answer: Json) -> Json:
    """The answer with its thoughts under `reasoning_content` only."""
    return _each(answer, "message", refusals=True)


def in_chunk_without_refusals(chunk: Json) -> Json:
    """The same, and what is refused is text."""
    return _each(chunk, "delta", refusals=False)


def in_whole_without_refusals(answer: Json) -> Json:
    """The same, and what is refused is text."""
    return _each(answer, "message", refusals=False)


def _each(answer: Json, name: str, *, refusals: bool) -> Json:
    choices = answer.get("choices")
    for choice in choices if type(choices) is list else ():
        said = choice.get(name) if type(choice) is dict else None
        if type(said) is dict:
            _rename(said, refusals=refusals)
    return answer


def _rename(said: Json, *, refusals: bool) -> None:
    if "reasoning" in said:
        other = said.pop("reasoning")
        if not said.get("reasoning_content"):
            said["reasoning_content"] = other
    if not refusals and (refusal := text_of(said.pop("refusal", None))):
        said["content"] = text_of(said.get("content")) + refusal
