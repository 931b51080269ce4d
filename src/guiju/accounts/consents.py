# SPDX-License-Identifier: Apache-2.0
"""Giving and withdrawing consents: each purpose by itself, at once, with evidence (Article 11).

Who withdraws is not asked why. Afterwards caches must be told of the person, and other rooms of
what was withdrawn (`ConsentWithdrawn`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from guiju.accounts import agreement_refusing, consent_store, refusing, store
from guiju.accounts.consent_model import Answer, Consent, Purpose
from guiju.accounts.model import Person, Way
from guiju.accounts.people import get_person, introduce_end_user
from guiju.casework import afterwards
from guiju.kernel import Actor, ActorKind
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_CONTROLS = ("separate-consents",)
_TRAINING = ("separate-consents", "training-opt-out")
SENSITIVE_WITHDRAWN = "sensitive-withdrawn"
"""The topic, with the person, by which what was kept by that consent is removed at once."""
_LANGUAGES = frozenset({"zh", "en"})
# What a person answers with a switch. The service is agreed to by accepting the agreement, and a
# guardian answers for the child.
SWITCHED = (Purpose.TRAINING, Purpose.SENSITIVE)


@enforces("separate-consents", "training-opt-out")
def answer(
    tx: Tx, actor: Actor, said: Answer, way: Way = Way.PAGE, language: str | None = None
) -> Consent:
    """Keep a person's yes or no; the same as before is no news and keeps what there is.

    Raises:
        Refused: `not-yours`, unless it is the person or the app whose user it is.
        Invalid: `consent-not-here` for what is agreed to elsewhere, `language-invalid`.
        Conflict: `consent-overtaken` by an answer of the same moment.
        NotFound: `person-unknown`.
    """
    owner = get_person(tx, said.person)
    _check_own(actor, owner)
    agreed_elsewhere = said.purpose not in SWITCHED and said.given
    if agreed_elsewhere or said.purpose is Purpose.GUARDIAN:
        raise agreement_refusing.consent_not_here(said.purpose.value)
    return record(tx, actor, said, way, checked_language(language or owner.language))


def app_answers(
    tx: Tx, app: str, end_user: str, purpose: Purpose, *, given: bool, language: str | None = None
) -> Consent:
    """An app reports its end user's answer; a new end user is registered by it.

    Raises what `answer` raises, and NotFound `app-unknown`, Invalid `user-missing`.
    """
    if store.find_app(tx, app) is None:
        raise refusing.no_such_app()
    actor = Actor(ActorKind.APP, app)
    person = introduce_end_user(tx, actor, end_user)
    return answer(tx, actor, Answer(person.id, purpose, given), Way.APP, language)


def guardian_answers(
    tx: Tx, guardian: Actor, child: str, *, given: bool, language: str = "zh"
) -> Consent:
    """Keep a guardian's yes or no for a child under fourteen.

    That this person is the guardian was verified by the caller; nobody is their own. A yes is a
    person's; it ends also by staff or software, when nobody is left who could take it back.

    Raises:
        Refused: `not-yours`.
        NotFound: `person-unknown`.
    """
    owner = get_person(tx, child)
    if (given and guardian.kind is not ActorKind.PERSON) or guardian.id == owner.id:
        raise refusing.not_yours()
    said = Answer(owner.id, Purpose.GUARDIAN, given)
    return record(tx, guardian, said, Way.PAGE, checked_language(language))


def record(tx: Tx, actor: Actor, said: Answer, way: Way, language: str) -> Consent:
    """Keep an answer whose giver was checked; for the verbs of this room.

    Raises:
        Conflict: `consent-overtaken`.
    """
    before = consent_store.last(tx, said.person, said.purpose)
    if before is not None and before.given == said.given:
        return before
    made = Consent(
        person=said.person,
        purpose=said.purpose,
        number=1 if before is None else before.number + 1,
        given=said.given,
        asked=said.purpose.asked_digest,
        language=language,
        way=way.value,
        by=actor.id,
        at=tx.now,
    )
    if not consent_store.add(tx, made):
        raise agreement_refusing.consent_overtaken()
    if said.purpose is Purpose.SENSITIVE and not said.given:
        afterwards(tx, SENSITIVE_WITHDRAWN, said.person)
    training = said.purpose is Purpose.TRAINING
    append(
        tx,
        "consent-given" if said.given else "consent-withdrawn",
        controls=_TRAINING if training else _CONTROLS,
        actor=actor,
        subject=said.person,
        facts={
            "purpose": said.purpose.value,
            "number": made.number,
            "asked": made.asked,
            "language": language,
            "way": way.value,
        },
    )
    return made


def withdraw_again(tx: Tx, actor: Actor, leaf: Mapping[str, Any]) -> bool:
    """Take an answer back that a restored copy of the database holds; `leaf` is its evidence.

    False when there is no such answer, or no such person.
    """
    facts, person = leaf["facts"], str(leaf["subject"])
    purpose = Purpose(facts["purpose"])
    before = consent_store.last(tx, person, purpose)
    if before is None or not before.given:
        return False
    record(tx, actor, Answer(person, purpose, given=False), Way(facts["way"]), facts["language"])
    return True


def consents_of(tx: Tx, person: str) -> dict[Purpose, Consent | None]:
    """The answer that counts for each purpose; None where nobody answered, which is no."""
    found: dict[Purpose, Consent | None] = dict.fromkeys(Purpose)
    # Newest first, so the first of each purpose is the one that counts.
    for one in consent_store.history(tx, person):
        known = found[one.purpose]
        if known is None or one.number > known.number:
            found[one.purpose] = one
    return found


def consent_history(tx: Tx, person: str) -> list[Consent]:
    """All answers of a person, the newest first."""
    return consent_store.history(tx, person)


def is_given(tx: Tx, person: str, purpose: Purpose) -> bool:
    """Whether the person said yes to this last."""
    found = consent_store.last(tx, person, purpose)
    return found is not None and found.given


def is_withdrawn(tx: Tx, person: str, purpose: Purpose) -> bool:
    """Whether the person said no to this last; not for whom nobody has asked."""
    found = consent_store.last(tx, person, purpose)
    return found is not None and not found.given


def withdrawn_since(tx: Tx, purpose: Purpose, since: datetime) -> list[str]:
    """Who has withdrawn this consent since a moment and not given it again."""
    said = consent_store.withdrawn_since(tx, purpose, since)
    return [one for one in said if not is_given(tx, one, purpose)]


def consents_counted(tx: Tx) -> dict[tuple[str, bool], int]:
    """How many people stand at yes or no, by purpose; nobody by name."""
    return consent_store.counted(tx)


def checked_language(language: str) -> str:
    """The language in which something was read; raises Invalid `language-invalid`."""
    if language not in _LANGUAGES:
        raise refusing.bad_language()
    return language


def _check_own(actor: Actor, owner: Person) -> None:
    itself = actor.kind is ActorKind.PERSON and actor.id == owner.id
    if not itself and not (actor.kind is ActorKind.APP and actor.id == owner.app):
        raise refusing.not_yours()
