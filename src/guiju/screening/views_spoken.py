# SPDX-License-Identifier: Apache-2.0
"""The views by sound: an ideograph as its syllable, in one sign (homophone) or letters (pinyin)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice, product

from guiju.kernel import Text
from guiju.screening.views_seen import Seen, Way, spread
from guiju.screening.views_squeezed import is_word, squeeze, way

_SHORTEST = 3
_MOST_KEYS = 16
_FIRST_SIGN = 0xE000
_LATIN = re.compile(r"[a-z]")


def see_homophone(folded: str) -> Seen:
    """One sign for each syllable, over the squeezed text."""
    return Seen(folded, squeeze(folded).translate(_signs()), way)


def homophone_keys(term: str) -> list[str]:
    """A term by each likely reading."""
    key = squeeze(term)
    if not any(one in _readings() for one in key):
        return []
    order = _order()
    spoken = ([chr(_FIRST_SIGN + order[one]) for one in _spoken(each)] or [each] for each in key)
    return _choices(spoken)


def homophone_fits(term: str) -> Text | None:
    """Few syllables are said by chance."""
    return _enough(term)


def homophone_border(sight: Seen, start: int, end: int) -> bool:
    """As in the squeezed text."""
    return is_word(sight.folded, *sight.span(start, end))


def see_pinyin(folded: str) -> Seen:
    """Syllables in letters, over the squeezed text; nothing where no Latin letter is written."""
    if not _LATIN.search(folded):
        return Seen(folded, "")
    return Seen(folded, squeeze(folded).translate(_letters()), _pinyin_way)


def pinyin_keys(term: str) -> list[str]:
    """A term in letters, by each likely reading, as ideographs or as letters say it."""
    key = squeeze(term)
    if not any(one in _readings() for one in key):
        return []
    spoken = _choices(_spoken(each) or [each] for each in key)
    return list(dict.fromkeys(form for one in spoken for form in (one, squeeze(one))))


def pinyin_fits(term: str) -> Text | None:
    """Few syllables are written by chance."""
    return _enough(term)


def pinyin_border(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is whole syllables and whole words, some of it written in letters."""
    if not sight.is_whole(start, end):
        return False
    begin, close = sight.span(start, end)
    return bool(_LATIN.search(sight.folded, begin, close)) and is_word(sight.folded, begin, close)


def _pinyin_way(folded: str) -> Way:
    letters = _letters()
    return spread(way(folded), [len(letters.get(ord(one), one)) for one in squeeze(folded)])


def _enough(term: str) -> Text | None:
    if sum(one in _readings() for one in squeeze(term)) >= _SHORTEST:
        return None
    return Text(
        zh=f"少于 {_SHORTEST} 个音节",
        en=f"it has fewer than {_SHORTEST} syllables",
    )


def _choices(parts: Iterable[Sequence[str]]) -> list[str]:
    """The first of all combinations, the most common readings first."""
    return list(islice(map("".join, product(*parts)), _MOST_KEYS))


def _spoken(character: str) -> list[str]:
    return _readings().get(character, [])


@cache
def _readings() -> dict[str, list[str]]:
    """The toneless readings of each ideograph, the most common one first."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415  # 0.3 s only who needs it pays

    return {
        chr(code): list(dict.fromkeys(map(_toneless, readings.split(","))))
        for code, readings in PINYIN_DICT.items()
    }


def _toneless(reading: str) -> str:
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(one for one in apart if one.isascii() and one.isalpha())


@cache
def _order() -> dict[str, int]:
    every = {one for readings in _readings().values() for one in readings}
    return {one: number for number, one in enumerate(sorted(every))}


@cache
def _signs() -> dict[int, str]:
    order = _order()
    return {ord(one): chr(_FIRST_SIGN + order[said[0]]) for one, said in _readings().items()}


@cache
def _letters() -> dict[int, str]:
    return {ord(one): said[0] for one, said in _readings().items()}
