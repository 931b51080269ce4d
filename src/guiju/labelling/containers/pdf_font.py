# SPDX-License-Identifier: Apache-2.0
"""The characters of a label, out of our font, as PDF embeds them (Adobe's Technical Note 5176).

The font has 7,000 characters and shares pieces of outlines between them. A document gets those that
its label has, each whole, which is some kilobytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from guiju.kernel import Invalid, Text

_FONT = Path(__file__).parents[1] / "showing" / "guiju-label.otf"
_MOST = 228  # of one label; as many glyphs are numbered by themselves
_CHARSTRINGS, _PRIVATE, _SUBROUTINES, _FD_ARRAY, _FD_SELECT = 17, 18, 19, 1236, 1237
_CALL, _RETURN, _ESCAPE, _END, _CALL_GLOBAL = 10, 11, 12, 14, 29
_STEMS, _MASKS = frozenset({1, 3, 18, 23}), frozenset({19, 20})
_DEEPEST = 10  # calls, as the format allows


@dataclass(frozen=True, slots=True)
class Subset:
    """A font program of some characters: `codes` in their order from 1 on, `widths` of 1000."""

    program: bytes
    characters: str
    widths: tuple[int, ...]

    def encoded(self, words: str) -> bytes:
        """Words as numbers of glyphs, in digits."""
        return "".join(f"{self.characters.index(one) + 1:04X}" for one in words).encode()

    def width(self, words: str) -> int:
        """Of words, in thousandths of their size."""
        return sum(self.widths[self.characters.index(one)] for one in words)


def subset(words: str) -> Subset:
    """The glyphs of these words; raises Invalid `label-glyph-missing`, or for too many."""
    font = _font()
    wanted = "".join(dict.fromkeys(words))
    glyphs = [font.glyph(one) for one in wanted]
    if len(glyphs) > _MOST:
        raise _missing(wanted[_MOST])
    outlines = [font.outline(0), *map(font.outline, glyphs)]
    return Subset(_program(outlines), wanted, tuple(map(font.width, glyphs)))


class _Font:
    """Our font: which glyph a character has, how wide that is, and its outline."""

    def __init__(self, data: bytes) -> None:
        tables = {}
        for at in range(12, 12 + 16 * int.from_bytes(data[4:6], "big"), 16):
            begin, size = struct.unpack(">8xII", data[at : at + 16])
            tables[data[at : at + 4]] = data[begin : begin + size]
        self._cff = tables[b"CFF "]
        self._metrics = tables[b"hmtx"]
        self._wide = int.from_bytes(tables[b"hhea"][34:36], "big")
        self._glyphs = _characters(tables[b"cmap"])
        _, at = _index(self._cff, self._cff[2])
        tops, at = _index(self._cff, at)
        _, at = _index(self._cff, at)
        self._global, _ = _index(self._cff, at)
        top = _dictionary(tops[0])
        self._outlines, _ = _index(self._cff, top[_CHARSTRINGS][0])
        self._select = top[_FD_SELECT][0]
        parts, _ = _index(self._cff, top[_FD_ARRAY][0])
        self._local = [self._subroutines(one) for one in parts]

    def _subroutines(self, part: bytes) -> list[bytes]:
        size, at = _dictionary(part)[_PRIVATE]
        private = _dictionary(self._cff[at : at + size])
        if _SUBROUTINES not in private:
            return []
        return _index(self._cff, at + private[_SUBROUTINES][0])[0]

    def glyph(self, one: str) -> int:
        """The number of a character's glyph; raises Invalid `label-glyph-missing`."""
        found = self._glyphs.get(ord(one), 0)
        if not found:
            raise _missing(one)
        return found

    def width(self, glyph: int) -> int:
        """In thousandths."""
        at = 4 * min(glyph, self._wide - 1)
        return int.from_bytes(self._metrics[at : at + 2], "big")

    def outline(self, glyph: int) -> bytes:
        """What draws a glyph, without calls."""
        flat = _Flat(self._local[self._part(glyph)], self._global)
        flat.run(self._outlines[glyph], 0)
        return bytes(flat.out)

    def _part(self, glyph: int) -> int:
        """Which of the fonts within the font a glyph is of (format 3: ranges)."""
        count = int.from_bytes(self._cff[self._select + 1 : self._select + 3], "big")
        part = 0
        for at in range(self._select + 3, self._select + 3 + 3 * count, 3):
            if int.from_bytes(self._cff[at : at + 2], "big") > glyph:
                break
            part = self._cff[at + 2]
        return part


class _Flat:
    """Charstrings with what they call put in its place."""

    def __init__(self, local: list[bytes], shared: list[bytes]) -> None:
        self.out = bytearray()
        self._called = {_CALL: local, _CALL_GLOBAL: shared}
        self._numbers: list[bytes] = []
        self._stems = 0

    def run(self, code: bytes, depth: int) -> bool:
        """Go through one; whether the glyph is at its end."""
        at = 0
        while at < len(code):
            first = code[at]
            if first == 28 or first >= 32:  # noqa: PLR2004 - numbers, as the format has them
                size = 3 if first == 28 else 1 if first < 247 else 2 if first < 255 else 5  # noqa: PLR2004
                self._numbers.append(code[at : at + size])
                at += size
                continue
            at += 1
            if first in self._called and depth < _DEEPEST:
                if self.run(self._subroutine(first), depth + 1):
                    return True
            elif first == _RETURN:
                return False
            else:
                at += self._drawn(first, code, at)
                if first == _END:
                    return True
        return False

    def _subroutine(self, which: int) -> bytes:
        called = self._called[which]
        count = len(called)
        bias = 107 if count < 1240 else 1131 if count < 33_900 else 32_768  # noqa: PLR2004 - as defined
        return called[_value(self._numbers.pop()) + bias]

    def _drawn(self, operator: int, code: bytes, at: int) -> int:
        """Copy an operator with its numbers; how many bytes of its own it has behind it."""
        if operator in _STEMS | _MASKS:
            self._stems += len(self._numbers) // 2
        more = 1 if operator == _ESCAPE else 0
        if operator in _MASKS:
            more = (self._stems + 7) // 8
        self.out += b"".join((*self._numbers, bytes((operator,)), code[at : at + more]))
        self._numbers.clear()
        return more


