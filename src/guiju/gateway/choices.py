# SPDX-License-Identifier: Apache-2.0
"""One of the answers that a model generates side by side, while its stream is relayed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from guiju.gateway.channels import MOST_CALLS, ToolCall, called
from guiju.gateway.faults import not_understood
from guiju.gateway.likelihoods import Tokens
from guiju.gateway.watch import Channel


@dataclass(slots=True)
class Choice:
    """One of the answers that the model generates side by side."""

    channels: dict[str, Channel] = field(default_factory=dict)
    calls: dict[int, ToolCall] = field(default_factory=dict)
    calls_pass: bool = False
    calls_delivered: bool = False
    finish: str = "stop"
    greeted: bool = False
    speaking: str = ""
    tokens: Tokens | None = None
    marks: list[dict[str, Any]] | None = None
    """Log probabilities of the piece that leaves now, where they are wanted."""
    labelled: bool = False

    def text(self, channel: str) -> str:
        """What was delivered on a channel."""
        found = self.channels.get(channel)
        return "" if found is None else "".join(found.delivered)

    def texts(self) -> dict[str, str]:
        """What was delivered, by channel."""
        return {name: "".join(one.delivered) for name, one in self.channels.items()}

    def readable(self) -> str:
        """All text of the tool calls."""
        return "".join(call.readable() for call in self.calls.values())

    def collect(self, calls: Any) -> int:
        """Add the pieces of tool calls to what is held; returns how many characters came."""
        taken = 0
        for piece in calls if type(calls) is list else ():
            at = piece.get("index", 0) if type(piece) is dict else None
            if type(at) is not int or not 0 <= at < MOST_CALLS:
                raise not_understood()
            call = self.calls.get(at)
            if call is None:
                call = self.calls[at] = ToolCall()
            number, function = piece.get("id"), piece.get("function")
            if type(number) is str and not call.id:
                call.id = number
                taken += len(number)
            if type(function) is dict:
                name, arguments = called(function)
                taken += len(name) + len(arguments)
                call.name += name
                if arguments:
                    call.arguments.append(arguments)
        return taken
