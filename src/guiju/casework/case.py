# SPDX-License-Identifier: Apache-2.0
"""A case as it is read: its state, what happened to it, which clocks run, who has it in hand.

Nothing here holds personal data: persons are pseudonyms, and words stand sealed in `papers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from guiju.casework.kind import Basis, Kind
from guiju.casework.legal_time import Pause, Unit


class Severity(IntEnum):
    """How bad it is; the smaller comes first."""

    CRITICAL = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4


class Origin(StrEnum):
    """Where a case came from."""

    USER = "user"
    SCREENING = "screening"
    AUTHORITY = "authority"
    STAFF = "staff"
    AUTOMATION = "automation"


class Tie(StrEnum):
    """How a case hangs on another one."""

    PARENT = "parent"
    CAUSED_BY = "caused_by"
    DUPLICATE_OF = "duplicate_of"


class Outcome(StrEnum):
    """How a clock ended: its duty was done, nobody waits for it, or a timer was over."""

    MET = "met"
    CANCELLED = "cancelled"
    ELAPSED = "elapsed"


@dataclass(frozen=True, slots=True)
class Case:
    """A case at one moment; `version` counts its changes, and who changes it must know the last.

    `subject`: the person it is about, by pseudonym. `about`: the thing it is about, by the id that
    its room gave it. `policy`: the digest of the rules that were in force at opening. `due`: the
    earliest moment at which a running clock is over.
    """

    id: str
    number: str
    kind: Kind
    state: str
    version: int
    severity: Severity
    origin: Origin
    queue: str | None
    subject: str | None
    service: str | None
    about: str | None
    policy: str | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    due: datetime | None
    parent: str | None
    caused_by: str | None
    duplicate_of: str | None

    @property
    def is_open(self) -> bool:
        """Whether it has not come to an end."""
        return self.closed_at is None

    @property
    def sealed_for(self) -> str:
        """Whose key seals its words: the person's, or one of its own."""
        return self.subject or self.id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case, never changed afterwards; `seq` is the version it made.

    `verb` is of the table, or one of casework's own: open, note, notify, route, link, repin.
    """

    case: str
    seq: int
    verb: str
    source: str | None
    target: str
    actor_kind: str
    actor: str
    at: datetime
    facts: Mapping[str, Any]
    reason: str | None


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock of one case, also when it has ended.

    `due` None: it stands still. `late_at`: when it became late, for ever. `provisional`: `due` may
    move to later when a year is arranged; `calendar` is the version that was counted with.
    """

    id: str
    case: str
    name: str
    limit: int
    unit: Unit
    rule: str
    basis: Basis
    then: str | None
    started_at: datetime
    pauses: tuple[Pause, ...]
    due: datetime | None
    provisional: bool
    calendar: str
    late_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a case in hand, and until when nobody else may."""

    case: str
    holder: str
    since: datetime
    until: datetime
