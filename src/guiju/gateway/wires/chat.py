# SPDX-License-Identifier: Apache-2.0
"""`/v1/chat/completions`: the wire that needs no translation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.heads import head_of
from guiju.gateway.sse import DONE, event
from guiju.gateway.wires.strict import check_alternatives, wrong
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode
_MOST_CHOICES = 8
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


class ChatVoice:
    """Says a stream in chunks of `chat.completion.chunk`."""

    in_turn = False

    def __init__(self, work: Work) -> None:
        """Nothing was said yet."""
        self._work = work
        self._head: dict[str, Any] = {}
        self._opening = b""
        self.named(work.model)

    def named(self, model: str) -> None:
        """Set what all chunks begin with; it is written once, as most of a chunk is head."""
        self._head = head_of(self._work, "chat.completion.chunk", model)
        self._opening = b"data: " + _encode(self._head)[:-1] + b',"choices":[{"index":'

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:
        """One chunk; the first of a choice says whose it is."""
        if not choice.greeted:
            choice.greeted = True
            delta = {"role": "assistant", **delta}
        if choice.marks is not None:
            return self._marked(index, delta, choice.marks)
        return b'%b%d,"delta":%b,"finish_reason":null}]}\n\n' % (
            self._opening,
            index,
            _encode(delta),
        )

    def _marked(self, index: int, delta: Json, marks: list[Json]) -> bytes:
        logprobs = {"content": marks, "refusal": None}
        shown = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None}
        return event(_encode({**self._head, "choices": [shown]}))

    def withdrawal(self, notice: Json, channel: Channel) -> bytes:  # noqa: ARG002 - the notice names it
        """The event as it is; `choices` is empty so that no client stumbles over it."""
        return event(_encode(notice))

    def notice(self, notice: Json) -> bytes:
        """The event as it is; as above."""
        return event(_encode(notice))

    def ending(self, finishes: Mapping[int, str], usage: Json, aigc: Mapping[str, str]) -> bytes:
        """A chunk for each choice, usage if it was wanted, [DONE]."""
        parts = []
        for index, finish in finishes.items():
            shown = {**self._head, "choices": [self._last(index, finish)], "aigc": aigc}
            parts.append(event(_encode(shown)))
        options = self._work.body.get("stream_options")
        if type(options) is dict and options.get("include_usage"):
            last = {**self._head, "choices": [], "usage": usage, "aigc": aigc}
            parts.append(event(_encode(last)))
        return b"".join((*parts, DONE))

    def _last(self, index: int, finish: str) -> Json:
        return {"index": index, "delta": {}, "finish_reason": finish}

    def broken(self, error: Json, status: int) -> bytes:  # noqa: ARG002 - no word of this wire
        """The error and no [DONE]: this was not answered."""
        return event(_encode(error))


class Chat(Wire):
    """The OpenAI chat."""

    name = "chat"

    def read(self, body: Json) -> Json:
        """The body itself, once its messages have roles that are roles."""
        _check_messages(body.get("messages"))
        read_number(body)
        check_alternatives(body, "top_logprobs")
        return body

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:  # noqa: ARG002
        """The answer with its implicit label."""
        answer["aigc"] = aigc
        return answer

    def voice(self, work: Work) -> ChatVoice:
        """Chunks."""
        return ChatVoice(work)


def read_number(body: Json) -> None:
    """Check `n`, how many answers side by side are asked for."""
    choices = body.get("n")
    if choices is not None and (type(choices) is not int or not 1 <= choices <= _MOST_CHOICES):
        raise wrong("n", f"应为 1 到 {_MOST_CHOICES} 的整数", f"must be 1 to {_MOST_CHOICES}")


def _check_messages(messages: Any) -> None:
    if type(messages) is not list or not messages:
        raise wrong("messages", "应为非空数组", "must be a list with at least one message")
    for index, message in enumerate(messages):
        role = message.get("role") if type(message) is dict else None
        if type(role) is not str:
            where = f"messages[{index}]"
            raise wrong(where, "应为带 role 的对象", "must be an object with a role")
        if role not in _ROLES:
            # A made-up role is text that the model reads, and may open a door in its template.
            known = ", ".join(sorted(_ROLES))
            where = f"messages[{index}].role"
            raise wrong(where, f"应为以下之一：{known}", f"must be one of {known}")


CHAT = Chat()
