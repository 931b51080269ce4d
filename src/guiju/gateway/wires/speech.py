# SPDX-License-Identifier: Apache-2.0
"""`/v1/audio/speech`: a text is spoken, and the sound carries its labels before it leaves.

What is spoken is what the client wrote, so the text is judged twice: as an input, and as the words
that people will hear. Sound is buffered whole and within bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from guiju.gateway.passages import WORDS
from guiju.gateway.wires.filed import FileWire
from guiju.gateway.wires.prompted import WORD, prompt_of, read_prompt, words_of
from guiju.gateway.wires.strict import as_text, not_offered, wrong
from guiju.gateway.wires.wire import Json
from guiju.kernel import Text

LONGEST = 16_384
"""Characters of a text that is spoken at once."""

_FORMAT = "response_format"
_USUAL = "mp3"
_SLOWEST, _FASTEST = 0.25, 4.0
SETTINGS: Mapping[str, re.Pattern[str]] = {
    "voice": WORD,
    _FORMAT: re.compile("mp3|opus|aac|flac|wav|pcm"),
}
_encode = msgspec.json.Encoder().encode


class Speech(FileWire):
    """The OpenAI speech."""

    name = "speech"
    asks = "/audio/speech"
    in_words = False
    makes = "sound"

    def read(self, body: Json) -> Json:
        """A chat: how to speak is its system message, what to say its last one."""
        _check_stream(body.pop("stream_format", None))
        _check_speed(body.get("speed"))
        voice = body.get("voice")
        if type(voice) is dict and voice.keys() == {"id"}:
            body = {**body, "voice": voice["id"]}
        how = body.pop("instructions", None)
        chat = read_prompt(body, "input", SETTINGS)
        if len(prompt_of(chat)) > LONGEST:
            raise wrong("input", f"超过 {LONGEST} 个字符", f"is longer than {LONGEST} characters")
        chat[WORDS].setdefault(_FORMAT, _USUAL)
        if how:
            instructions = as_text(how, "instructions")
            chat["messages"].insert(0, {"role": "system", "content": instructions})
        return chat

    def question(self, body: Json, *, stream: bool) -> Json:
        """The text as it was judged, and masked."""
        question = super().question(body, stream=stream)
        messages = question.pop("messages")
        del question[WORDS]
        how = {"instructions": messages[0]["content"]} if len(messages) > 1 else {}
        return {**question, **words_of(body), "input": prompt_of(body), **how}

    def format_of(self, body: Json) -> str:
        """The format that was asked for."""
        return str(words_of(body)[_FORMAT])


def _check_stream(value: object) -> None:
    if value is not None and value != "audio":
        raise not_offered(
            "stream_format",
            Text(zh="声音加好标识后整段交付", en="sound leaves whole, once it is labelled"),
            Text(zh="请去掉该字段，或用 audio。", en="Leave it out, or say audio."),
        )


def _check_speed(value: Any) -> None:
    fits = value is None or (type(value) in {int, float} and _SLOWEST <= value <= _FASTEST)
    if not fits:
        raise wrong("speed", "应为 0.25 到 4 的数", "must be 0.25 to 4")


SPEECH = Speech()
