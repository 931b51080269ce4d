# SPDX-License-Identifier: Apache-2.0
"""Identifiers: sortable by time, not guessable, readable over the telephone."""

from __future__ import annotations

import os
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NewType

PersonId = NewType("PersonId", str)
StaffId = NewType("StaffId", str)
RequestId = NewType("RequestId", str)
EvidenceId = NewType("EvidenceId", str)
CaseId = NewType("CaseId", str)

# Crockford's base 32: no I, L, O or U, so that a code read aloud is not misheard.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


# Two characters at a time: every request and every piece of evidence draws an id.
_PAIRS = tuple(one + two for one in _ALPHABET for two in _ALPHABET)

# A character for each byte: for its lowest five bits, so that each comes eight times.
_OF_BYTES = (_ALPHABET * 8).encode()

# The digits that `int` knows for the base 32; all others are none.
_AS_DIGITS = str.maketrans(_ALPHABET + "ilou", "0123456789abcdefghijklmnopqrstuv" + "----")

_TIME, _RANDOM = 10, 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Version 4 or 7 and variant 10, in their places.
_UUID_MARKS = 0x4 << 76 | 0x8 << 60
_UUID_KEPT = ~(0xF << 76 | 0xC << 60)
_UUID_OF_TIME = 0x7 << 76 | 0x8 << 60
_UUID_LOW = (1 << 62) - 1
_GROUPS = itemgetter(slice(8), slice(8, 12), slice(12, 16), slice(16, 20), slice(20, None))
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _base32(value: int, length: int) -> str:
    """`value` in `length` characters, an even number, the highest first."""
    pairs = []
    for _ in range(length // 2):
        pairs.append(_PAIRS[value & 1023])
        value >>= 10
    pairs.reverse()
    return "".join(pairs)


@lru_cache(maxsize=4)
def _second(number: int) -> str:
    """A time without its last two characters: they alone change within 1024 milliseconds."""
    return _base32(number, _TIME - 2)


def new_id(prefix: str) -> str:
    """`prefix_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    now = time.time_ns() // 1_000_000
    drawn = os.urandom(_RANDOM).translate(_OF_BYTES).decode()
    return f"{prefix}_{_second(now >> 10)}{_PAIRS[now & 1023]}{drawn}"


def first_id(prefix: str, at: datetime) -> str:
    """What sorts before every id of this moment and after every earlier one."""
    return f"{prefix}_{_base32(int(at.timestamp() * 1000), _TIME)}"


def time_of(name: str) -> datetime | None:
    """When an id was made, to a millisecond, in UTC; None for what is no id of ours."""
    stamp = name.rpartition("_")[2]
    if len(stamp) != _TIME + _RANDOM or any(one not in _ALPHABET for one in stamp):
        return None
    milliseconds = 0
    for one in stamp[:_TIME]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(one)
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def new_uuid() -> str:
    """A random UUID (RFC 9562, version 4), where a format asks for one."""
    drawn = int.from_bytes(os.urandom(16)) & _UUID_KEPT | _UUID_MARKS
    return "-".join(_GROUPS(f"{drawn:032x}"))


def uuid_of(name: str) -> str:
    """The UUID (RFC 9562, version 7) of an id of ours: its moment and 74 of its 80 random bits.

    Raises:
        ValueError: `name` is no id of ours.
    """
    stamp = name.rpartition("_")[2]
    if len(stamp) != _TIME + _RANDOM:
        raise ValueError(f"{name!r} is no id of ours")
    value = int(stamp.translate(_AS_DIGITS), 32)
    moment, high, low = value >> 80, value >> 68 & 0xFFF, value >> 6 & _UUID_LOW
    return "-".join(_GROUPS(f"{moment << 80 | high << 64 | low | _UUID_OF_TIME:032x}"))


def ids_of(number: str, prefix: str) -> tuple[str, str] | None:
    """The first and the last id that `uuid_of` may have made this of; None: it has made none such.

    Between them are 64 ids, of which one at most was ever drawn.
    """
    digits = number.replace("-", "")
    if _UUID.fullmatch(number) is None:
        return None
    whole = int(digits, 16)
    drawn = (whole >> 64 & 0xFFF) << 62 | whole & _UUID_LOW
    begin = (whole >> 80 << 74 | drawn) << 6
    first, last = (f"{prefix}_{_base32(one, _TIME + _RANDOM)}" for one in (begin, begin | 63))
    return first, last


def secret_token(prefix: str) -> str:
    """`prefix-` and 40 characters (200 random bits): an API key or a session token."""
    return f"{prefix}-{_base32(secrets.randbits(200), 40)}"
