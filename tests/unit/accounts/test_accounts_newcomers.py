# SPDX-License-Identifier: Apache-2.0
"""Registering: what was shown, accepted and answered is on record, and nobody is made before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from guiju import profile
from guiju.accounts import (
    Entry,
    Person,
    Purpose,
    SessionKind,
    Visit,
    Way,
    appoint_staff,
    find_person,
    first_agreement,
    flood,
    install_agreement,
    newcomers,
    nonces,
    openid,
    service,
)
from guiju.accounts.consents import is_given
from guiju.accounts.newcomers import Newcomer, Registered, Shown
from guiju.accounts.openid_refusing import NotLinked
from guiju.accounts.openid_store import LINK
from guiju.accounts.store import PERSON
from guiju.kernel import GuijuError, Invalid, Refused, Text, isoformat, software
from guiju.storage import Database, Tx

from .conftest import PASSWORD
from .vouching import HERE, World, put_provider

OTHER = Visit(binding="browser two", address="192.0.2.8")
pytestmark = [pytest.mark.control("agreement-before-use"), pytest.mark.control("federated-sign-in")]


@pytest.fixture
def world(db: Database, house, publish: Callable[..., int]) -> World:
    """A provider that vouches for people, and an agreement to accept."""
    publish("one")
    put_provider(db, house.boss.actor)
    return World(db)


def page(db: Database, visit: Visit = HERE, language: str = "zh") -> str:
    """Look at the form to register: its token."""
    with db.read() as tx:
        now = service.agreement_in_force(tx)
        assert now is not None
        annex = service.annex_digest(tx)
        return newcomers.page_token(
            tx.keys, visit, Shown(now.version, now.digest, annex, language, tx.now)
        )


def ticket(world: World, visit: Visit = HERE, subject: str = "u-1") -> str:
    """Come back from the provider as somebody whom nobody knows."""
    world.claims = {"sub": subject}
    identity = world.finish(world.begin(visit), visit)
    with pytest.raises(NotLinked) as caught:
        openid.enter_by_identity(world.db, identity, visit)
    return caught.value.ticket


def by_identity(db: Database, given: str, name: str = "laowang", **more) -> Registered:
    visit = more.pop("visit", HERE)
    shown = more.pop("page", None) or page(db, visit)
    newcomer = Newcomer(name, None, given, shown, **more)
    with db.write() as tx:
        return newcomers.register(tx, visit, newcomer)


def by_password(db: Database, name: str = "laowang", **more) -> Registered:
    shown = more.pop("page", None) or page(db)
    ask = more.pop("ask", lambda *_: None)
    visit = more.pop("visit", HERE)
    newcomer = Newcomer(name, service.hash_password(name, PASSWORD), "", shown, **more)
    with db.write() as tx:
        return newcomers.register(tx, visit, newcomer, ask)


def people(db: Database) -> int:
    with db.read() as tx:
        row = tx.row(select(func.count()).select_from(PERSON))
        assert row is not None
        return int(row[0])


def test_a_registration_is_evidenced_as_an_acceptance_is(db, world, clock, leaves):
    """Served when and in which language it was shown, accepted when it was; both agree."""
    shown_at = clock.now()
    token = page(db, language="en")
    clock.advance(minutes=9)
    made = by_password(db, page=token)
    person = made.accepted.person
    mine = [one for one in leaves() if one.get("subject") == person]
    assert [one["kind"] for one in mine] == [
        "person-registered",
        "agreement-served",
        "consent-given",
        "agreement-accepted",
    ]
    served, accepted = mine[1]["facts"], mine[3]["facts"]
    assert served["shown_at"] == accepted["served_at"] == isoformat(shown_at)
    assert mine[3]["at"] == isoformat(clock.now())
    assert (served["way"], served["language"], accepted["language"]) == ("page", "en", "en")
    for one in (served, accepted):
        assert (one["version"], one["digest"]) == (1, made.accepted.digest)
    assert {one["actor"]["id"] for one in mine} == {person}
    with db.read() as tx:
        assert service.get_person(tx, person).language == "en"
        assert service.owed(tx, person) is None


def test_the_evidence_is_of_the_same_form_as_that_of_the_agreement_page(db, world, person, leaves):
    """Whoever reads the ledger need not know by which page somebody accepted."""
    with db.write() as tx:
        service.serve_agreement(tx, person.actor, person.id, "zh", Way.PAGE)
        service.accept_agreement(tx, person.actor, person.id, 1)
    newcomer = by_password(db).accepted.person
    for kind in ("agreement-served", "agreement-accepted", "consent-given"):
        of = {one["subject"]: set(one["facts"]) for one in leaves(kind)}
        assert of[person.id] == of[newcomer]


@pytest.mark.parametrize("what", ["none", "forged", "other browser", "late", "of another step"])
def test_without_the_page_that_was_shown_nobody_is_registered(db, world, clock, what):
    """No field of the form can say that something was read."""
    made: dict[str, Callable[[], str]] = {
        "none": lambda: "",
        "forged": lambda: page(db)[:-3] + "AAA",
        "other browser": lambda: page(db, OTHER),
        "late": lambda: page(db),
        "of another step": lambda: ticket(world),
    }
    token = made[what]()
    if what == "late":
        clock.advance(seconds=newcomers.TO_READ.total_seconds())
    newcomer = Newcomer("laowang", service.hash_password("laowang", PASSWORD), "", token)
    with db.write() as tx, pytest.raises(Refused, match="registration-page-expired"):
        newcomers.register(tx, HERE, newcomer)
    assert people(db) == 0


def test_a_page_registers_once(db, world):
    """Going back in the browser makes no second account that nobody was shown anything for."""
    token = page(db)
    by_password(db, page=token)
    with pytest.raises(Refused, match="registration-page-expired"):
        by_password(db, "laoli", page=token)
    assert people(db) == 1


def test_what_changed_while_somebody_read_is_read_first(db, world, publish, house):
    """The text, and its annex: the statement of the service."""
    token = page(db)
    publish("two")
    with pytest.raises(GuijuError, match="agreement-superseded"):
        by_password(db, page=token)
    token = page(db)
    with db.write() as tx:
        profile.install(tx, house.officer.actor, house.second.actor, profile.demo_statement())
    with pytest.raises(GuijuError, match="agreement-superseded"):
        by_password(db, page=token)
    assert people(db) == 0
    assert by_password(db).accepted.version == 2


def test_consents_are_asked_for_each_by_itself(db, world, leaves):
    """Yes to one is yes to that one; silence is no answer and leaves no row."""
    person = by_password(db, consents=[Purpose.TRAINING]).accepted.person
    with db.read() as tx:
        assert is_given(tx, person, Purpose.TRAINING)
        assert service.consents_of(tx, person)[Purpose.SENSITIVE] is None
    given = [one["facts"]["purpose"] for one in leaves("consent-given")]
    assert sorted(given) == ["service", "training"]


def test_what_else_is_asked_is_answered_or_nobody_is_made(db, world):
    """In the same transaction: an answer that is refused leaves nothing behind."""

    def refuse(_tx: Tx, _person: Person) -> None:
        raise Invalid("age-unsaid", Text(zh="?", en="?"), Text(zh="?", en="?"))

    token = page(db)
    with pytest.raises(Invalid, match="age-unsaid"):
        by_password(db, page=token, ask=refuse)
    assert people(db) == 0
    assert by_password(db, page=token)


def test_where_nothing_can_be_accepted_nobody_registers(db, house):
    """Before the first agreement there is no account either."""
    shown = newcomers.page_token(db.keys, HERE, Shown(1, "0" * 64, None, "zh", db.clock.now()))
    with pytest.raises(Refused, match="registration-closed"):
        by_password(db, page=shown)


# -- by an identity of another provider ------------------------------------------------------------


def test_an_unknown_identity_becomes_an_account_by_acceptance(db, world, leaves):
    """Nothing is kept before; afterwards it opens the account, and the ledger does not name it."""
    given = ticket(world)
    assert people(db) == 0
    assert not leaves("person-registered")
    made = by_identity(db, given)
    assert made.opened.session.entry is Entry.OPENID
    person = made.accepted.person
    assert [one["kind"] for one in leaves() if one.get("subject") == person] == [
        "person-registered",
        "credential-changed",
        "agreement-served",
        "consent-given",
        "agreement-accepted",
    ]
    world.claims = {}
    again = openid.enter_by_identity(db, world.finish(world.begin()), HERE)
    assert again.session.actor.id == person
    assert "u-1" not in str(leaves())
    with db.read() as tx:
        assert service.stored(tx, made.opened.session.actor) is None
        assert find_person(tx, "laowang") is not None


def test_the_ticket_says_nothing_of_whoever_it_is_for(world):
    """It stands in an address: the name that the provider has for somebody is not in it."""
    said = nonces.from_text(ticket(world, subject="somebody@example.org"))
    assert b"somebody" not in said
    assert b"example.org" not in said


@pytest.mark.parametrize("what", ["none", "forged", "other browser", "late", "page", "state"])
def test_a_ticket_registers_in_its_browser_in_time(db, world, clock, what):
    """Whoever brings another's, or makes one up, is nobody."""
    made: dict[str, Callable[[], str]] = {
        "none": lambda: "",
        "forged": lambda: ticket(world)[:-3] + "AAA",
        "other browser": lambda: ticket(world, OTHER),
        "late": lambda: ticket(world),
        "page": lambda: page(db),
        "state": world.begin,
    }
    given = made[what]()
    if what == "late":
        clock.advance(seconds=openid.TO_REGISTER.total_seconds())
    with pytest.raises(Refused, match="sign-in-step-expired"):
        by_identity(db, given)
    assert people(db) == 0


