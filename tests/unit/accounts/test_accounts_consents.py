# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from guiju.accounts import (
    Answer,
    Caller,
    Consent,
    Issued,
    IssuedApp,
    Person,
    Purpose,
    Way,
    accept_agreement,
    answer,
    app_answers,
    consent_history,
    consents_counted,
    consents_of,
    guardian_answers,
    is_given,
    may_use,
    register_person,
)
from guiju.accounts.consent_store import CONSENT
from guiju.kernel import Actor, ActorKind, Invalid, Refused, software
from guiju.storage import Database

Ask = Callable[..., Caller]


def says(db: Database, person: Person, purpose: Purpose, *, given: bool) -> Consent:
    with db.write() as tx:
        return answer(tx, person.actor, Answer(person.id, purpose, given))


@pytest.mark.control("separate-consents", "training-opt-out")
def test_nobody_has_consented_to_training_who_was_not_asked(
    db: Database, agreed: Person, key: Issued, ask: Ask
) -> None:
    """Not with the agreement, not by silence."""
    with db.read() as tx:
        found = consents_of(tx, agreed.id)
        assert not is_given(tx, agreed.id, Purpose.TRAINING)
    assert [one for one, said in found.items() if said is not None] == [Purpose.SERVICE]
    assert "training" not in ask(key.token).consents


@pytest.mark.control("separate-consents", "training-opt-out")
def test_a_yes_and_a_no_count_at_once_each_with_its_evidence(
    db: Database, agreed: Person, key: Issued, ask: Ask, leaves: Any
) -> None:
    """The caller carries the number of the answer; the history keeps all of them."""
    says(db, agreed, Purpose.TRAINING, given=True)
    assert ask(key.token).consents == {"service": 1, "training": 1}
    says(db, agreed, Purpose.TRAINING, given=False)
    assert ask(key.token).consents == {"service": 1}
    says(db, agreed, Purpose.TRAINING, given=True)
    assert ask(key.token).consents["training"] == 3
    with db.read() as tx:
        mine = [one for one in consent_history(tx, agreed.id) if one.purpose == "training"]
    assert [(one.number, one.given) for one in mine] == [(3, True), (2, False), (1, True)]
    (withdrawn,) = leaves("consent-withdrawn")
    assert withdrawn["facts"] == {
        "purpose": "training",
        "number": 2,
        "asked": Purpose.TRAINING.asked_digest,
        "language": "zh",
        "way": "page",
    }


def test_the_same_answer_again_is_no_news(db: Database, agreed: Person, leaves: Any) -> None:
    """One row and one leaf, however often the button is pressed; an explicit no is kept."""
    first = says(db, agreed, Purpose.TRAINING, given=False)
    assert says(db, agreed, Purpose.TRAINING, given=False) == first
    assert (first.number, first.given) == (1, False)
    assert len(leaves("consent-withdrawn")) == 1


@pytest.mark.control("separate-consents")
def test_each_purpose_stands_by_itself(db: Database, agreed: Person) -> None:
    """A yes to one is none to another."""
    says(db, agreed, Purpose.SENSITIVE, given=True)
    with db.read() as tx:
        assert is_given(tx, agreed.id, Purpose.SENSITIVE)
        assert not is_given(tx, agreed.id, Purpose.TRAINING)
        assert consents_counted(tx) == {("service", True): 1, ("sensitive", True): 1}


@pytest.mark.control("agreement-before-use", "separate-consents")
def test_withdrawing_the_service_closes_it_until_the_agreement_is_accepted_again(
    db: Database, agreed: Person, key: Issued, ask: Ask, leaves: Any
) -> None:
    """The same version, accepted anew, opens; both acceptances are on record."""
    says(db, agreed, Purpose.SERVICE, given=False)
    assert ask(key.token).agreement is None
    assert not may_use(ask(key.token))
    with pytest.raises(Invalid, match="consent-not-here"):
        says(db, agreed, Purpose.SERVICE, given=True)
    with db.write() as tx:
        accept_agreement(tx, agreed.actor, agreed.id, 1)
    assert may_use(ask(key.token))
    assert len(leaves("agreement-accepted")) == 2


