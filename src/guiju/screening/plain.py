# SPDX-License-Identifier: Apache-2.0
"""The plain form of a character: width, case, digits, diacritics, traditional and look-alike forms.

Computed from the Unicode data of Python and from OpenCC's characters when first needed; no table of
others is kept here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain

from opencc import OpenCC

from guiju.screening.lookalikes import ideographs, lookalike
from guiju.screening.onetoone import OneToOne
from guiju.screening.ranges import ranges

# Default-ignorable code points (Unicode, DerivedCoreProperties), the interlinear marks and the
# control characters but for tab and line ends: nobody sees them. Combining marks are found by their
# category.
_UNSEEN = (
    (0x0000, 0x0008),
    (0x000B, 0x000C),
    (0x000E, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_IGNORED = frozenset(chain.from_iterable(range(first, last + 1) for first, last in _UNSEEN))
_IDEOGRAPHS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_BEYOND_IDEOGRAPHS = range(0x20000, 0x32400)
# Japan's, Taiwan's and Hong Kong's forms to traditional ones, as OpenCC names it.
_ELSEWHERE = ("jp2t", "tw2t", "hk2t")
_HANGUL = range(0xAC00, 0xD7A4)
_SURROGATES = range(0xD800, 0xE000)
_PRIVATE = range(0xE000, 0xF900)
_FIRST_PLANE = 0x10000
# The forms of two planes are kept, others are looked up one by one.
_BEYOND = 0x20000
# The second plane and those beyond it, but for emoji, which fold to themselves.
_BEYOND_FIRST = "\U00010000-\U0001f2ff\U0001fb00-\U0010ffff"
# What is neither ideograph nor Hangul, whose folds need no look at Unicode data.
_OTHERS = (
    range(0x3400),
    range(0x4DC0, 0x4E00),
    range(0xA000, 0xAC00),
    range(0xD7A4, 0xD800),
    range(0xF900, _BEYOND),
)

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LATIN = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH ")
_TEN = 10
_LONG = 1000


def plain(character: str) -> str:
    """What the character folds to: mostly one character; none if it is not seen."""
    if ord(character) < _BEYOND:
        return forms().get(character, character)
    return _beyond(character)


@cache
def forms() -> dict[str, str]:
    """The plain forms in the first two planes, as far as they differ."""
    table = _simplified() | dict.fromkeys(map(chr, _SURROGATES), "\ufffd")
    for character in filter(_may_fold, map(chr, chain(*_OTHERS))):
        if (to := _settled(character)) != character:
            table[character] = to
    return table


def unusual(text: str, start: int = 0) -> re.Match[str] | None:
    """The first character, from `start` on, that may not be its own plain form."""
    return _unusual().search(text, start)


def one_for_one(text: str, *, kept: bool = False) -> str:
    """`text` in its plain form; what may not fold to just one character is kept, or `NONE`."""
    return _ones()(text, kept=kept)


def moving(text: str) -> set[str]:
    """The characters of `text` that may not fold to just one."""
    # In a long text the same characters come again and again.
    found = set(_moving().findall("".join(set(text)) if len(text) > _LONG else text))
    return {one for one in found if ord(one) >= _BEYOND or len(plain(one)) != 1}


def may_be_unseen(text: str) -> bool:
    """Whether `text` may hold characters that fold to nothing; False is certain."""
    return _maybe_unseen().search(text) is not None


def has_controls(text: str) -> bool:
    """Whether `text` holds ASCII control characters that fold to nothing."""
    return _CONTROLS.search(text) is not None


def _may_fold(character: str) -> bool:
    """A quick look: most letters without case, and all places without a character, never do."""
    category = unicodedata.category(character)
    if category not in {"Cn", "Lo"} or ord(character) in _IGNORED:
        return True
    # A place without a character has neither a name nor parts.
    return category == "Lo" and bool(unicodedata.decomposition(character) or lookalike(character))


@cache
def _ones() -> OneToOne:
    return OneToOne(forms())


@lru_cache(maxsize=4096)
def _beyond(character: str) -> str:
    return _settled(character)


@cache
def _simplified() -> dict[str, str]:
    """The ideographs that fold: to simplified forms, each converted alone; look-alikes."""
    characters = [chr(code) for code in chain(*_IDEOGRAPHS)]
    pairs = _written_elsewhere(characters) | _converted(_converter(), characters)
    within = ideographs().keys() & set(characters)
    pairs |= {one: to for one, to in ideographs().items() if one in within}
    # A few simplified forms are themselves simplified further.
    return {one: pairs.get(to, to) for one, to in pairs.items()}


def _written_elsewhere(characters: list[str]) -> dict[str, str]:
    """Forms that readers take for the common ones; what is common itself is no other's form."""
    found: dict[str, str] = {}
    for way in _ELSEWHERE:
        traditional = _converted(OpenCC(way), characters)
        simple = _converted(_converter(), list(traditional.values()))
        for one, to in traditional.items():
            if not _is_common(one) and _is_common(common := simple.get(to, to)):
                found.setdefault(one, common)
    return found


def _converted(converter: OpenCC, characters: list[str]) -> dict[str, str]:
    """What characters become, each alone, as far as they differ."""
    converted = converter.convert("\n".join(characters)).split("\n")
    return {one: to for one, to in zip(characters, converted, strict=True) if one != to}


def _is_common(character: str) -> bool:
    """Whether it is a character of GB 2312, which has the common ones of simplified Chinese."""
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _settled(character: str) -> str:
    """Steps until nothing changes, so that folding twice is folding once."""
    text = character
    while (folded := "".join(map(_step, text))) != text:
        text = folded
    return text


def _step(character: str) -> str:
    code = ord(character)
    if code in _HANGUL or code in _PRIVATE:
        return character
    if _is_unseen(character):
        return ""
    compatible = unicodedata.normalize("NFKC", character)
    if compatible != character:
        return compatible
    if character.isascii():
        return character.lower()
    return _digits(character) or lookalike(character) or _base(character)


def _is_unseen(character: str) -> bool:
    if ord(character) in _IGNORED or unicodedata.combining(character):
        return True
    return unicodedata.category(character) in {"Mn", "Me"}


def _digits(character: str) -> str:
    """The value of a digit in any style, also of a number in a circle."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    number = unicodedata.numeric(character, 0.0)
    circled = unicodedata.category(character) == "No" and number >= _TEN and number.is_integer()
    return str(int(number)) if circled else ""


def _base(character: str) -> str:
    """The letter without case, diacritics and traditional form."""
    apart = unicodedata.normalize("NFD", character)
    if apart != character:
        return apart
    if latin := _LATIN.match(unicodedata.name(character, "")):
        return latin[1].lower()
    folded = character.casefold()
    return folded if folded != character else _simple(character)


def _simple(character: str) -> str:
    if ord(character) in _BEYOND_IDEOGRAPHS:
        return str(_converter().convert(character))
    return _simplified().get(character, character)


@cache
def _unusual() -> re.Pattern[str]:
    return _any_of(forms())


@cache
def _moving() -> re.Pattern[str]:
    return _any_of(one for one, to in forms().items() if len(to) != 1)


@cache
def _maybe_unseen() -> re.Pattern[str]:
    return _any_of(one for one, to in forms().items() if not to)


def _any_of(characters: Iterable[str]) -> re.Pattern[str]:
    """Any of these in the first plane, or nearly any beyond it: few ranges are searched fast."""
    codes = (code for code in map(ord, characters) if code < _FIRST_PLANE)
    return re.compile(f"[{ranges(codes)}{_BEYOND_FIRST}]")
