# SPDX-License-Identifier: Apache-2.0
"""What personal information is found: kinds, hits and the bounds within which all is decided.

Whether a hit begins at a character depends on nothing but the CONTEXT characters before it and the
REACH characters from it on. That makes every search linear and every stream exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, TypeAlias, get_args

from guiju.screening.model import Outcome

Kind = Literal[
    "resident-id",
    "bank-card",
    "mobile",
    "landline",
    "hotline",
    "passport",
    "hong-kong-macau-permit",
    "taiwan-permit",
    "plate",
    "email",
    "ip",
    "mac",
    "wechat",
    "qq",
    "address",
    "name",
    "credit-code",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""All kinds; of two hits of the same characters the kind that comes first here is reported."""

ORGANISATIONS: frozenset[Kind] = frozenset({"hotline", "credit-code"})
"""Kinds that tell of an organisation; they are no personal information."""

LONGEST = 96
"""No hit is longer; only addresses and e-mail exceed 64 folded characters."""

CONTEXT = 32
"""How far before its first character a hit may depend on the text."""

REACH = 128
"""How far from its first character on a hit may depend on the text."""


class PersonalHit(NamedTuple):
    """Found at these folded characters; `action` is what the policy says of its kind."""

    start: int
    end: int
    kind: Kind
    action: Outcome


Raw: TypeAlias = tuple[int, int, Kind]
"""Start, end and kind of what stands by itself; others may overlap it."""


class Family(NamedTuple):
    """Kinds that are looked for in one go.

    `found` yields what begins at or after an index, in any order. `open_at` tells the first index,
    at or after one, where more text could make, change or unmake one of its hits.
    """

    kinds: frozenset[Kind]
    found: Callable[[str, int], Iterator[Raw]]
    open_at: Callable[[str, int], int]
