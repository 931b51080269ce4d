# SPDX-License-Identifier: Apache-2.0
"""A glimpse of a text: most are seen in nearly all views at once (Article 4).

Most texts are characters that each fold to one other, without pictures. Of these the views are laid
out from the text as it came, by a table that folds, drops and says aloud in one step. What is not
that plain, and what is written in letters, is looked at view by view.
"""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from guiju.screening.fold import Folded, fold
from guiju.screening.onetoone import NONE, first_plane
from guiju.screening.plain import forms, may_be_unseen
from guiju.screening.views import SEEN_AS
from guiju.screening.views_split import is_split
from guiju.screening.views_spoken import homophone
from guiju.screening.views_squeezed import PAIR, Known, Look, dropped, is_speaking

SHORT = 32
"""Shorter texts are looked at view by view for as little."""
_LONG = 512  # longer ones mostly hold something
_PLANE = 0x10000
_SURROGATES = range(0xD800, 0xE000)
_HARD = "\uffff"  # stands for what is not that plain
_LETTER = "a"  # stands for any
_MOST_PAIRS = 8
_ANY = "中"


class Glimpse:
    """A text, folded or not, that is seen at once if it can be."""

    __slots__ = ("_dropped", "_folded", "_marked", "_texts", "found", "text")

    _dropped: str
    """The text without separators, once it was seen in its views."""
    _marked: str
    """The same with `NONE` in their place."""

    def __init__(self, text: str) -> None:
        """Take what is looked at."""
        self.text = text
        self.found: dict[int, Sequence[tuple[int, int, int]]] = {}
        """What was found in it already, by the identity of the layer that has found it."""
        self._folded: Folded | None = None
        self._texts: dict[str, str] | None = None

    @property
    def folded(self) -> Folded:
        """The text in its plain form: a fold of its own, unless the views were asked before."""
        if self._folded is None:
            text, texts = self.text, self._texts
            if texts:
                folded = texts["folded"]
                self._folded = Folded(folded, text, even=len(folded) == len(text))
            else:
                self._folded = fold(text)
        return self._folded

    def texts(self) -> dict[str, str]:
        """What the views see, nothing where nothing can matter.

        A view that is not among them has to look for itself; without any, all have.
        """
        if self._texts is None:
            self._texts = self._seen()
        return self._texts

    def look(self) -> Look | None:
        """The text to be looked at, with what is known of it; None where that is nothing."""
        texts = self.texts()
        if not texts:
            return None
        folded = texts["folded"]
        # What is not seen at all has no place in the folded text.
        marked = self._marked if len(folded) == len(self._marked) else ""
        return Look(folded, Known(marked, self._dropped, texts["squeezed"], "pinyin" in texts))

    def _seen(self) -> dict[str, str]:
        text = self.text
        codes = first_plane(text) if SHORT <= len(text) <= _LONG else None
        if codes is None:
            return {}
        # One look-up for all: what costs is the way to the memory, again and again.
        each, _ = utf_16_le_decode(_table().take(codes).tobytes())
        folded, marked, said = each[0::4], each[1::4], each[2::4].replace(NONE, "")
        if _HARD in folded:
            return {}
        squeezed = dropped = marked.replace(NONE, "")
        self._marked, self._dropped = marked, dropped
        at = 0
        for _ in range(_MOST_PAIRS):
            pair = PAIR.search(squeezed, at)
            if pair is None:
                break
            at = pair.start()
            squeezed, said = squeezed[:at] + squeezed[at + 1 :], said[:at] + said[at + 1 :]
        else:
            return {}
        folded = folded.replace(NONE, "")
        texts = {"folded": folded, "squeezed": squeezed, "homophone": said}
        if _LETTER not in each[3::4]:
            texts["pinyin"] = ""
        if not is_split(dropped):
            texts["split"] = ""
        return texts


def prepare() -> None:
    """Make what all glimpses and streams of this process share."""
    _table()
    for view in SEEN_AS.values():
        view.spell(_ANY)
    may_be_unseen(_ANY)


@cache
def _table() -> NDArray[np.uint64]:
    """What each character of the first plane becomes: folded, kept, said; whether it is a letter.

    `NONE` stands for nothing at all, and `_HARD` is folded what is not that plain.
    """
    every = "".join(chr(code) for code in range(_PLANE) if code not in _SURROGATES)
    folding = _folding()
    rows = np.zeros((_PLANE, 4), dtype="<u2")
    kept = dropped(every)
    codes = first_plane(kept)
    rows[:, 0] = np.arange(_PLANE)
    for one in filter(is_speaking, every):
        rows[ord(one), 3 if one.isascii() else 0] = ord(_LETTER if one.isascii() else _HARD)
    rows[codes, 1] = codes
    rows[codes, 2] = first_plane(homophone(kept))
    return rows[folding].reshape(-1).view("<u8")


def _folding() -> NDArray[np.uint16]:
    """To what each character folds."""
    table = np.arange(_PLANE, dtype="<u2")
    for one, to in forms().items():
        if ord(one) < _PLANE:
            table[ord(one)] = _one(to)
    return table


def _one(to: str) -> int:
    """The one character that a form is; none or more are told apart."""
    if not to:
        return ord(NONE)
    return ord(to) if len(to) == 1 and ord(to) < _PLANE else ord(_HARD)
