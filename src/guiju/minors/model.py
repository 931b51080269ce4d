# SPDX-License-Identifier: Apache-2.0
"""Who is protected as a minor, by whom, and what holds for them (Article 10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from guiju.kernel import StandingChanged, Text
from guiju.minors.ages import SURE, Source, Stage, needs_consent
from guiju.minors.hours import Hours, usual
from guiju.minors.spans import Spans

Publish = Callable[[StandingChanged], None]
"""Who hears, once it is committed, that somebody is protected otherwise."""
INVITATION_HOURS = 48
"""How long a code with which a guardian is invited can be used."""
MOST_GUARDIANS = 4
MONTH = timedelta(days=30)
"""In which whoever used the service counts as active."""
MOST_AHEAD_DAYS = 31
"""How far ahead a guardian can allow an evening."""


class Mode(StrEnum):
    """The minors' mode: `provisional` where only software or a device took somebody for a minor."""

    OFF = "off"
    ON = "on"
    PROVISIONAL = "provisional"

    @property
    def text(self) -> Text:
        """For people."""
        return _MODES[self]


_MODES = {
    Mode.OFF: Text(zh="未开启", en="off"),
    Mode.ON: Text(zh="已开启", en="on"),
    Mode.PROVISIONAL: Text(zh="临时开启（软件推断）", en="on provisionally (inferred)"),
}


class LinkState(StrEnum):
    """A guardian was invited, has said yes, is one; or is one no more."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Link:
    """A guardian and their ward. What loosens the mode also takes that `verified` says how."""

    id: str
    ward: str
    guardian: str | None
    state: LinkState
    verified: str | None
    made_at: datetime
    expires_at: datetime
    active_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stand:
    """How the mode of a person stands, as it is kept."""

    person: str
    mode: Mode
    why: str
    since: datetime
    consented: bool
    reminders: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What a guardian has set instead of the usual; None: the usual. `exempt`: no limit at all."""

    day_minutes: int | None = None
    break_minutes: int | None = None
    closes: time | None = None
    opens: time | None = None


@dataclass(frozen=True, slots=True)
class Ward:
    """What the gateway must know of a person who is protected, or asked to be reminded.

    `stage` is None for whom nobody has said an age. `next_day` is the day from which this must be
    looked at again, as somebody then belongs to another stage.
    """

    person: str
    stage: Stage | None = None
    source: Source | None = None
    mode: Mode = Mode.OFF
    hours: Hours = field(default_factory=Hours)
    consented: bool = False
    reminders: bool = False
    next_day: date | None = None

    @property
    def is_minor(self) -> bool:
        """Whether the stricter screening holds, whatever a guardian has said about time."""
        return self.limited or (self.stage is not None and self.stage.is_minor)

    @property
    def limited(self) -> bool:
        """Whether the minors' mode is on."""
        return self.mode is not Mode.OFF

    @property
    def lacks_consent(self) -> bool:
        """Whether a guardian's consent is missing that the law asks for.

        Nobody is shut out because of a guess: a guessed child is in the mode, and can appeal.
        """
        guessed = self.source in {Source.INFERRED, Source.DEVICE}
        young = self.stage is not None and needs_consent(self.stage)
        return young and not guessed and not self.consented

    @classmethod
    def signalled(cls, person: str, stage: Stage) -> Ward:
        """Somebody whose device or platform says that its minors' mode is on."""
        return cls(person, stage, Source.DEVICE, Mode.ON, usual(stage))


@dataclass(frozen=True, slots=True)
class Inference:
    """What the operator's own means infer: a score in per mille that somebody is a minor."""

    score: int
    method: str
    stage: Stage


class Used(NamedTuple):
    """What somebody used on a day: spans apart, latest moment seen, when last reminded."""

    spans: Spans = ()
    seen: int = 0
    reminded: int = 0
    requests: int = 0
    told: tuple[str, ...] = ()


class DaySummary(NamedTuple):
    """A day for the guardian: minutes in all and at night, the longest without a pause."""

    day: date
    minutes: int
    night_minutes: int
    longest_minutes: int
    requests: int


CERTAIN = SURE
