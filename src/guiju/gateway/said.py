# SPDX-License-Identifier: Apache-2.0
"""A piece of one text and nothing else: what nearly every chunk of a stream is, read in one go.

Only members that are known and have nothing to say may stand beside the text. Any other chunk is
read as it is (`chunks.py`), so that nothing is passed over that somebody must look at.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Said(msgspec.Struct, frozen=True, gc=False):
    """A piece of the text of one channel of one choice."""

    index: int
    channel: str
    text: str

    def as_chunk(self) -> dict[str, Any]:
        """The same as a chunk, for who reads only those."""
        return {"choices": [{"index": self.index, "delta": {self.channel: self.text}}]}


class _Delta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str | None = None
    reasoning_content: str | None = None
    # Some models name the role in every chunk.
    role: str | None = None


class _Choice(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    index: int
    delta: _Delta
    finish_reason: None = None
    logprobs: None = None


class _Chunk(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    choices: list[_Choice]
    id: Any = None
    object: Any = None
    created: Any = None
    model: Any = None
    system_fingerprint: Any = None
    service_tier: Any = None
    usage: None = None


_decode = msgspec.json.Decoder(_Chunk).decode


def said_of(payload: bytes) -> Said | None:
    """The piece that is all that a chunk holds; None for any other chunk, and for what is none."""
    try:
        choices = _decode(payload).choices
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if len(choices) != 1:
        return None
    choice = choices[0]
    delta = choice.delta
    content, thought = delta.content, delta.reasoning_content
    if thought is None:
        return None if content is None else Said(choice.index, "content", content)
    return Said(choice.index, "reasoning_content", thought) if content is None else None
