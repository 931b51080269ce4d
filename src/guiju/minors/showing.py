# SPDX-License-Identifier: Apache-2.0
"""What pages, commands and programs show of somebody's protection; never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from guiju import accounts
from guiju.accounts import Purpose
from guiju.kernel import NotFound, isoformat
from guiju.minors import hours as clock
from guiju.minors import policy, service, use_store
from guiju.minors.ages import band_of
from guiju.minors.hours import MINUTE, Hours
from guiju.minors.model import Ward
from guiju.minors.spans import day_of, millis, moment
from guiju.storage import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody is protected now, and what they have used today; times are for people.

    `closed` is the code of what stands against use now; `opens` when it opens, in UTC.
    """

    person: str
    ward: Ward | None
    hours: Hours
    used: int
    left: int | None
    closed: str | None
    opens: Any

    @property
    def band(self) -> str | None:
        """The band of the minors' mode."""
        stage = None if self.ward is None else self.ward.stage
        return None if stage is None else band_of(stage)


def of(tx: Tx, person: str) -> Shown:
    """How this person is protected."""
    ward, now = service.ward_of(tx, person), millis(tx.now)
    day = day_of(now)
    held = ward.hours if ward is not None and ward.limited else Hours()
    found = use_store.between(tx, person, day, day).get(day)
    spans = () if found is None else found.spans
    left = clock.left(held, spans, now)
    opens, closed = clock.reopens(held, now), None
    if opens is not None:
        closed = service.CURFEW
    elif left == 0:
        closed, opens = service.TIME_SPENT, clock.opens_after_budget(held, now)
    return Shown(
        person=person,
        ward=ward,
        hours=held,
        used=service.spent(tx, person),
        left=None if left is None else left // MINUTE,
        closed=closed,
        opens=None if opens is None else moment(opens),
    )


class Interaction(NamedTuple):
    """What becomes of what somebody says to a companion here, by what they have consented to.

    `agreed`: to sensitive information. `kept`, `trains`: what follows now. `scenes`: which are
    companions, `direct` and apps.
    """

    agreed: bool
    kept: bool
    trains: bool
    scenes: tuple[str, ...]


def interaction(tx: Tx, person: str) -> Interaction | None:
    """The same for this person; None where no scene is a companion."""
    rules = policy.companion(tx)
    if rules is None:
        return None
    said = accounts.consents_of(tx, person)
    given = {purpose for purpose, one in said.items() if one is not None and one.given}
    agreed = Purpose.SENSITIVE in given
    ward = service.ward_of(tx, person)
    minor = ward is not None and ward.stage is not None and ward.stage.is_minor
    guarded = not minor or Purpose.GUARDIAN in given
    return Interaction(
        agreed=agreed,
        kept=agreed or rules.keeps,
        trains=agreed and guarded and Purpose.TRAINING in given,
        scenes=tuple(sorted(rules.scenes)),
    )


def plain(shown: Shown) -> dict[str, Any]:
    """The same for programs."""
    ward, hours = shown.ward, shown.hours
    return {
        "mode": "off" if ward is None else ward.mode.value,
        "minor": ward is not None and ward.is_minor,
        "band": shown.band,
        "source": None if ward is None or ward.source is None else ward.source.value,
        "consent_missing": ward is not None and ward.lacks_consent,
        "day_minutes": hours.day_minutes,
        "break_minutes": hours.break_minutes,
        "closes": None if hours.closes is None else hours.closes.isoformat("minutes"),
        "opens": None if hours.opens is None else hours.opens.isoformat("minutes"),
        "minutes_used": shown.used,
        "minutes_left": shown.left,
        "closed_by": shown.closed,
        "opens_at": None if shown.opens is None else isoformat(shown.opens),
    }


def name(tx: Tx, person: str) -> str:
    """The login name for who is linked with this person; the end of the id where there is none."""
    try:
        found = accounts.name_of(tx, person)
    except NotFound:
        found = None
    return found or f"…{person[-6:]}"
