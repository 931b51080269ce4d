# SPDX-License-Identifier: Apache-2.0
"""The bits of a watermark: a digest of the ProduceID, its check, and an error-correcting code.

48 bits of digest and 24 bits of check go through a convolutional code of rate 1/3 (constraint
length 7, the generators 133, 165, 171 that are usual for it), which is decoded softly: how sure
each carrier is counts, so what an attack has worn away weighs little.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, TypeAlias

import numpy as np

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Whole: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

DIGEST = 6
"""Bytes of the digest."""
_CHECK = 3
_BITS = 8 * (DIGEST + _CHECK)
_MEMORY = 6
_GENERATORS = (0o133, 0o165, 0o171)
CODED = (_BITS + _MEMORY) * len(_GENERATORS)
"""Bits that carry one mark: 234."""
_STATES = 1 << _MEMORY


def mark_of(produce_id: str) -> bytes:
    """What a watermark says of the content with this number; whoever has the number can check it.

    It is no secret: a mark can be carried to other content without knowing how it is made.
    """
    return hashlib.sha256(b"guiju-watermark/1\0" + produce_id.encode()).digest()[:DIGEST]


def encoded(mark: bytes) -> Whole:
    """The coded bits of a mark, as `CODED` signs of -1 and 1."""
    data = np.frombuffer(mark + _check(mark), np.uint8)
    register, found = 0, []
    for bit in (*np.unpackbits(data).tolist(), *(0,) * _MEMORY):
        register = (register >> 1) | (bit << _MEMORY)
        found += [1 - 2 * ((register & one).bit_count() & 1) for one in _GENERATORS]
    return np.array(found, np.int64)


def decoded(soft: Floats) -> bytes | None:
    """The mark behind `CODED` soft bits, positive for a sign of 1; None where its check fails."""
    before, signs = _trellis()
    worth = np.full(_STATES, -np.inf)
    worth[0] = 0.0
    came = np.empty((_BITS + _MEMORY, _STATES), np.int64)
    for step, seen in enumerate(soft.reshape(-1, len(_GENERATORS))):
        paths = worth[before] + signs @ seen
        chosen = paths.argmax(axis=1)
        came[step] = before[np.arange(_STATES), chosen]
        worth = paths[np.arange(_STATES), chosen]
    state, bits = 0, []
    for step in reversed(range(_BITS + _MEMORY)):
        bits.append(state >> (_MEMORY - 1))
        state = int(came[step, state])
    data = np.packbits(np.array(bits[::-1][:_BITS], np.uint8)).tobytes()
    mark, check = data[:DIGEST], data[DIGEST:]
    return mark if check == _check(mark) else None


def _check(mark: bytes) -> bytes:
    return hashlib.sha256(b"check\0" + mark).digest()[:_CHECK]


@cache
def _trellis() -> tuple[Whole, Any]:
    """For each state the two it is reached from, and the signs that are sent on the way."""
    before = np.empty((_STATES, 2), np.int64)
    signs = np.empty((_STATES, 2, len(_GENERATORS)))
    for state in range(_STATES):
        bit = state >> (_MEMORY - 1)
        for last in (0, 1):
            old = ((state << 1) & (_STATES - 1)) | last
            register = (bit << _MEMORY) | old
            before[state, last] = old
            signs[state, last] = [1 - 2 * ((register & one).bit_count() & 1) for one in _GENERATORS]
    return before, signs
