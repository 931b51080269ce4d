# SPDX-License-Identifier: Apache-2.0
"""What the wires of pictures, sound and films share: a prompt, and settings that are no text.

A prompt is the message of the inner chat. Settings are words of a fixed form, checked here, so they
need no verdict; they ride under a key that no JSON has, so no other wire can say that it checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from guiju.gateway.passages import WORDS
from guiju.gateway.wires.strict import as_text, not_offered, wrong
from guiju.gateway.wires.wire import Json
from guiju.kernel import Text

_NOT_HERE = ("messages", "tools", "tool_choice", "stop", "functions", "suffix", "prediction")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SIZE = re.compile(r"auto|[1-9][0-9]{0,4}[x*][1-9][0-9]{0,4}")
_NO_STREAM = Text(
    zh="须待整个文件加好标识后才能交付",
    en="a file leaves only once the whole of it carries its label",
)
_WHOLE = Text(
    zh="请去掉该字段，一次取回整个文件。", en="Leave it out and take the whole file at once."
)


def read_prompt(body: Json, name: str, words: Mapping[str, re.Pattern[str]]) -> Json:
    """The request as a chat whose only message is the text in field `name`.

    Raises:
        Invalid: `invalid-request` for a field that is not as it should be, `field-not-offered` for
            a stream.
    """
    for one in _NOT_HERE:
        if body.get(one):
            raise wrong(one, "不属于本路由", "does not belong here")
    for one in ("stream", "partial_images"):
        if body.get(one):
            raise not_offered(one, _NO_STREAM, _WHOLE)
    text = as_text(body.get(name), name)
    if not text.strip():
        raise wrong(name, "不应为空", "must not be empty")
    said = {key: _word(body[key], key, words[key]) for key in words if body.get(key) is not None}
    rest = {key: value for key, value in body.items() if key != name and key not in words}
    return {**rest, WORDS: said, "messages": [{"role": "user", "content": text}]}


def words_of(body: Json) -> dict[str, Any]:
    """The checked settings of a request."""
    found: dict[str, Any] = dict(body.get(WORDS, {}))
    return found


def prompt_of(body: Json) -> str:
    """The text as it was judged, and masked."""
    content = body["messages"][-1]["content"]
    return str(content if type(content) is str else content[0]["text"])


def read_count(body: Json, name: str, least: int, most: int) -> None:
    """Check a whole number; raises Invalid."""
    value = body.get(name)
    if value is not None and (type(value) is not int or not least <= value <= most):
        raise wrong(name, f"应为 {least} 到 {most} 的整数", f"must be {least} to {most}")


def _word(value: Any, name: str, form: re.Pattern[str]) -> str:
    if type(value) is not str or not form.fullmatch(value):
        raise wrong(name, "不是本路由所知的写法", "is not written as this route knows it")
    return value
