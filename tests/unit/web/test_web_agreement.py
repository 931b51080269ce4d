# SPDX-License-Identifier: Apache-2.0
"""The console's pages of profile and agreement, and the API of consents."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient
from tests.browser.composed import Composed

from guiju import accounts, profile
from guiju.kernel import Text
from guiju.profile import demo_statement

from .conftest import Visit, token

EN = {"accept-language": "en"}


def send(browser: TestClient, path: str, at: str | None = None, **fields: str):
    page = browser.get(at or path)
    return browser.post(path, data={"form_token": token(page.text), **fields}, headers=EN)


def longer(words: str) -> Text:
    whole = accounts.first_agreement()
    return Text(zh=f"{whole.zh}\n27. {words}", en=f"{whole.en}\n27. {words}")


@pytest.mark.control("agreement-reviewed")
def test_one_proposes_an_agreement_on_the_console_and_another_approves(visit: Visit):
    """With what it states and what it changes; the proposer has no button."""
    legal, text = visit("legal"), longer("eight days")
    made = send(
        legal,
        "/console/agreement/new",
        change="material",
        note="clause 27 is new",
        zh=text.zh,
        en=text.en,
    )
    assert made.status_code == 303
    where = made.headers["location"]
    page = legal.get(where, headers=EN).text
    assert "somebody else must approve" in page
    assert "27. eight days" in page
    assert "style of labels on video" in page
    assert send(legal, f"{where}/approve", at=where).status_code == 403
    safety = visit("safety")
    assert send(safety, f"{where}/approve", at=where).headers["location"] == where
    assert "Version 2" in safety.get("/console/agreement", headers=EN).text
    reader = visit("xiaoming", "/sign-in")
    assert "You have not accepted version 2" in reader.get("/me", headers=EN).text
    shown = reader.get("/agreement", headers=EN).text
    assert "What changed since version 1" in shown
    assert "<ins>" in shown


@pytest.mark.control("agreement-reviewed")
def test_an_agreement_that_lacks_something_keeps_what_was_typed(visit: Visit):
    """One error with all that is missing; nothing is lost."""
    fields = {"change": "notice", "note": "n", "zh": "1. 甲甲", "en": "1. A short text"}
    answer = send(visit("legal"), "/console/agreement/new", **fields)
    assert answer.status_code == 400
    assert "does not state" in answer.text
    assert "1. A short text" in answer.text
    assert re.search(r'value="notice" selected', answer.text)
    assert send(visit("legal"), "/console/agreement/new", change="x").status_code == 400


def test_a_version_is_rejected_with_a_reason(visit: Visit):
    """Without one the page says so."""
    text = longer("x")
    made = send(visit("legal"), "/console/agreement/new", change="notice", zh=text.zh, en=text.en)
    where, safety = made.headers["location"], visit("safety")
    assert send(safety, f"{where}/reject", at=where, reason="").status_code == 400
    assert send(safety, f"{where}/reject", at=where, reason="unclear").status_code == 303
    assert "unclear" in safety.get(where).text


@pytest.mark.control("separate-consents", "training-opt-out")
def test_consents_are_switched_on_the_page_and_counted_on_the_console(visit: Visit):
    """Each by itself; staff see how many and nobody by name."""
    reader = visit("xiaoming", "/sign-in")
    on = send(reader, "/me/consents/training", at="/me", given="yes")
    assert on.headers["location"] == "/me?done=consent#consents"
    assert "Training: <b>on</b>" in reader.get("/me", headers=EN).text
    counts = visit("legal").get("/console/consents", headers=EN).text
    assert re.search(r"Training</th><td[^>]*>1</td><td[^>]*>0</td>", counts)
    assert "xiaoming" not in counts
    send(reader, "/me/consents/training", at="/me", given="no")
    assert "Training: <b>off</b>" in reader.get("/me", headers=EN).text
    assert send(reader, "/me/consents/nothing", at="/me", given="no").status_code == 404
    assert send(reader, "/me/consents/service", at="/me", given="yes").status_code == 400


@pytest.mark.control("separate-consents", "training-opt-out")
def test_a_key_reads_and_answers_for_its_person(visit: Visit, house: Composed):
    """GET and PUT; without a key, or about a purpose that is none, nothing."""
    with house.database.write() as tx:
        person = accounts.find_person(tx, "xiaoming")
        assert person is not None
        key = {"authorization": f"Bearer {accounts.issue_key(tx, person.actor, person.id).token}"}
    browser, where = visit(), "/api/me/consents"
    assert browser.get(where, headers={"accept": "*/*"}).status_code == 401
    assert browser.get(where, headers=key).json()["consents"]["training"]["given"] is False
    told = browser.put(f"{where}/training", headers=key, json={"given": True, "language": "en"})
    assert (told.status_code, told.json()["number"]) == (200, 1)
    found = browser.get(where, headers=key).json()
    assert found["consents"]["training"]["given"] is True
    assert found["history"][0]["language"] == "en"
    assert browser.put(f"{where}/wishes", headers=key, json={"given": True}).status_code == 400
    refused = browser.put(f"{where}/service", headers=key, json={"given": True})
    assert refused.json()["error"]["code"] == "consent-not-here"


@pytest.mark.control("service-statement", "filing-drift")
def test_one_proposes_a_profile_on_the_console_and_another_approves(visit: Visit):
    """What differs is shown; then it is public, marked as filed, and what drifts is found."""
    mapping = demo_statement().to_mapping()
    mapping["uses"]["en"] = "Watching invented words."
    legal = visit("legal")
    body = json.dumps(mapping)
    made = send(legal, "/console/profile/new", note="uses", body=body)
    where = made.headers["location"]
    page = legal.get(where, headers=EN).text
    assert "Watching invented words." in page
    assert "somebody else must approve" in page
    second = visit("second")
    assert send(second, f"{where}/approve", at=where).status_code == 303
    assert "Watching invented words." in visit().get("/", headers=EN).text
    filed = {"version": "2", "kind": "genai-filing", "number": "EXAMPLE-2"}
    day = {"filed_on": "2026-10-01"}
    marked = send(second, "/console/profile/filed", at="/console/profile", **filed, **day)
    assert marked.headers["location"] == "/console/profile?done=filed"
    assert "is not shown on the first page" in second.get("/console/profile", headers=EN).text
    wrong = {**filed, "filed_on": "soon"}
    assert send(second, "/console/profile/filed", at="/console/profile", **wrong).status_code == 400
    assert send(legal, "/console/profile/confirm", at="/console/profile").status_code == 403
    assert send(second, "/console/profile/confirm", at="/console/profile").status_code == 303


def test_a_profile_that_cannot_be_read_keeps_what_was_typed(visit: Visit):
    """Neither TOML nor JSON, or a field that is wrong: one error, and the text stays."""
    for body in ("{", "uscc = ", 'provider = "x"'):
        answer = send(visit("legal"), "/console/profile/new", note="n", body=body)
        assert answer.status_code == 400
        assert "That did not work" in answer.text
        # The summary leads to the box, wherever in the text the fault lies, and the box says it.
        assert 'href="#body"' in answer.text
        assert 'id="body-fault"' in answer.text


@pytest.mark.control("service-statement", "foreign-investment-checked")
def test_what_authorities_asked_of_a_service_from_abroad_is_shown_everywhere(visit: Visit):
    """Article 20: first page, annex of the agreement, console, and what a proposal would change."""
    mapping = demo_statement().to_mapping()
    mapping["ownership"]["offered_from"] = "abroad"
    asked = {"zh": "补充标识。", "en": "Add the missing labels."}
    notice = {"number": "EXAMPLE-NOTICE-7", "received": "2026-10-05", "asks": asked}
    legal = visit("legal")
    body = json.dumps({**mapping, "foreign_notices": [notice]})
    made = send(legal, "/console/profile/new", note="a notice", body=body)
    where = made.headers["location"]
    proposed = legal.get(where, headers=EN).text
    assert "+ Notices of the authorities (Article 20): EXAMPLE-NOTICE-7" in proposed
    assert send(visit("second"), f"{where}/approve", at=where).status_code == 303
    for path, browser in (
        ("/", visit()),
        ("/agreement", visit()),
        ("/register", visit()),
        ("/console/profile", legal),
    ):
        page = browser.get(path, headers=EN).text
        assert "Notices of the authorities (Article 20)" in page
        assert "EXAMPLE-NOTICE-7 (2026-10-05): Add the missing labels. not dealt with yet" in page
        assert "补充标识。" in browser.get(path, headers={"accept-language": "zh"}).text


@pytest.mark.control("filing-drift")
def test_what_runs_and_what_was_filed_are_held_against_the_statement(visit: Visit):
    """Each difference is a line with its place: a kind of content, and filed words that changed."""
    second, legal = visit("second"), visit("legal")
    filed = {"version": "1", "kind": "genai-filing", "number": "EXAMPLE-1"}
    send(second, "/console/profile/filed", at="/console/profile", **filed, filed_on="2026-10-01")
    mapping = demo_statement().to_mapping()
    mapping["services"][0]["modalities"] = ["text"]
    mapping["scenes"] = {"zh": "换了场合。", "en": "Somewhere else."}
    body = json.dumps(mapping)
    where = send(legal, "/console/profile/new", note="n", body=body).headers["location"]
    send(second, f"{where}/approve", at=where)
    page = second.get("/console/profile", headers=EN).text
    places = re.findall(r'<th scope="row"><code>([^<]+)</code>', page)
    assert {"modalities", "scenes.en", "scenes.zh"} <= set(places)
    assert "Where what was filed has changed, a change filing is due" in page


@pytest.mark.control("scope-determined")
def test_nobody_registers_with_a_service_for_internal_use(visit: Visit, house: Composed):
    """Article 2: the public door closes once two people have said so."""
    mapping = demo_statement().to_mapping()
    mapping["scope"] |= {"use": "internal", "evidence": "decision 7"}
    with house.database.write() as tx:
        legal, second = (accounts.staff_actor(tx, one) for one in ("legal", "second"))
        made = profile.propose(tx, legal, profile.Statement.from_mapping(mapping))
        profile.approve(tx, second, made.id)
    page = visit().get("/register", headers=EN)
    assert 'name="password"' not in page.text
    assert "internal use only" in visit().get("/", headers=EN).text
