# SPDX-License-Identifier: Apache-2.0
"""A mail address counts once who reads mail there has said so; nobody learns of it otherwise."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import CLERK, KINDS, PERSON
from tests.unit.conftest import About

from guiju.casework import (
    CONFIRM_TOPIC,
    PAGE,
    Message,
    address_refused,
    ask_again,
    ask_contact,
    confirm_contact,
    confirmation,
    contact_of,
    decline_contact,
    deliver,
    drop_contact,
    mail_standing,
    notices,
    notify,
    refused_addresses,
    settle_confirmation,
)
from guiju.casework.confirm_pages import ConfirmPages
from guiju.casework.confirming import ASKS_A_DAY, MAILS_A_DAY
from guiju.casework.contacting import keep
from guiju.casework.proof_store import PROOF, ProofState
from guiju.casework.stores import store_of
from guiju.kernel import FixedClock, GuijuError
from guiju.ledger import append, verify
from guiju.storage import Database, destroy_key
from guiju.web import NOBODY, Site, Viewer

ADDRESS, OTHER = "wanderer@example.org", "elsewhere@example.org"
ON_PAGE = Message("statement@1", "zh", PAGE, "Read this.")


def asked(database: Database, address: str = ADDRESS, subject: str = PERSON.id) -> str:
    """Somebody leaves an address; what the link in the mail ends with."""
    with database.write() as tx:
        found = confirmation(tx, ask_contact(tx, PERSON, subject, address, "en"))
    assert found is not None
    return found.secret


def confirmed(database: Database, secret: str, viewer: str | None = PERSON.id) -> None:
    with database.write() as tx:
        confirm_contact(tx, secret, viewer)


def counts(database: Database, subject: str = PERSON.id) -> str | None:
    with database.read() as tx:
        found = contact_of(tx, subject)
    return None if found is None else found.address


def code(error: pytest.ExceptionInfo[GuijuError]) -> str:
    return error.value.code


@pytest.mark.control("notices-by-mail")
def test_nothing_is_mailed_before_the_address_is_confirmed(
    database: Database, about: About
) -> None:
    """The link alone is sent; table and evidence hold neither it nor the address."""
    secret = asked(database)
    with database.write() as tx:
        (row,) = tx.rows(PROOF.select())
        for hidden in (ADDRESS.encode(), secret.encode()):
            assert hidden not in row.address + row.secret + row.digest.encode()
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        assert [one.channel for one in notices(tx, case)] == [PAGE]
        said = str(about(tx, PERSON.id))
    assert (ADDRESS in said, secret in said, counts(database)) == (False, False, None)
    confirmed(database, secret)
    with database.write() as tx:
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        assert [one.channel for one in notices(tx, case)] == [PAGE, "mail"]
        (kept, asks) = about(tx, PERSON.id)
        (row,) = tx.rows(PROOF.select())
    assert (kept["facts"]["confirmed"], asks["kind"]) == ("yes", "contact-asked")
    assert (row.address, row.secret, counts(database)) == (b"", b"", ADDRESS)
    assert verify(database, None).problems == ()


def test_a_link_works_once_and_for_three_days(database: Database, clock: FixedClock) -> None:
    """Unknown, used, replaced, declined and over sound the same."""
    used = asked(database)
    confirmed(database, used)
    replaced = asked(database, OTHER)
    late = asked(database, OTHER)
    clock.advance(hours=72)
    refused = []
    for secret in (used, replaced, late, "A" * 32):
        with pytest.raises(GuijuError) as error:
            confirmed(database, secret)
        refused.append(error.value)
    assert {one.code for one in refused} == {"mail-link-over"}
    assert len({str(one.what) + str(one.remedy) for one in refused}) == 1
    assert counts(database) == ADDRESS


def test_a_change_is_confirmed_anew_and_until_then_the_old_one_counts(database: Database) -> None:
    confirmed(database, asked(database))
    secret = asked(database, OTHER)
    assert counts(database) == ADDRESS
    confirmed(database, secret)
    assert counts(database) == OTHER


def test_who_has_an_account_confirms_for_themselves_alone(database: Database) -> None:
    """A link that reached somebody else opens nothing; they can say that it is not theirs."""
    secret = asked(database)
    for viewer in (None, "person_b"):
        with pytest.raises(GuijuError) as error:
            confirmed(database, secret, viewer)
        assert code(error) == "mail-link-sign-in"
    with database.write() as tx:
        decline_contact(tx, secret)
    with pytest.raises(GuijuError) as error:
        confirmed(database, secret)
    assert code(error) == "mail-link-over"
    with database.read() as tx:
        assert mail_standing(tx, PERSON.id).asked is None


def test_a_case_without_an_account_is_confirmed_by_the_link_alone(database: Database) -> None:
    """As a complaint of who left no name but a mail address."""
    with database.write() as tx:
        case = opened(tx)
    secret = asked(database, subject=case.id)
    confirmed(database, secret, None)
    assert counts(database, case.id) == ADDRESS


def test_nobody_is_flooded_with_links(database: Database, clock: FixedClock) -> None:
    """Five asks a day of one person; three mails a day to one address, and nobody is told why."""
    for _ in range(ASKS_A_DAY):
        with database.write() as tx:
            ask_contact(tx, PERSON, PERSON.id, ADDRESS, "en")
    with database.write() as tx, pytest.raises(GuijuError) as error:
        ask_contact(tx, PERSON, PERSON.id, OTHER, "en")
    assert code(error) == "mail-asks-too-many"
    mailed: list[str] = []
    deliver(database, {CONFIRM_TOPIC: lambda _, name: mailed.append(name)})
    assert len(mailed) == MAILS_A_DAY
    # To forget the address and leave it again is to ask again.
    with database.write() as tx:
        assert drop_contact(tx, PERSON, PERSON.id)
    with database.write() as tx, pytest.raises(GuijuError) as error:
        ask_contact(tx, PERSON, PERSON.id, ADDRESS, "en")
    assert code(error) == "mail-asks-too-many"
    # Somebody else who leaves the same address is told nothing else than anybody.
    with database.write() as tx:
        held = ask_contact(tx, PERSON, "person_b", ADDRESS.upper(), "en")
        assert confirmation(tx, held) is None
        found = mail_standing(tx, "person_b").asked
        assert found is not None
        assert found.state is ProofState.HELD
    deliver(database, {CONFIRM_TOPIC: lambda _, name: mailed.append(name)})
    assert len(mailed) == MAILS_A_DAY
    clock.advance(hours=25)
    confirmed(database, asked(database))
    with database.read() as tx:
        assert len(tx.rows(PROOF.select().where(PROOF.c.subject == PERSON.id))) == 1


@pytest.mark.control("notices-by-mail")
def test_what_a_mail_server_refuses_is_seen_and_counts_no_longer(database: Database) -> None:
    """The link, or a notice later: by the person, by staff, and no other mail is sent there."""
    with database.write() as tx:
        name = ask_contact(tx, PERSON, PERSON.id, ADDRESS, "en")
        settle_confirmation(tx, name, sent=False)
        standing = mail_standing(tx, PERSON.id)
        assert standing.asked is not None
        assert (standing.asked.state, standing.refused_at) == (ProofState.REFUSED, tx.now)
        assert [one.case for one in refused_addresses(tx, KINDS)] == [None]
        assert ask_again(tx, PERSON, PERSON.id, "en")
    confirmed(database, asked(database))
    with database.write() as tx:
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        address_refused(tx, notices(tx, case)[1].id)
        standing = mail_standing(tx, PERSON.id)
    assert (standing.contact, standing.kept) == (None, ADDRESS)
    assert standing.refused_at is not None
    with database.write() as tx:
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        assert [one.channel for one in notices(tx, case)] == [PAGE]
        assert ask_again(tx, PERSON, PERSON.id, "en")


def test_who_clicks_before_it_is_noted_that_it_was_sent_has_confirmed(database: Database) -> None:
    with database.write() as tx:
        name = ask_contact(tx, PERSON, PERSON.id, ADDRESS, "en")
        found = confirmation(tx, name)
    assert found is not None
    confirmed(database, found.secret)
    with database.write() as tx:
        settle_confirmation(tx, name, sent=False)
    assert counts(database) == ADDRESS


def test_an_address_of_before_counts_once_it_is_confirmed(database: Database) -> None:
    """It was kept when nothing was asked; it is shown, and not written to."""
    with database.write() as tx:
        keep(tx, PERSON.id, PERSON.id, ADDRESS, "zh")
        facts = {"channel": "mail"}
        append(tx, "contact-kept", controls=("notices-by-mail",), actor=PERSON, facts=facts)
    assert counts(database) is None
    with database.write() as tx:
        assert mail_standing(tx, PERSON.id).kept == ADDRESS
        assert ask_again(tx, PERSON, PERSON.id, "zh")
        assert not ask_again(tx, PERSON, "person_b", "zh")
        found = mail_standing(tx, PERSON.id).asked
    assert found is not None
    assert found.address == ADDRESS


def test_forgotten_is_forgotten(database: Database) -> None:
    """What counts and what waits; after erasure no link opens anything."""
    store = store_of(KINDS)
    confirmed(database, asked(database))
    secret = asked(database, OTHER)
    with database.write() as tx:
        assert store.what_of(tx, PERSON.id)["addresses"] == 2
        assert drop_contact(tx, PERSON, PERSON.id)
        assert store.what_of(tx, PERSON.id).get("addresses") is None
    with pytest.raises(GuijuError) as error:
        confirmed(database, secret)
    assert code(error) == "mail-link-over"
    with database.write() as tx:
        assert drop_contact(tx, PERSON, PERSON.id, erased=True)
        assert tx.rows(PROOF.select()) == []
    secret = asked(database)
    with database.write() as tx:
        destroy_key(tx, PERSON.id)
        append(tx, "key-destroyed", controls=("records-sealed",), actor=CLERK)
    with pytest.raises(GuijuError) as error:
        confirmed(database, secret)
    assert code(error) == "mail-link-over"


# -- the page --------------------------------------------------------------------------------------


@pytest.fixture
def pages(db: Database) -> dict[str, TestClient]:
    """Who reads the mail: signed in as the person, as another, or as nobody."""

    def of(viewer: Viewer) -> TestClient:
        site, app = Site(lambda _: viewer), FastAPI()
        ConfirmPages(db, site).add_to(app.router)
        headers = {"accept": "text/html", "accept-language": "en"}
        return TestClient(site.install(app), headers=headers, follow_redirects=False)

    return {
        "person": of(Viewer("person", PERSON.id, "", frozenset(), "token")),
        "other": of(Viewer("person", "person_b", "", frozenset(), "token")),
        "nobody": of(NOBODY),
    }


def form(client: TestClient, page: str) -> dict[str, str]:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
    return {"form_token": found[1] if found else "token"}


def test_looking_at_the_page_confirms_nothing(db: Database, pages: dict[str, TestClient]) -> None:
    """Mail programs open links by themselves; a button is a person's, and needs the session."""
    here = f"/mail/{asked(db)}"
    for who, client in pages.items():
        shown = client.get(here)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert ADDRESS not in shown.text
        assert (f"{here}/confirm" in shown.text) is (who == "person")
        assert ("/sign-in?next=/mail/" in shown.text) is (who != "person")
    assert counts(db) is None
    for who in ("nobody", "other"):
        sent = pages[who].post(f"{here}/confirm", data=form(pages[who], here))
        assert (sent.status_code, counts(db)) == (403, None)
    done = pages["person"].post(f"{here}/confirm", data=form(pages["person"], here))
    assert ("It is confirmed" in done.text, counts(db)) == (True, ADDRESS)
    assert pages["person"].get(here).status_code == 404


def test_a_link_that_is_none_tells_nothing(db: Database, pages: dict[str, TestClient]) -> None:
    """Whether it was used, is over, or never was."""
    used = asked(db)
    confirmed(db, used)
    texts = {pages["nobody"].get(f"/mail/{one}").text for one in (used, "B" * 32)}
    said = {re.sub(r'value="[^"]+"|/mail/[\w-]+', "", one) for one in texts}
    assert len(said) == 1
    assert "This link is none of ours" in said.pop()


def test_whoever_never_asked_says_so_without_an_account(
    db: Database, pages: dict[str, TestClient]
) -> None:
    here = f"/mail/{asked(db)}"
    done = pages["nobody"].post(f"{here}/decline", data=form(pages["nobody"], here))
    assert "The address is forgotten" in done.text
    assert pages["person"].get(here).status_code == 404
    assert _rows(db) == [ProofState.DECLINED]


def _rows(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.state for one in tx.rows(PROOF.select())]
