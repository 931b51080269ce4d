# SPDX-License-Identifier: Apache-2.0
"""`/v1/embeddings`: texts become vectors. They are judged before; vectors are no content to label.

Each input is a message of the inner chat. There is no answer in words, so an input that is stopped
is always told as an error.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from guiju.gateway.passages import not_text
from guiju.gateway.wires.strict import wrong
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_MOST_INPUTS = 2048
_FORMATS = frozenset({"float", "base64"})


class Embeddings(Wire):
    """The OpenAI embedding."""

    name = "embeddings"
    asks = "/embeddings"
    in_words = False

    def read(self, body: Json) -> Json:
        """A chat with one message for each input."""
        for name in ("messages", "stream"):
            if body.get(name):
                raise wrong(name, "不属于本路由", "does not belong here")
        inputs = _inputs(body.get("input"))
        wanted = body.get("encoding_format", "float")
        if type(wanted) is not str or wanted not in _FORMATS:
            raise wrong("encoding_format", "应为 float 或 base64", "must be float or base64")
        rest = {key: value for key, value in body.items() if key != "input"}
        return {**rest, "messages": [{"role": "user", "content": one} for one in inputs]}

    def question(self, body: Json, *, stream: bool) -> Json:
        """The inputs as they were judged, and masked."""
        question = super().question(body, stream=stream)
        inputs = [one["content"] for one in question.pop("messages")]
        return {**question, "input": inputs}

    def kept(self, answer: Json | None) -> Any:
        """How many vectors of how many numbers; they can be made again from what is kept."""
        vectors = (answer or {}).get("data", ())
        return {"vectors": len(vectors), "of": [_length(one["embedding"]) for one in vectors[:1]]}

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:  # noqa: ARG002 - as above
        """The vectors, without a label."""
        return answer


def vectors(data: Any, number: int) -> list[Json] | None:
    """The `number` embeddings of an answer in their order; None when they are none."""
    if type(data) is not list or len(data) != number:
        return None
    found: list[Json | None] = [None] * number
    for at, one in enumerate(data):
        value = one.get("embedding") if type(one) is dict else None
        index = one.get("index", at) if type(one) is dict else None
        if type(index) is not int or not 0 <= index < number or not _is_vector(value):
            return None
        found[index] = {"object": "embedding", "index": index, "embedding": value}
    whole = [one for one in found if one is not None]
    return whole if len(whole) == number else None


def _is_vector(value: Any) -> bool:
    """Whether these are numbers; text could stand in base64 as well."""
    try:
        if type(value) is str:
            numbers = np.frombuffer(binascii.a2b_base64(value, strict_mode=True), "<f4")
            return bool(np.isfinite(numbers).all())
        msgspec.convert(value, list[float])
    except (msgspec.ValidationError, ValueError):
        return False
    return True


def _length(value: Any) -> int:
    return len(value) * 3 // 16 if type(value) is str else len(value)


def _inputs(given: Any) -> list[str]:
    inputs = [given] if type(given) is str else given
    if type(inputs) is not list or not 0 < len(inputs) <= _MOST_INPUTS:
        zh = f"应为字符串，或至多 {_MOST_INPUTS} 个字符串的数组"
        raise wrong("input", zh, f"must be a text or a list of at most {_MOST_INPUTS} texts")
    for index, one in enumerate(inputs):
        if type(one) is not str:
            # Token ids are text that nobody here can read.
            raise not_text(f"input[{index}]", type(one).__name__)
    return inputs


EMBEDDINGS = Embeddings()
