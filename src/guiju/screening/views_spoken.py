# SPDX-License-Identifier: Apache-2.0
"""The views by sound: an ideograph as its syllable, in one sign (homophone) or letters (pinyin)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase

from guiju.kernel import Text
from guiju.screening.onetoone import OneToOne
from guiju.screening.syllables import count, likely, said, saying, sounds
from guiju.screening.views_seen import Ground, Seen, Spelt
from guiju.screening.views_spelling import Spelling
from guiju.screening.views_squeezed import FLAGS, Look, collapsed, dropped, squeeze
from guiju.screening.writing import said_often

_SHORTEST = 2
_FEWEST_LETTERS = 3
# How likely a place of ordinary text says them, in bits, by their number.
_MOST_SAID = {2: -12.5, 3: -20.0}
_SAID_EVERYWHERE = Text(
    zh="音节太常见，平常文字随处可见同音",
    en="its syllables are so common that ordinary text says them everywhere",
)
_REPEATED = Text(
    zh="去掉叠字后只剩两个音节，读音并不相同",
    en="only without its repeats it is two syllables, and those are not said like it",
)
_HARDLY_SPELT = Text(
    zh=f"拼音少于 {_FEWEST_LETTERS} 个字母",
    en=f"it is spelt in fewer than {_FEWEST_LETTERS} letters",
)
_SHORTEST_WORD = 5
# Who writes in letters writes the usual reading.
_MOST_SPELLINGS = 3
_FIRST_SIGN = 0xE000
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_LATIN = re.compile(f"[a-z{FLAGS}]")
_STANDING_IN = re.compile("[0134578@$]")
_FLAG = re.compile(f"[{FLAGS}]")
# Digits, signs and the letters of flags, each for the one letter it mostly stands for.
_SIGNS = tuple(zip("0134578@$", "oieastbas", strict=True))
# What is dropped where it does not stand for a letter.
_RAISED = re.compile(f"[@${FLAGS}]")
_CLASHES = tuple((one, one + to, to + one) for one, to in _SIGNS[:-2])
_ASCII_LETTERS = bytes.maketrans(*("".join(some).encode() for some in zip(*_SIGNS, strict=True)))
_FLAG_LETTERS = str.maketrans(_FLAGS, ascii_lowercase)


def homophone(squeezed: str) -> str:
    """One sign for each syllable."""
    return _signs()(squeezed, kept=True)


def homophones() -> Iterator[tuple[str, str]]:
    """Each sign and the characters that are seen as it."""
    return ((_sign_of()[one], those) for one, those in saying())


def homophone_keys(term: str) -> list[str]:
    """A term as it is likely said."""
    key = squeeze(term)
    if not count(key):
        return []
    signs = _sign_of()
    # A letter is no syllable, though it may be written as one.
    return [
        "".join(signs[to] if said(one) else one for one, to in zip(key, each, strict=True))
        for each in likely(key)
    ]


def homophone_fits(term: str) -> Text | None:
    """Few syllables are said by chance."""
    return _too_few(term)


def homophone_too_usual(term: str) -> Text | None:
    """Short terms of syllables that everybody says all the time would be looked at everywhere.

    Nor is a term heard in two syllables that has more with its repeats: those are not said like it.
    """
    key = squeeze(term)
    most = _MOST_SAID.get(count(key))
    if most is None:
        return None
    if len(key) == _SHORTEST < len(dropped(term)):
        return _REPEATED
    return _SAID_EVERYWHERE if said_at_most(key) > most else None


def said_at_most(key: str) -> float:
    """How likely a place of ordinary text says a squeezed term in one of its ways, in bits."""
    bits = said_often()
    return max(sum(bits.get(one, 0.0) for one in way) for way in likely(key))


def has_no_letters(folded: str, _: str) -> bool:
    """Where no Latin letter is written, nothing is written in letters."""
    return not _LATIN.search(folded)


def pinyin_ground(look: Look) -> Ground:
    """The squeezed text; with letters where signs for them are dropped or run into each other."""
    if _RAISED.search(look.folded):
        look = Look(letters(look.folded))
    elif _clashes(look.squeezed):
        text = collapsed(letters(look.squeezed))
        return Ground(text, lambda: Look(letters(look.folded)).steps())
    return Ground(look.squeezed, look.steps)


def pinyin(text: str) -> str:
    """Syllables in letters, and signs as the letters that they stand for."""
    if text.isascii():
        return text.encode().translate(_ASCII_LETTERS).decode()
    return _spelling()(text)


def pinyin_back(text: str) -> Spelt:
    """The way back from them."""
    return _spelling().back(text)


def pinyins() -> Iterator[tuple[str, str]]:
    """Syllables and letters, and the characters that are seen as them."""
    for one, those in saying():
        yield one, "".join(sign for sign in those if not sign.isascii())
    yield from ((to, one) for one, to in (*_SIGNS, *zip(_FLAGS, ascii_lowercase, strict=True)))


def pinyin_keys(term: str) -> list[str]:
    """A term in letters as ideographs and as letters say it, or a word in letters alone."""
    key = squeeze(letters(term))
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
        return _too_few(term)
    if sum(map(str.isalpha, term)) >= _SHORTEST_WORD:
        return None
    return Text(
        zh=f"少于 {_SHORTEST_WORD} 个字母",
        en=f"it has fewer than {_SHORTEST_WORD} letters",
    )


def pinyin_too_usual(term: str) -> Text | None:
    """Two syllables of hardly any letters are written everywhere."""
    key = squeeze(term)
    if key.isascii() or min(map(len, pinyin_keys(term)), default=0) >= _FEWEST_LETTERS:
        return None
    return _HARDLY_SPELT


def shows_letters(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is whole syllables, some of them written in letters."""
    if not sight.is_whole(start, end):
        return False
    return bool(_LATIN.search(sight.folded, *sight.span(start, end)))


def letters(folded: str) -> str:
    """A text with the letters that its signs stand for."""
    if _STANDING_IN.search(folded):
        # Few of few: faster than asking a table of each character.
        for one, to in _SIGNS:
            folded = folded.replace(one, to)
    return folded.translate(_FLAG_LETTERS) if _FLAG.search(folded) else folded


def _clashes(text: str) -> bool:
    """Whether a digit stands beside its letter: together they are the letter twice."""
    for one, before, after in _CLASHES:  # noqa: SIM110 - `any` would make a generator for each text
        if one in text and (before in text or after in text):
            return True
    return False


def _too_few(term: str) -> Text | None:
    if count(squeeze(term)) >= _SHORTEST:
        return None
    return Text(zh=f"少于 {_SHORTEST} 个音节", en=f"it has fewer than {_SHORTEST} syllables")


@cache
def _sign_of() -> dict[str, str]:
    """Private characters: folded text holds none in this view, for it is squeezed."""
    return {one: chr(_FIRST_SIGN + number) for number, one in enumerate(sounds().syllables)}


@cache
def _signs() -> OneToOne:
    return OneToOne({one: sign for sign, those in homophones() for one in those})


@cache
def _spelling() -> Spelling:
    return Spelling({one: to for to, those in pinyins() for one in those if one not in _FLAGS})
