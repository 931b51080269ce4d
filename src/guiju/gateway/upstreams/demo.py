# SPDX-License-Identifier: Apache-2.0
"""The built-in demo model: no intelligence, no network, and it says so in every answer.

It repeats what it is told, so that a newcomer can watch screening, labelling and recording at work.
A message that begins with "reverse:" (倒着说：) comes back turned round: the way to see a word
stopped on its way out that was harmless on its way in.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams.demo_films import VIDEOS, begun_film, film, film_of
from guiju.gateway.upstreams.demo_media import EDITS, PICTURES, SPEECH, pictures, speech
from guiju.gateway.upstreams.errors import elsewhere, refused
from guiju.gateway.upstreams.port import CHAT_PATH, OURS, Speech
from guiju.kernel import Clock, SystemClock, micros, new_id
from guiju.records import Source

NAME = "guiju-demo"
_PIECE = 4
_COMPLETIONS = "/completions"
_KINDS = {CHAT_PATH: "chat.completion", _COMPLETIONS: "text_completion"}
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

    async def models(self) -> dict[str, str]:
        """The one model there is."""
        return {NAME: OURS}

    async def answer(self, ask: AskModel) -> ModelAnswered:
        """The whole answer; pictures and sound are made in a thread."""
        if ask.path in {PICTURES, EDITS}:
            made = await asyncio.to_thread(pictures, _decode(ask.body))
            return ModelAnswered({**self._head("images"), **made})
        if ask.path == VIDEOS:
            return ModelAnswered(begun_film(_decode(ask.body)))
        if ask.path == SPEECH:
            return ModelAnswered(await asyncio.to_thread(speech, _decode(ask.body)))
        if ask.path not in _KINDS:
            raise refused(404)
        said, prompt = _said(ask)
        choices = [_choice(ask, at, "message", text, "stop") for at, text in enumerate(said)]
        usage = _usage(prompt, "".join(said))
        return ModelAnswered({**self._head(_KINDS[ask.path]), "choices": choices, "usage": usage})

    async def fetch(self, url: str, source: Source | None) -> bytes:  # noqa: ARG002 - as the port
        """Nothing: this model gives bytes and no addresses."""
        raise elsewhere()

    async def about(self, ask: AskModel) -> dict[str, Any]:
        """What it says of a film: each is finished when it is asked for."""
        size, seconds = film_of(ask.path)
        if ask.raw:
            return await asyncio.to_thread(film, size, seconds)
        return {"status": "completed", "progress": 100, "deleted": ask.method == "DELETE"}

    async def begin(self, ask: AskModel) -> Speech:
        """The answer as a stream."""
        if ask.path not in _KINDS:
            raise refused(404)
        return Speech(self.stream(ask))

    async def stream(self, ask: AskModel) -> AsyncGenerator[dict[str, Any], None]:
        """The answers in pieces of a few characters, side by side."""
        said, prompt = _said(ask)
        kind = _KINDS[ask.path]
        head = self._head(kind if ask.path == _COMPLETIONS else f"{kind}.chunk")
        for start in range(0, max(map(len, said)), _PIECE):
            for at, text in enumerate(said):
                piece = text[start : start + _PIECE]
                yield {**head, "choices": [_choice(ask, at, "delta", piece, None)]}
        for at in range(len(said)):
            yield {**head, "choices": [_choice(ask, at, "delta", "", "stop")]}
        yield {**head, "choices": [], "usage": _usage(prompt, "".join(said))}

    def _head(self, kind: str) -> dict[str, Any]:
        created = micros(self._clock.now()) // 1_000_000
        return {"id": new_id("demo"), "object": kind, "created": created, "model": NAME}


def _said(ask: AskModel) -> tuple[list[str], str]:
    """The answers, and what they answer."""
    asked = _decode(ask.body)
    prompts = asked["prompt"] if ask.path == _COMPLETIONS else [_last(asked["messages"])]
    if type(prompts) is str:
        prompts = [prompts]
    said = [_reply(one) for one in prompts for _ in range(asked.get("n") or 1)]
    return said, "".join(prompts)


def _choice(ask: AskModel, index: int, name: str, text: str, finish: str | None) -> dict[str, Any]:
    said = {"text": text} if ask.path == _COMPLETIONS else {name: {"content": text}}
    return {"index": index, **said, "finish_reason": finish}


def _usage(asked: str, said: str) -> dict[str, int]:
    """One token a character: a count that anybody can check."""
    prompt, completion = len(asked), len(said)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _reply(said: str) -> str:
    for word in _TURN:
        if said.lower().startswith(word):
            return said[len(word) :].strip()[::-1]
    if any("\u4e00" <= one <= "\u9fff" for one in said):
        return f"我是规矩自带的演示模型，不会思考，只会复述。您说的是：{said}"
    return f"I am guiju's built-in demo model: I do not think, I repeat. You said: {said}"


def _last(messages: list[dict[str, Any]]) -> str:
    content = messages[-1].get("content")
    if type(content) is list:
        return "".join(str(part.get("text", "")) for part in content)
    return content if type(content) is str else ""
