# SPDX-License-Identifier: Apache-2.0
"""Characters for strings: what spells a text out, and says how long each character became."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from guiju.screening.views_seen import Spelt

# The first plane; what lies beyond it is hardly ever spelt, and stands as a byte UTF-8 never has.
_SIZE = 0x10000
_BEYOND = b"\xff"
_PADDING = b"\0"
# An array costs a little for each text, a dictionary a little more for each character.
_SHORT = 24
# So that a long text is never held in many wide copies.
_LONG = 1 << 16


class Spelling:
    """A table of what characters become; all others stay as they are. No text holds a NUL."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        """Take what differs."""
        self._few = _Few(forms)
        self._lengths = _Lengths({one: len(to) for one, to in forms.items()})

    def __call__(self, text: str) -> str:
        """`text` spelt out."""
        if not _SHORT < len(text) < _LONG:
            return text.translate(self._few)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        found = self._table.take(codes, mode="clip").tobytes().translate(None, _PADDING)
        if _BEYOND in found:
            return text.translate(self._few)
        return found.decode("utf-8", "surrogatepass")

    def back(self, text: str) -> Spelt:
        """The step back to `text` from what it becomes."""
        return Spelt(list(accumulate(map(self._lengths.__getitem__, text))))

    @cached_property
    def _table(self) -> NDArray[np.bytes_]:
        """What each character becomes, in UTF-8, all as wide as the widest."""
        forms = (self._few.get(code, chr(code)) for code in range(_SIZE))
        every = [one.encode("utf-8", "surrogatepass") for one in forms]
        return np.array([_PADDING, *every[1:-1], _BEYOND])


class _Few(dict[int, str]):
    """The table as `str.translate` asks it."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        super().__init__((ord(one), to) for one, to in forms.items())

    def __missing__(self, code: int) -> str:
        if code < _SIZE:
            self[code] = chr(code)
        return chr(code)


class _Lengths(dict[str, int]):
    """How long each character becomes."""

    def __missing__(self, one: str) -> int:
        if ord(one) < _SIZE:
            self[one] = 1
        return 1
