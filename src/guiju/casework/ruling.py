# SPDX-License-Identifier: Apache-2.0
"""A decision with what it stands on: what was decided, on which grounds and facts, how found.

The axes are those of a statement of reasons: the law and the agreement are two kinds of grounds,
and whether something was found and whether it was decided by software are two questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from guiju.casework.kind import Limit


class GroundKind(StrEnum):
    """Where a ground stands."""

    LAW = "law"
    AGREEMENT = "agreement"


class Ground(NamedTuple):
    """One ground: `order15:14.1`, or a clause of the agreement as `service-agreement@3:4.2`."""

    kind: GroundKind
    reference: str

    def written(self) -> list[str]:
        """As it stands in rows and evidence."""
        return [self.kind.value, self.reference]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a step of the table that `decides` is given.

    `outcome`: one word of the room. `facts`: what was found, in words for the person; sealed.
    `found_by_software`: whether software drew attention to it. `appeal`: within which limit it can
    be appealed; None: not.
    """

    outcome: str
    grounds: tuple[Ground, ...]
    facts: str
    found_by_software: bool
    appeal: Limit | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A ruling as it was made. `second`: who approved it beforehand, or proposed it."""

    id: str
    case: str
    seq: int
    verb: str
    outcome: str
    grounds: tuple[Ground, ...]
    facts: str | None
    found_by_software: bool
    decided_by_software: bool
    decider: str
    second: str | None
    made_at: datetime
    appealable_until: datetime | None
