# SPDX-License-Identifier: Apache-2.0
"""`/v1/images/generations`: a prompt becomes pictures, each of them labelled before it leaves.

The model service is always asked for the bytes, also where the client wants addresses: those are
ours, so that nobody fetches a picture past its label.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from guiju.gateway.passages import WORDS
from guiju.gateway.wires.prompted import (
    SIZE,
    WORD,
    prompt_of,
    read_count,
    read_prompt,
    words_of,
)
from guiju.gateway.wires.wire import Json, Wire
from guiju.kernel import micros

if TYPE_CHECKING:
    from guiju.gateway.media.model import Made
    from guiju.gateway.work import Work

MOST_PICTURES = 10
# svg is text with a program in it, and no guide names a place for a label there.
_FORMATS = re.compile("png|jpeg|webp|gif")
SETTINGS: Mapping[str, re.Pattern[str]] = {
    "size": SIZE,
    "quality": WORD,
    "style": WORD,
    "background": WORD,
    "moderation": WORD,
    "input_fidelity": WORD,
    "output_format": _FORMATS,
    "response_format": re.compile("url|b64_json"),
}


class Images(Wire):
    """The OpenAI picture."""

    name = "images"
    asks = "/images/generations"
    in_words = False
    makes = "picture"
    settings: ClassVar[Mapping[str, re.Pattern[str]]] = SETTINGS

    def read(self, body: Json) -> Json:
        """A chat with the prompt as its message."""
        read_count(body, "n", 1, MOST_PICTURES)
        return read_prompt(body, "prompt", self.settings)

    def question(self, body: Json, *, stream: bool) -> Json:
        """The prompt as it was judged, and masked; the bytes and no address."""
        question = super().question(body, stream=stream)
        del question["messages"], question[WORDS]
        words = words_of(body)
        if "response_format" in words:
            words["response_format"] = "b64_json"
        return {**question, **words, "prompt": prompt_of(body)}

    def kept(self, answer: Json | None) -> Any:
        """What was delivered: numbers and digests; the pictures are not kept twice."""
        return (answer or {}).get("kept", [])

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:  # noqa: ARG002 - each has its own
        """The pictures with what machines read of their labels beside each."""
        data = [_shown(one, work) for one in work.made if one.labelled is not None]
        first = {"aigc": data[0]["aigc"]} if data else {}
        used = work.usage
        usage = {
            "input_tokens": used.prompt_tokens,
            "output_tokens": used.completion_tokens,
            "total_tokens": used.prompt_tokens + used.completion_tokens,
        }
        head = {"created": micros(work.ask.at) // 1_000_000, "data": data, **first}
        return head | ({"usage": usage} if usage["total_tokens"] else {})


def _shown(one: Made, work: Work) -> Json:
    if one.labelled is None or one.medium is None:
        raise RuntimeError("a picture leaves without its label")
    beside = {} if one.beside is None else {"revised_prompt": one.beside}
    if one.as_url:
        where = {"url": work.rules.links.link(work.ask.base, one.medium.produce_id, work.ask.at)}
    else:
        where = {"b64_json": b64encode(one.labelled.data).decode()}
    return {**where, **beside, "aigc": one.labelled.label.fields}


IMAGES = Images()
