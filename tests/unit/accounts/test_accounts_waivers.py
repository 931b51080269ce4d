# SPDX-License-Identifier: Apache-2.0
"""Terms for content without a visible label: of the policy, accepted by each person for itself."""

from __future__ import annotations

import pytest
from tests.unit.accounts.conftest import House

from guiju import ledger, policies
from guiju.accounts import IssuedApp, Person, look_up, service
from guiju.accounts.gates import require_waiver
from guiju.accounts.model import Way
from guiju.kernel import Actor, ActorKind, GuijuError, Text
from guiju.storage import Database

TERMS = Text(zh="使用者自行在显著位置加标识。", en="The user labels it where it is shown.")
OTHERS = Text(zh="另一份条款。", en="Other terms.")


def in_force(db: Database, house: House, terms: Text | None) -> str:
    """A policy with these terms, approved by two; returns their digest."""
    body = policies.default_body()
    if terms is not None:
        body["labels"]["waiver"] = {"zh": terms.zh, "en": terms.en}
    with db.write() as tx:
        proposed = policies.propose(tx, house.officer.actor, policies.checked(body))
        policies.approve(tx, house.second.actor, proposed.id)
    return "" if terms is None else service.terms_digest(terms)


def accepts(db: Database, actor: Actor, person: str, terms: str) -> str:
    """The code of the error, or nothing."""
    try:
        with db.write() as tx:
            service.accept_waiver(tx, actor, person, terms, Way.API)
    except GuijuError as error:
        return error.code
    return ""


@pytest.mark.control("label-waiver-log")
def test_terms_are_accepted_once_and_by_the_person(
    db: Database, house: House, person: Person
) -> None:
    """Nobody accepts for somebody else; what was accepted is a leaf that names the terms."""
    assert accepts(db, person.actor, person.id, "0" * 64) == "label-waiver-not-offered"
    terms = in_force(db, house, TERMS)
    assert accepts(db, Actor(ActorKind.PERSON, "pe_x"), person.id, terms) == "not-yours"
    assert accepts(db, house.officer.actor, person.id, terms) == "not-yours"
    assert accepts(db, person.actor, person.id, "0" * 64) == "label-waiver-superseded"
    for _ in range(2):
        assert accepts(db, person.actor, person.id, terms) == ""
    ledger.integrate(db)
    with db.read() as tx:
        assert service.accepted_waiver(tx, person.id, TERMS)
        assert not service.accepted_waiver(tx, person.id, OTHERS)
        found = [one for one in ledger.leaves(tx) if one["kind"] == "label-waiver-accepted"]
    assert [one["facts"] for one in found] == [{"terms": terms, "way": "api"}]


@pytest.mark.control("label-waiver-log")
def test_other_terms_are_accepted_anew(db: Database, house: House, person: Person) -> None:
    """The caller shows what was accepted; the gate asks for the terms in force."""
    first = in_force(db, house, TERMS)
    accepts(db, person.actor, person.id, first)
    with db.write() as tx:
        token = service.issue_key(tx, person.actor, person.id, "").token
    with db.read() as tx:
        caller = look_up(tx, token)
    require_waiver(caller, first)
    second = in_force(db, house, OTHERS)
    for terms, code in ((second, "label-waiver-not-accepted"), (None, "label-waiver-not-offered")):
        with pytest.raises(GuijuError) as refused:
            require_waiver(caller, terms)
        assert refused.value.code == code


def test_an_app_reports_for_its_end_user(db: Database, house: House, app: IssuedApp) -> None:
    """As with the agreement: a new end user is introduced by it."""
    terms = in_force(db, house, TERMS)
    with db.write() as tx:
        person = service.app_accepts_waiver(tx, app.app.id, "user-7", terms)
    with db.read() as tx:
        assert look_up(tx, app.token, "user-7").person == person
        assert look_up(tx, app.token, "user-7").waivers == {terms}
        assert look_up(tx, app.token, "user-8").waivers == frozenset()
