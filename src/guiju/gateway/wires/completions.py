# SPDX-License-Identifier: Apache-2.0
"""`/v1/completions`: a text is carried on; the model service is asked on its route of that name.

Each prompt is a message of the inner chat, each text that carries one on is the content of a
choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.heads import head_of
from guiju.gateway.passages import not_text
from guiju.gateway.sse import event
from guiju.gateway.wires.chat import ChatVoice, read_number
from guiju.gateway.wires.strict import wrong
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode
_MOST_TEXTS = 64


class CompletionVoice(ChatVoice):
    """Says a stream in chunks of `text_completion`."""

    def named(self, model: str) -> None:
        """Set what all chunks begin with."""
        self._head = _head(self._work, model)

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:  # noqa: ARG002 - it needs no greeting
        """One chunk; this wire knows no other channel than the text."""
        return event(_encode({**self._head, "choices": [_text(index, delta["content"], None)]}))

    def _last(self, index: int, finish: str) -> Json:
        return _text(index, "", finish)


class Completions(Wire):
    """The OpenAI completion."""

    name = "completions"
    asks = "/completions"

    def read(self, body: Json) -> Json:
        """A chat with one message for each prompt."""
        if "messages" in body:
            raise wrong("messages", "不属于本路由，请用 prompt", "does not belong here: use prompt")
        prompts = _prompts(body.get("prompt"))
        read_number(body)
        if self.choices({"n": body.get("n"), "messages": prompts}) > _MOST_TEXTS:
            raise wrong(
                "n",
                f"乘以 prompt 的个数不得超过 {_MOST_TEXTS}",
                f"times the number of prompts must be at most {_MOST_TEXTS}",
            )
        rest = {key: value for key, value in body.items() if key != "prompt"}
        return {**rest, "messages": [{"role": "user", "content": one} for one in prompts]}

    def choices(self, body: Json) -> int:
        """So many texts for each prompt."""
        return super().choices(body) * len(body["messages"])

    def question(self, body: Json, *, stream: bool) -> Json:
        """The prompts as they were judged, and masked."""
        question = super().question(body, stream=stream)
        prompts = [one["content"] for one in question.pop("messages")]
        return {**question, "prompt": prompts[0] if len(prompts) == 1 else prompts}

    def ear(self) -> Callable[[Json], Json] | None:
        """A text is the content of a delta."""
        return _heard

    def answered(self, answer: Json) -> Json:
        """A text is the content of a message."""
        return _as_chat(answer, "message")

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:
        """The texts, and beside them what stands beside a chat."""
        texts = [
            _text(one["index"], one["message"]["content"] or "", one["finish_reason"])
            for one in answer["choices"]
        ]
        return {**answer, **_head(work, answer["model"]), "choices": texts, "aigc": aigc}

    def voice(self, work: Work) -> CompletionVoice:
        """Chunks."""
        return CompletionVoice(work)


def _prompts(prompt: Any) -> list[str]:
    prompts = [prompt] if type(prompt) is str else prompt
    if type(prompts) is not list or not prompts:
        raise wrong("prompt", "应为字符串或字符串数组", "must be a text or a list of texts")
    for index, one in enumerate(prompts):
        if type(one) is not str:
            # Token ids are text that nobody here can read.
            raise not_text(f"prompt[{index}]", type(one).__name__)
    return prompts


def _head(work: Work, model: str) -> Json:
    return {**head_of(work, "text_completion", model), "id": f"cmpl-{work.ask.request}"}


def _text(index: int, text: str, finish: str | None) -> Json:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _heard(chunk: Json) -> Json:
    return _as_chat(chunk, "delta")


def _as_chat(answer: Json, name: str) -> Json:
    """The answer with each text as the content of `name`; what is no text is none of a chat."""
    choices = answer.get("choices")
    if type(choices) is not list:
        return answer
    return {**answer, "choices": [_as_choice(one, name) for one in choices]}


def _as_choice(choice: Any, name: str) -> Any:
    if type(choice) is not dict or "text" not in choice:
        return None
    finish = choice.get("finish_reason")
    said = {"content": choice["text"]}
    return {"index": choice.get("index"), name: said, "finish_reason": finish}


COMPLETIONS = Completions()
