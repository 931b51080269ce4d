# SPDX-License-Identifier: Apache-2.0
"""The places in a model's answer where text can stand; what stands anywhere else is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

TEXT_CHANNELS = ("content", "reasoning_content", "reasoning", "refusal")
ANSWER_KEYS = ("id", "object", "created", "model", "system_fingerprint", "service_tier")

_decoder = msgspec.json.Decoder()


@dataclass(slots=True)
class ToolCall:
    r"""A call the model wants made; its arguments are judged whole, never in pieces.

    Arguments are JSON inside a string: an escape such as `\u4e00` can hide a character until the
    string is read, so both the raw text and what it decodes to are judged.
    """

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def as_message(self) -> dict[str, Any]:
        """The call as an OpenAI client expects it."""
        function = {"name": self.name, "arguments": "".join(self.arguments)}
        return {"id": self.id, "type": "function", "function": function}

    def readable(self) -> str:
        """All text of the call, escapes resolved too."""
        raw = "".join(self.arguments)
        return "\0".join((self.name, raw, *strings(_decoded(raw))))

    def length(self) -> int:
        """Characters of name and arguments."""
        return len(self.name) + sum(map(len, self.arguments))


def _decoded(raw: str) -> Any:
    if "\\" not in raw:
        return None
    try:
        return _decoder.decode(raw.encode())
    except (msgspec.DecodeError, ValueError):
        return None


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, keys included."""
    if type(value) is str:
        yield value
    elif type(value) is dict:
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif type(value) is list:
        for item in value:
            yield from strings(item)


def tool_calls(message: dict[str, Any]) -> list[ToolCall]:
    """The tool calls of a whole message."""
    calls = message.get("tool_calls")
    found = []
    for call in calls if type(calls) is list else ():
        function = call.get("function") if type(call) is dict else None
        if type(function) is dict:
            arguments = _text(function.get("arguments"))
            found.append(ToolCall(_text(call.get("id")), _text(function.get("name")), [arguments]))
    return found


def _text(value: Any) -> str:
    return value if type(value) is str else ""
