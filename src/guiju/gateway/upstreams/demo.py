# SPDX-License-Identifier: Apache-2.0
"""The built-in demo model: no intelligence, no network, and it says so in every answer.

It repeats what it is told, so that a newcomer can watch screening, labelling and recording at work.
A message that begins with "reverse:" (倒着说：) comes back turned round: the way to see a word
stopped on its way out that was harmless on its way in.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams.errors import refused
from guiju.gateway.upstreams.port import CHAT_PATH, Speech
from guiju.kernel import Clock, SystemClock, micros, new_id

NAME = "guiju-demo"
_PIECE = 4
_decode = msgspec.json.Decoder().decode
_TURN = ("reverse:", "倒着说：", "倒着说:")


class DemoModel:
    """Answers like an OpenAI-compatible service, from inside the process."""

    def __init__(self, clock: Clock | None = None) -> None:
        """`clock` says when an answer was made."""
        self._clock = clock or SystemClock()

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def models(self) -> list[str]:
        """The one model there is."""
        return [NAME]

    async def answer(self, ask: AskModel) -> ModelAnswered:
        """The whole answer."""
        _check(ask.path)
        asked = _decode(ask.body)
        text = _reply(asked)
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
            for index in range(asked.get("n") or 1)
        ]
        head = self._head("chat.completion")
        return ModelAnswered({**head, "choices": choices, "usage": _usage(asked, text)})

    async def begin(self, ask: AskModel) -> Speech:
        """The answer as a stream."""
        _check(ask.path)
        return Speech(self.stream(ask.body))

    async def stream(self, body: bytes) -> AsyncGenerator[dict[str, Any], None]:
        """The answer in pieces of a few characters."""
        asked = _decode(body)
        text, head = _reply(asked), self._head("chat.completion.chunk")
        indices = range(asked.get("n") or 1)
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE]
            for index in indices:
                delta = {"index": index, "delta": {"content": piece}, "finish_reason": None}
                yield {**head, "choices": [delta]}
        for index in indices:
            yield {**head, "choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]}
        yield {**head, "choices": [], "usage": _usage(asked, text)}

    def _head(self, kind: str) -> dict[str, Any]:
        created = micros(self._clock.now()) // 1_000_000
        return {"id": new_id("demo"), "object": kind, "created": created, "model": NAME}


def _check(path: str) -> None:
    if path != CHAT_PATH:
        raise refused(404)


def _usage(asked: dict[str, Any], text: str) -> dict[str, int]:
    """One token a character: a count that anybody can check."""
    prompt, completion = len(_last(asked)), len(text)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _reply(asked: dict[str, Any]) -> str:
    said = _last(asked)
    for word in _TURN:
        if said.lower().startswith(word):
            return said[len(word) :].strip()[::-1]
    if any("\u4e00" <= one <= "\u9fff" for one in said):
        return f"我是规矩自带的演示模型，不会思考，只会复述。您说的是：{said}"
    return f"I am guiju's built-in demo model: I do not think, I repeat. You said: {said}"


def _last(asked: dict[str, Any]) -> str:
    content = asked["messages"][-1].get("content")
    if type(content) is list:
        return "".join(str(part.get("text", "")) for part in content)
    return content if type(content) is str else ""