def test_a_ticket_registers_once(db, world):
    """Replayed with another name it is used up; a second one for the same subject is taken."""
    first, second = ticket(world), ticket(world)
    by_identity(db, first)
    with pytest.raises(Refused, match="sign-in-step-expired"):
        by_identity(db, first, "laoli")
    with pytest.raises(GuijuError, match="openid-linked"):
        by_identity(db, second, "laoli")
    assert people(db) == 1


def race(database: Database, world: World) -> None:
    tokens = [(ticket(world), page(database), f"name{at}") for at in range(4)]

    def go(one: tuple[str, str, str]) -> str:
        try:
            by_identity(database, one[0], one[2], page=one[1])
        except GuijuError as error:
            return error.code
        return "registered"

    with ThreadPoolExecutor(4) as many:
        codes = sorted(many.map(go, tokens))
    assert codes == ["openid-linked"] * 3 + ["registered"]
    assert people(database) == 1
    with database.read() as tx:
        assert len(tx.rows(select(LINK.c.id))) == 1


def test_one_of_many_registrations_with_one_subject_wins(db, world):
    """Four tabs of one person at once: one account, one link, and nothing of the others."""
    race(db, world)


@pytest.mark.slow
def test_one_of_many_registrations_wins_on_postgresql_too(pg_db):
    """There writers do not wait for each other, and the row of the link decides."""
    with pg_db.write() as tx:
        roles = {"boss": ["accountable-person"], "legal": ["agreement-manager"]}
        boss, legal = (
            appoint_staff(tx, software("test"), name, PASSWORD, held).actor
            for name, held in roles.items()
        )
        install_agreement(tx, legal, boss, first_agreement())
    put_provider(pg_db, boss)
    race(pg_db, World(pg_db))


