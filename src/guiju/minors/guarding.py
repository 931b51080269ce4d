# SPDX-License-Identifier: Apache-2.0
"""Guardians: invited with a code, confirmed by both, verified; what they allow (Article 10).

A link that both have confirmed shows the guardian the use and lets limits be tightened. What
loosens them - an exception, consent, leaving the mode - also takes that the guardian is verified:
by a document that says they are grown up, as long as that stands, or by a named member of staff. A
child with two accounts is no guardian.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import NamedTuple

from guiju.accounts import Role, requires_role
from guiju.kernel import Actor, ActorKind, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.minors import asserting, refusing, store
from guiju.minors.ages import GUESSED, Stage
from guiju.minors.hours import Leave, usual
from guiju.minors.model import (
    INVITATION_HOURS,
    MOST_AHEAD_DAYS,
    MOST_GUARDIANS,
    Link,
    LinkState,
    Setting,
)
from guiju.minors.standing import guards, proved_adult, today, ward_of
from guiju.storage import Tx

VERIFIERS = (Role.PRIVACY_OFFICER, Role.SAFETY_OFFICER, Role.ACCOUNTABLE_PERSON)
CONTROLS = ("guardian-links",)
_MOST_MINUTES = 24 * 60
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_PROVED = "verification:"


class Invited(NamedTuple):
    """An invitation, and its code, which is shown this once."""

    link: Link
    code: str


@enforces("guardian-links")
def invite(tx: Tx, actor: Actor, ward: str) -> Invited:
    """Make a code with which a guardian says yes within two days.

    Raises:
        Refused: `guardian-needed`, for another's account.
        Conflict: `guardians-too-many`.
    """
    if actor.id != ward:
        raise refusing.guardian_needed()
    if sum(one.ward == ward for one in store.links_of(tx, ward)) >= MOST_GUARDIANS:
        raise refusing.too_many_guardians(MOST_GUARDIANS)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    expires = tx.now + timedelta(hours=INVITATION_HOURS)
    link = Link(new_id("gl"), ward, None, LinkState.INVITED, None, tx.now, expires, None, None)
    store.add_link(tx, link, _digest(code))
    _put_on_record(tx, actor, link, LinkState.INVITED)
    return Invited(link, code)


@enforces("guardian-links")
def accept(tx: Tx, actor: Actor, code: str) -> Link:
    """The guardian says yes to a code; the ward still has to confirm who that is.

    Raises:
        Invalid: `guardian-code-wrong`.
        Refused: `guardian-unfit`.
    """
    link = store.link_by_code(tx, _digest(code.strip().upper().replace("-", "")))
    if link is None or link.state is not LinkState.INVITED or link.expires_at <= tx.now:
        raise refusing.code_wrong()
    guardian = ward_of(tx, actor.id)
    minor = guardian is not None and guardian.is_minor
    if actor.kind is not ActorKind.PERSON or actor.id == link.ward or minor:
        raise refusing.own_guardian()
    return _moved(tx, actor, link, LinkState.ACCEPTED, guardian=actor.id)


@enforces("guardian-links")
def confirm(tx: Tx, actor: Actor, link: str) -> Link:
    """The ward confirms who accepted; from now on that is a guardian, verified if they are known.

    Raises:
        NotFound: `guardian-link-unknown`.
        Conflict: `guardian-link-moved`.
    """
    found = _own(tx, actor, link)
    if found.ward != actor.id or found.state is not LinkState.ACCEPTED:
        raise refusing.link_moved()
    proof = proved_adult(tx, found.guardian or "")
    mark = None if proof is None else mark_of(proof)
    return _moved(tx, actor, found, LinkState.ACTIVE, active_at=tx.now, verified=mark)


@enforces("guardian-links")
def verify(tx: Tx, actor: Actor, link: str, mark: str = "") -> Link:
    """A named member of staff has seen that this is the guardian; `mark` says by which paper.

    Raises:
        Refused: `role-needed`.
        NotFound: `guardian-link-unknown`.
        Conflict: `guardian-link-moved`.
    """
    requires_role(actor, *VERIFIERS)
    found = store.find_link(tx, link)
    if found is None:
        raise refusing.no_such_link()
    if found.state is not LinkState.ACTIVE or found.verified is not None:
        raise refusing.link_moved()
    return _moved(tx, actor, found, LinkState.ACTIVE, verified=f"staff:{actor.id}{mark[:20]}")


def mark_of(verification: str) -> str:
    """How a link names the verification by which its guardian is known."""
    return f"{_PROVED}{verification}"


@enforces("guardian-links")
def prove(tx: Tx, actor: Actor, verification: str) -> int:
    """A guardian has shown who they are: every link that waited for that is verified; how many."""
    waiting = [
        one
        for one in wards_of(tx, actor.id)
        if one.state is LinkState.ACTIVE and one.verified is None
    ]
    for one in waiting:
        _moved(tx, actor, one, LinkState.ACTIVE, verified=mark_of(verification))
    return len(waiting)


@enforces("guardian-links")
def disprove(tx: Tx, actor: Actor, guardian: str, mark: str) -> int:
    """That by which a guardian was known is withdrawn: they may tighten, and no more; how many."""
    fallen = [one for one in wards_of(tx, guardian) if one.verified == mark]
    for one in fallen:
        _moved(tx, actor, one, one.state, verified=None)
        _end_consent(tx, actor, one.ward)
    return len(fallen)


@enforces("guardian-links")
def end(tx: Tx, actor: Actor, link: str) -> Link:
    """End a link: by the guardian, by staff, or by the ward while it protects nobody yet.

    A ward who could send the guardian away could leave the mode.

    Raises:
        NotFound: `guardian-link-unknown`.
        Refused: `guardian-needed`.
    """
    found = _own(tx, actor, link)
    if actor.id == found.ward and found.state is LinkState.ACTIVE:
        protected = ward_of(tx, found.ward)
        if protected is not None and protected.is_minor:
            raise refusing.guardian_needed()
    ended = _moved(tx, actor, found, LinkState.ENDED, ended_at=tx.now)
    if found.verified is not None:
        _end_consent(tx, actor, found.ward)
    return ended


# -- what guardians allow --------------------------------------------------------------------------


@enforces("minors-time-limits")
def allow(
    tx: Tx, actor: Actor, ward: str, day: date, *, minutes: int | None, until: time | None
) -> Leave:
    """Allow more for one evening: so many minutes in all, or until a time of night.

    Raises:
        Refused: `guardian-needed`.
        Invalid: `hours-invalid`.
    """
    _check(tx, actor, ward, verified=True)
    ahead = (day - today(tx)).days
    if not 0 <= ahead <= MOST_AHEAD_DAYS or (minutes is None and until is None):
        raise refusing.hours_invalid("day" if minutes or until else "minutes")
    _check_minutes(minutes, "minutes")
    leave = Leave(day, minutes, until)
    store.put_leave(tx, ward, leave, actor.id)
    facts = {"day": day.isoformat(), "minutes": minutes, "until": _said(until)}
    _changed(tx, actor, ward, "exception", facts)
    return leave


def take_back(tx: Tx, actor: Actor, ward: str, day: date) -> None:
    """Take back what was allowed for an evening; raises Refused `guardian-needed`."""
    _check(tx, actor, ward, verified=False)
    if store.drop_leave(tx, ward, day):
        _changed(tx, actor, ward, "exception-withdrawn", {"day": day.isoformat()})


@enforces("minors-time-limits")
def set_hours(tx: Tx, actor: Actor, ward: str, setting: Setting) -> None:
    """Set other limits than the usual; looser ones take a verified guardian.

    Raises:
        Refused: `guardian-needed`.
        Invalid: `hours-invalid`.
    """
    for name, minutes in (
        ("day_minutes", setting.day_minutes),
        ("break_minutes", setting.break_minutes),
    ):
        _check_minutes(minutes, name)
    if setting.break_minutes == 0 or (setting.closes is None) is not (setting.opens is None):
        raise refusing.hours_invalid("break_minutes" if setting.break_minutes == 0 else "closes")
    _check(tx, actor, ward, verified=_loosens(tx, ward, setting))
    store.put_setting(tx, ward, setting, actor.id)
    facts = {
        "day_minutes": setting.day_minutes,
        "break_minutes": setting.break_minutes,
        "closes": _said(setting.closes),
        "opens": _said(setting.opens),
    }
    _changed(tx, actor, ward, "hours", facts)


def wards_of(tx: Tx, guardian: str) -> list[Link]:
    """The links in which this person is the guardian."""
    return [one for one in store.links_of(tx, guardian) if one.guardian == guardian]


def guardians_of(tx: Tx, ward: str) -> list[Link]:
    """The links in which this person is the ward."""
    return [one for one in store.links_of(tx, ward) if one.ward == ward]


def _end_consent(tx: Tx, actor: Actor, ward: str) -> None:
    """Where nobody is left who could take the consent back, it ends with the last guardian."""
    if not any(one.verified for one in guardians_of(tx, ward)):
        asserting.end_consent(tx, actor, ward)


def _loosens(tx: Tx, ward: str, setting: Setting) -> bool:
    """Whether this allows more than the usual hours, or than those that hold."""
    found = ward_of(tx, ward)
    stage = GUESSED if found is None or found.stage is None else found.stage
    hours = usual(stage if stage is not Stage.ADULT else GUESSED)
    now = hours if found is None or not found.limited else found.hours
    more = [
        (setting.day_minutes or hours.day_minutes or 0)
        > min(now.day_minutes or 0, hours.day_minutes or 0),
        (setting.break_minutes or 0) > (hours.break_minutes or 0),
        setting.closes is not None and _night(setting.closes) > _night(hours.closes),
        setting.opens is not None and setting.opens < (hours.opens or time(0)),
    ]
    if setting.day_minutes is None and now.day_minutes == hours.day_minutes:
        more[0] = False
    return any(more)


def _night(when: time | None) -> int:
    """Minutes since noon: half past midnight is later than eleven in the evening."""
    at = when or time(0)
    return (at.hour * 60 + at.minute - 12 * 60) % (24 * 60)


def _check(tx: Tx, actor: Actor, ward: str, *, verified: bool) -> None:
    if not guards(tx, actor.id, ward, verified=verified):
        raise refusing.guardian_needed()


def _check_minutes(minutes: int | None, param: str) -> None:
    if minutes is not None and not 0 <= minutes <= _MOST_MINUTES:
        raise refusing.hours_invalid(param)


def _own(tx: Tx, actor: Actor, link: str) -> Link:
    found = store.find_link(tx, link)
    staff = actor.kind is ActorKind.STAFF and actor.has(*VERIFIERS)
    if found is None or not (staff or actor.id in {found.ward, found.guardian}):
        raise refusing.no_such_link()
    return found


def _moved(tx: Tx, actor: Actor, link: Link, state: LinkState, **changes: object) -> Link:
    if not store.move_link(tx, link, {**changes, "state": state.value}):
        raise refusing.link_moved()
    _put_on_record(tx, actor, link, state, verified=changes.get("verified") is not None)
    return store.find_link(tx, link.id) or link


def _put_on_record(
    tx: Tx, actor: Actor, link: Link, state: LinkState, *, verified: bool = False
) -> None:
    append(
        tx,
        "guardian-link-changed",
        controls=CONTROLS,
        actor=actor,
        subject=link.ward,
        facts={"link": link.id, "to": state.value, "verified": verified},
    )


def _changed(tx: Tx, actor: Actor, ward: str, what: str, facts: Mapping[str, object]) -> None:
    append(
        tx,
        "minors-hours-changed",
        controls=("minors-time-limits",),
        actor=actor,
        subject=ward,
        facts={"what": what, **facts},
    )


def _said(when: time | None) -> str | None:
    return None if when is None else when.isoformat("minutes")


def _digest(code: str) -> str:
    return hashlib.sha256(b"guardian-code\0" + code.encode()).hexdigest()
