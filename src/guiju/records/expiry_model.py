# SPDX-License-Identifier: Apache-2.0
"""How long each class of record stays, and holds that keep some of it longer (Article 11).

Requests are numbered by time, so what was recorded on one day (UTC) stands together and goes
together: by a span of numbers, without an index, with one piece of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, Invalid, NotFound, Text, first_id
from guiju.measures import rule
from guiju.records import refusing

CONTROLS = ("retention-limits",)
KEEPERS = ("privacy-officer", "safety-officer")
_SHORTEST_MONTH = 28


class RetentionClass(StrEnum):
    """What expires together.

    `content`: inputs and outputs; `media`: what was delivered to be fetched later; both as long as
    the policy said when they were recorded. `jobs`: whose film is made where, as long as what was
    asked for it and the film itself. `usage`: who asked when, and what became of it.
    """

    CONTENT = "content"
    MEDIA = "media"
    JOBS = "jobs"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Expired:
    """One step: so many records of one class and day are gone.

    `held`: how many before them on this day stay, because cases hold them.
    """

    kind: RetentionClass
    day: date
    records: int
    held: int = 0


class HoldState(StrEnum):
    """Where a hold stands."""

    ASKED = "asked"
    HELD = "held"
    RELEASED = "released"


HOLDS = Machine(
    "record-hold",
    HoldState.ASKED,
    [
        Transition(
            HoldState.ASKED,
            "hold",
            HoldState.HELD,
            Text(zh="保全记录", en="hold records"),
            "records-held",
            roles=KEEPERS,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            HoldState.HELD,
            "release",
            HoldState.RELEASED,
            Text(zh="解除保全", en="release held records"),
            "records-hold-released",
            roles=KEEPERS,
            by_person=True,
            needs_reason=True,
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Records of these days stay whatever their limit, until a person releases them."""

    id: str
    state: HoldState
    first: date
    last: date
    reason: str
    held_by: str
    held_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release: str | None = None

    def keeps(self, day: date) -> bool:
        """Whether records of this day are held."""
        return self.state is HoldState.HELD and self.first <= day <= self.last


def begins(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), UTC)


def ends(day: date) -> datetime:
    """The first moment after a day."""
    return begins(day) + timedelta(days=1)


def span(day: date) -> tuple[str, str]:
    """Between which numbers the requests of a day stand."""
    return first_id("req", begins(day)), first_id("req", ends(day))


def surely_kept() -> timedelta:
    """How long the rules keep usage at the least; none that is younger need be looked at."""
    names = ("records.network-logs.months", "labels.log-retention.months")
    months = max(rule(name).number for name in names)
    return timedelta(days=int(months) * _SHORTEST_MONTH)


def no_days(first: date, last: date) -> Invalid:
    """A hold that ends before it begins."""
    return Invalid(
        "hold-invalid",
        Text(zh=f"{last} 早于 {first}。", en=f"{last} is before {first}."),
        Text(zh="请给出首日和末日。", en="Give the first day and the last."),
        param="until",
    )


def no_such_hold(hold: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "hold-unknown",
        Text(zh=f"没有编号为 {hold[:40]} 的保全。", en=f"There is no hold {hold[:40]}."),
        Text(zh="请用 guiju records holds 查看。", en="See guiju records holds."),
    )


def overtaken() -> Conflict:
    """Somebody else has just released it."""
    return refusing.overtaken("hold-overtaken", Text(zh="这项保全", en="this hold"))
