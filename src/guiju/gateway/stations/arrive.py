# SPDX-License-Identifier: Apache-2.0
"""Arrive: read what was asked, and refuse what cannot be understood."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.heads import MODEL_NAME
from guiju.gateway.signals import Command
from guiju.gateway.work import Work
from guiju.kernel import Invalid, Text

_decoder = msgspec.json.Decoder()
_MOST_CHOICES = 8
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def arrive(work: Work) -> tuple[Command, ...]:
    """Read the body; raises Invalid `invalid-request` naming the field that is wrong."""
    body = _read(work.ask.raw)
    work.body = body
    work.model = _model(body.get("model"))
    work.stream = _flag(body, "stream")
    _messages(body.get("messages"))
    choices = body.get("n", 1)
    if choices is not None and (type(choices) is not int or not 1 <= choices <= _MOST_CHOICES):
        raise _wrong("n", f"应为 1 到 {_MOST_CHOICES} 的整数", f"must be 1 to {_MOST_CHOICES}")
    work.end_user = _end_user(body, work.ask.user_header)
    return ()


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _wrong(None, "请求体不是有效的 JSON", "the body is not valid JSON") from error
    if type(body) is not dict:
        raise _wrong(None, "请求体应为 JSON 对象", "the body must be a JSON object")
    return body


def _model(name: Any) -> str:
    if type(name) is not str or not MODEL_NAME.fullmatch(name):
        raise _wrong("model", "应为模型名称", "must be the name of a model")
    return name


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is None:
        return False
    if type(value) is not bool:
        raise _wrong(name, "应为 true 或 false", "must be true or false")
    return value


def _messages(messages: Any) -> None:
    if type(messages) is not list or not messages:
        raise _wrong("messages", "应为非空数组", "must be a list with at least one message")
    for index, message in enumerate(messages):
        role = message.get("role") if type(message) is dict else None
        if type(role) is not str:
            where = f"messages[{index}]"
            raise _wrong(where, "应为带 role 的对象", "must be an object with a role")
        if role not in _ROLES:
            # A made-up role is text that the model reads, and may open a door in its template.
            known = ", ".join(sorted(_ROLES))
            where = f"messages[{index}].role"
            raise _wrong(where, f"应为以下之一：{known}", f"must be one of {known}")


def _end_user(body: dict[str, Any], header: str | None) -> str | None:
    """Who uses the provider's own app: `safety_identifier`, else `user`, else the header."""
    for name in ("safety_identifier", "user"):
        value = body.get(name)
        if value is not None and type(value) is not str:
            raise _wrong(name, "应为字符串", "must be a string")
        if value:
            return str(value)
    return header or None


def _wrong(param: str | None, zh: str, en: str) -> Invalid:
    of_zh, of_en = (f"{param} ", f"{param} ") if param else ("", "")
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{of_zh}{zh}。", en=f"The request is wrong: {of_en}{en}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        param=param,
    )
