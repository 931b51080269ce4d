# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient
from tests.browser.composed import PASSWORD, Composed
from tests.unit.accounts.authenticator import Authenticator

from guiju import accounts, policies
from guiju.casework import mail_standing

from .conftest import Visit, join, token

EN = {"accept-language": "en"}
pytestmark = pytest.mark.control("sign-in-guarded")
NEW = "harbour candle 7 mist"


def send(browser: TestClient, path: str, at: str, **fields: str):
    page = browser.get(at)
    return browser.post(path, data={"form_token": token(page.text), **fields}, headers=EN)


def with_passkey(browser: TestClient, at: str, one: Authenticator):
    options = browser.get(f"{at}/passkeys/options").json()
    return send(browser, f"{at}/passkeys", at, answer=one.make(options), label="key")


@pytest.mark.parametrize(
    ("name", "sign_in", "at"),
    [("xiaoming", "/sign-in", "/me/security"), ("legal", "/console/sign-in", "/console/security")],
)
def test_a_passkey_is_registered_and_the_session_changed(visit: Visit, name, sign_in, at):
    """The session is a new one, as what may be done with it has changed."""
    browser = visit(name, sign_in)
    before = browser.cookies["guiju_session"]
    answer = with_passkey(browser, at, Authenticator())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at}?done=passkey")
    assert browser.cookies["guiju_session"] != before
    assert "unnamed" not in browser.get(at, headers=EN).text


def test_passkey_sign_in_leads_to_no_other_site(visit: Visit):
    """Wherever the form says to go on."""
    one, browser = Authenticator(), visit("xiaoming", "/sign-in")
    with_passkey(browser, "/me/security", one)
    stranger = visit()
    stranger.get("/sign-in")
    options = stranger.get("/sign-in/passkey/options").json()
    answer = send(
        stranger, "/sign-in/passkey", "/register", answer=one.sign(options), next="//evil.example"
    )
    # Another page was opened meanwhile, but the form's token, and so the challenge, is the same.
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")


def test_where_one_is_signed_in_can_be_seen_and_ended(visit: Visit):
    """The other browser is out at once; a session of somebody else is not even there."""
    here, there = visit("xiaoming", "/sign-in"), visit("xiaoming", "/sign-in")
    other = visit("newcomer", "/sign-in")
    ids = re.findall(r"/me/security/sessions/(ss_\w+)/end", here.get("/me/security").text)
    (strange,) = re.findall(r"sessions/(ss_\w+)/end", other.get("/me/security").text)
    assert len(ids) == 2
    assert strange not in ids
    answer = send(here, f"/me/security/sessions/{strange}/end", "/me/security")
    assert answer.status_code == 404
    mine = here.get("/me/security").text
    other_one = next(one for one in ids if one != _this(mine, ids))
    assert send(here, f"/me/security/sessions/{other_one}/end", "/me/security").status_code == 303
    assert there.get("/me").headers["location"] == "/sign-in?next=/me"
    assert here.get("/me").status_code == 200
    assert other.get("/me").status_code == 200


def _this(page: str, ids: list[str]) -> str:
    row = next(one for one in page.split("<tr>") if "（本次）" in one)
    return next(one for one in ids if one in row)


def test_signing_out_everywhere_ends_every_session(visit: Visit):
    """Here and elsewhere."""
    here, there = visit("xiaoming", "/sign-in"), visit("xiaoming", "/sign-in")
    answer = send(here, "/me/security/sign-out-everywhere", "/me/security")
    assert answer.headers["location"] == "/sign-in"
    for browser in (here, there):
        assert browser.get("/me").status_code == 303


def test_a_new_password_takes_the_old_one_and_ends_other_sessions(visit: Visit):
    """A session that was stolen does not become an account that was stolen."""
    here, there = visit("xiaoming", "/sign-in"), visit("xiaoming", "/sign-in")
    path, at = "/me/security/password", "/me/security"
    wrong = send(here, path, at, current="not the password", password=NEW)
    assert wrong.status_code == 403
    assert 'href="#current"' in wrong.text
    weak = send(here, path, at, current=PASSWORD, password="short")
    assert weak.status_code == 400
    assert send(here, path, at, current=PASSWORD, password=NEW).status_code == 303
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


@pytest.mark.parametrize(
    "path", ["passkeys", "recovery-codes", "passkeys/pk_none/remove", "passkeys/options"]
)
def test_what_lets_others_in_for_good_takes_a_fresh_sign_in(visit: Visit, house: Composed, path):
    """A quarter of an hour later a session that lies open is not enough."""
    browser = visit("xiaoming", "/sign-in")
    house.clock.advance(minutes=15)
    if path.endswith("options"):
        answer = browser.get(f"/me/security/{path}", headers=EN | {"accept": "application/json"})
    else:
        answer = send(browser, f"/me/security/{path}", "/me/security", answer="{}")
    assert answer.status_code == 403
    assert "Sign out, sign in again" in answer.text


