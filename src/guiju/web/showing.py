# SPDX-License-Identifier: Apache-2.0
"""How values look on a page: moments in Beijing time, counts with separators, digests shortened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from guiju.kernel import BEIJING, Language, Text, isoformat

_SHORT = 12
_NUMERALS = "零一二三四五六七八九"
_TEN = 10


def words(said: Text | Mapping[str, str], language: Language) -> str:
    """A text, or its plain form `{"zh", "en"}`, in one language."""
    return said.to(language) if isinstance(said, Text) else said[language]


def moment(at: datetime | str | None, *, seconds: bool = False) -> Markup:
    """A moment in Beijing time, with the exact UTC time for machines; a dash for none."""
    if at is None:
        return Markup("—")
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return Markup('<time datetime="{}">{}</time>').format(
        isoformat(when), when.astimezone(BEIJING).strftime(form)
    )


def day(on: date | datetime | str | None) -> Markup:
    """A date; a moment by its day in Beijing."""
    if on is None:
        return Markup("—")
    if isinstance(on, str):
        on = datetime.fromisoformat(on)
    if isinstance(on, datetime):
        on = on.astimezone(BEIJING).date()
    return Markup('<time datetime="{0}">{0}</time>').format(on.isoformat())


def count(number: int) -> str:
    """A number with separators: 41,203."""
    return f"{number:,}"


def short(text: str | None, length: int = _SHORT) -> Markup:
    """The beginning of a digest or id; the whole of it on hovering and for copying readers."""
    if not text:
        return Markup("—")
    if len(text) <= length:
        return Markup("<code>{}</code>").format(text)
    return Markup('<code title="{}">{}…</code>').format(text, text[:length])


def numeral(number: int) -> str:
    """1 to 99 in Chinese numerals, as articles and chapters are counted."""
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_NUMERALS[tens]}十")
    return f"{head}{_NUMERALS[ones] if ones or not tens else ''}"


def plain_rows(value: Any, place: str = "") -> list[tuple[str, Any]]:
    """Nested facts as rows of dotted names and single values, in the order they stand."""
    if isinstance(value, Mapping):
        found: list[tuple[str, Any]] = []
        for key, inner in value.items():
            found += plain_rows(inner, f"{place}.{key}" if place else str(key))
        return found
    if isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        found = []
        for at, inner in enumerate(value):
            found += plain_rows(inner, f"{place}[{at}]")
        return found
    return [(place, value)]
