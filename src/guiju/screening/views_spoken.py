# SPDX-License-Identifier: Apache-2.0
"""The views by sound: an ideograph as its syllable, in one sign (homophone) or letters (pinyin)."""

from __future__ import annotations

import re
from functools import cache, partial

from guiju.kernel import Text
from guiju.screening.onetoone import OneToOne
from guiju.screening.syllables import count, likely, readings, said, syllables
from guiju.screening.views_seen import Seen, Way
from guiju.screening.views_spelling import Spelling
from guiju.screening.views_squeezed import Look, squeeze

_SHORTEST = 3
_SHORTEST_BY_SOUND = 4
_UNCOMMON = 3
# The syllables that ordinary text is full of, as counted in it.
_COMMON = re.compile("de|shi|ren|yi|bu|you|wo|le|ge|zhong|guo|zhi|zhe|ji|da|mei|hai|zai|jiu|he")
_SHORTEST_WORD = 5
# Who writes in letters writes the usual reading.
_MOST_SPELLINGS = 3
_FIRST_SIGN = 0xE000
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_LATIN = re.compile(f"[a-z{_FLAGS[0]}-{_FLAGS[-1]}]")
_STANDING_IN = re.compile("[0134578@$]")
_FLAG = re.compile(f"[{_FLAGS[0]}-{_FLAGS[-1]}]")
# Digits, signs and the letters of flags, each for the one letter it mostly stands for.
_SIGNS = tuple(zip("0134578@$", "oieastbas", strict=True))
_FLAG_LETTERS = str.maketrans(_FLAGS, "abcdefghijklmnopqrstuvwxyz")


def see_homophone(look: Look) -> Seen:
    """One sign for each syllable, over the squeezed text."""
    folded, squeezed = look.folded, look.squeezed
    return Seen(folded, _signs()(squeezed, kept=True), None if squeezed == folded else look.way)


def homophone_keys(term: str) -> list[str]:
    """A term as it is likely said."""
    key = squeeze(term)
    if not count(key):
        return []
    signs, sounds = _sign_of(), said()
    # A letter is no syllable, though it may be written as one.
    return [
        "".join(signs[to] if one in sounds else one for one, to in zip(key, each, strict=True))
        for each in likely(key)
    ]


def homophone_fits(term: str) -> Text | None:
    """Few syllables are said by chance."""
    return _too_few(term, _SHORTEST)


def homophone_is_rare(term: str) -> bool:
    """What is short or made of common syllables is said too often to be looked for unasked."""
    sounds = [each[0] for one in squeeze(term) if (each := readings().get(one))]
    uncommon = sum(not _COMMON.fullmatch(one) for one in sounds)
    return len(sounds) >= _SHORTEST_BY_SOUND and uncommon >= _UNCOMMON


def see_pinyin(look: Look, *, whole: bool = False) -> Seen:
    """Syllables in letters, over the squeezed text; nothing where no Latin letter is written."""
    folded = look.folded
    if not (whole or _LATIN.search(folded)):
        return Seen(folded, "")
    written = _in_letters(folded)
    squeezed = look if written == folded else Look(written)
    text = squeezed.squeezed
    if text.isascii():
        return Seen(folded, text, squeezed.way)
    return Seen(folded, _spelling()(text), partial(_way_from_letters, squeezed))


def pinyin_keys(term: str) -> list[str]:
    """A term in letters as ideographs and as letters say it, or a word in letters alone."""
    key = squeeze(_in_letters(term))
    if not count(key):
        return _with_ones(key)
    ways = (zip(key, each, strict=True) for each in likely(key)[:_MOST_SPELLINGS])
    spelt = ["".join(one if one.isascii() else to for one, to in each) for each in ways]
    written = (squeeze(one) for one in spelt)
    return list(dict.fromkeys((*spelt, *written, *(one.replace("v", "u") for one in spelt))))


def _with_ones(key: str) -> list[str]:
    """A word, and with a one for each l, unless they then run into each other."""
    other = key.replace("l", "i")
    return list(dict.fromkeys((key, other if squeeze(other) == other else key))) if key else []


def pinyin_fits(term: str) -> Text | None:
    """Few syllables, and short words, are written by chance."""
    if not term.isascii():
        return _too_few(term, _SHORTEST)
    if sum(map(str.isalpha, term)) >= _SHORTEST_WORD:
        return None
    return Text(
        zh=f"少于 {_SHORTEST_WORD} 个字母",
        en=f"it has fewer than {_SHORTEST_WORD} letters",
    )


def shows_letters(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is whole syllables, some of them written in letters."""
    if not sight.is_whole(start, end):
        return False
    return bool(_LATIN.search(sight.folded, *sight.span(start, end)))


def _way_from_letters(look: Look) -> Way:
    return look.way_from(_spelling().back(look.squeezed))


def _in_letters(folded: str) -> str:
    if _STANDING_IN.search(folded):
        # Few of few: faster than asking a table of each character.
        for one, to in _SIGNS:
            folded = folded.replace(one, to)
    return folded.translate(_FLAG_LETTERS) if _FLAG.search(folded) else folded


def _too_few(term: str, shortest: int) -> Text | None:
    if count(squeeze(term)) >= shortest:
        return None
    return Text(zh=f"少于 {shortest} 个音节", en=f"it has fewer than {shortest} syllables")


@cache
def _sign_of() -> dict[str, str]:
    """Private characters: folded text holds none in this view, for it is squeezed."""
    return {one: chr(_FIRST_SIGN + number) for number, one in enumerate(syllables())}


@cache
def _signs() -> OneToOne:
    signs = _sign_of()
    return OneToOne({one: signs[syllable] for one, syllable in said().items()})


@cache
def _spelling() -> Spelling:
    return Spelling({one: syllable for one, syllable in said().items() if not one.isascii()})