def test_recovery_codes_are_shown_once(visit: Visit):
    """And one of them opens the account, with a new password."""
    browser = visit("xiaoming", "/sign-in")
    page = send(browser, "/me/security/recovery-codes", "/me/security").text
    codes = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", page)
    assert len(codes) == 10
    assert codes[0] not in browser.get("/me/security").text
    stranger = visit()
    fields = {"name": "xiaoming", "code": codes[0], "password": NEW, "again": NEW}
    answer = send(stranger, "/recover", "/recover", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/security?done=password")
    assert browser.get("/me").status_code == 303
    again = send(visit(), "/recover", "/recover", **fields)
    assert again.status_code == 401
    assert "recovery code is wrong" in again.text


def test_an_address_of_mail_may_be_left_when_registering(visit: Visit, house: Composed):
    """It is the one for notices once confirmed: sealed, shown to its owner, none that cannot be."""
    fields = {
        "name": "laowang",
        "password": PASSWORD,
        "again": PASSWORD,
        "agree": "yes",
        "band": "adult",
    }
    wrong = join(visit(), email="not an address", **fields)
    assert wrong.status_code == 400
    assert 'href="#email"' in wrong.text
    browser = visit()
    answer = join(browser, email="Wang@example.org", **fields)
    assert answer.status_code == 303
    assert "Wang@example.org" in browser.get("/me/mail").text
    with house.database.read() as tx:
        person = accounts.find_person(tx, "laowang")
        assert person is not None
        standing = mail_standing(tx, person.id)
    assert standing.contact is None
    assert standing.asked is not None
    assert standing.asked.address == "Wang@example.org"


@pytest.mark.control("staff-roles")
def test_by_policy_staff_work_only_with_a_passkey(visit: Visit, house: Composed):
    """By password alone every page leads to where one is registered; afterwards all are open."""
    body = policies.default_body() | {"identity": {"level": "none", "staff_passkey": True}}
    with house.database.write() as tx:
        first, second = (accounts.staff_actor(tx, one) for one in ("safety", "second"))
        made = policies.propose(tx, first, body)
        policies.approve(tx, second, made.id)
    browser = visit("legal")
    assert browser.get("/console").headers["location"].startswith("/console/sign-in")
    assert browser.get("/console/sign-in").headers["location"] == "/console/security"
    as_json = browser.get("/console/keys", headers={"accept": "application/json"})
    assert as_json.status_code == 401
    assert with_passkey(browser, "/console/security", Authenticator()).status_code == 303
    assert browser.get("/console").status_code == 200


def test_the_options_of_a_passkey_hold_no_name(visit: Visit):
    """Whoever asks, the answer is the same but for its challenge: no account shows through."""
    known, stranger = visit(), visit()
    for browser in (known, stranger):
        browser.get("/sign-in")
    one, two = (each.get("/sign-in/passkey/options").json() for each in (known, stranger))
    assert one.pop("challenge") != two.pop("challenge")
    assert one == two
    assert json.dumps(one).count("allowCredentials") == 1
    assert one["allowCredentials"] == []


@pytest.mark.control("identity-verification")
def test_an_identity_is_verified_and_withdrawn_on_the_pages(visit: Visit, house: Composed):
    """The local provider says on each page that it is one; the row says so, too."""
    browser, at = visit("xiaoming", "/sign-in"), "/me/security"
    assert "nobody is verified" in browser.get(at, headers=EN).text
    page = send(browser, f"{at}/verifications/start", at, proof="sms", given="13800000000")
    assert "This is the development provider" in page.text
    assert "13800000000" not in page.text
    found = re.search(r"Type (\d{6})", page.text)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found is not None
    assert ticket is not None
    fields = {"ticket": ticket.group(1), "answer": found.group(1)}
    answer = send(browser, f"{at}/verifications", at, **fields)
    assert answer.headers["location"] == f"{at}?done=verified"
    shown = browser.get(at, headers=EN).text
    assert "development: nobody was verified" in shown
    (one,) = re.findall(r"verifications/(ver_\w+)/withdraw", shown)
    strange = send(visit("newcomer", "/sign-in"), f"{at}/verifications/{one}/withdraw", at)
    assert strange.status_code == 404
    assert send(browser, f"{at}/verifications/{one}/withdraw", at).status_code == 303
    assert "withdrawn" in browser.get(at, headers=EN).text


@pytest.mark.control("duties-separated")
def test_a_powerful_role_is_asked_for_and_approved_on_the_page(visit: Visit):
    """By two people; who may not, sees that it waits and no button."""
    boss, officer, auditor, at = (
        visit("second"),
        visit("safety"),
        visit("auditor"),
        "/console/staff",
    )
    roles = {"role-agreement-manager": "1", "role-privacy-officer": "1"}
    asked = send(boss, f"{at}/roles", at, name="legal", reason="new-duty", **roles)
    assert asked.status_code == 303
    found = re.search(r"/console/staff/grants/(rgr_\w+)", boss.get(at).text)
    assert found is not None
    path = f"{at}/grants/{found.group(1)}"
    assert path not in auditor.get(at).text
    own = send(boss, path, at, decision="approve")
    assert own.status_code == 403
    assert "Somebody else decides" in own.text
    assert send(officer, path, at, decision="approve").status_code == 303
    assert "privacy officer, agreement manager" in boss.get(at, headers=EN).text
    apart = {"role-auditor": "1", "role-reviewer": "1"}
    refused = send(boss, f"{at}/roles", at, name="legal", reason="x", **apart)
    assert "Nobody is both" in refused.text
