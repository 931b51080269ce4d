# SPDX-License-Identifier: Apache-2.0
"""Identifiers: sortable by time, not guessable, readable over the telephone."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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


_TIME, _RANDOM = 10, 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Version 4 and variant 10, in their places.
_UUID_MARKS = 0x4 << 76 | 0x8 << 60
_UUID_KEPT = ~(0xF << 76 | 0xC << 60)


def _base32(value: int, length: int) -> str:
    """`value` in `length` characters, an even number, the highest first."""
    pairs = []
    for _ in range(length // 2):
        pairs.append(_PAIRS[value & 1023])
        value >>= 10
    pairs.reverse()
    return "".join(pairs)


@lru_cache(maxsize=4)
def _stamp(milliseconds: int) -> str:
    """The time in ten characters; ids are drawn many to a millisecond."""
    return _base32(milliseconds, 10)


def new_id(prefix: str) -> str:
    """`prefix_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    drawn, pairs = int.from_bytes(os.urandom(10)), _PAIRS
    # Written out: a loop would take as long again as all the rest.
    return (
        f"{prefix}_{_stamp(time.time_ns() // 1_000_000)}"
        f"{pairs[drawn >> 70]}{pairs[drawn >> 60 & 1023]}{pairs[drawn >> 50 & 1023]}"
        f"{pairs[drawn >> 40 & 1023]}{pairs[drawn >> 30 & 1023]}{pairs[drawn >> 20 & 1023]}"
        f"{pairs[drawn >> 10 & 1023]}{pairs[drawn & 1023]}"
    )


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
    text = f"{drawn:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def secret_token(prefix: str) -> str:
    """`prefix-` and 40 characters (200 random bits): an API key or a session token."""
    return f"{prefix}-{_base32(secrets.randbits(200), 40)}"
