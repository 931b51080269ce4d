# SPDX-License-Identifier: Apache-2.0
"""Resident identity numbers, bank cards, mobile, fixed and service numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from guiju.screening.personal.checks import is_old_resident_id, is_resident_id, passes_luhn
from guiju.screening.personal.model import Family, Kind, Raw
from guiju.screening.personal.surface import (
    DASHES,
    GAP,
    LEFT,
    RIGHT,
    bare,
    continues,
    digits,
    follows_letters,
    groups,
    is_something_else,
    labelled,
    regular,
)
from guiju.screening.personal.tokens import open_at

# `tel` and the like may be glued to a number. One or two digits behind others are in the middle of
# a list or of a number in small groups, and never its beginning. Five digits are the fewest.
_GLUED = "|".join(f"(?<={word}.)" for word in ("tel", "phone", "mobile", "mob", "cell", "fax"))
_MIDDLE = "".join(rf"(?<![0-9][ {DASHES}]{{{size}}}.)" for size in (1, 2, 3))
_START = re.compile(
    rf"[0-9+(](?:{LEFT}|{_GLUED})(?:(?=[0-9]{{2}})|{_MIDDLE})"
    rf"(?=[+( ]{{0,2}}[0-9]?(?:{GAP}\)?{GAP}[0-9]){{4}})"
)

# Region, year, month and day are looked at early: most numbers are none after a few digits.
_ID = re.compile(
    rf"[1-9]{digits('5')}{GAP}(?:1{GAP}9|2{GAP}0){digits('2')}{GAP}[01]{digits('1')}{GAP}[0-3]"
    rf"{digits('4')}{GAP}[0-9Xx]{RIGHT}"
)
_OLD_ID = re.compile(
    rf"[1-9]{digits('5')}{digits('2')}{GAP}[01]{digits('1')}{GAP}[0-3]{digits('4')}{RIGHT}"
)

_CARDS = tuple(re.compile(rf"[3-69]{digits(str(size - 1))}{RIGHT}") for size in range(19, 14, -1))
_UNIONPAY = re.compile(r"62[0-9]{14,17}|9558[0-9]{15}")
_ISSUERS = re.compile(
    r"3[47][0-9]{13}|35[0-9]{14}|30[0-9]{14}|4[0-9]{15}|5[0-9]{15}|6[0-9]{15,18}|9[0-9]{15,18}"
)
_CARD_LABEL = re.compile(
    r"卡号|账号|账户|银行|储蓄卡|借记卡|信用卡|开户|转账|汇款|打款|收款|[工农建交招]行"
    r"|(?<![a-z])(?:card|account|acct|visa|unionpay|bank)(?![a-z])"
)
_FOURS = 4

_MOBILE = re.compile(
    rf"(?:(?:\((?:\+|00)?86\)|(?:\+|00)?86){GAP})?"
    rf"(1{GAP}(?:3{GAP}[0-9]|4{GAP}[014-9]|5{GAP}[0-35-9]|6{GAP}[2567]|7{GAP}[0-8]|8{GAP}[0-9]"
    rf"|9{GAP}[0-35-9]){digits('8')}){RIGHT}(?!@[0-9A-Za-z])"
)
_MOBILE_GROUPS = frozenset(
    {(11,), (3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5), (3, 8), (7, 4)}
)
_PHONE_LABEL = re.compile(
    r"手机|电话|联系|致电|拨打|来电|短信|号码|座机|固话|传真|热线"
    r"|tel|phone|mobile|(?<![a-z])(?:mob|call|cell|fax)"
)

_AREA = r"0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_ABROAD = rf"\+?(?:00)?86{GAP}(?:10|2[0-57-9]|[3-9][0-9]{{2}})"
_EXTENSION = rf"(?:{GAP}(?:转|分机|ext\.?|x|#|-){GAP}[0-9]{{1,6}}(?![0-9]))?"
_LOCAL = rf"[2-9][0-9]{{2,3}}{GAP}[0-9]{{4}}"
_LANDLINE = re.compile(
    rf"(?:\(({_AREA})\)|({_AREA}|{_ABROAD}))({GAP})({_LOCAL}){_EXTENSION}{RIGHT}"
)
_LOCAL_ONLY = re.compile(rf"{_LOCAL}{_EXTENSION}{RIGHT}")
_LOCAL_LABEL = re.compile(r"(?:座机|固话|电话|传真|tel|fax)(?:号码?|[是为:. ]){0,3}\Z")
_LOCAL_LENGTHS = {3: (8,), 4: (7, 8)}

_HOTLINE = re.compile(
    rf"[48]00(?:{GAP}[0-9]{{3}}{GAP}[0-9]{{4}}|{GAP}[0-9]{{4}}{GAP}[0-9]{{3}}){RIGHT}"
)


def _found(text: str, low: int) -> Iterator[Raw]:
    for start in _START.finditer(text, low):
        if hit := _classified(text, start.start()):
            yield hit


def _classified(text: str, start: int) -> Raw | None:
    if continues(text, start):
        return None
    for kind, ends in _FORMS:
        if end := ends(text, start):
            return start, end, kind
    return None


def _resident_id(text: str, start: int) -> int:
    match = _ID.match(text, start)
    if match and regular(match[0]) and is_resident_id(bare(match[0])):
        return match.end()
    match = _OLD_ID.match(text, start)
    if match and regular(match[0]) and is_old_resident_id(bare(match[0])):
        return 0 if is_something_else(text, start, match.end()) else match.end()
    return 0


def _card(text: str, start: int) -> int:
    for pattern in _CARDS:
        match = pattern.match(text, start)
        if match and passes_luhn(number := bare(match[0])) and _is_issued(match[0], number):
            sure = bool(_UNIONPAY.fullmatch(number)) or len(groups(match[0])) >= _FOURS
            if sure or labelled(_CARD_LABEL, text, start):
                return 0 if is_something_else(text, start, match.end()) else match.end()
    return 0


def _is_issued(written: str, number: str) -> bool:
    return regular(written, _FOURS) and _ISSUERS.fullmatch(number) is not None


def _mobile(text: str, start: int) -> int:
    match = _MOBILE.match(text, start)
    if not match or is_something_else(text, start, match.end()):
        return 0
    sizes = groups(match[1])
    if sizes not in _MOBILE_GROUPS and set(sizes) != {1}:
        return 0
    if follows_letters(text, start) and not labelled(_PHONE_LABEL, text, start):
        return 0
    return match.end()


def _landline(text: str, start: int) -> int:
    match = _LANDLINE.match(text, start)
    if match:
        return match.end() if _is_landline(match, text) else 0
    match = _LOCAL_ONLY.match(text, start)
    return match.end() if match and labelled(_LOCAL_LABEL, text, start) else 0


def _is_landline(match: re.Match[str], text: str) -> bool:
    area = match[1] or "0" + bare(match[2]).removeprefix("00").removeprefix("86").removeprefix("0")
    if len(bare(match[4])) not in _LOCAL_LENGTHS[len(area)]:
        return False
    start = match.start()
    if is_something_else(text, start, match.end()):
        return False
    apart = bool(match[1] or match[3])
    return labelled(_PHONE_LABEL, text, start) or (apart and not follows_letters(text, start))


def _hotline(text: str, start: int) -> int:
    match = _HOTLINE.match(text, start)
    if not match or is_something_else(text, start, match.end()):
        return 0
    parted = len(match[0]) > len(bare(match[0]))
    return match.end() if parted or labelled(_PHONE_LABEL, text, start) else 0


_FORMS: tuple[tuple[Kind, Callable[[str, int], int]], ...] = (
    ("resident-id", _resident_id),
    ("bank-card", _card),
    ("mobile", _mobile),
    ("landline", _landline),
    ("hotline", _hotline),
)

NUMBERS = Family(frozenset(kind for kind, _ in _FORMS), _found, open_at)
