# SPDX-License-Identifier: Apache-2.0
"""A complaint as it arrives, read strictly: every face gets the same faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from guiju.casework import Unit
from guiju.complaints import attaching, refusing
from guiju.complaints.model import (
    LONGEST_ABOUT,
    LONGEST_CONTACT,
    LONGEST_TEXT,
    Category,
    Channel,
    Filing,
    Forwarded,
)

Word = TypeVar("Word", bound=StrEnum)
_BREAKS = "\n\t\r"
_MOST_HOURS, _MOST_DAYS = 24 * 366, 366


def filing(
    *,
    category: str,
    text: str,
    about: str = "",
    contact: str = "",
    language: str = "zh",
    channel: Channel = Channel.WEB,
    files: Iterable[bytes] = (),
    forwarded: Forwarded | None = None,
) -> Filing:
    """What was handed in.

    Raises:
        Invalid: `complaint-empty`, `choice-unknown`, `field-too-long`, `field-unreadable`, or as
            attachments that cannot be taken.
    """
    kind = choice(Category, "category", category)
    said = words("text", text, LONGEST_TEXT)
    if not any(one.isalnum() for one in said):
        raise refusing.text_missing()
    return Filing(
        category=kind,
        text=said,
        about=line("about", about, LONGEST_ABOUT),
        contact=line("contact", contact, LONGEST_CONTACT),
        language="en" if language == "en" else "zh",
        channel=channel,
        attached=attaching.read(files),
        forwarded=forwarded,
    )


def forwarded(authority: str, reference: str, amount: str, unit: str) -> Forwarded:
    """What an authority asks for.

    Raises:
        Invalid: `choice-unknown` or `field-too-long`.
    """
    name = line("authority", authority, LONGEST_CONTACT)
    if not name:
        raise refusing.unknown_choice("authority", ["…"])
    counted = choice(Unit, "unit", unit)
    most = _MOST_HOURS if counted is Unit.HOURS else _MOST_DAYS
    if not (amount.isascii() and amount.isdecimal() and 1 <= int(amount[:6]) <= most):
        raise refusing.unknown_choice("amount", ["1", "…", str(most)])
    return Forwarded(name, line("reference", reference, LONGEST_CONTACT), int(amount), counted)


def choice(kind: type[Word], param: str, value: str) -> Word:
    """One of the words of `kind`; raises Invalid `choice-unknown`."""
    try:
        return kind(value)
    except ValueError:
        raise refusing.unknown_choice(param, [one.value for one in kind]) from None


def one_of(some: Collection[Word], param: str, value: str) -> Word:
    """One of `some`; raises Invalid `choice-unknown`."""
    found = next((one for one in some if one.value == value), None)
    if found is None:
        raise refusing.unknown_choice(param, [one.value for one in some])
    return found


def word(param: str, value: str, some: Sequence[str]) -> str:
    """One of these plain words; raises Invalid `choice-unknown`."""
    if value not in some:
        raise refusing.unknown_choice(param, some)
    return value


def words(param: str, value: str, longest: int = LONGEST_TEXT) -> str:
    """Text of several lines that can be kept; raises Invalid."""
    if len(value) > longest:
        raise refusing.too_long(param, longest)
    text = value.replace("\r\n", "\n").strip()
    if any(_is_unfit(one) for one in text):
        raise refusing.unreadable(param)
    return text


def said(param: str, value: str) -> str:
    """Text that says something; raises Invalid `words-missing`, or as `words`."""
    text = words(param, value)
    if not any(one.isalnum() for one in text):
        raise refusing.words_missing(param)
    return text


def line(param: str, value: str, longest: int) -> str:
    """The same on one line."""
    return " ".join(words(param, value, longest).split())


def _is_unfit(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff" or (ord(sign) < 32 and sign not in _BREAKS)  # noqa: PLR2004 - control signs
