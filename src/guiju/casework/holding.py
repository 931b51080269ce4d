# SPDX-License-Identifier: Apache-2.0
"""Hold what a case is about: it stays, sealed, until the hold is over or a person releases it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from guiju.casework import hold_store, refusing
from guiju.casework.case import Case
from guiju.casework.model import PEOPLE, says_something
from guiju.casework.trail import happened
from guiju.kernel import Actor, new_id
from guiju.measures import enforces
from guiju.storage import Tx


@dataclass(frozen=True, slots=True)
class Hold:
    """`about` stays: a request with all that was recorded of it, or the number of one file.

    `until` None: until released.
    """

    id: str
    case: str
    about: str
    held_by: str
    held_at: datetime
    until: datetime | None
    released_by: str | None
    released_at: datetime | None


@enforces("case-trail")
def hold(
    tx: Tx, actor: Actor, case: Case, about: str, *, reason: str, until: datetime | None = None
) -> Case:
    """Hold `about` for this case; the case one version on.

    Raises:
        Refused: `role-needed`. Software may hold, and people release.
        Invalid: `reason-needed`.
        Conflict: `case-changed`.
    """
    if actor.kind in PEOPLE and not actor.has(*case.kind.roles):
        raise refusing.role_needed(refusing.HOLD, case.kind.roles)
    if not says_something(reason):
        raise refusing.reason_needed(refusing.HOLD)
    name = new_id("chd")
    values = {
        "id": name,
        "case_id": case.id,
        "about": about,
        "reason": tx.seal(case.sealed_for, reason.encode(), f"casework_hold/{name}"),
        "held_by": actor.id,
        "held_at": tx.now,
        "until": until,
    }
    hold_store.add(tx, values)
    return happened(tx, actor, case, "hold", facts={"hold": name, "about": about})


@enforces("case-trail")
def release_hold(tx: Tx, actor: Actor, case: Case, name: str, *, reason: str) -> Case:
    """End a hold of this case; the case one version on.

    Software may only once the case has ended: then nobody looks at what it held any more.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        NotFound: `case-hold-unknown`.
        Conflict: `case-changed`.
    """
    if actor.kind not in PEOPLE and case.is_open:
        raise refusing.person_needed(refusing.HOLD, case.kind.roles)
    if actor.kind in PEOPLE and not actor.has(*case.kind.roles):
        raise refusing.role_needed(refusing.HOLD, case.kind.roles)
    if not says_something(reason):
        raise refusing.reason_needed(refusing.HOLD)
    known = {one.id for one in holds(tx, case) if one.released_at is None}
    if name not in known or not hold_store.release(tx, name, actor.id):
        raise refusing.no_such_hold(name)
    return happened(tx, actor, case, "release-hold", facts={"hold": name}, reason=reason)


def release_holds(tx: Tx, actor: Actor, case: Case, *, reason: str) -> Case:
    """End all holds of this case that stand; the case as it then is. Raises as `release_hold`."""
    for one in holds(tx, case):
        if one.released_at is None:
            case = release_hold(tx, actor, case, one.id, reason=reason)
    return case


def holds(tx: Tx, case: Case) -> list[Hold]:
    """The holds of a case, also those that are over."""
    return [
        Hold(
            id=row.id,
            case=row.case_id,
            about=row.about,
            held_by=row.held_by,
            held_at=row.held_at,
            until=row.until,
            released_by=row.released_by,
            released_at=row.released_at,
        )
        for row in hold_store.of_case(tx, case.id)
    ]


def is_held(tx: Tx, about: str, *, besides: Case | None = None) -> bool:
    """Whether a case holds this id now: whoever deletes it asks first.

    `besides`: a case that may itself delete what it holds.
    """
    return hold_store.holds(tx, about, None if besides is None else besides.id)


def held(tx: Tx, about: ColumnElement[str]) -> ColumnElement[bool]:
    """The same of the id in a column, as a condition: whoever deletes many leaves these out."""
    return hold_store.holding(about, tx.now)


def held_then(about: ColumnElement[str], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The same for a statement that is built once: `now` is a parameter of it."""
    return hold_store.holding(about, now)


def held_count(tx: Tx) -> int:
    """How many ids cases hold now."""
    return hold_store.count(tx)
