# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.browser.composed import PASSWORD, Composed

from guiju import accounts
from guiju.kernel import Actor, ActorKind, Refused
from guiju.records import erase
from guiju.storage import Database

from .conftest import Visit, join, token

EN = {"accept-language": "en"}
NEW = {"name": "laowang", "password": PASSWORD, "again": PASSWORD, "agree": "yes", "band": "adult"}


def _send(browser: TestClient, path: str, at: str | None = None, **fields: str):
    page = browser.get(at or path)
    return browser.post(path, data={"form_token": token(page.text), **fields}, headers=EN)


def _tried_in_vain(database: Database, name: str) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="sign-in-wrong"):
            accounts.sign_in_person(database, name, "not the password")
    with pytest.raises(Refused, match="sign-in-locked"):
        accounts.sign_in_person(database, name, PASSWORD)


@pytest.mark.control("account-and-keys")
def test_whoever_registers_enters_although_others_tried_the_name(visit: Visit, house: Composed):
    """Signing in by that name is paused; the account that was just made is not."""
    _tried_in_vain(house.database, NEW["name"])
    browser = visit()
    answer = join(browser, **NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?done=registered")
    assert NEW["name"] in browser.get("/me").text


def test_registering_ends_the_session_this_browser_had(visit: Visit):
    """Nobody is left signed in behind the newcomer's back."""
    browser = visit("xiaoming", "/sign-in")
    before = browser.cookies["guiju_session"]
    assert join(browser, **NEW).status_code == 303
    thief = visit()
    thief.cookies.set("guiju_session", before)
    assert thief.get("/me").headers["location"] == "/sign-in?next=/me"


def test_a_registration_that_fails_leaves_the_session_alone(visit: Visit):
    """A taken name changes nothing, not even who is signed in."""
    browser = visit("xiaoming", "/sign-in")
    taken = join(browser, **{**NEW, "name": "newcomer"})
    assert taken.status_code == 409
    assert "xiaoming" in browser.get("/me").text


def test_whoever_was_erased_sees_a_pseudonym_and_can_sign_out(visit: Visit, house: Composed):
    """Their name is gone; the pages are not."""
    browser = visit("xiaoming", "/sign-in")
    with house.database.write() as tx:
        person = accounts.find_person(tx, "xiaoming")
        assert person is not None
        officer = Actor(ActorKind.STAFF, "st_privacy", frozenset({"privacy-officer"}))
        assert erase(tx, officer, accounts.staff_actor(tx, "second"), person.id)
    page = browser.get("/me")
    assert page.status_code == 200
    assert person.id in page.text
    assert "xiaoming" not in page.text
    assert _send(browser, "/sign-out", at="/me").headers["location"] == "/"


def test_staff_are_shown_by_the_name_they_were_appointed_with(visit: Visit):
    """Not by login or id."""
    assert "吴审" in visit("auditor").get("/console").text


def test_a_person_at_the_console_learns_where_staff_sign_in(visit: Visit):
    """403, with the way on."""
    answer = visit("xiaoming", "/sign-in").get("/console", headers=EN)
    assert answer.status_code == 403
    assert "who sign in at /console/sign-in" in answer.text


def test_an_address_that_only_takes_forms_leads_to_the_first_page(visit: Visit):
    """Whoever types it gets a page with a way on."""
    answer = visit().get("/sign-out", headers=EN)
    assert answer.status_code == 405
    assert "Start from the first page" in answer.text


def test_an_id_with_a_zero_byte_is_never_looked_up(visit: Visit):
    """PostgreSQL would fail on it; the address does not exist."""
    answer = _send(visit("xiaoming", "/sign-in"), "/me/keys/key_%00/revoke", at="/me")
    assert answer.status_code == 404
    assert "no-such-page" in answer.text
