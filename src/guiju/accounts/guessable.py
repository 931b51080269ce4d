# SPDX-License-Identifier: Apache-2.0
"""Which passwords are tried first: words that many choose, runs, repeats, and the name itself.

A list of leaked passwords would say more; none may be shipped under our licence, so this judges by
what such passwords are made of (NIST SP 800-63B-4, 3.1.1.2). What is left when all of that is taken
away must still be a password.
"""

from __future__ import annotations

import re
from pathlib import Path

_LEFT = 6
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "一二三四五六七八九十",
)
_LEAST_RUN = 4
# Invented and gathered by hand: what people type when they are asked for a password.
_WORDS = frozenset(Path(__file__).with_name("guessable.txt").read_text(encoding="utf-8").split())
_LEET = str.maketrans("013457@$!", "oieastasi")
_DATE = re.compile(r"(?:19|20)\d{2}[-/.]?\d{1,2}[-/.]?\d{1,2}")


def is_guessable(password: str, name: str) -> bool:
    """Whether little of a folded `password` is left besides what everybody tries first."""
    if _repeats(password):
        return True
    left = password
    for word in sorted({name, *_WORDS} - {""}, key=len, reverse=True):
        left = _without(left, word)
    left = _DATE.sub("", left)
    left = _without_runs(left)
    return len({one for one in left if one.isalnum()}) < _LEFT


def _without(text: str, word: str) -> str:
    """`text` without `word`, however its letters are dressed as digits."""
    dressed = text.translate(_LEET)
    at = dressed.find(word)
    while len(word) > 1 and at >= 0:
        text = text[:at] + text[at + len(word) :]
        dressed = text.translate(_LEET)
        at = dressed.find(word)
    return text


def _without_runs(text: str) -> str:
    """`text` without four or more characters in the order of an alphabet or a row of keys."""
    kept, at = "", 0
    while at < len(text):
        length = max(_run(text, at, row) for row in (*_ROWS, *(one[::-1] for one in _ROWS)))
        same = _same(text, at)
        taken = max(length if length >= _LEAST_RUN else 0, same if same >= _LEAST_RUN else 0)
        kept += "" if taken else text[at]
        at += taken or 1
    return kept


def _run(text: str, at: int, row: str) -> int:
    start = row.find(text[at])
    length = 0
    while start >= 0 and at + length < len(text) and start + length < len(row):
        if text[at + length] != row[start + length]:
            break
        length += 1
    return length


def _same(text: str, at: int) -> int:
    return len(text[at:]) - len(text[at:].lstrip(text[at]))


def _repeats(text: str) -> bool:
    """Whether the whole is a short part over and over."""
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text
        for size in range(1, min(_LEFT + 2, len(text) // 2) + 1)
    )