def test_nobody_answers_for_somebody_else(db: Database, agreed: Person, house: Any) -> None:
    """Not another person, not staff, not software, not a strange app."""
    with db.write() as tx:
        other = register_person(tx, None, "other", "lantern orchard 42")
    said = Answer(agreed.id, Purpose.TRAINING, given=True)
    strangers = (other.actor, house.boss.actor, software("x"), Actor(ActorKind.APP, "ap_x"))
    for actor in strangers:
        with db.write() as tx, pytest.raises(Refused, match="not-yours"):
            answer(tx, actor, said)


@pytest.mark.control("separate-consents")
def test_an_app_reports_what_its_end_user_answered(
    db: Database, app: IssuedApp, leaves: Any
) -> None:
    """In the name of the app, for a pseudonym."""
    with db.write() as tx:
        made = app_answers(tx, app.app.id, "u-1", Purpose.TRAINING, given=True, language="en")
    assert (made.way, made.by, made.language) == (Way.APP, app.app.id, "en")
    assert leaves("consent-given")[0]["actor"]["kind"] == "app"


@pytest.mark.control("separate-consents")
def test_a_guardian_answers_for_the_child_and_nobody_for_themselves(
    db: Database, agreed: Person
) -> None:
    """The child cannot, nor software say yes; it ends by the guardian, or with the last of them."""
    with db.write() as tx:
        guardian = register_person(tx, None, "guardian", "lantern orchard 42")
    with db.write() as tx:
        guardian_answers(tx, guardian.actor, agreed.id, given=True)
        assert is_given(tx, agreed.id, Purpose.GUARDIAN)
    with pytest.raises(Invalid, match="consent-not-here"):
        says(db, agreed, Purpose.GUARDIAN, given=False)
    for actor, yes in ((agreed.actor, False), (agreed.actor, True), (software("minors"), True)):
        with db.write() as tx, pytest.raises(Refused, match="not-yours"):
            guardian_answers(tx, actor, agreed.id, given=yes)
    for actor in (guardian.actor, software("minors")):
        with db.write() as tx:
            guardian_answers(tx, actor, agreed.id, given=False)
            assert not is_given(tx, agreed.id, Purpose.GUARDIAN)
            guardian_answers(tx, guardian.actor, agreed.id, given=True)


def test_a_language_that_nobody_speaks_here_is_refused(db: Database, agreed: Person) -> None:
    """The record says in which language the words were read."""
    with db.write() as tx, pytest.raises(Invalid, match="language-invalid"):
        answer(tx, agreed.actor, Answer(agreed.id, Purpose.TRAINING, given=True), language="fr")


@pytest.mark.control("separate-consents")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(said=st.lists(st.tuples(st.sampled_from(["training", "sensitive"]), st.booleans())))
def test_the_last_answer_of_each_purpose_counts(
    db: Database, agreed: Person, key: Issued, ask: Ask, said: list[tuple[str, bool]]
) -> None:
    """However often and in whatever order people change their minds; numbers only grow."""
    expected = {
        purpose: purpose in ask(key.token).consents for purpose in ("training", "sensitive")
    }
    for purpose, yes in said:
        says(db, agreed, Purpose(purpose), given=yes)
        expected[purpose] = yes
    held = ask(key.token).consents
    assert {purpose: purpose in held for purpose in expected} == expected
    with db.read() as tx:
        rows = tx.rows(select(CONSENT.c.purpose, CONSENT.c.number, CONSENT.c.given))
    for purpose in expected:
        mine = sorted((row.number, row.given) for row in rows if row.purpose == purpose)
        assert [number for number, _ in mine] == list(range(1, len(mine) + 1))
        assert all(one[1] != two[1] for one, two in pairwise(mine))


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(pg_db: Database) -> None:
    """Answers, the standing of the hot path, and counts."""
    with pg_db.write() as tx:
        person = register_person(tx, None, "wanderer", "lantern orchard 42")
    for yes in (True, False, True):
        says(pg_db, person, Purpose.TRAINING, given=yes)
    with pg_db.read() as tx:
        assert is_given(tx, person.id, Purpose.TRAINING)
        assert consents_counted(tx) == {("training", True): 1}
