# SPDX-License-Identifier: Apache-2.0
"""`/register` and the way to it through another provider of identities."""

from __future__ import annotations

import html
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.browser import composed
from tests.browser.composed import PASSWORD, Composed
from tests.unit.accounts.vouching import World, put_provider

from guiju import accounts, ledger, profile
from guiju.accounts import SessionKind, openid
from guiju.accounts import routes as accounts_routes
from guiju.accounts.openid_model import Identity
from guiju.kernel import AgreementAccepted, Event, StandingChanged
from guiju.minors import ward_of

from .conftest import hidden, join, token

EN = {"accept-language": "en"}
NAMED = {"name": "laowang", "agree": "yes", "band": "adult"}
WHOLE = {**NAMED, "password": PASSWORD, "again": PASSWORD}
pytestmark = pytest.mark.control("agreement-before-use")


class Vouched:
    """The pages with a provider that vouches for people and one for staff."""

    def __init__(self, house: Composed, patch: pytest.MonkeyPatch) -> None:
        self.database = house.database
        self.clock = house.clock
        self.world = World(house.database)
        self.heard: list[Event] = []
        with self.database.write() as tx:
            self.boss = accounts.staff_actor(tx, "second")
        put_provider(self.database, self.boss)
        patch.setattr(accounts_routes, "Descriptions", lambda: self.world.descriptions)
        made = accounts_routes.router
        patch.setattr(
            accounts_routes,
            "router",
            lambda database, site, **more: made(database, site, self.heard.append, **more),
        )
        self.app = composed.compose(house.database, house.clock).app

    def browser(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False, headers={"accept": "text/html", **EN})

    def come(self, browser: TestClient, subject: str = "u-1", **query: str) -> Any:
        """Go to the provider and come back as `subject`."""
        self.world.claims = {"sub": subject}
        address = browser.get("/sign-in/openid/corp", params=query).headers["location"]
        return browser.get("/sign-in/openid/callback", params=self.world.answered(address))

    def internal(self) -> None:
        """Two people say that the service is for the provider's own people."""
        mapping = profile.demo_statement().to_mapping()
        mapping["scope"] |= {"use": "internal", "evidence": "decision 7"}
        with self.database.write() as tx:
            legal = accounts.staff_actor(tx, "legal")
            made = profile.propose(tx, legal, profile.Statement.from_mapping(mapping))
            profile.approve(tx, self.boss, made.id)

    def known(self, name: str) -> bool:
        with self.database.read() as tx:
            return accounts.find_person(tx, name) is not None

    def leaves(self, person: str) -> list[str]:
        ledger.integrate(self.database)
        with self.database.read() as tx:
            return [one["kind"] for one in ledger.leaves(tx) if one.get("subject") == person]


@pytest.fixture
def vouched(house: Composed, monkeypatch: pytest.MonkeyPatch) -> Vouched:
    return Vouched(house, monkeypatch)


@pytest.mark.control("federated-sign-in", "account-and-keys")
def test_an_unknown_identity_is_led_to_the_agreement_and_becomes_an_account(vouched: Vouched):
    """No account before; name, age and acceptance make one; the next time the identity opens it."""
    browser = vouched.browser()
    where = vouched.come(browser).headers["location"]
    assert where.startswith("/register?identity=")
    page = browser.get(where, headers=EN).text
    assert "Corp has vouched for you" in page
    assert 'name="password"' not in page
    assert "Sign in and link it" in page
    assert "Service agreement, version 1" in page
    assert "Annex: the statement of the service" in page
    assert "read with care what is said of labels" in page
    assert join(browser, where, name="laowang", band="adult").status_code == 400
    assert not vouched.known("laowang")
    made = join(browser, where, **NAMED)
    assert (made.status_code, made.headers["location"]) == (303, "/me?done=registered")
    assert "laowang" in browser.get("/me").text
    assert "You accepted this version" in browser.get("/agreement", headers=EN).text
    again = vouched.browser()
    assert vouched.come(again, next="/me/security").headers["location"] == "/me/security"
    assert "another provider" in again.get("/me/security", headers=EN).text


def test_who_was_on_the_way_to_a_page_gets_there_once_registered(vouched: Vouched):
    """By another provider or by a password; never to another site."""
    browser = vouched.browser()
    where = vouched.come(browser, next="/me/security").headers["location"]
    assert join(browser, where, **NAMED).headers["location"] == "/me/security"
    for wanted, went in (("/me/privacy", "/me/privacy"), ("//evil.example", "/me?done=registered")):
        other = vouched.browser()
        page = other.get("/sign-in", params={"next": wanted}, headers=EN).text
        link = html.unescape(page.partition('href="/register')[2].partition('"')[0])
        fields = {**WHOLE, "name": f"by-{len(wanted)}"}
        assert join(other, f"/register{link}", **fields).headers["location"] == went
    assert (
        join(vouched.browser(), next="//evil.example", **{**WHOLE, "name": "forged"}).headers[
            "location"
        ]
        == "/me?done=registered"
    )


