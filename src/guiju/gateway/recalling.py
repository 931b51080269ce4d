# SPDX-License-Identifier: Apache-2.0
"""Turns a record back into the texts that were judged then, to judge them by other rules."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.channels import strings
from guiju.gateway.passages import gather
from guiju.gateway.wires import CHAT, WIRES
from guiju.kernel import GuijuError
from guiju.screening import BORDER, Direction

_decode = msgspec.json.Decoder().decode


def recalled(given: bytes, answered: bytes) -> list[tuple[Direction, str]]:
    """The text of the request and that of the answer, what was withheld included.

    A record of a form that is not understood any more gives less, never an error.
    """
    answer = _read(answered)
    asked = _asked(_read(given), answer.get("wire", CHAT.name))
    found: list[tuple[Direction, str]] = [("input", asked), ("output", _answered(answer))]
    return [one for one in found if one[1]]


def _read(kept: bytes) -> dict[str, Any]:
    try:
        value = _decode(kept)
    except msgspec.DecodeError:
        return {}
    return value if type(value) is dict else {}


def _asked(body: dict[str, Any], wire: str) -> str:
    try:
        return gather(WIRES[wire].again(body)).joined().strip(BORDER)
    except (GuijuError, KeyError, TypeError, AttributeError):
        return ""


def _answered(answer: dict[str, Any]) -> str:
    try:
        return BORDER.join(_said((answer["delivered"], answer["withheld"])))
    except (KeyError, TypeError, AttributeError):
        return ""


def _said(value: Any) -> list[str]:
    """The texts in an answer, whole or streamed: what stands in its fields, not their names."""
    if type(value) is str:
        return [value]
    if type(value) is dict:
        if "choices" in value:
            return [one for choice in value["choices"] for one in strings(choice.get("message"))]
        return [one for each in value.values() for one in _said(each)]
    if isinstance(value, list | tuple):
        return [one for each in value for one in _said(each)]
    return []