def test_a_provider_that_is_gone_vouches_for_no_newcomer(db, world, house):
    """Taken off, or set to another issuer or to staff, while somebody was reading."""
    given = ticket(world)
    put_provider(db, house.boss.actor, issuer="https://new.example")
    with pytest.raises(Refused, match="sign-in-step-expired"):
        by_identity(db, given)
    put_provider(db, house.boss.actor, SessionKind.STAFF)
    with pytest.raises(Refused, match="sign-in-step-expired"):
        by_identity(db, given)
    with db.write() as tx:
        openid.remove_provider(tx, house.boss.actor, "corp")
    with pytest.raises(GuijuError, match="openid-provider-unknown"):
        by_identity(db, given)
    assert people(db) == 0


def test_an_account_that_waits_for_its_victim_is_not_joined(db, world):
    """Pre-hijacking: somebody registered by the victim's mail address before. They stay two."""
    attacker = by_password(db, "victim@example.org", email="victim@example.org").accepted.person
    world.claims = {}
    given = ticket(world)
    with pytest.raises(GuijuError, match="name-taken"):
        by_identity(db, given, "victim@example.org")
    victim = by_identity(db, given, "victim").accepted.person
    assert victim != attacker
    with db.read() as tx:
        assert openid.links_of(tx, attacker) == []


@pytest.mark.parametrize("verified", [True, False, None])
def test_a_mail_address_that_a_provider_vouches_for_links_nothing(db, world, verified):
    """Neither an unverified one nor a verified one: an identity is its subject and nothing else."""
    mine = by_password(db, "wanderer@example.org", email="wanderer@example.org").accepted.person
    world.claims = {"email": "wanderer@example.org", "email_verified": verified}
    with pytest.raises(NotLinked):
        openid.enter_by_identity(db, world.finish(world.begin()), HERE)
    with db.read() as tx:
        assert openid.links_of(tx, mine) == []


def test_of_staff_nobody_registers(db, house, publish):
    """An unknown identity of a provider for staff gets no ticket, and no account."""
    publish("one")
    put_provider(db, house.boss.actor, SessionKind.STAFF)
    assert ticket(World(db)) == ""


def test_registrations_by_identity_are_counted_as_all_are(db, world):
    """A provider that hands out subjects freely fills nothing: twenty an hour for an address."""
    for at in range(flood.REGISTRATIONS):
        by_identity(db, ticket(world, subject=f"u-{at}"), f"name{at}")
    with pytest.raises(Refused, match="registrations-too-many"):
        by_identity(db, ticket(world, subject="u-more"), "more")
