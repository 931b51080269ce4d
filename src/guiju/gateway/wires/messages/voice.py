# SPDX-License-Identifier: Apache-2.0
"""Says a stream in the events of Anthropic's Messages API: one block after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.wires.messages import saying

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Work

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
# Into which kind of block the text of a channel goes, and under which name.
_KINDS = {
    "reasoning_content": ("thinking", "thinking_delta", saying.thought("")),
    "content": ("text", "text_delta", saying.text("")),
    "refusal": ("text", "text_delta", saying.text("")),
}


class MessageVoice:
    """Events from `message_start` to `message_stop`.

    Calls of tools are kept for the end: then the visible label still stands in the text before
    them, and no program acts on an answer that is not on record.
    """

    in_turn = True

    def __init__(self, work: Work) -> None:
        """Nothing was said yet."""
        self._work = work
        self._model = work.model
        self._begun = False
        self._blocks = 0
        self._open: str | None = None  # the kind of the block that is open
        self._calls: list[Json] = []
        self._places: dict[int, int] = {}  # in which block a channel was said

    def named(self, model: str) -> None:
        """The model that says it answers."""
        self._model = model

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:  # noqa: ARG002 - there is one
        """Text goes into the open block, or a new one; calls wait."""
        events = []
        for name, said in delta.items():
            if name == "tool_calls":
                self._calls += said
                continue
            kind, change, empty = _KINDS[name]
            if kind != self._open:
                events += [*self._close(), self._start(empty)]
                self._open = kind
            channel = choice.channels.get(name)
            if channel is not None:
                self._places[id(channel)] = self._blocks - 1
            events.append(self._delta({"type": change, kind: said}))
        return b"".join(events)

    def withdrawal(self, notice: Json, channel: Channel) -> bytes:
        """The event takes back what stands in block `index` from a character on."""
        place = self._places.get(id(channel))
        where = {} if place is None else {"index": place}
        return _event({"type": "guiju.withdrawal", **where, **notice})

    def ending(self, finishes: Mapping[int, str], usage: Json, aigc: Mapping[str, str]) -> bytes:
        """The calls, why it ended, what was used, the implicit label."""
        events = [self._beginning(), *self._close()]
        for index, call in enumerate(self._calls):
            events.append(self._start(saying.use(self._work, index, call, {})))
            arguments = call["function"]["arguments"] or "{}"
            events.append(self._delta({"type": "input_json_delta", "partial_json": arguments}))
            events += self._stop()
        reason = saying.stop_of(finishes[min(finishes)], calls=bool(self._calls))
        ended = {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None, "stop_details": None},
            "usage": saying.usage_of(usage),
            "aigc": aigc,
        }
        return b"".join((*events, _event(ended), _event({"type": "message_stop", "aigc": aigc})))

    def broken(self, error: Json, status: int) -> bytes:
        """The error event, after which nothing comes."""
        return _event(saying.error_of(error, status))

    def _beginning(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        head = saying.head_of(self._work, self._model, self._work.aigc())
        return _event({"type": "message_start", "message": head})

    def _start(self, block: Json) -> bytes:
        self._blocks += 1
        started = {"index": self._blocks - 1, "content_block": block}
        return self._beginning() + _event({"type": "content_block_start", **started})

    def _delta(self, delta: Json) -> bytes:
        return _event({"type": "content_block_delta", "index": self._blocks - 1, "delta": delta})

    def _close(self) -> list[bytes]:
        if self._open is None:
            return []
        self._open = None
        return self._stop()

    def _stop(self) -> list[bytes]:
        return [_event({"type": "content_block_stop", "index": self._blocks - 1})]


def _event(value: Json) -> bytes:
    """One event of this API: its name stands in a line of its own as well."""
    return b"event: %b\ndata: %b\n\n" % (value["type"].encode(), _encode(value))
