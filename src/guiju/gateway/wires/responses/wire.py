# SPDX-License-Identifier: Apache-2.0
"""The wire of OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from guiju.gateway.wires.responses import saying
from guiju.gateway.wires.responses.reading import read
from guiju.gateway.wires.responses.voice import ResponseVoice
from guiju.gateway.wires.thoughts import in_chunk, in_whole
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.work import Work


class Responses(Wire):
    """OpenAI's response."""

    name = "responses"

    def read(self, body: Json) -> Json:
        """The chat that is asked for."""
        return read(body)

    def ear(self) -> Callable[[Json], Json] | None:
        """A thought has one name here."""
        return in_chunk

    def answered(self, answer: Json) -> Json:
        """As above."""
        return in_whole(answer)

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:
        """One response."""
        (choice,) = answer["choices"]
        finish = choice["finish_reason"]
        marks = (choice.get("logprobs") or {}).get("content", [])
        head = saying.head_of(work, answer["model"], aigc)
        items = saying.items_of(work, choice["message"], finish, marks)
        usage = answer.get("usage") or {"prompt_tokens": 0, "completion_tokens": 0}
        return saying.ended(head, items, finish, usage)

    def voice(self, work: Work) -> ResponseVoice:
        """Events."""
        return ResponseVoice(work)


RESPONSES = Responses()
