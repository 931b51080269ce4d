# SPDX-License-Identifier: Apache-2.0
"""The places in a model's answer where text can stand; what stands anywhere else is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from guiju.gateway.escapes import unescaped
from guiju.screening import BORDER

# A thought comes before what it leads to, also where one chunk holds parts of both.
TEXT_CHANNELS = ("reasoning_content", "reasoning", "content", "refusal")
MOST_CALLS = 128
MOST_TEXT = 8 * 1024 * 1024
"""Characters of one answer, all its choices together: more than any model writes."""

_encode = msgspec.json.Encoder().encode
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
        """All text of the call, escapes resolved too, each with a border before it."""
        raw = "".join(self.arguments)
        seen = [self.id, self.name, raw]
        if "\\" in raw:
            seen += (unescaped(raw), *strings(_decoded(raw)))
        return "".join(BORDER + one for one in seen)

    def length(self) -> int:
        """Characters of name and arguments."""
        return len(self.name) + sum(map(len, self.arguments))


def _decoded(raw: str) -> Any:
    try:
        return _decoder.decode(raw.encode())
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, keys included, however deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is str:
            yield one
        elif type(one) is dict:
            yield from one
            waiting += one.values()
        elif type(one) is list:
            waiting += one


def text_of(value: Any) -> str:
    """The text of a channel: a string, or as some servers have it, a list of text parts.

    Parts of any other kind are withheld.
    """
    if type(value) is str:
        return value
    if type(value) is not list:
        return ""
    parts = (one for one in value if type(one) is dict and one.get("type") == "text")
    return "".join(text for one in parts if type(text := one.get("text")) is str)


def tool_calls(message: dict[str, Any]) -> list[ToolCall]:
    """The tool calls of a whole message; none when they are no list of functions."""
    calls = message.get("tool_calls")
    if type(calls) is not list:
        return []
    found = []
    for call in calls:
        function = call.get("function") if type(call) is dict else None
        if type(function) is dict:
            name, arguments = called(function)
            number = call.get("id")
            found.append(ToolCall(number if type(number) is str else "", name, [arguments]))
    return found


def called(function: dict[str, Any]) -> tuple[str, str]:
    """Name and arguments of a call or a piece of one; arguments as an object become JSON text."""
    name, arguments = function.get("name"), function.get("arguments")
    if type(arguments) is dict:
        arguments = _encode(arguments).decode()
    return name if type(name) is str else "", arguments if type(arguments) is str else ""
