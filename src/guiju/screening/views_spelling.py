# SPDX-License-Identifier: Apache-2.0
"""Characters for strings: what spells a text out, and says how long each character became."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from guiju.screening.onetoone import first_plane
from guiju.screening.views_seen import Spelt

_PLANE = 0x10000
_PADDING = b"\0"
# Of a character in UTF-8, all bytes but the first begin with these bits.
_BITS, _FURTHER = 0xC0, 0x80
# An array costs a little for each text, a dictionary a little more for each character.
_SHORT = 24
# So that a long text is never held in many wide copies.
_LONG = 1 << 16


class Spelling:
    """A table of what characters of the first plane become; all others stay as they are.

    No text holds a NUL or half a character.
    """

    def __init__(self, forms: Mapping[str, str]) -> None:
        """Take what differs."""
        every = [chr(code).encode("utf-8", "surrogatepass") for code in range(_PLANE)]
        for one, to in forms.items():
            every[ord(one)] = to.encode()
        self._table = np.array(every)
        self._lengths = _lengths(self._table)
        self._few = _Few(self._table)

    def __call__(self, text: str) -> str:
        """`text` spelt out."""
        codes = first_plane(text) if _SHORT < len(text) < _LONG else None
        if codes is None:
            return text.translate(self._few)
        return self._table.take(codes).tobytes().translate(None, _PADDING).decode()

    def back(self, text: str) -> Spelt:
        """The step back to `text` from what it becomes."""
        codes = first_plane(text)
        if codes is not None:
            return Spelt(np.cumsum(self._lengths.take(codes), dtype=np.int64).tolist(), text)
        few = self._few
        return Spelt(list(accumulate(len(few[code]) for code in map(ord, text))), text)


class _Few(dict[int, str]):
    """The table as `str.translate` asks it."""

    def __init__(self, table: NDArray[np.bytes_]) -> None:
        self._table = table

    def __missing__(self, code: int) -> str:
        if code >= _PLANE:
            return chr(code)
        to = self[code] = bytes(self._table[code]).decode("utf-8", "surrogatepass")
        return to


def _lengths(table: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """Of how many characters each form is."""
    units = table.view(np.uint8).reshape(len(table), -1)
    each: NDArray[np.bool_] = (units != 0) & (units & np.uint8(_BITS) != np.uint8(_FURTHER))
    found: NDArray[np.uint8] = each.sum(axis=1).astype(np.uint8)
    return found
