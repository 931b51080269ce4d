# SPDX-License-Identifier: Apache-2.0
"""Masks for the eye: as long as the original and in its form, with a few characters left to see."""

from __future__ import annotations

from collections.abc import Iterable

from guiju.screening.personal.model import ORGANISATIONS, Kind

_STAR = "*"

# How many letters and digits stay at the beginning and at the end.
_STAYING: dict[Kind, tuple[int, int]] = {
    "resident-id": (1, 1),
    "bank-card": (0, 4),
    "mobile": (3, 4),
    "landline": (3, 2),
    "passport": (1, 2),
    "hong-kong-macau-permit": (1, 2),
    "taiwan-permit": (1, 2),
    "plate": (2, 1),
    "ip": (2, 0),
    "mac": (6, 0),
    "wechat": (1, 1),
    "qq": (2, 2),
    "address": (3, 0),
    "name": (1, 0),
}
_MOBILE_LENGTH = 11


def shown(kind: Kind, original: str) -> str:
    """`original` with stars, as in 138****8000; signs between stay, and organisations whole."""
    if kind in ORGANISATIONS:
        return original
    if kind == "email":
        name, at, domain = original.partition("@" if "@" in original else "＠")
        return _starred(name, 1, 0) + at + domain
    first, last = _STAYING[kind]
    if kind == "mobile":
        first += _signs(original) - _MOBILE_LENGTH
    return _starred(original, first, last)


def shown_all(text: str, spans: Iterable[tuple[int, int, Kind]]) -> str:
    """`text` with each span masked for the eye; its length stays."""
    pieces: list[str] = []
    done = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            pieces += text[done:start], shown(kind, text[start:end])
            done = end
    return "".join((*pieces, text[done:]))


def _starred(original: str, first: int, last: int) -> str:
    count, seen, made = _signs(original), 0, []
    first = max(first, 0)
    if first + last >= count:
        first, last = min(first, count - 1), 0
    for one in original:
        stays = not one.isalnum() or seen < first or seen >= count - last
        seen += one.isalnum()
        made.append(one if stays else _STAR)
    return "".join(made)


def _signs(original: str) -> int:
    return sum(map(str.isalnum, original))
