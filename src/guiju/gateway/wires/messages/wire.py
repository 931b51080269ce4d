# SPDX-License-Identifier: Apache-2.0
"""The wire of Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from guiju.gateway.wires.messages import saying
from guiju.gateway.wires.messages.reading import read
from guiju.gateway.wires.messages.voice import MessageVoice
from guiju.gateway.wires.thoughts import in_chunk_without_refusals, in_whole_without_refusals
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.work import Work


class Messages(Wire):
    """Anthropic's message."""

    name = "messages"
    request_mark = b"request-id"

    def read(self, body: Json) -> Json:
        """The chat that is asked for."""
        return read(body)

    def ear(self) -> Callable[[Json], Json] | None:
        """A thought has one name here, and a refusal is text."""
        return in_chunk_without_refusals

    def answered(self, answer: Json) -> Json:
        """As above; and a call has arguments, or this raises Unavailable."""
        answer = in_whole_without_refusals(answer)
        choices = answer.get("choices")
        for choice in choices if type(choices) is list else ():
            saying.check_calls(choice)
        return answer

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:
        """One message."""
        (choice,) = answer["choices"]
        blocks = saying.blocks_of(work, choice["message"])
        calls = bool(choice["message"].get("tool_calls"))
        usage = answer.get("usage") or {"prompt_tokens": 0, "completion_tokens": 0}
        return {
            **saying.head_of(work, answer["model"], aigc),
            "content": blocks,
            "stop_reason": saying.stop_of(choice["finish_reason"], calls=calls),
            "usage": saying.usage_of(usage),
        }

    def voice(self, work: Work) -> MessageVoice:
        """Events."""
        return MessageVoice(work)

    def error(self, body: Json, status: int) -> Json:
        """Our error in Anthropic's frame."""
        return saying.error_of(body, status)


MESSAGES = Messages()
