# SPDX-License-Identifier: Apache-2.0
"""`/v1/completions`: a text is carried on; the model service is asked on its route of that name.

Each prompt is a message of the inner chat, each text that carries one on is the content of a
choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.heads import head_of
from guiju.gateway.passages import not_text
from guiju.gateway.sse import event
from guiju.gateway.wires.chat import ChatVoice, read_number
from guiju.gateway.wires.strict import check_alternatives, wrong
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode
_MOST_TEXTS = 64
_MOST_ALTERNATIVES = 20


class CompletionVoice(ChatVoice):
    """Says a stream in chunks of `text_completion`."""

    def named(self, model: str) -> None:
        """Set what all chunks begin with."""
        self._head = _head(self._work, model)
        self._said: dict[int, int] = {}  # characters of each text that have left

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:
        """One chunk; this wire knows no other channel than the text."""
        shown = _text(index, delta["content"], None)
        if choice.marks is not None:
            start = self._said.get(index, len(self._work.label_before()))
            shown["logprobs"] = _as_lists({"content": choice.marks}, start)
            self._said[index] = start + sum(len(one["token"]) for one in choice.marks)
        return event(_encode({**self._head, "choices": [shown]}))

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
        check_alternatives(body, "logprobs")
        rest = {key: value for key, value in body.items() if key != "prompt"} | _logprobs(body)
        return {**rest, "messages": [{"role": "user", "content": one} for one in prompts]}

    def choices(self, body: Json) -> int:
        """So many texts for each prompt."""
        return super().choices(body) * len(body["messages"])

    def question(self, body: Json, *, stream: bool) -> Json:
        """The prompts as they were judged, and masked."""
        question = super().question(body, stream=stream)
        prompts = [one["content"] for one in question.pop("messages")]
        if "logprobs" in question:
            question["logprobs"] = question.pop("top_logprobs", 0)
        return {**question, "prompt": prompts[0] if len(prompts) == 1 else prompts}

    def ear(self) -> Callable[[Json], Json] | None:
        """A text is the content of a delta."""
        return _heard

    def answered(self, answer: Json) -> Json:
        """A text is the content of a message."""
        return _as_chat(answer, "message")

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:
        """The texts, and beside them what stands beside a chat."""
        start = len(work.label_before())
        texts = [
            _text(one["index"], one["message"]["content"] or "", one["finish_reason"])
            | {"logprobs": _as_lists(one.get("logprobs"), start)}
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
    said, marks = {"content": choice["text"]}, _as_tokens(choice.get("logprobs"))
    return {"index": choice.get("index"), name: said, "logprobs": marks, "finish_reason": finish}


def _logprobs(body: Json) -> Json:
    """What a chat calls this wish; zero is one for the tokens alone."""
    wanted = body.get("logprobs")
    if wanted is None:
        return {}
    if type(wanted) is not int or not 0 <= wanted <= _MOST_ALTERNATIVES:
        most = _MOST_ALTERNATIVES
        raise wrong("logprobs", f"应为 0 到 {most} 的整数", f"must be 0 to {most}")
    return {"logprobs": True, "top_logprobs": wanted}


def _as_tokens(value: Any) -> Json | None:
    """The lists of this API as the tokens of a chat."""
    if type(value) is not dict:
        return None
    tokens, chances, others = (
        one if type(one := value.get(name)) is list else []
        for name in ("tokens", "token_logprobs", "top_logprobs")
    )
    return {
        "content": [
            {"token": token, "logprob": chance, "top_logprobs": _as_alternatives(other)}
            for token, chance, other in zip_longest(tokens, chances, others[: len(tokens)])
        ]
    }


def _as_alternatives(value: Any) -> list[Json]:
    given = value.items() if type(value) is dict else ()
    return [{"token": token, "logprob": chance} for token, chance in given]


def _as_lists(value: Json | None, start: int) -> Json | None:
    """The tokens of a chat as the lists of this API; offsets are characters from `start` on."""
    if value is None:
        return None
    tokens, offsets = value["content"], []
    for one in tokens:
        offsets.append(start)
        start += len(one["token"])
    others = [{other["token"]: other["logprob"] for other in one["top_logprobs"]} for one in tokens]
    return {
        "tokens": [one["token"] for one in tokens],
        "token_logprobs": [one["logprob"] for one in tokens],
        "top_logprobs": others if any(others) else None,
        "text_offset": offsets,
    }


COMPLETIONS = Completions()
