# SPDX-License-Identifier: Apache-2.0
"""How numbers are written: the gaps inside them, what may stand next to them, what labels them.

Borders are look-arounds of ASCII letters and digits and never a word boundary: an ideograph is a
word character too, so a number glued to Chinese text has no boundary before it.
"""

from __future__ import annotations

import re

DASHES = r"\-._·•‐‑‒–—―−"
GAP = rf"(?: [{DASHES}]? ?|[{DASHES}] ?)?"
"""What may part two digits of one number. Each string matches in one way only: no backtracking."""

LEFT = r"(?<![0-9A-Za-z].)"
"""Before the one character just matched stands no ASCII letter or digit."""

RIGHT = rf"(?![0-9A-Za-z]|[{DASHES}][0-9])"
"""The number ends here."""

WORD = "[0-9A-Za-z]"

AFTER_DIGIT = "(?:" + "|".join(f"(?<=[0-9]{'[0-9A-Za-z]' * size})" for size in range(4)) + ")"
"""A digit is among the four characters before: letters and spaces alone are ordinary English."""

CODE_SIGN = "[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]"
"""A character of a unified social credit code."""

CODE_GAP = rf"[ {DASHES}]?+"
"""What may part two of them."""

_WINDOW = 24
_JOINED = re.compile(rf"(?<=[0-9][{DASHES}])")
_NAMED = re.compile(rf"(?<=[A-Za-z][{DASHES}])|(?<=[A-Za-z])")
_COUNTED = re.compile(r" ?[*×÷^=%℃元万亿块个次人件条吨米度点角]")
_PRICED = re.compile(r"(?<=[¥$€£*×÷^])|(?<=[¥$€£*×÷^] )")
_SPLIT = re.compile(rf"[ {DASHES}]+")

_OTHER = re.compile(
    r"(?:订单|单号|流水|编号|序号|序列|条码|批次|批号|工单|交易|合同|发票|货号|型号|版本|价格|金额"
    r"|总价|时间戳|哈希|设备|物流|运单|单据|凭证"
    r"|(?<![a-z])(?:order|trace|hash|serial|sku|version|build|timestamp|uuid|imei|isbn|sn|id))"
    r"(?:id|no\.?|[号码为是#=: ]){0,5}\Z"
)


def digits(count: str) -> str:
    """The pattern of that many more digits, each with what may part it from the one before."""
    return rf"(?:{GAP}[0-9]){{{count}}}"


def bare(written: str) -> str:
    """The letters and digits of a number, letters as capitals."""
    return "".join(filter(str.isalnum, written)).upper()


def groups(written: str) -> tuple[int, ...]:
    """The sizes of the groups in which a number is written; none if the gaps differ in kind."""
    gaps = _SPLIT.findall(written)
    if gaps and any(gap != gaps[0] for gap in gaps):
        return ()
    return tuple(map(len, _SPLIT.split(written)))


def regular(written: str, least: int = 2) -> bool:
    """Whether there are only single digits, or no group but the last is smaller than `least`."""
    sizes = groups(written)
    return bool(sizes) and (min(sizes[:-1], default=least) >= least or set(sizes) == {1})


def labelled(label: re.Pattern[str], text: str, start: int) -> bool:
    """Whether `label` is found in the same line shortly before `start`."""
    low = max(0, start - _WINDOW)
    return label.search(text, max(low, text.rfind("\n", low, start) + 1), start) is not None


def is_amount(text: str, start: int, end: int) -> bool:
    """Whether something is counted, priced or computed with the number."""
    return bool(_COUNTED.match(text, end) or _PRICED.match(text, start))


def is_something_else(text: str, start: int, end: int) -> bool:
    """Whether the number is used as an amount or said to be of another kind."""
    return is_amount(text, start, end) or labelled(_OTHER, text, start)


def continues(text: str, start: int) -> bool:
    """Whether a digit and a dash or dot before `start` make the number part of a longer one."""
    return _JOINED.match(text, start) is not None


def follows_letters(text: str, start: int) -> bool:
    """Whether a letter stands before `start`, also with a dash or the like between."""
    return _NAMED.match(text, start) is not None
