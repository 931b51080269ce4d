# SPDX-License-Identifier: Apache-2.0
"""Passports, travel permits, number plates and the credit codes of organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.screening.personal.checks import is_credit_code
from guiju.screening.personal.model import Family, Kind, Raw
from guiju.screening.personal.surface import (
    AFTER_DIGIT,
    CODE_GAP,
    CODE_SIGN,
    GAP,
    LEFT,
    RIGHT,
    bare,
    continues,
    groups,
    labelled,
    regular,
)
from guiju.screening.personal.tokens import PLATE_HEADS, open_at

_PAPER = re.compile(rf"[A-Za-z]{LEFT}(?=([A-Za-z]?{GAP}[0-9](?:{GAP}[0-9]){{6,9}}){RIGHT})")
# Letter, form and label go together: such numbers have no check digit.
_PAPERS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "hong-kong-macau-permit",
        re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?|[CW][0-9]{8}|C[A-HJ-NP-Z][0-9]{7}"),
        re.compile(r"港澳|回乡证|通行证|permit"),
    ),
    (
        "taiwan-permit",
        re.compile(r"[TL][0-9]{8}"),
        re.compile(r"台湾|台胞|通行证|permit"),
    ),
    (
        "passport",
        re.compile(r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSPHK][A-Z]?[0-9]{7,8}"),
        re.compile(r"护照|证件|出境|签证|passport|visa"),
    ),
)

_EIGHT = re.compile(rf"[0-9]{LEFT}(?=((?:{GAP}[0-9]){{7}}(?:(?:{GAP}[0-9]){{2}})?){RIGHT})")
_MTP_LABEL = re.compile(r"(?:台胞证|大陆通行证|台湾通行证)(?:件?号码?|编号|no\.?|[是为:( ]){0,3}\Z")

_LETTER = "[A-HJ-NP-Za-hj-np-z]"
_BODY = rf"(?:{_LETTER}|[0-9])"
_PLATE = re.compile(
    rf"[{PLATE_HEADS}](?=( ?{_LETTER}[ ·.•\-]?"
    rf"(?:[DFABCEGHJKdfabceghjk]{_BODY}[0-9]{{4}}|[0-9]{{5}}[DFABCEGHJKdfabceghjk]"
    rf"|{_BODY}{{5}}|{_BODY}{{4}}[挂学警港澳领]))(?![0-9A-Za-z]))"
)
_FEWEST_DIGITS = 3

_CODE = re.compile(
    rf"[1-9ANYany]{LEFT}(?=([1-9]{CODE_GAP}[1-8](?:{CODE_GAP}[0-9]){{5}}"
    rf"(?:{CODE_GAP}{CODE_SIGN}){{10}}){RIGHT})"
)
# Letters and spaces alone are ordinary English, unless they stand as the parts of a code do:
# register and region, organisation, check character.
_PROSE = re.compile(rf"(?!{AFTER_DIGIT}) (?![0-9])")
_CODE_GROUPS = frozenset({(8, 9, 1), (2, 6, 9, 1)})
_LETTERS_FROM = 8


def _found(text: str, low: int) -> Iterator[Raw]:
    yield from _papers(text, low)
    yield from _taiwan_permits(text, low)
    yield from _plates(text, low)
    yield from _credit_codes(text, low)


def _papers(text: str, low: int) -> Iterator[Raw]:
    for match in _PAPER.finditer(text, low):
        start, end = match.start(), match.end(1)
        number = bare(text[start:end])
        for kind, form, label in _PAPERS:
            if form.fullmatch(number) and labelled(label, text, start):
                yield start, end, kind
                break


def _taiwan_permits(text: str, low: int) -> Iterator[Raw]:
    if "证" not in text:
        return
    for match in _EIGHT.finditer(text, low):
        if labelled(_MTP_LABEL, text, match.start()) and not continues(text, match.start()):
            yield match.start(), match.end(1), "taiwan-permit"


def _plates(text: str, low: int) -> Iterator[Raw]:
    for match in _PLATE.finditer(text, low):
        if sum(map(str.isdigit, match[1])) >= _FEWEST_DIGITS:
            yield match.start(), match.end(1), "plate"


def _credit_codes(text: str, low: int) -> Iterator[Raw]:
    for match in _CODE.finditer(text, low):
        start, end = match.start(), match.end(1)
        written = text[start:end]
        if _is_code(written) and not _is_prose(written) and not continues(text, start):
            yield start, end, "credit-code"


def _is_code(written: str) -> bool:
    return regular(written) and is_credit_code(bare(written))


def _is_prose(written: str) -> bool:
    if not _PROSE.search(written) or groups(written) in _CODE_GROUPS:
        return False
    return bare(written)[_LETTERS_FROM:].isalpha()


_KINDS: tuple[Kind, ...] = (*(kind for kind, _, _ in _PAPERS), "plate", "credit-code")
PAPERS = Family(frozenset(_KINDS), _found, open_at)
