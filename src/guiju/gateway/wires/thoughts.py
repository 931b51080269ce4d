# SPDX-License-Identifier: Apache-2.0
"""Services name the thought before an answer differently; some send it under both names at once.

A chat has room for both. A wire whose answers are blocks or items would say the same thought twice.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def in_chunk(chunk: Json) -> Json:
    """The chunk with its thoughts under `reasoning_content` only."""
    return _under_one_name(chunk, "delta")


def in_whole(answer: Json) -> Json:
    """The answer with its thoughts under `reasoning_content` only."""
    return _under_one_name(answer, "message")


def _under_one_name(answer: Json, name: str) -> Json:
    choices = answer.get("choices")
    for choice in choices if type(choices) is list else ():
        said = choice.get(name) if type(choice) is dict else None
        if type(said) is dict and "reasoning" in said:
            other = said.pop("reasoning")
            if not said.get("reasoning_content"):
                said["reasoning_content"] = other
    return answer