@cache
def _font() -> _Font:
    return _Font(_FONT.read_bytes())


def _value(number: bytes) -> int:
    first = number[0]
    if first == 28:  # noqa: PLR2004 - as the format has it
        return int.from_bytes(number[1:], "big", signed=True)
    if first < 247:  # noqa: PLR2004 - as above
        return first - 139
    negative = first > 250  # noqa: PLR2004 - as above
    value = (first - (251 if negative else 247)) * 256 + number[1] + 108
    return -value if negative else value


def _index(data: bytes, at: int) -> tuple[list[bytes], int]:
    """The pieces of a list, and what stands behind it."""
    count = int.from_bytes(data[at : at + 2], "big")
    if not count:
        return [], at + 2
    size, at = data[at + 2], at + 3
    places = [
        int.from_bytes(data[one : one + size], "big")
        for one in range(at, at + size * (count + 1), size)
    ]
    base = at + size * (count + 1) - 1
    pieces = [data[base + one : base + end] for one, end in pairwise(places)]
    return pieces, base + places[-1]


def _dictionary(data: bytes) -> dict[int, list[int]]:
    """Operators with their numbers; fractions are 0, since none of them is needed."""
    found: dict[int, list[int]] = {}
    numbers: list[int] = []
    at = 0
    while at < len(data):
        first = data[at]
        if first <= 21:  # noqa: PLR2004 - operators, as the format has them
            operator = 1200 + data[at + 1] if first == _ESCAPE else first
            found[operator], numbers = numbers, []
            at += 2 if first == _ESCAPE else 1
        elif first == 30:  # noqa: PLR2004 - a fraction, up to a half byte of ones
            while data[at + 1] & 15 != 15 and data[at + 1] >> 4 != 15:  # noqa: PLR2004
                at += 1
            numbers.append(0)
            at += 2
        else:
            size = {28: 3, 29: 5}.get(first, 1 if first < 247 else 2)  # noqa: PLR2004 - as above
            one = data[at : at + size]
            value = int.from_bytes(one[1:], "big", signed=True) if first == 29 else _value(one)  # noqa: PLR2004
            numbers.append(value)
            at += size
    return found


def _characters(table: bytes) -> dict[int, int]:
    """Characters of the basic plane and their glyphs (cmap, format 4)."""
    count = int.from_bytes(table[2:4], "big")
    places = (int.from_bytes(table[8 + 8 * one : 12 + 8 * one], "big") for one in range(count))
    part = next(table[at:] for at in places if table[at : at + 2] == b"\0\4")
    twice = int.from_bytes(part[6:8], "big")
    found: dict[int, int] = {}
    for number in range(0, twice, 2):
        end, begin, delta, told = (
            int.from_bytes(part[at + number : at + number + 2], "big")
            for at in (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice)
        )
        for one in range(begin, min(end, 0xFFFE) + 1):
            glyph = one
            if told:
                at = 16 + 3 * twice + number + told + 2 * (one - begin)
                glyph = int.from_bytes(part[at : at + 2], "big")
            found[one] = (glyph + delta) & 0xFFFF
    return found


def _program(outlines: list[bytes]) -> bytes:
    """A font of these outlines, numbered as they come."""
    head = b"\1\0\4\2" + _list([b"GJLABL+GuijuLabel"])
    rest = _list([]) + _list([])  # no texts, no shared pieces
    glyphs = _list(outlines)
    private = b"\xfa\x7c\x14"  # defaultWidthX 1000
    size = len(head) + len(_list([bytes(17)])) + len(rest)
    private_at = size + len(glyphs)
    top = b"\x1d%s\x11" % size.to_bytes(4, "big")
    top += b"\x1d%s\x1d%s\x12" % (len(private).to_bytes(4, "big"), private_at.to_bytes(4, "big"))
    return b"".join((head, _list([top]), rest, glyphs, private))


def _list(pieces: list[bytes]) -> bytes:
    """A list as the format has it."""
    if not pieces:
        return b"\0\0"
    places = [1]
    for one in pieces:
        places.append(places[-1] + len(one))
    head = len(pieces).to_bytes(2, "big") + b"\4"
    return head + b"".join(one.to_bytes(4, "big") for one in places) + b"".join(pieces)


def _missing(one: str) -> Invalid:
    return Invalid(
        "label-glyph-missing",
        Text(
            zh=f"显式标识中的“{one}”（U+{ord(one):04X}）没有字形。",
            en=f"The visible label has {one!r} (U+{ord(one):04X}), which has no glyph.",
        ),
        Text(
            zh="请只用 ASCII 与 GB 2312 中的字符。",
            en="Use characters of ASCII and GB 2312 only.",
        ),
        article=12,
    )
