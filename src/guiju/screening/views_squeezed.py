# SPDX-License-Identifier: Apache-2.0
"""The squeezed view: without separators and symbols, a run of one character counted once."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache

from guiju.kernel import Text
from guiju.screening.views_seen import Seen, Way

_SHORTEST = 2
_SHORTEST_ASCII = 5
_KEPT_ASCII = frozenset("0123456789abcdefghijklmnopqrstuvwxyz\n")
_RUN = re.compile(r"(.)\1", re.DOTALL)
_RUNS = re.compile(r"(.)\1*", re.DOTALL)
_LETTERS = re.compile(r"[a-z0-9]")


def see(folded: str) -> Seen:
    """The text without what separates, and without repetition."""
    text = squeeze(folded)
    return Seen(folded) if text == folded else Seen(folded, text, way)


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


def border(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is no part of a longer word in Latin letters."""
    return is_word(sight.folded, *sight.span(start, end))


def is_word(folded: str, start: int, end: int) -> bool:
    """Whether `start:end` neither begins nor ends within a run of letters and digits."""
    left = start > 0 and _is_letter(folded[start]) and _is_letter(folded[start - 1])
    right = end < len(folded) and _is_letter(folded[end - 1]) and _is_letter(folded[end])
    return not left and not right


def squeeze(folded: str) -> str:
    """The squeezed form of a folded text."""
    text = dropped(folded)
    return _RUNS.sub(r"\1", text) if _RUN.search(text) else text


def dropped(folded: str) -> str:
    """The text without separators and symbols."""
    return "".join(_kept().findall(folded))


def way(folded: str) -> Way:
    """The way from the squeezed text back to the folded one."""
    kept = places(folded)
    first, last = array("I"), array("I")
    for run in _RUNS.finditer(dropped(folded)):
        first.append(kept[run.start()])
        last.append(kept[run.end() - 1])
    return first, last


def places(folded: str) -> array[int]:
    """The indexes of what is neither separator nor symbol."""
    found = array("I")
    for part in _kept().finditer(folded):
        found.extend(range(*part.span()))
    return found


@cache
def _kept() -> re.Pattern[str]:
    ranges = "".join(f"{chr(first)}-{chr(last)}" for first, last in _kept_ranges())
    return re.compile(f"[{ranges}]+")


def _kept_ranges() -> Iterator[tuple[int, int]]:
    first = -1
    for code in range(sys.maxunicode + 2):
        kept = code <= sys.maxunicode and _is_kept(chr(code))
        if kept and first < 0:
            first = code
        elif not kept and first >= 0:
            yield first, code - 1
            first = -1


def _is_kept(character: str) -> bool:
    if character.isascii():
        return character in _KEPT_ASCII
    return unicodedata.category(character)[0] in "LN"


def _is_letter(character: str) -> bool:
    return _LETTERS.match(character) is not None