def test_who_is_signed_in_makes_no_second_account_by_an_identity(vouched: Vouched):
    """They are told to link it instead."""
    browser = vouched.browser()
    join(browser, **WHOLE)
    answer = vouched.come(browser)
    assert answer.status_code == 401
    assert "link it under sign-in and security" in html.unescape(answer.text)


def test_the_first_page_has_a_door_for_newcomers_where_they_may_register(vouched: Vouched):
    """And none where only the provider's own people come."""
    assert 'href="/register"' in vouched.browser().get("/").text
    vouched.internal()
    assert 'href="/register"' not in vouched.browser().get("/").text


@pytest.mark.control("sign-in-guarded")
def test_who_has_no_password_sets_one_soon_after_signing_in(vouched: Vouched):
    """Before that the one identity stays linked: without it nobody could enter."""
    browser = vouched.browser()
    where = vouched.come(browser).headers["location"]
    assert join(browser, where, **NAMED).status_code == 303
    page = browser.get("/me/security", headers=EN).text
    assert "This account has no password" in page
    assert 'name="current"' not in page
    assert "<li>Corp <span" in page
    link = page.partition("/me/security/links/")[2].partition("/remove")[0]
    fields = {"form_token": token(page)}
    remove = f"/me/security/links/{link}/remove"
    refused = browser.post(remove, data=fields)
    assert (refused.status_code, "only way to sign in" in refused.text) == (409, True)
    vouched.clock.advance(minutes=20)
    late = browser.post("/me/security/password", data={**fields, "password": PASSWORD})
    assert "having signed in just now" in late.text
    vouched.come(browser)
    fields = {"form_token": token(browser.get("/me/security").text)}
    done = browser.post("/me/security/password", data={**fields, "password": PASSWORD})
    assert done.headers["location"] == "/me/security?done=password"
    with vouched.database.read() as tx:
        assert accounts.find_person(tx, "laowang") is not None
    assert accounts.sign_in_person(vouched.database, "laowang", PASSWORD)
    assert browser.post(remove, data=fields).status_code == 303


def test_a_registration_is_heard_and_evidenced_as_an_acceptance(vouched: Vouched):
    """The same events and kinds of evidence as of /agreement."""
    browser = vouched.browser()
    assert join(browser, **WHOLE).status_code == 303
    with vouched.database.read() as tx:
        person = accounts.find_person(tx, "laowang")
        old = accounts.find_person(tx, "newcomer")
        assert person is not None
        assert old is not None
    assert vouched.heard == [StandingChanged(person.id), AgreementAccepted(person.id, 1)]
    vouched.heard.clear()
    known = vouched.browser()
    page = known.get("/sign-in").text
    fields = {"name": "newcomer", "password": PASSWORD, "form_token": token(page)}
    known.post("/sign-in", data=fields)
    shown = known.get("/agreement").text
    known.post("/agreement", data={"form_token": token(shown), "version": "1"})
    assert vouched.heard == [StandingChanged(old.id), AgreementAccepted(old.id, 1)]
    kinds = {"agreement-served", "agreement-accepted"}
    assert kinds <= set(vouched.leaves(person.id))
    assert kinds <= set(vouched.leaves(old.id))


def test_the_ticket_of_one_browser_registers_nobody_in_another(vouched: Vouched):
    """Forced registration: whoever is sent a link with a stranger's identity begins anew."""
    where = vouched.come(vouched.browser()).headers["location"]
    victim = vouched.browser()
    page = victim.get(where, headers=EN)
    assert page.status_code == 403
    assert "vouched for you" not in page.text
    answer = join(victim, where, identity=where.partition("=")[2], **NAMED)
    assert answer.status_code == 403
    assert not vouched.known("laowang")


def test_no_form_says_that_something_was_read(vouched: Vouched):
    """Without the page's own token, or with one of another browser, nobody is registered."""
    other = vouched.browser()
    theirs = hidden(other.get("/register").text, "page")
    browser = vouched.browser()
    for page in ("", theirs, theirs[:-3] + "AAA"):
        answer = join(browser, page=page, **WHOLE)
        assert answer.status_code == 403
        assert "The page to register has expired" in answer.text
    assert not vouched.known("laowang")


def test_a_faulty_registration_keeps_the_identity(vouched: Vouched):
    """A taken name, no age: the field says so, and the way on is the same page."""
    browser = vouched.browser()
    where = vouched.come(browser).headers["location"]
    taken = join(browser, where, **{**NAMED, "name": "xiaoming"})
    assert taken.status_code == 409
    assert 'href="#name"' in taken.text
    assert hidden(taken.text, "identity") == where.partition("=")[2]
    unsaid = join(browser, where, **{**NAMED, "band": ""})
    assert unsaid.status_code == 400
    assert 'href="#band"' in unsaid.text
    assert join(browser, where, **NAMED).status_code == 303


