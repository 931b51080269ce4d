# SPDX-License-Identifier: Apache-2.0
"""The events of one read of a model's stream as chunks, for the gateway to judge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from guiju.gateway.joining import joined

_decode = msgspec.json.Decoder().decode
_DONE = b"[DONE]"


class Read(NamedTuple):
    """What one read has brought: whole chunks, and perhaps the end of the stream, good or bad."""

    chunks: list[dict[str, Any]]
    done: bool = False
    broken: bool = False


def chunks_of(payloads: Iterable[bytes]) -> Read:
    """The chunks up to [DONE], or up to something that is no chunk; what follows is not read.

    Neighbours that only add to one text come as one.
    """
    chunks: list[dict[str, Any]] = []
    done = broken = False
    for payload in payloads:
        if payload == _DONE:
            done = True
            break
        chunk = object_of(payload)
        if chunk is None:
            broken = True
            break
        chunks.append(chunk)
    return Read(list(joined(chunks)), done, broken)


def ends(chunks: list[dict[str, Any]]) -> bool:
    """Whether the last chunk that has a choice says why it finishes."""
    for chunk in reversed(chunks):
        choices = chunk.get("choices")
        if type(choices) is list and choices:
            last = choices[-1]
            return type(last) is dict and type(last.get("finish_reason")) is str
    return False


def object_of(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in `raw`; None for anything else, as it is for text that is no UTF-8."""
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return value if type(value) is dict else None
