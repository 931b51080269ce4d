# SPDX-License-Identifier: Apache-2.0
"""Saying how old somebody is, and what follows for the minors' mode (Article 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from guiju.accounts import Verification, get_person, guardian_answers
from guiju.kernel import Actor, ActorKind, new_id, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.minors import policy, refusing, store
from guiju.minors.ages import SURE, Claim, Source, Stage, from_birth, settled
from guiju.minors.model import Inference, Mode, Stand
from guiju.minors.standing import guards, today
from guiju.storage import Tx

CONTROLS = ("minors-mode",)
_EARLIEST = date(1900, 1, 1)
_BY_GUARDIAN = "guardian"
_ENDED = software("guardians")


@enforces("minors-mode")
def assert_age(
    tx: Tx,
    actor: Actor,
    person: str,
    source: Source,
    *,
    born: date | None = None,
    stage: Stage | None = None,
    confidence: int = SURE,
    proof: Verification | None = None,
) -> Stage:
    """Put somebody's word about an age on record, by birth date or by stage; what now counts.

    The birth date itself is not kept. `proof` is the verification that it rests on: it counts as
    long as that is not withdrawn. Whoever is said to be a minor is in the minors' mode from
    now on; afterwards caches must be told of the person.

    Raises:
        Refused: `age-not-yours`.
        Invalid: `age-invalid`.
        NotFound: `person-unknown`.
    """
    check_may_say(tx, actor, person, source)
    said, changes = read_age(tx, born, stage)
    claim = Claim(new_id("age"), source, said, confidence, tx.now)
    store.add_claim(tx, person, claim, actor.id if proof is None else proof.id, changes)
    rests = {} if proof is None else {"verification": proof.id, "level": proof.level}
    append(
        tx,
        "age-asserted",
        controls=CONTROLS,
        actor=actor,
        subject=person,
        facts={"source": source.value, "minor": said.is_minor, "confidence": confidence, **rests},
    )
    return settle(tx, actor, person, source.value)


@enforces("minors-mode")
def infer(tx: Tx, actor: Actor, person: str, given: Inference) -> bool:
    """Take up what the operator's own means infer; whether somebody is now taken for a minor.

    Below the policy's score nothing is kept. Whoever was found to be grown up by a person or by
    verification is not taken for a minor by software again. Raises as `assert_age`.
    """
    if given.score < policy.now(tx).infer_from:
        return False
    assert_age(tx, actor, person, Source.INFERRED, stage=given.stage, confidence=given.score)
    stand = store.find_stand(tx, person)
    return stand is not None and stand.mode is not Mode.OFF


def settle(tx: Tx, actor: Actor, person: str, why: str) -> Stage:
    """Switch the mode as the word that counts says; the stage that counts.

    On it goes by itself. Off it goes by itself only where nobody but software or a device had put
    it on, or where somebody grew up by proof; all else takes the guardian (`leave_mode`).
    """
    claims, _ = store.claims_of(tx, person, today(tx))
    claim = settled(claims)
    stage = Stage.ADULT if claim is None else claim.stage
    before = store.find_stand(tx, person)
    switch(tx, actor, person, _mode(claim, before), why)
    return stage


def _mode(claim: Claim | None, before: Stand | None) -> Mode:
    if claim is None:
        return Mode.OFF if before is None else before.mode
    if claim.stage.is_minor:
        by_guardian = before is not None and before.mode is Mode.OFF and before.why == _BY_GUARDIAN
        if by_guardian:
            return Mode.OFF
        return Mode.PROVISIONAL if claim.source is Source.INFERRED else Mode.ON
    if before is None or before.mode is Mode.OFF:
        return Mode.OFF
    proved = claim.source in {Source.VERIFICATION, Source.DECISION}
    return Mode.OFF if proved or before.mode is Mode.PROVISIONAL else before.mode


@enforces("minors-mode")
def switch(tx: Tx, actor: Actor, person: str, mode: Mode, why: str) -> None:
    """Let the mode of a person be this one, with evidence when it was another."""
    before = store.find_stand(tx, person)
    old = Mode.OFF if before is None else before.mode
    if before is None:
        store.put_stand(tx, Stand(person, mode, why, tx.now, consented=False, reminders=False))
    elif old is not mode:
        store.put_stand(tx, replace(before, mode=mode, why=why, since=tx.now))
    if old is not mode or before is None:
        append(
            tx,
            "minors-mode-changed",
            controls=CONTROLS,
            actor=actor,
            subject=person,
            facts={"from": old.value, "to": mode.value, "why": why, "by": actor.kind.value},
        )


@enforces("minors-mode")
def leave_mode(tx: Tx, actor: Actor, person: str) -> None:
    """The guardian ends the mode; the stricter screening stays while the person is a minor.

    Raises:
        Refused: `guardian-needed`.
        Conflict: `minors-mode-unchanged`.
    """
    _check_guardian(tx, actor, person)
    stand = store.find_stand(tx, person)
    if stand is None or stand.mode is Mode.OFF:
        raise refusing.mode_already(on=False)
    switch(tx, actor, person, Mode.OFF, _BY_GUARDIAN)


def enter_mode(tx: Tx, actor: Actor, person: str) -> None:
    """The guardian puts the mode on again; raises as `leave_mode`."""
    if not guards(tx, actor.id, person):
        raise refusing.guardian_needed()
    stand = store.find_stand(tx, person)
    if stand is not None and stand.mode is Mode.ON:
        raise refusing.mode_already(on=True)
    switch(tx, actor, person, Mode.ON, _BY_GUARDIAN)


@enforces("guardian-consent")
def consent(tx: Tx, actor: Actor, person: str, *, given: bool) -> None:
    """The guardian consents, or takes the consent back; then the service is closed to the child.

    Raises:
        Refused: `guardian-needed`.
    """
    _check_guardian(tx, actor, person)
    _put_consent(tx, actor, person, given=given)


def end_consent(tx: Tx, actor: Actor, person: str) -> None:
    """Let the consent end with the last guardian who could take it back."""
    _put_consent(tx, actor, person, given=False)


def _put_consent(tx: Tx, actor: Actor, person: str, *, given: bool) -> None:
    stand = store.find_stand(tx, person)
    if stand is None or stand.consented is given:
        return
    store.put_stand(tx, replace(stand, consented=given))
    # The words that were consented to are kept with all other consents of the child. Who ends the
    # last link themselves, grown up by then, is not their own guardian: the consent ends by itself.
    guardian_answers(tx, _ENDED if actor.id == person else actor, person, given=given)
    append(
        tx,
        "guardian-consent-changed",
        controls=("guardian-consent",),
        actor=actor,
        subject=person,
        facts={"given": given, "purpose": "service-under-14"},
    )


def remind(tx: Tx, actor: Actor, person: str, *, on: bool) -> None:
    """Ask to be reminded of pauses and habits, or no longer; for oneself.

    Raises:
        Refused: `age-not-yours`.
    """
    if actor.id != person:
        raise refusing.not_for_you()
    stand = store.find_stand(tx, person)
    if stand is None:
        stand = Stand(person, Mode.OFF, Source.SELF.value, tx.now, consented=False, reminders=False)
    if stand.reminders is on:
        return
    store.put_stand(tx, replace(stand, reminders=on))
    append(
        tx,
        "reminders-chosen",
        controls=("over-reliance-reminders",),
        actor=actor,
        subject=person,
        facts={"on": on},
    )


def read_age(tx: Tx, born: date | None, stage: Stage | None) -> tuple[Stage, date | None]:
    """The stage that is said, and the day it ends where a date says it.

    Raises:
        Invalid: `age-invalid`.
    """
    day = today(tx)
    if born is not None:
        if not _EARLIEST <= born <= day:
            raise refusing.age_invalid()
        return from_birth(born, day)
    if stage is None:
        raise refusing.age_invalid()
    return stage, None


def check_may_say(tx: Tx, actor: Actor, person: str, source: Source) -> None:
    """Pass whoever this source is; raises Refused `age-not-yours`."""
    of_app = actor.kind is ActorKind.APP and get_person(tx, person).app == actor.id
    itself = actor.kind is ActorKind.PERSON and actor.id == person
    allowed = {
        Source.SELF: itself or of_app,
        Source.GUARDIAN: guards(tx, actor.id, person, verified=True),
        Source.DEVICE: itself or of_app,
        Source.INFERRED: of_app or actor.kind is ActorKind.SOFTWARE,
        Source.APP: of_app,
        Source.VERIFICATION: actor.kind is ActorKind.SOFTWARE,
        Source.DECISION: actor.kind is ActorKind.STAFF,
    }
    if not allowed[source]:
        raise refusing.not_for_you()


def _check_guardian(tx: Tx, actor: Actor, person: str) -> None:
    if not guards(tx, actor.id, person, verified=True):
        raise refusing.guardian_needed()
