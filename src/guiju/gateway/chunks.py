# SPDX-License-Identifier: Apache-2.0
"""The events of one read of a model's stream as chunks, for the gateway to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from guiju.gateway.said import Said, said_of

Chunk: TypeAlias = dict[str, Any] | Said

_decode = msgspec.json.Decoder().decode
_DONE = b"[DONE]"


class Read(msgspec.Struct, frozen=True):
    """What one read has brought: whole chunks, and perhaps the end of the stream, good or bad."""

    chunks: list[Chunk]
    done: bool = False
    broken: bool = False


def chunks_of(payloads: Sequence[bytes]) -> Read:
    """The chunks up to [DONE], or up to something that is no chunk; what follows is not read.

    Neighbours that only add to one text come as one: screening gives the same verdict however a
    text is cut, and a model that is faster than we read fills one read with many.
    """
    if len(payloads) == 1 and (only := said_of(payloads[0])) is not None:
        return Read([only])
    chunks: list[Chunk] = []
    texts: list[str] = []  # of the last chunk, if it is a piece of text
    last: Said | None = None  # and that piece
    for payload in payloads:
        if payload == _DONE:
            return _read(chunks, texts, done=True)
        said = said_of(payload)
        if said is None:
            chunk = object_of(payload)
            if chunk is None:
                return _read(chunks, texts, broken=True)
            _join(chunks, texts)
            chunks.append(chunk)
            last = None
        elif last is not None and last.index == said.index and last.channel == said.channel:
            texts.append(said.text)
        else:
            _join(chunks, texts)
            chunks.append(said)
            texts, last = [said.text], said
    return _read(chunks, texts)


def _join(chunks: list[Chunk], texts: list[str]) -> None:
    """Give the last chunk the texts of all that it stands for."""
    if len(texts) > 1:
        last = chunks[-1]
        if isinstance(last, Said):
            chunks[-1] = Said(last.index, last.channel, "".join(texts))
    texts.clear()


def _read(
    chunks: list[Chunk], texts: list[str], *, done: bool = False, broken: bool = False
) -> Read:
    _join(chunks, texts)
    return Read(chunks, done, broken)


def opening(payloads: Sequence[bytes]) -> Read:
    """The same for the beginning of a stream: its first chunk comes as it is, with all it says."""
    first = object_of(payloads[0]) if payloads else None
    if first is None:
        return chunks_of(payloads)
    rest = chunks_of(payloads[1:])
    return Read([first, *rest.chunks], rest.done, rest.broken)


def ends(chunks: Sequence[Chunk]) -> bool:
    """Whether the last chunk that has a choice says why it finishes."""
    for chunk in reversed(chunks):
        if isinstance(chunk, Said):
            return False
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
