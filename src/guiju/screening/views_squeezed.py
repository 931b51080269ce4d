# SPDX-License-Identifier: Apache-2.0
"""The squeezed view: without separators and symbols, a run of one character counted once."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening.onetoone import NONE
from guiju.screening.ranges import ranges
from guiju.screening.views_seen import Gaps, Ground, Runs, Step

_SHORTEST = 2
_SHORTEST_ASCII = 5
_FEW = 4
_KEPT_ASCII = frozenset("0123456789abcdefghijklmnopqrstuvwxyz\n")
# Old scripts and ideographs: what of the planes beyond the first are letters.
_BEYOND_FIRST = "\U00010000-\U0001cfff\U00020000-\U0003ffff"
FLAGS = "\U0001f1e6-\U0001f1ff"
PICTURES = "\u23f0-\u23f3\u2600-\u27bf\u2b50\U0001f300-\U0001faff"
"""Few ranges, for the sake of speed: most texts show nothing."""
_SPEAKING = re.compile(f"[a-z{FLAGS}{PICTURES}]")
PAIR = re.compile(r"(.)\1", re.DOTALL)
"""Two of the same character, side by side."""
_REPEATED = re.compile(r"(.)(?=\1)", re.DOTALL)
_RUN = re.compile(r"(.)\1+", re.DOTALL)


class Known(NamedTuple):
    """A folded text without separators and symbols, and without repetition.

    `marked` is it with `NONE` in place of what was dropped, or nothing. `is_plain` as of a `Look`.
    """

    marked: str
    dropped: str
    squeezed: str
    is_plain: bool


class Look:
    """A folded text that is looked at in several views: what they share is done once.

    `dropped` is the text without separators and symbols; in `squeezed` each run of one character is
    one, too. `is_plain`: it holds neither Latin letters nor flags nor pictures.
    """

    __slots__ = ("_gaps", "_marked", "_steps", "dropped", "folded", "is_plain", "squeezed")

    def __init__(self, folded: str, known: Known | None = None) -> None:
        """Take what is looked at, and what is known of it."""
        self.folded = folded
        self._marked, self.dropped, self.squeezed, self.is_plain = known or _known(folded)
        self._gaps: tuple[Step, ...] | None = None
        self._steps: tuple[Step, ...] | None = None

    def steps(self) -> tuple[Step, ...]:
        """The steps from the squeezed text back to the folded one, if they differ."""
        if self._steps is None:
            self._steps = (*_runs(self.dropped, self.squeezed), *self.gaps())
        return self._steps

    def gaps(self) -> tuple[Step, ...]:
        """The step from the text without separators back to the folded one, if there are any."""
        if self._gaps is None:
            marked = self._marked
            self._gaps = _gaps_of(marked) if marked else _gaps(self.folded, self.dropped)
        return self._gaps


def _known(folded: str) -> Known:
    without = dropped(folded)
    return Known("", without, collapsed(without), is_plain=not is_speaking(folded))


def ground(look: Look) -> Ground:
    """The text without what separates, and without repetition."""
    return Ground(look.squeezed, look.steps)


def keys(term: str) -> list[str]:
    """The one form of a term."""
    key = squeeze(term)
    return [key] if key else []


def fits(term: str) -> Text | None:
    """Short words stand in ordinary text by chance once its spaces are gone."""
    key = squeeze(term)
    if key.isascii() and len(key) < _SHORTEST_ASCII:
        return Text(
            zh=f"去除分隔后少于 {_SHORTEST_ASCII} 个字母或数字",
            en=f"fewer than {_SHORTEST_ASCII} letters and digits are left without separators",
        )
    if len(key) < _SHORTEST:
        return Text(zh="去除分隔后只剩一字", en="one character is left without separators")
    return None


def is_word(folded: str, start: int, end: int) -> bool:
    """Whether `start:end` neither begins nor ends within a run of letters and digits."""
    left = start > 0 and _is_letter(folded[start]) and _is_letter(folded[start - 1])
    right = end < len(folded) and _is_letter(folded[end - 1]) and _is_letter(folded[end])
    return not left and not right


def is_speaking(folded: str) -> bool:
    """Whether a text holds Latin letters, flags or pictures."""
    return _SPEAKING.search(folded) is not None


@lru_cache(maxsize=64)
def squeeze(folded: str) -> str:
    """The squeezed form of a term, which each view asks for."""
    return collapsed(dropped(folded))


def collapsed(text: str) -> str:
    """Each run of one character as one."""
    at = 0
    # A pair is found faster than a run, and few are taken out faster than many replaced.
    for _ in range(_FEW):
        pair = PAIR.search(text, at)
        if pair is None:
            return text
        at = pair.start()
        text = text[:at] + text[at + 1 :]
    return text[:at] + _REPEATED.sub("", text[at:])


def dropped(folded: str) -> str:
    """The text without separators and symbols."""
    return "".join(_kept().findall(folded))


def _gaps(folded: str, kept: str) -> tuple[Step, ...]:
    if len(kept) == len(folded):
        return ()
    starts, shifts, size = [], [], 0
    for part in _kept().finditer(folded):
        begin, end = part.span()
        starts.append(size)
        shifts.append(begin - size)
        size += end - begin
    return (Gaps(starts, shifts),)


def _gaps_of(marked: str) -> tuple[Step, ...]:
    """The same of a text in which `NONE` stands where something is dropped."""
    starts, shifts, size = [], [], 0
    for shift, part in enumerate(marked.split(NONE)):
        if part:
            starts.append(size)
            shifts.append(shift)
            size += len(part)
    return (Gaps(starts, shifts),) if shifts[-1:] != [0] else ()


def _runs(text: str, collapsed: str) -> tuple[Step, ...]:
    if len(text) == len(collapsed):
        return ()
    places, more = [], [0]
    for run in _RUN.finditer(text):
        begin, end = run.span()
        places.append(begin - more[-1])
        more.append(more[-1] + end - begin - 1)
    return (Runs(places, more),)


@cache
def _kept() -> re.Pattern[str]:
    kept = (code for code in range(0x10000) if _is_kept(chr(code)))
    return re.compile(f"[{ranges(kept)}{_BEYOND_FIRST}]+")


def _is_kept(character: str) -> bool:
    if character.isascii():
        return character in _KEPT_ASCII
    return unicodedata.category(character)[0] in "LN"


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
