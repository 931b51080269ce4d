# SPDX-License-Identifier: Apache-2.0
"""Identifiers: sortable by time, not guessable, readable over the telephone."""

from __future__ import annotations

import secrets
import time
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


def _base32(value: int, length: int) -> str:
    """`value` in `length` characters, an even number, the highest first."""
    pairs = []
    for _ in range(length // 2):
        pairs.append(_PAIRS[value & 1023])
        value >>= 10
    pairs.reverse()
    return "".join(pairs)


def new_id(prefix: str) -> str:
    """`prefix_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    stamp = time.time_ns() // 1_000_000
    return f"{prefix}_{_base32(stamp, 10)}{_base32(secrets.randbits(80), 16)}"


def secret_token(prefix: str) -> str:
    """`prefix-` and 40 characters (200 random bits): an API key or a session token."""
    return f"{prefix}-{_base32(secrets.randbits(200), 40)}"
