# SPDX-License-Identifier: Apache-2.0
"""An invented provider: its staff, a person, an app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from guiju import ledger
from guiju.accounts import (
    Caller,
    Change,
    Draft,
    Issued,
    IssuedApp,
    Person,
    Staff,
    accept_agreement,
    appoint_staff,
    approve_agreement,
    first_agreement,
    issue_key,
    look_up,
    propose_agreement,
    register_app,
    register_person,
)
from guiju.kernel import Text, software
from guiju.storage import Database

PASSWORD = "lantern orchard 42"


class House(NamedTuple):
    """Staff of the invented provider."""

    boss: Staff
    officer: Staff
    second: Staff
    appeals: Staff
    legal: Staff
    auditor: Staff


@pytest.fixture
def house(db: Database) -> House:
    """The first staff, appointed in one transaction as at the first run."""
    roles = {
        "boss": ["accountable-person"],
        "officer": ["safety-officer"],
        "second": ["safety-officer"],
        "appeals": ["appeals-officer"],
        "legal": ["agreement-manager"],
        "auditor": ["auditor"],
    }
    with db.write() as tx:
        return House(
            *(
                appoint_staff(tx, software("test"), name, PASSWORD, held)
                for name, held in roles.items()
            )
        )


@pytest.fixture
def person(db: Database) -> Person:
    """Somebody who registered as `wanderer`."""
    with db.write() as tx:
        return register_person(tx, None, "wanderer", PASSWORD)


@pytest.fixture
def key(db: Database, person: Person) -> Issued:
    """A key of that person."""
    with db.write() as tx:
        return issue_key(tx, person.actor, person.id, "laptop")


@pytest.fixture
def app(db: Database) -> IssuedApp:
    """An app with its first key."""
    with db.write() as tx:
        return register_app(tx, software("test"), "teahouse")


def words_of(words: str) -> Text:
    """A text that states all it must, and these words."""
    whole = first_agreement()
    return Text(zh=f"{whole.zh}\n27. 协议：{words}", en=f"{whole.en}\n27. Agreement: {words}")


@pytest.fixture
def publish(db: Database, house: House) -> Callable[..., int]:
    """Lets two people publish an agreement with these words, and says which version it is."""

    def put(words: str, change: Change = Change.MATERIAL) -> int:
        with db.write() as tx:
            made = propose_agreement(tx, house.legal.actor, Draft(words_of(words), change, words))
            return approve_agreement(tx, house.officer.actor, made.id).version

    return put


@pytest.fixture
def agreed(db: Database, person: Person, publish: Callable[..., int]) -> Person:
    """That person, having accepted version 1."""
    version = publish("one")
    with db.write() as tx:
        accept_agreement(tx, person.actor, person.id, version)
    return person


@pytest.fixture
def ask(db: Database) -> Callable[..., Caller]:
    """Looks up who a token is, in a reading transaction."""

    def look(token: str, end_user: str | None = None) -> Caller:
        with db.read() as tx:
            return look_up(tx, token, end_user)

    return look


@pytest.fixture
def leaves(db: Database) -> Callable[..., list[dict[str, Any]]]:
    """Every leaf of the ledger, or those of one kind."""

    def read(kind: str | None = None) -> list[dict[str, Any]]:
        ledger.integrate(db)
        with db.read() as tx:
            return [one for one in ledger.leaves(tx) if kind in {None, one["kind"]}]

    return read
