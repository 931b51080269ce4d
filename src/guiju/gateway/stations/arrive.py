# SPDX-License-Identifier: Apache-2.0
"""Arrive: read what was asked, and refuse what cannot be understood."""

from __future__ import annotations

from typing import Any

from guiju.gateway.heads import MODEL_NAME
from guiju.gateway.signals import Command
from guiju.gateway.wires.strict import wrong
from guiju.gateway.work import Work


def arrive(work: Work) -> tuple[Command, ...]:
    """Read the body; raises Invalid `invalid-request` naming the field that is wrong."""
    wire, ask = work.wire, work.ask
    body = wire.read(wire.parsed(ask))
    work.body = body
    work.model = _model(body.get("model"))
    work.stream = _flag(body.get("stream"), "stream")
    work.end_user = _end_user(body, ask.user_header)
    return ()


def _model(name: Any) -> str:
    if type(name) is not str or not MODEL_NAME.fullmatch(name):
        raise wrong("model", "应为模型名称", "must be the name of a model")
    return name


def _flag(value: Any, name: str) -> bool:
    if value is None:
        return False
    if type(value) is not bool:
        raise wrong(name, "应为 true 或 false", "must be true or false")
    return value


def _end_user(body: dict[str, Any], header: str | None) -> str | None:
    """Who uses the provider's own app: `safety_identifier`, else `user`, else the header."""
    for name in ("safety_identifier", "user"):
        value = body.get(name)
        if value is None:
            continue
        if type(value) is not str:
            raise wrong(name, "应为字符串", "must be a string")
        if value:
            return value
    return header or None