@pytest.mark.control("minors-mode")
def test_a_minor_is_not_taken_by_a_service_for_adults(vouched: Vouched):
    """The statement says adults: nothing is kept of whoever says that they are younger."""
    answer = join(vouched.browser(), **{**WHOLE, "band": "14-15"})
    assert answer.status_code == 403
    assert "this service is for adults" in answer.text.lower()
    assert not vouched.known("laowang")


@pytest.mark.control("minors-mode")
def test_a_minor_is_in_the_mode_from_the_first_moment(vouched: Vouched):
    """Where the public is served: the age is on record and leads to the page of the mode."""
    mapping = profile.demo_statement().to_mapping() | {"audience_kind": "public"}
    with vouched.database.write() as tx:
        legal = accounts.staff_actor(tx, "legal")
        made = profile.propose(tx, legal, profile.Statement.from_mapping(mapping))
        profile.approve(tx, vouched.boss, made.id)
    answer = join(vouched.browser(), **{**WHOLE, "band": "14-15"})
    assert answer.headers["location"] == "/me/minors?done=age"
    with vouched.database.read() as tx:
        person = accounts.find_person(tx, "laowang")
        assert person is not None
        ward = ward_of(tx, person.id)
    assert ward is not None
    assert ward.is_minor
    assert "age-asserted" in vouched.leaves(person.id)


@pytest.mark.control("separate-consents")
def test_consents_are_asked_for_apart_from_the_agreement(vouched: Vouched):
    """Two boxes that are empty; what is ticked counts, what is not stays unanswered."""
    browser = vouched.browser()
    page = browser.get("/register", headers=EN).text
    assert page.count('name="consent-') == 2
    assert "checked" not in page
    assert join(browser, **WHOLE, **{"consent-training": "yes"}).status_code == 303
    mine = browser.get("/me", headers=EN).text
    assert "Training: <b>on</b>" in mine
    assert "Sensitive information: <b>off</b>" in mine


def test_the_page_is_kept_in_the_language_it_was_read_in(vouched: Vouched):
    """Whatever language the browser asks for when it sends the form."""
    browser = vouched.browser()
    page = browser.get("/register?lang=zh").text
    carried = {one: hidden(page, one) for one in ("form_token", "page")}
    answer = browser.post("/register?lang=en", data={**carried, **WHOLE})
    assert answer.status_code == 303
    with vouched.database.read() as tx:
        person = accounts.find_person(tx, "laowang")
        assert person is not None
        given = accounts.consents_of(tx, person.id)[accounts.Purpose.SERVICE]
    assert given is not None
    assert given.language == "zh"
    assert person.language == "zh"


@pytest.mark.control("scope-determined")
def test_at_a_service_for_internal_use_nobody_registers_by_a_provider(vouched: Vouched):
    """Article 2: staff register one's own people; an identity opens what it was linked to."""
    vouched.internal()
    browser = vouched.browser()
    assert "/register" not in browser.get("/sign-in", headers=EN).text
    assert "its provider&#39;s own people only" in browser.get("/register", headers=EN).text
    refused = vouched.come(browser)
    assert refused.status_code == 401
    assert "ask the provider for one" in refused.text
    assert join(browser, **WHOLE).status_code == 403
    assert not vouched.known("laowang")
    with vouched.database.write() as tx:
        person = accounts.register_person(tx, vouched.boss, "laowang", PASSWORD)
    mine = vouched.browser()
    page = mine.get("/sign-in").text
    fields = {"name": "laowang", "password": PASSWORD, "form_token": token(page)}
    assert mine.post("/sign-in", data=fields).status_code == 303
    leaving = mine.get("/me/security").text
    sent = mine.post("/me/security/openid/corp", data={"form_token": token(leaving)})
    vouched.world.claims = {"sub": "u-1"}
    back = mine.get("/sign-in/openid/callback", params=vouched.world.answered(sent.text))
    assert back.headers["location"] == "/me/security?done=linked"
    assert vouched.come(vouched.browser()).headers["location"] == "/me"
    assert person.registered_by == vouched.boss.id


@pytest.mark.control("scope-determined", "staff-roles")
def test_staff_enter_by_a_provider_whoever_the_service_is_for(vouched: Vouched):
    """Linked while signed in, as people do; an unknown identity of staff registers nobody."""
    put_provider(vouched.database, vouched.boss, SessionKind.STAFF)
    vouched.internal()
    stranger = vouched.come(vouched.browser())
    assert stranger.status_code == 401
    assert "/register" not in stranger.text
    with vouched.database.write() as tx:
        legal = accounts.staff_actor(tx, "legal")
        openid.link_identity(tx, legal, SessionKind.STAFF, Identity("corp", "u-9"))
    assert vouched.come(vouched.browser(), "u-9").headers["location"] == "/console"
