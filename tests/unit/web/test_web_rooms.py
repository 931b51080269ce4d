# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient
from tests.browser import composed
from tests.browser.composed import PASSWORD, Composed
from tests.unit.conftest import About

from guiju import accounts, policies
from guiju.kernel import Text

from .conftest import Visit, join, token

EN = {"accept-language": "en"}


def _said(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def _send(browser: TestClient, path: str, at: str | None = None, **fields: str):
    page = browser.get(at or path)
    return browser.post(path, data={"form_token": token(page.text), **fields}, headers=EN)


# -- the public page -------------------------------------------------------------------------------


@pytest.mark.control("service-statement")
def test_the_first_page_says_who_provides_what_to_whom(visit: Visit):
    """Audience, scenes, uses, limits, models, numbers and ways to complain, without signing in."""
    browser = visit()
    said = _said(browser.get("/", headers=EN).text)
    for part in ("Audience", "Scenes", "Uses", "Limits", "Models", "Complaints", "guiju-demo"):
        assert part in said
    assert "Adults who try this software" in said
    assert "made by artificial intelligence" in said
    assert "适用人群" in browser.get("/?lang=zh").text
    found = browser.get("/api/profile").json()
    assert found["statement"]["audience_kind"] == "adults"


# -- signing in ------------------------------------------------------------------------------------


def test_signing_in_leads_to_where_one_wanted_to_go(visit: Visit):
    """And the session is out of reach for script."""
    browser = visit()
    answer = _send(
        browser, "/console/sign-in", name="auditor", password=PASSWORD, next="/console/evidence"
    )
    assert answer.headers["location"] == "/console/evidence"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert browser.get("/console/evidence").status_code == 200


def test_signing_in_never_leads_to_another_site(visit: Visit):
    """Neither by the form nor by the address."""
    page = visit().get("/sign-in?next=//elsewhere.example")
    assert 'name="next" value="/me"' in page.text
    answer = _send(
        visit(), "/sign-in", name="xiaoming", password=PASSWORD, next="https://elsewhere.example"
    )
    assert answer.headers["location"] == "/me"


def test_a_wrong_password_says_nothing_about_the_name(visit: Visit):
    """The same words for a name that exists and one that does not."""
    said = []
    for name in ("auditor", "nobody"):
        answer = _send(visit(), "/console/sign-in", name=name, password="wrong password")
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers or "session" not in answer.headers["set-cookie"]
        said.append(_said(answer.text).replace(name, ""))
    assert said[0] == said[1]


def test_staff_and_people_do_not_share_a_door(visit: Visit):
    """A person's password opens no console."""
    answer = _send(visit(), "/console/sign-in", name="xiaoming", password=PASSWORD)
    assert answer.status_code == 401


def test_signing_out_ends_the_session_everywhere(visit: Visit):
    """A copied cookie opens nothing afterwards."""
    browser = visit("auditor")
    kept = browser.cookies["guiju_session"]
    assert _send(browser, "/sign-out", at="/console").headers["location"] == "/console/sign-in"
    thief = visit()
    thief.cookies.set("guiju_session", kept)
    assert thief.get("/console").status_code == 303


@pytest.mark.control("staff-roles")
def test_a_session_lasts_while_it_is_used_and_ends_when_left_alone(visit: Visit, house: Composed):
    """Staff who work stay signed in; a desk that was left does not."""
    browser = visit("auditor")
    for _ in range(3):
        house.clock.advance(minutes=20)
        assert browser.get("/console/evidence").status_code == 200
    house.clock.advance(minutes=31)
    assert browser.get("/console/evidence").status_code == 303


def test_my_account_says_what_other_rooms_have_to_say(
    house: Composed, monkeypatch: pytest.MonkeyPatch
):
    """A sentence with the page that says more; nobody has to look for it elsewhere."""
    news = accounts.News(Text(zh="已恢复。", en="It is restored."), "/appeals/st_1")
    monkeypatch.setattr(composed, "restored_to", lambda *_: [news])
    browser = TestClient(composed.compose(house.database, house.clock).app, follow_redirects=False)
    _send(browser, "/sign-in", name="xiaoming", password=PASSWORD)
    page = browser.get("/me", headers=EN).text
    assert 'It is restored. <a href="/appeals/st_1">' in page


# -- the agreement ---------------------------------------------------------------------------------


@pytest.mark.control("agreement-before-use")
def test_a_newcomer_reads_and_accepts_on_the_page(visit: Visit, house: Composed, about: About):
    """The account says that it is owed until then; the acceptance is on record."""
    browser = visit("newcomer", "/sign-in")
    assert "You have not accepted version 1" in _said(browser.get("/me", headers=EN).text)
    assert _send(browser, "/agreement", version="1").headers["location"] == "/me?done=accepted"
    assert "You have not accepted" not in browser.get("/me", headers=EN).text
    with house.database.read() as tx:
        person = accounts.find_person(tx, "newcomer")
        assert person is not None
        kinds = [one["kind"] for one in about(tx, person.id)]
    assert kinds[0] == "agreement-accepted"


def test_the_agreement_can_be_read_by_everybody_in_both_languages(visit: Visit):
    """With its version and digest, and a way to accept it."""
    said = visit().get("/agreement", headers=EN).text
    assert "Version</dt><dd>1" in said
    assert 'href="/sign-in?next=/agreement"' in said
    found = visit().get("/api/agreement").json()
    assert found["text"]["zh"].split("\n")[0] in visit().get("/agreement?lang=zh").text


@pytest.mark.parametrize("version", ["", "x", "2", "99999999999999"])
def test_a_version_that_is_not_in_force_cannot_be_accepted(visit: Visit, version: str):
    """The page says so instead of accepting something else."""
    answer = _send(visit("newcomer", "/sign-in"), "/agreement", version=version)
    assert answer.status_code in {400, 404}


def test_a_key_accepts_for_its_person_and_an_app_for_its_end_user(visit: Visit, house: Composed):
    """By the API, once; accepting again is the same acceptance."""
    with house.database.write() as tx:
        person = accounts.find_person(tx, "newcomer")
        assert person is not None
        key = accounts.issue_key(tx, person.actor, person.id).token
        operator = accounts.staff_actor(tx, "second")
        app = accounts.register_app(tx, operator, "front end").token
    browser, where = visit(), "/api/agreement/acceptances"
    mine = browser.post(where, headers={"authorization": f"Bearer {key}"})
    assert (mine.status_code, mine.json()["way"]) == (201, "api")
    again = browser.post(where, headers={"authorization": f"Bearer {key}"})
    assert again.json() == mine.json()
    theirs = browser.post(
        where, headers={"authorization": f"Bearer {app}"}, json={"user": "u-1", "version": 1}
    )
    assert theirs.json()["way"] == "app"
    with house.database.read() as tx:
        assert accounts.look_up(tx, app, "u-1").agreement == 1


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        ("", 401, "sign-in-needed"),
        ("Basic abc", 401, "sign-in-needed"),
        ("Bearer gj-user-" + "0" * 40, 401, "key-unknown"),
    ],
)
def test_nobody_accepts_for_others(visit: Visit, authorization: str, status: int, code: str):
    """A key that is known is needed."""
    headers = {"authorization": authorization, "accept": "*/*"}
    answer = visit().post("/api/agreement/acceptances", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


# -- registering and keys --------------------------------------------------------------------------


def test_whoever_registers_has_accepted_and_is_signed_in(visit: Visit):
    """A calm way in: name, password twice, the agreement; without the last, nothing is made."""
    browser = visit()
    fields = {"name": "laowang", "password": PASSWORD, "again": PASSWORD}
    assert "agreement-to-accept" not in browser.get("/register", headers=EN).text
    without = join(browser, **fields)
    assert without.status_code == 400
    assert 'href="#agree"' in without.text
    assert join(browser, **fields, agree="7").status_code == 400
    answer = join(browser, **fields, agree="yes", band="adult")
    assert answer.headers["location"] == "/me?done=registered"
    assert "You accepted this version" in browser.get("/agreement", headers=EN).text


@pytest.mark.parametrize(
    ("name", "password", "again", "field"),
    [
        ("xiaoming", PASSWORD, PASSWORD, "name"),
        ("laowang", "short", "short", "password"),
        ("laowang", PASSWORD, "another password", "again"),
    ],
)
def test_a_faulty_registration_names_the_field_and_keeps_the_name(
    visit: Visit, name: str, password: str, again: str, field: str
):
    """The summary leads to the field, the field says what is wrong; no password comes back."""
    answer = join(visit(), name=name, password=password, again=again, agree="yes", band="adult")
    assert 400 <= answer.status_code < 500
    assert f'href="#{field}"' in answer.text
    assert f'aria-describedby="{field}-fault' in answer.text
    assert f'value="{name}"' in answer.text
    assert f'value="{password}"' not in answer.text


@pytest.mark.control("account-and-keys")
def test_a_key_is_shown_once_and_can_be_revoked(visit: Visit, house: Composed):
    """Afterwards only its last four characters are known, and it opens nothing."""
    browser = visit("xiaoming", "/sign-in")
    issued = _send(browser, "/me/keys", at="/me", label="平板")
    found = re.search(r"gj-user-[0-9a-z]{40}", issued.text)
    assert found is not None
    page = browser.get("/me").text
    assert found.group() not in page
    assert f"…{found.group()[-4:]}" in page
    path = re.findall(r'action="(/me/keys/[^"]+/revoke)"', page)[0]
    assert _send(browser, path, at="/me").headers["location"] == "/me?done=revoked"
    with house.database.read() as tx, pytest.raises(Exception, match="key-revoked"):
        accounts.look_up(tx, found.group())


# -- policies --------------------------------------------------------------------------------------


def _proposed(house: Composed) -> str:
    with house.database.read() as tx:
        return next(one.id for one in policies.listed(tx) if one.state.value == "proposed")


def test_colleagues_are_called_by_their_names(visit: Visit, house: Composed):
    """The id is at hand for who needs it."""
    with house.database.read() as tx:
        policy = next(one for one in policies.listed(tx) if one.id == _proposed(house))
        proposer = accounts.get_staff(tx, policy.proposer)
    page = visit("second").get(f"/console/policies/{policy.id}", headers=EN).text
    assert f'<span class="who" title="{proposer.id}">{proposer.display}</span>' in page


@pytest.mark.control("policy-four-eyes")
def test_who_proposed_a_policy_cannot_approve_it_on_the_page(visit: Visit, house: Composed):
    """The page says so beforehand, and the service refuses with the clear word."""
    browser, policy = visit("safety"), _proposed(house)
    page = browser.get(f"/console/policies/{policy}", headers=EN).text
    assert "another safety officer must approve" in page
    answer = _send(browser, f"/console/policies/{policy}/approve", at="/console/policies")
    assert answer.status_code == 403
    assert "second person" in answer.text


@pytest.mark.control("policy-four-eyes")
def test_a_second_person_sees_what_changes_and_puts_it_in_force(visit: Visit, house: Composed):
    """The difference is shown line by line before deciding."""
    browser, policy = visit("second"), _proposed(house)
    page = _said(browser.get(f"/console/policies/{policy}", headers=EN).text)
    assert "− screening.reply = answer" in page
    assert "+ screening.reply = error" in page
    assert "示例新词戊" in page
    answer = _send(browser, f"/console/policies/{policy}/approve", at="/console/policies")
    assert answer.status_code == 303
    with house.database.read() as tx:
        now = policies.active(tx)
    assert now is not None
    assert now.id == policy


def test_rejecting_takes_a_reason(visit: Visit, house: Composed):
    """Without one, the field says so and nothing changes."""
    browser, policy = visit("second"), _proposed(house)
    path = f"/console/policies/{policy}"
    assert _send(browser, f"{path}/reject", at="/console/policies").status_code == 400
    assert _send(browser, f"{path}/reject", at=path, reason="词义不清").status_code == 303
    assert "词义不清" in browser.get(path).text


def test_the_form_starts_from_the_policy_in_force_and_takes_it_back(visit: Visit):
    """Unchanged it is refused as unchanged; changed it becomes the next version."""
    browser, path = visit("safety"), "/console/policies/new"
    page = browser.get(path).text
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    text = unescape(found.group(1))
    same = _send(browser, path, body=text, note="same")
    assert same.status_code == 409
    changed = text.replace("retention_days = ", "retention_days = 1")
    answer = _send(browser, path, body=changed, note="keep records longer")
    assert answer.status_code == 303
    assert "+ records.retention_days = 1" in _said(browser.get(answer.headers["location"]).text)


@pytest.mark.parametrize(
    ("body", "says"),
    [("not = = toml", "it is not TOML"), ("", "screening"), ("[screening]\nx = 1", "screening")],
)
def test_a_faulty_policy_stays_in_the_form_with_the_fault(visit: Visit, body: str, says: str):
    """What was pasted is not lost."""
    answer = _send(visit("safety"), "/console/policies/new", body=body, note="a note")
    assert answer.status_code == 400
    assert says in _said(answer.text)
    assert body in unescape(answer.text)
    assert 'value="a note"' in answer.text


def test_entries_are_shown_to_those_who_decide_about_them(visit: Visit, house: Composed):
    """Others see how many there are, and no word of them."""
    policy = _proposed(house)
    page = visit("auditor").get(f"/console/policies/{policy}", headers=EN).text
    assert "shown to safety officers and policy editors only" in page
    assert "示例" not in page.replace("新增一个示例词，改为返回错误", "")
    assert visit("auditor").get("/console/policies/new").status_code == 403
