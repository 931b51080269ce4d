# SPDX-License-Identifier: Apache-2.0
"""A mail address is sealed; a notice on a page is announced by mail, which says nothing of it."""

from __future__ import annotations

import pytest
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import CLERK, KINDS, PERSON
from tests.unit.conftest import About

from guiju.casework import (
    MAIL_TOPIC,
    PAGE,
    Message,
    NoticeState,
    contact_of,
    deliver,
    drop_contact,
    is_address,
    mail,
    notices,
    notify,
    settle,
    undelivered,
)
from guiju.casework.confirming import ask_contact, confirm_contact, confirmation
from guiju.casework.contact_store import CONTACT
from guiju.kernel import FixedClock, GuijuError, software
from guiju.ledger import append, verify
from guiju.storage import Database, Tx, destroy_key

SENDER = software("mail")
ADDRESS = "wanderer@example.org"
SECRET = "quetzal lamplighter"


def set_contact(tx: Tx, address: str, language: str) -> None:
    """The person leaves an address, and follows the link that is sent there."""
    found = confirmation(tx, ask_contact(tx, PERSON, PERSON.id, address, language))
    assert found is not None
    confirm_contact(tx, found.secret, PERSON.id)


ON_PAGE = Message("statement@1", "zh", PAGE, f"Because of {SECRET}.")


@pytest.mark.parametrize("words", [ADDRESS, "a.b+c@x-y.example.co", "1@a.io"])
def test_an_address_is_one_that_every_mail_server_takes(words: str) -> None:
    assert is_address(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "010-5550-0100",
        "a@b",
        "a b@example.org",
        "a@example.org, b@example.org",
        "<a@example.org>",
        "a@example.org\nBcc: b@example.org",
        ".a@example.org",
        "a..b@example.org",
        "邮箱@example.org",
        "a@" + "x" * 300 + ".org",
    ],
)
def test_anything_else_is_no_address(words: str) -> None:
    """Above all nothing that would add a line or a recipient."""
    assert not is_address(words)


@pytest.mark.control("notices-by-mail")
def test_an_address_is_sealed_and_forgotten_when_asked(database: Database, about: About) -> None:
    """It stands neither in the table nor in the evidence."""
    with database.write() as tx:
        set_contact(tx, f" {ADDRESS} ", "en")
        row = tx.row(CONTACT.select())
        found = contact_of(tx, PERSON.id)
        assert row is not None
        assert found is not None
        assert ADDRESS.encode() not in row.address
        assert (found.address, found.language) == (ADDRESS, "en")
        assert ADDRESS not in str(about(tx, PERSON.id))
    with database.write() as tx:
        assert drop_contact(tx, PERSON, PERSON.id)
        assert not drop_contact(tx, PERSON, PERSON.id)
        assert contact_of(tx, PERSON.id) is None
        kinds = [one["kind"] for one in about(tx, PERSON.id)]
    assert kinds == ["contact-dropped", "contact-kept", "contact-asked"]
    with database.write() as tx, pytest.raises(GuijuError) as refused:
        set_contact(tx, "by telephone", "en")
    assert refused.value.code == "address-invalid"
    assert verify(database, None).problems == ()


@pytest.mark.control("notices-by-mail")
def test_a_notice_on_the_page_is_announced_and_not_repeated(database: Database) -> None:
    """The mail has the number and the page; the words stand on the page alone."""
    with database.write() as tx:
        set_contact(tx, ADDRESS, "en")
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        page, post = notices(tx, case, opened=True)
    assert (page.channel, page.state) == (PAGE, NoticeState.DELIVERED)
    assert (post.channel, post.state) == ("mail", NoticeState.PENDING)
    asked: list[str] = []
    deliver(database, {MAIL_TOPIC: lambda _, notice: asked.append(notice)})
    assert asked == [post.id]
    with database.read() as tx:
        found = mail(tx, KINDS, post.id)
    assert found is not None
    assert (found.id, found.address, found.language) == (post.id, ADDRESS, "en")
    assert case.number in found.words
    assert SECRET not in found.words


def test_who_left_no_address_gets_no_mail(database: Database) -> None:
    """One notice, one version."""
    with database.write() as tx:
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        assert [one.channel for one in notices(tx, case)] == [PAGE]


@pytest.mark.control("notices-by-mail")
def test_what_did_not_arrive_is_listed_for_staff(database: Database, clock: FixedClock) -> None:
    """What came back at once, what waits after ten minutes, with the class of the trouble."""
    with database.write() as tx:
        set_contact(tx, ADDRESS, "zh")
        back = notify(tx, CLERK, opened(tx), ON_PAGE)
        waits = notify(tx, CLERK, opened(tx), ON_PAGE)
        arrives = notify(tx, CLERK, opened(tx), ON_PAGE)
        settle(tx, SENDER, notices(tx, back)[1].id, "bounce")
        settle(tx, SENDER, notices(tx, arrives)[1].id, "deliver")
    with database.read() as tx:
        assert [one.case for one in undelivered(tx, KINDS)] == [back.number]
    clock.advance(minutes=11)

    def fails(_: Database, notice: str) -> None:
        raise ConnectionRefusedError(notice)

    deliver(database, {MAIL_TOPIC: fails})
    with database.read() as tx:
        found = {one.case: one for one in undelivered(tx, KINDS)}
    assert set(found) == {back.number, waits.number}
    assert found[waits.number].trouble == "ConnectionRefusedError"
    assert found[waits.number].attempts == 1
    clock.advance(days=31)
    with database.read() as tx:
        assert [one.case for one in undelivered(tx, KINDS)] == [waits.number]


def test_nobody_is_written_to_after_erasure(database: Database) -> None:
    """The address is gone with the key."""
    with database.write() as tx:
        set_contact(tx, ADDRESS, "zh")
        case = notify(tx, CLERK, opened(tx), ON_PAGE)
        destroy_key(tx, PERSON.id)
        append(tx, "key-destroyed", controls=("records-sealed",), actor=CLERK)
    with database.read() as tx:
        assert mail(tx, KINDS, notices(tx, case)[1].id) is None
