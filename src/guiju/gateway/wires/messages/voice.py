# SPDX-License-Identifier: Apache-2.0
"""Says a stream in the events of Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.wires.messages import saying
from guiju.gateway.wires.turns import TurnVoice

if TYPE_CHECKING:
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Work

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode


class MessageVoice(TurnVoice):
    """Events from `message_start` to `message_stop`."""

    def __init__(self, work: Work) -> None:
        """Nothing was said yet."""
        super().__init__(work)
        self._begun = False

    def withdrawal(self, notice: Json, channel: Channel) -> bytes:
        """The event takes back what stands in block `index` from a character on."""
        return _event({"type": "guiju.withdrawal", **self._where("index", channel), **notice})

    def notice(self, notice: Json) -> bytes:
        """An event of its own, between those of the answer."""
        return _event({"type": "guiju.notice", **notice})

    def ending(self, finishes: Mapping[int, str], usage: Json, aigc: Mapping[str, str]) -> bytes:
        """The calls, why it ended, what was used, the implicit label."""
        events = [self._beginning(), *self._ended()]
        for index, call in enumerate(self._calls):
            events.append(self._start(saying.use(self._work, index, call, {})))
            arguments = call["function"]["arguments"] or "{}"
            events.append(self._delta({"type": "input_json_delta", "partial_json": arguments}))
            events += self._end("")
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

    def _begin(self, name: str) -> list[bytes]:
        thought = name == "reasoning_content"
        return [self._start(saying.thought("") if thought else saying.text(""))]

    def _say(self, name: str, said: str, marks: list[Json]) -> bytes:  # noqa: ARG002 - it has none
        if name == "reasoning_content":
            return self._delta({"type": "thinking_delta", "thinking": said})
        return self._delta({"type": "text_delta", "text": said})

    def _end(self, name: str) -> list[bytes]:  # noqa: ARG002 - blocks of all kinds end alike
        return [_event({"type": "content_block_stop", "index": self._place})]

    def _beginning(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        head = saying.head_of(self._work, self._model, self._work.aigc())
        return _event({"type": "message_start", "message": head})

    def _start(self, block: Json) -> bytes:
        self._place += 1
        started = {"index": self._place, "content_block": block}
        return self._beginning() + _event({"type": "content_block_start", **started})

    def _delta(self, delta: Json) -> bytes:
        return _event({"type": "content_block_delta", "index": self._place, "delta": delta})


def _event(value: Json) -> bytes:
    """One event of this API: its name stands in a line of its own as well."""
    return b"event: %b\ndata: %b\n\n" % (value["type"].encode(), _encode(value))
