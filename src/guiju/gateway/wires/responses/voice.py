# SPDX-License-Identifier: Apache-2.0
"""Says a stream in the typed events of OpenAI's Responses API: one item after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.wires.responses import saying
from guiju.gateway.wires.turns import TurnVoice

if TYPE_CHECKING:
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Work

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_EVENTS = {
    "reasoning_content": "response.reasoning_text",
    "content": "response.output_text",
    "refusal": "response.refusal",
}


class ResponseVoice(TurnVoice):
    """Events from `response.created` to `response.completed` or `response.incomplete`."""

    def __init__(self, work: Work) -> None:
        """Nothing was said yet."""
        super().__init__(work)
        self._number = 0
        self._head: Json | None = None
        self._items: list[Json] = []
        self._item: Json = {}
        self._text: list[str] = []
        self._marks: list[Json] = []

    def withdrawal(self, notice: Json, channel: Channel) -> bytes:
        """The event takes back what stands in item `output_index` from a character on.

        The whole response is said once more at the end; what was taken back is not.
        """
        where = self._where("output_index", channel)
        self._cut(where.get("output_index"), channel.name, notice["from"])
        return self._event("guiju.withdrawal", {**where, **notice})

    def notice(self, notice: Json) -> bytes:
        """An event of its own, between those of the answer."""
        return self._event("guiju.notice", notice)

    def _cut(self, place: int | None, name: str, start: int) -> None:
        if place is None:
            return
        if place == self._place and self._speaking is not None:
            self._text, self._marks = ["".join(self._text)[:start]], []
            return
        (part,) = self._items[place]["content"]
        field = saying.FIELDS[name]
        left = {**saying.PARTS[name], field: part[field][:start]}
        self._items[place] = {**self._items[place], "content": [left]}

    def ending(self, finishes: Mapping[int, str], usage: Json, aigc: Mapping[str, str]) -> bytes:
        """The calls, then the whole response once more, with why it ended and what was used."""
        finish = finishes[min(finishes)]
        events = [*self._created(), *self._finished(saying.status_of(finish))]
        for one in self._calls:
            events += self._called(one, saying.status_of(finish))
        head = self._head or {}
        response = saying.ended(head, self._items, finish, usage)
        last = {"response": response, "aigc": aigc}
        return b"".join((*events, self._event(f"response.{response['status']}", last)))

    def broken(self, error: Json, status: int) -> bytes:  # noqa: ARG002 - no word of this wire
        """The error event, after which nothing comes."""
        told = {name: error["error"][name] for name in ("code", "message", "param")}
        return self._event("error", {**told, **error})

    def _begin(self, name: str) -> list[bytes]:
        events = self._created()
        self._place += 1
        self._item = saying.begun(self._work, name, self._place)
        self._text, self._marks = [], []
        added = {"output_index": self._place, "item": self._item}
        part = {**self._at_part(), "part": saying.PARTS[name]}
        return [
            *events,
            self._event("response.output_item.added", added),
            self._event("response.content_part.added", part),
        ]

    def _say(self, name: str, said: str, marks: list[Json]) -> bytes:
        self._text.append(said)
        self._marks += marks
        return self._event(f"{_EVENTS[name]}.delta", self._piece(name, "delta", said, marks))

    def _end(self, name: str) -> list[bytes]:
        """Close an item before others follow it."""
        return self._closed(name, "completed")

    def _finished(self, status: str) -> list[bytes]:
        """Close the last item that was open."""
        name, self._speaking = self._speaking, None
        return [] if name is None else self._closed(name, status)

    def _closed(self, name: str, status: str) -> list[bytes]:
        event, field, text = _EVENTS[name], saying.FIELDS[name], "".join(self._text)
        part = {**saying.PARTS[name], field: text}
        if name == "content":
            part["logprobs"] = self._marks
        item = saying.closed(self._item, part, status)
        self._items.append(item)
        return [
            self._event(f"{event}.done", self._piece(name, field, text, self._marks)),
            self._event("response.content_part.done", {**self._at_part(), "part": part}),
            self._event("response.output_item.done", {"output_index": self._place, "item": item}),
        ]

    def _called(self, one: Json, status: str) -> list[bytes]:
        self._place += 1
        item = saying.call(self._work, self._place, one) | {"status": status}
        self._items.append(item)
        place = {"output_index": self._place}
        where = {"item_id": item["id"], **place}
        event, arguments = "response.function_call_arguments", item["arguments"]
        begun = {**item, "arguments": "", "status": "in_progress"}
        done = {**where, "name": item["name"], "arguments": arguments}
        return [
            self._event("response.output_item.added", {**place, "item": begun}),
            self._event(f"{event}.delta", {**where, "delta": arguments}),
            self._event(f"{event}.done", done),
            self._event("response.output_item.done", {**place, "item": item}),
        ]

    def _piece(self, name: str, field: str, text: str, marks: list[Json]) -> Json:
        likely: Json = {"logprobs": marks} if name == "content" else {}
        return {**self._at_part(), field: text, **likely}

    def _at_part(self) -> Json:
        return {"item_id": self._item["id"], "output_index": self._place, "content_index": 0}

    def _created(self) -> list[bytes]:
        if self._head is not None:
            return []
        self._head = saying.head_of(self._work, self._model, self._work.aigc())
        return [
            self._event(name, {"response": self._head})
            for name in ("response.created", "response.in_progress")
        ]

    def _event(self, kind: str, value: Json) -> bytes:
        """One event of this API: its name stands in a line of its own as well."""
        numbered = {"type": kind, "sequence_number": self._number, **value}
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), _encode(numbered))
