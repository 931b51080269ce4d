# SPDX-License-Identifier: Apache-2.0
"""What the classifier sees of a text: which hashed character n-grams it holds (Article 4).

One to three characters, four of them inside ASCII words, over the folded text and, under other
numbers, over the squeezed one: letters and digits alone, runs collapsed. No word segmentation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from guiju.screening.fold import BORDER, fold

FEATURES = 1
"""The version of this file's arithmetic: an artefact trained under another is not understood."""

FEWEST_BITS, MOST_BITS = 10, 20

Numbers = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_BMP = 0x10000
_WORD = 4
# Beyond Unicode: what the squeezed text holds is never taken for what the folded text holds.
_SQUEEZED = np.uint64(0x200000)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_SALTS = np.arange(_WORD + 1, dtype=np.uint64) * np.uint64(0xA24BAED4963EE407)
_HALF, _WHOLE = np.uint64(32), 64
# Ranges of which all versions of Unicode in use say the same. Ideographs are left out: their tables
# grow by rare characters, which moves no score.
_PROBED = (range(0x20, 0x250), range(0x370, 0x500), range(0x2460, 0x249C), range(0xFF00, 0xFFE7))


class Presence(NamedTuple):
    """Which n-grams some texts hold: the places of the first, of the second, and so on.

    Within each text places ascend and stand once; every text has at least its borders.
    """

    places: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def scales(self) -> npt.NDArray[np.float64]:
        """What the sums of each text are multiplied by: one over the fourth root of its count.

        So a long text does not score far from zero by its length alone, and yet more evidence
        counts for more. Two square roots, because they are exact on every machine.
        """
        return 1.0 / np.sqrt(np.sqrt(self.counts))


def presence(folded: Sequence[str], bits: int) -> Presence:
    """Where in a table of 2**bits the n-grams of each folded text stand."""
    codes, rows = _laid_out(folded)
    keys = _keys(*_both_views(codes, rows), len(folded), bits)
    keys.sort()
    keys = keys[_changes(keys)]
    row = keys >> np.uint64(bits)
    starts = np.flatnonzero(_changes(row))
    counts = np.diff(starts, append=row.size)
    return Presence((keys & np.uint64((1 << bits) - 1)).view(np.int64), starts, counts)


@cache
def fold_digest() -> str:
    """What tells one fold from another: scores learned under one mean little under the other."""
    probes = BORDER.join(map(chr, (code for one in _PROBED for code in one)))
    return hashlib.sha256(fold(probes).text.encode()).hexdigest()[:16]


def _laid_out(folded: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The code points of all texts, each between borders, and the number of each one's text."""
    text = BORDER + (BORDER + BORDER).join(folded) + BORDER
    raw = text.encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, np.uint32).astype(np.uint64)
    lengths = np.array([len(one) + 2 for one in folded])
    return codes, np.repeat(np.arange(len(folded), dtype=np.uint64), lengths)


def _both_views(codes: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Folded and squeezed in one array; the squeezed texts are numbered on from the folded."""
    kept = _among(_letters(), codes)
    few, their = codes[kept], rows[kept]
    changes = _changes(few) | _changes(their)
    squeezed, last = few[changes] + _SQUEEZED, rows[-1]
    numbered = their[changes] + last + np.uint64(1)
    return np.concatenate((codes, squeezed)), np.concatenate((rows, numbered))


def _keys(codes: Numbers, rows: Numbers, texts: int, bits: int) -> Numbers:
    """For every n-gram the number of its text above, its place below."""
    grams, owners = [codes], [rows]
    gram = codes * _SPREAD
    for length in (2, 3):
        gram = gram[:-1] * _STEP + codes[length - 1 :]
        whole = rows[: 1 - length] == rows[length - 1 :]
        grams.append(gram[whole] + _SALTS[length])
        owners.append(rows[: 1 - length][whole])
    for part, of in zip(_words(codes, rows), (grams, owners), strict=True):
        of.append(part)
    row = np.concatenate(owners) % np.uint64(texts)
    return row << np.uint64(bits) | _spread(np.concatenate(grams), bits)


def _words(codes: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """The grams of four characters within a folded ASCII word, and their rows.

    Borders stand between texts, so none lies in two.
    """
    inside = _among(_ascii_letters(), codes)
    at = np.flatnonzero(inside[:-3] & inside[1:-2] & inside[2:-1] & inside[3:])
    gram = codes[at] * _SPREAD
    for ahead in range(1, _WORD):
        gram = gram * _STEP + codes[at + ahead]
    return gram + _SALTS[_WORD], rows[at]


def _spread(grams: Numbers, bits: int) -> Numbers:
    """Multiply and fold twice, so that every bit of a gram has its say in the upper bits."""
    mixed = (grams ^ grams >> _HALF) * _SPREAD
    return (mixed ^ mixed >> _HALF) * _STEP >> np.uint64(_WHOLE - bits)


def _changes(values: Numbers) -> Flags:
    """Where something else stands than just before; the first always does."""
    changes = np.ones(values.size, bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def _among(table: Flags, codes: Numbers) -> Flags:
    return table[np.minimum(codes, _BMP)]


@cache
def _letters() -> Flags:
    """Letters, digits and the border, of the first plane alone."""
    return np.array([*(one.isalnum() or one == BORDER for one in map(chr, range(_BMP))), False])


@cache
def _ascii_letters() -> Flags:
    return np.array([chr(code).isascii() and chr(code).isalnum() for code in range(_BMP + 1)])
