# SPDX-License-Identifier: Apache-2.0
"""Reading strictly: what a field should be it is, or the request is refused by the field's name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from guiju.gateway.passages import not_text
from guiju.kernel import Invalid, Text

_decoder = msgspec.json.Decoder()
_SHOWN = 40  # characters of a name that an error repeats


def json_of(raw: bytes) -> dict[str, Any]:
    """The object in the body of a request; raises Invalid `invalid-request`."""
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise wrong(None, "请求体不是有效的 JSON", "the body is not valid JSON") from error
    if type(body) is not dict:
        raise wrong(None, "请求体应为 JSON 对象", "the body must be a JSON object")
    return body


def wrong(param: str | None, zh: str, en: str) -> Invalid:
    """400 `invalid-request`: what `param`, or the whole body, should have been."""
    of_zh, of_en = (f"{param} ", f"{param} ") if param else ("", "")
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{of_zh}{zh}。", en=f"The request is wrong: {of_en}{en}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        param=param,
    )


def check_keys(value: dict[str, Any], known: Collection[str], where: str) -> None:
    """Raise Invalid `content-not-screened` for a field that nobody here knows, unless it is empty.

    Clients give an answer back with all its empty fields; those are left out, not passed on.
    """
    for key, item in value.items():
        if key not in known and item:
            raise not_text(f"{where}{key[:_SHOWN]}", type(item).__name__)


def as_text(value: Any, where: str) -> str:
    """A string; raises Invalid `invalid-request`."""
    if type(value) is not str:
        raise wrong(where, "应为字符串", "must be a text")
    return value


def as_object(value: Any, where: str) -> dict[str, Any]:
    """An object; raises Invalid `invalid-request`."""
    if type(value) is not dict:
        raise wrong(where, "应为对象", "must be an object")
    return value


def as_list(value: Any, where: str) -> list[Any]:
    """A list; raises Invalid `invalid-request`."""
    if type(value) is not list:
        raise wrong(where, "应为数组", "must be a list")
    return value


def check_alternatives(body: dict[str, Any], name: str) -> None:
    """Raise Invalid for alternatives in a stream: that is text nobody says, and in pieces."""
    if body.get("stream") and body.get(name):
        raise not_text(name, "stream")


def kind_of(value: dict[str, Any]) -> str:
    """What an object says it is, short enough to be repeated in an error."""
    kind = value.get("type")
    return kind[:_SHOWN] if type(kind) is str else type(kind).__name__


def not_offered(param: str, what: Text, remedy: Text) -> Invalid:
    """400 `field-not-offered`: what `param` asks for is no service of this house."""
    return Invalid(
        "field-not-offered",
        Text(zh=f"不支持 {param}：{what.zh}。", en=f"{param} is not offered: {what.en}."),
        remedy,
        param=param,
    )
