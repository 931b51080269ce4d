# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient
from tests.browser.composed import Composed
from tests.unit.conftest import About

from guiju import accounts
from guiju.limits import Hand, Limits, Meter, Turn, moment, packed, save

from .conftest import Visit, token

EN = {"accept-language": "en"}


def said(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
def key(house: Composed) -> str:
    """The one key of the seeded house, used today."""
    with house.database.write() as tx:
        person = accounts.find_person(tx, "xiaoming")
        assert person is not None
        (found,) = accounts.keys_of(tx, person.id)
        meters = []
        for subject in (found.id, person.id):
            meter = Meter(subject)
            meter.turn("w", Turn(subject, Limits(), Hand(3, 4321)), moment(0.0, tx.now))
            meters.append(meter)
        save(tx, packed(meters))
    return found.id


def send(browser: TestClient, path: str, at: str, **fields: str):
    page = browser.get(at)
    return browser.post(path, data={"form_token": token(page.text), **fields}, headers=EN)


def test_staff_see_whose_keys_there_are_and_what_they_used(visit: Visit, key: str):
    """Pseudonyms, numbers and times; no login name, no token, no content."""
    text = said(visit("auditor").get("/console/keys", headers=EN).text)
    for part in ("笔记本", "4,321 tokens", "3 requests", "no limit", "1 keys"):
        assert part in text
    assert "xiaoming" not in text
    page = visit("auditor").get(f"/console/keys/{key}", headers=EN)
    text = said(page.text)
    for part in ("Limits of this key", "Limits of the person", "no limit", "the policy"):
        assert part in text
    assert "Revoke" not in text
    assert "持有者的限额" in visit("auditor").get(f"/console/keys/{key}?lang=zh").text


def test_a_key_is_found_by_id_owner_or_end(visit: Visit, house: Composed, key: str):
    """And what is no key is told so."""
    browser = visit("auditor")
    with house.database.read() as tx:
        found = accounts.service.get_key(tx, key)
    for wanted in (key, found.owner, found.last4, f"…{found.last4}"):
        assert "笔记本" in browser.get("/console/keys", params={"q": wanted}).text
    assert "笔记本" not in browser.get("/console/keys", params={"q": "nobody"}).text
    assert browser.get("/console/keys/key_unknown").status_code == 404


@pytest.mark.control("usage-limits")
def test_a_keeper_sets_limits_apart_and_back(visit: Visit, house: Composed, key: str):
    """For the key or for the person; a number, none, or as the policy has it."""
    browser, at = visit("second"), f"/console/keys/{key}"
    answer = send(
        browser, f"{at}/limits", at, subject="person", requests="1,000", day="none", reason="pilot"
    )
    assert answer.headers["location"] == f"{at}?done=limited"
    text = said(browser.get(at, headers=EN).text)
    assert "1,000" in text
    assert "set apart" in text
    listed = said(browser.get("/console/keys", headers=EN).text)
    assert "1,000 requests a minute" in listed
    with house.database.read() as tx:
        found = accounts.service.get_key(tx, key)
        own = accounts.own_limits(tx, [found.owner, key])
    assert own[found.owner].limits == {"requests": 1000, "day": None}
    assert key not in own
    send(browser, f"{at}/limits", at, subject="person", reason="pilot-over")
    assert "set apart" not in said(browser.get(at, headers=EN).text)


def test_what_is_no_number_is_told_and_changes_nothing(visit: Visit, key: str):
    """Beside the form that was sent."""
    browser, at = visit("second"), f"/console/keys/{key}"
    for value in ("many", "-1", "0", "1e9", "９"):
        answer = send(browser, f"{at}/limits", at, subject="key", tokens=value, reason="pilot")
        assert answer.status_code == 400
        assert "limits" in answer.text
    assert "set apart" not in said(browser.get(at, headers=EN).text)


def test_a_keeper_revokes_a_key_for_a_reason_and_others_do_not(
    visit: Visit, house: Composed, key: str, about: About
):
    """Once; then the page says when, and the evidence why."""
    browser, at = visit("auditor"), f"/console/keys/{key}"
    assert send(browser, f"{at}/revoke", "/console/keys", reason="leaked").status_code == 403
    keeper = visit("second")
    for reason in ("", "他说丢了"):
        assert send(keeper, f"{at}/revoke", at, reason=reason).status_code == 400
    answer = send(keeper, f"{at}/revoke", at, reason="leaked")
    assert answer.headers["location"] == f"{at}?done=revoked"
    text = said(keeper.get(at, headers=EN).text)
    assert "revoked" in text
    assert "Change the limits" not in text
    assert send(keeper, f"{at}/revoke", "/console/policies", reason="leaked").status_code == 409
    with house.database.read() as tx:
        found = accounts.service.get_key(tx, key)
        (leaf,) = [one for one in about(tx, found.owner) if one["kind"] == "key-revoked"]
    assert leaf["facts"]["reason"] == "leaked"


def test_a_keeper_issues_a_key_with_limits_of_its_own(visit: Visit, house: Composed, key: str):
    """Its token is shown once; who keeps no accounts sees no form."""
    with house.database.read() as tx:
        owner = accounts.service.get_key(tx, key).owner
    assert "Issue a key" not in said(visit("auditor").get("/console/keys", headers=EN).text)
    keeper, at = visit("second"), "/console/keys"
    answer = send(keeper, at, at, owner=owner, label="批处理", requests="30")
    assert answer.status_code == 200
    token = re.search(r"gj-user-[0-9a-z]{40}", answer.text)
    assert token is not None
    with house.database.read() as tx:
        caller = accounts.look_up(tx, token[0])
    assert caller.key_limits == {"requests": 30}
    assert token[0] not in keeper.get(f"{at}/{caller.key}", headers=EN).text
    for wrong in ({"owner": "pe_none"}, {"owner": owner, "requests": "many"}):
        assert send(keeper, at, at, **wrong).status_code in {400, 404}
    with house.database.read() as tx:
        assert len(accounts.keys_of(tx, owner)) == 2


@pytest.mark.control("account-and-keys")
def test_a_keeper_says_which_models_a_key_may_ask_for(
    visit: Visit, house: Composed, key: str, about: About
):
    """One name a line; nothing is all again; each change is on record."""
    keeper, at = visit("second"), f"/console/keys/{key}"
    answer = send(keeper, f"{at}/models", at, models="qwen-max\r\nqwen-turbo", reason="pilot")
    assert answer.headers["location"] == f"{at}?done=models"
    assert "qwen-max" in keeper.get(at, headers=EN).text
    assert "models: 2" in said(keeper.get("/console/keys", headers=EN).text)
    with house.database.read() as tx:
        assert accounts.models_of(tx, [key]) == {key: ("qwen-max", "qwen-turbo")}
    assert send(keeper, f"{at}/models", at, models="x" * 101, reason="pilot").status_code == 400
    assert send(keeper, f"{at}/models", at, models="a", reason="").status_code == 400
    send(keeper, f"{at}/models", at, models="", reason="pilot-over")
    with house.database.read() as tx:
        assert accounts.models_of(tx, [key]) == {}
        changes = [one for one in about(tx, key) if one["kind"] == "key-models-changed"]
    assert sorted(one["facts"]["to"] for one in changes) == [[], ["qwen-max", "qwen-turbo"]]
    refused = send(visit("auditor"), f"{at}/models", "/console/policies", models="a", reason="no")
    assert refused.status_code == 403


def test_people_see_what_their_own_keys_have_used(visit: Visit, house: Composed, key: str):
    """And how much they may use."""
    with house.database.write() as tx:
        keeper = accounts.staff_actor(tx, "second")
        owner = accounts.service.get_key(tx, key).owner
        accounts.set_limits(tx, keeper, owner, {"day": 9_000}, "pilot")
    browser = visit("xiaoming", "/sign-in")
    text = said(browser.get("/me", headers=EN).text)
    assert "All your keys: 4,321 tokens today" in text
    assert "Limit: 9,000 tokens a day." in text
    assert "每天 token 9,000" in said(browser.get("/me?lang=zh").text)
