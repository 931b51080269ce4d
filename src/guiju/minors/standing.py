# SPDX-License-Identifier: Apache-2.0
"""What holds for a person now: the ward that the gateway and the pages ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from guiju.accounts import verifications_of
from guiju.kernel import BEIJING
from guiju.minors import store
from guiju.minors.ages import GUESSED, Claim, Stage, settled
from guiju.minors.hours import Hours, usual
from guiju.minors.model import LinkState, Mode, Setting, Stand, Ward
from guiju.storage import Tx


def today(tx: Tx) -> date:
    """The day in China."""
    return tx.now.astimezone(BEIJING).date()


def ward_of(tx: Tx, person: str) -> Ward | None:
    """How this person is protected; None: they are not, which costs one look at one row."""
    stand = store.find_stand(tx, person)
    if stand is None:
        return None
    day = today(tx)
    claims, next_day = store.claims_of(tx, person, day)
    claim = settled(claims)
    stage = None if claim is None else claim.stage
    # Grown up is grown up: the mode ends by itself when the last stage does.
    grown = claim is not None and not claim.stage.is_minor and claim.source.strength > 0
    mode = Mode.OFF if grown else stand.mode
    return Ward(
        person=person,
        stage=stage,
        source=None if claim is None else claim.source,
        mode=mode,
        hours=_hours(tx, replace(stand, mode=mode), claim, day),
        consented=stand.consented,
        reminders=stand.reminders,
        next_day=next_day,
    )


def _hours(tx: Tx, stand: Stand, claim: Claim | None, day: date) -> Hours:
    person = stand.person
    setting = store.setting_of(tx, person)
    if stand.mode is Mode.OFF:
        if not stand.reminders:
            return Hours()
        minutes = setting.break_minutes or usual(GUESSED).break_minutes
        return Hours(break_minutes=minutes)
    stage = GUESSED if claim is None or not claim.stage.is_minor else claim.stage
    hours = usual(stage)
    # An evening that began yesterday may not be over.
    leaves = store.leaves_of(tx, person, date.fromordinal(day.toordinal() - 1))
    return replace(_set(hours, setting), leaves=leaves)


def _set(hours: Hours, setting: Setting) -> Hours:
    """The usual hours, with what a guardian has set instead."""
    return Hours(
        day_minutes=_or(setting.day_minutes, hours.day_minutes),
        break_minutes=_or(setting.break_minutes, hours.break_minutes),
        closes=setting.closes or hours.closes,
        opens=setting.opens or hours.opens,
    )


def _or(one: int | None, other: int | None) -> int | None:
    return other if one is None else one


def guards(tx: Tx, guardian: str, ward: str, *, verified: bool = False) -> bool:
    """Whether one is guardian of the other, and, if asked, known to be by more than both words."""
    return any(
        one.ward == ward
        and one.guardian == guardian
        and one.state is LinkState.ACTIVE
        and (one.verified is not None or not verified)
        for one in store.links_of(tx, ward)
    )


def proved_adult(tx: Tx, person: str) -> str | None:
    """By which verification somebody is known to be grown up; None: by none that holds now."""
    ward = ward_of(tx, person)
    if ward is None or ward.is_minor:
        return None
    stage, proof = store.newest_proof(tx, person)
    held = {one.id for one in verifications_of(tx, person) if one.holds_at(tx.now)}
    return proof if stage is Stage.ADULT and proof in held else None
