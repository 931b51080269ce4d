# SPDX-License-Identifier: Apache-2.0
"""Characters for characters: what keeps its place is looked up in one array, text by text."""

from __future__ import annotations

# Called by name they are looked up in Python each time.
from codecs import utf_16_le_decode, utf_16_le_encode, utf_32_le_decode, utf_32_le_encode
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

NONE = "\0"
"""Stands where a table has not exactly one character for one."""

# Two planes: the ideographs and scripts in use, emoji, styled letters. Beyond it `NONE` stands.
_SIZE = 0x20000
_PLANE = 0x10000
_WIDE = "\uffff"  # stands for what is no single code of UTF-16
_PAGE, _SURROGATES = 11, 0xD800 >> 11
# An array costs a little for each text, a dictionary a little more for each character.
_SHORT = 32
# So that a long text is never held in several wide copies.
_BLOCK = 1 << 16


class OneToOne:
    """A table that leaves all characters as they are but for those it is given."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        """Take what differs; forms of several characters or none count as `NONE`."""
        table = np.arange(_SIZE, dtype="<u4")
        table[list(map(ord, forms))] = [ord(to) if len(to) == 1 else 0 for to in forms.values()]
        table[0] = table[-1] = 0
        self._table = table
        self._first = _first(table)
        self._few = _Few(table)

    def __call__(self, text: str, *, kept: bool = False) -> str:
        """`text` by this table, as long as it was; `kept`: with itself instead of `NONE`."""
        found = self._block(text) if _SHORT <= len(text) <= _BLOCK else self._found(text)
        if kept and NONE in found:
            return "".join(one if to == NONE else to for one, to in zip(text, found, strict=True))
        return found

    def _found(self, text: str) -> str:
        if len(text) < _SHORT:
            return text.translate(self._few)
        return "".join(self._block(text[at : at + _BLOCK]) for at in range(0, len(text), _BLOCK))

    def _block(self, text: str) -> str:
        codes = first_plane(text)
        if codes is not None:
            found, _ = utf_16_le_decode(self._first.take(codes).tobytes())
            if _WIDE not in found:
                return found
        wide = np.frombuffer(utf_32_le_encode(text, "surrogatepass")[0], "<u4")
        data = self._table.take(wide, mode="clip").tobytes()
        return utf_32_le_decode(data, "surrogatepass")[0]


def first_plane(text: str) -> NDArray[np.uint16] | None:
    """The codes of a text's characters; None if some are beyond the first plane."""
    data, _ = utf_16_le_encode(text, "surrogatepass")
    return np.frombuffer(data, "<u2") if len(data) == 2 * len(text) else None


def _first(table: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """The first plane of a table, in half the room; most texts hold nothing else."""
    first = table[:_PLANE].copy()
    first[(first >= _PLANE) | (first >> _PAGE == _SURROGATES)] = ord(_WIDE)
    return first.astype("<u2")


class _Few(dict[int, int]):
    """The same table as `str.translate` asks it."""

    def __init__(self, table: NDArray[np.uint32]) -> None:
        self._table = table

    def __missing__(self, code: int) -> int:
        self[code] = to = int(self._table[min(code, _SIZE - 1)])
        return to
