# SPDX-License-Identifier: Apache-2.0
"""Attacks on identities by way of the pages; docs/security.md has the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.browser.composed import PASSWORD, Composed

from guiju import accounts, ledger
from guiju.casework import ask_contact

from .conftest import Visit, token

EN = {"accept-language": "en"}
FORM = {"name": "xiaoming", "password": PASSWORD}
pytestmark = pytest.mark.control("sign-in-guarded")
# Pages that nobody needs to sign in for, and the two that say who signs in.
_OPEN = ("/console/sign-in",)


def routes(house: Composed, method: str, below: str = "") -> Iterator[str]:
    """The addresses that take `method`, with something in each place of a parameter."""
    waiting: list[Any] = list(house.app._app.routes)
    while waiting:
        route = waiting.pop()
        inside = getattr(route, "original_router", None) or getattr(route, "router", None)
        waiting += getattr(inside, "routes", ()) or getattr(route, "routes", None) or ()
        path = getattr(route, "path", "")
        if method in (getattr(route, "methods", None) or ()) and path.startswith(below):
            yield re.sub(r"\{[^}]+\}", "none", path)


def test_no_form_is_taken_without_its_token(visit: Visit, house: Composed):
    """CSRF: every address of the pages that takes a form, in the session of who may do most."""
    officer, person = visit("second"), visit("xiaoming", "/sign-in")
    tried = [one for one in routes(house, "POST") if not one.startswith("/api/")]
    assert len(tried) > 60
    for browser in (officer, person):
        for path in tried:
            for fields in ({}, {"form_token": "guessed"}):
                answer = browser.post(path, data=fields, headers=EN)
                assert answer.status_code == 403, path
                assert "form-expired" in answer.text, path


def test_no_form_of_another_site_is_taken_even_with_a_token(visit: Visit, house: Composed):
    """CSRF: whatever token it brought, the browser says where it comes from."""
    person = visit("xiaoming", "/sign-in")
    known = token(person.get("/me").text)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        for path in ("/me/keys", "/sign-out", "/me/security/password", "/sign-in/passkey"):
            answer = person.post(path, data={"form_token": known}, headers=EN | headers)
            assert answer.status_code == 403
            assert "cross-site-refused" in answer.text


def test_signing_in_by_a_form_of_another_site_is_refused(visit: Visit):
    """Login CSRF: nobody is signed in as somebody else without seeing our form first."""
    browser = visit()
    assert browser.post("/sign-in", data=FORM, headers=EN).status_code == 403
    assert "guiju_session" not in browser.cookies


def test_a_planted_session_is_worth_nothing_after_signing_in(visit: Visit):
    """Session fixation: the token is made at the sign-in, and the one before has ended."""
    browser = visit()
    page = browser.get("/sign-in")
    planted = "gj-session-" + "0" * 40
    browser.cookies.set("guiju_session", planted)
    fields = {**FORM, "form_token": token(page.text)}
    assert browser.post("/sign-in", data=fields).status_code == 303
    mine = browser.cookies.get("guiju_session", domain="testserver.local")
    assert mine != planted
    thief = visit()
    thief.cookies.set("guiju_session", planted)
    assert thief.get("/me").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "/%0d%0aset-cookie:x=1\r\nlocation: https://evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(visit: Visit, wanted: str):
    """Open redirect, and CRLF in what becomes a header."""
    browser = visit()
    page = browser.get("/sign-in", params={"next": wanted})
    assert page.status_code == 200
    assert "evil.example" not in re.findall(r'name="next" value="([^"]*)"', page.text)[0]
    fields = {**FORM, "form_token": token(page.text), "next": wanted}
    answer = browser.post("/sign-in", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "x" not in answer.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-proto": "https", "forwarded": "host=evil.example"},
        {"x-original-url": "/console", "x-rewrite-url": "/console"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_page_repeats_what_a_header_says_of_this_site(visit: Visit, headers: dict[str, str]):
    """Host and its kin: every link is a path or the address that was set."""
    for path in ("/sign-in", "/register", "/recover", "/console", "/api/openapi.json"):
        answer = visit().get(path, headers=EN | headers)
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("location", "")
        assert answer.status_code in {200, 303}


def test_a_visitor_cannot_choose_the_address_they_are_counted_by(house: Composed):
    """X-Forwarded-For is believed of a proxy of ours alone, and of it the last entry."""
    peer = ("192.0.2.50", 1234)
    codes = []
    for number in range(32):
        browser = TestClient(house.app, client=peer, headers={"accept": "text/html"})
        page = browser.get("/sign-in")
        fields = {"name": f"nobody{number}", "password": "wrong", "form_token": token(page.text)}
        headers = {"x-forwarded-for": f"203.0.113.{number}"}
        codes.append(browser.post("/sign-in", data=fields, headers=headers).status_code)
    assert codes == [401] * 30 + [429] * 2
    inside = TestClient(house.app, client=("10.0.0.2", 1), headers={"accept": "text/html"})
    page = inside.get("/sign-in")
    fields = {"name": "nobody99", "password": "wrong", "form_token": token(page.text)}
    for said, status in (("203.0.113.7, 192.0.2.50", 429), ("192.0.2.50, 203.0.113.7", 401)):
        answer = inside.post("/sign-in", data=fields, headers={"x-forwarded-for": said})
        assert answer.status_code == status


def test_a_name_that_exists_and_one_that_does_not_get_the_same_page(visit: Visit):
    """Enumeration: status, words and length, but for the token and the name itself."""
    said = []
    for name in ("xiaoming", "nobodyxx"):
        browser = visit()
        page = browser.get("/sign-in")
        fields = {"name": name, "password": "not the password", "form_token": token(page.text)}
        answer = browser.post("/sign-in", data=fields, headers=EN)
        text = answer.text.replace(name, "NAME").replace(token(answer.text), "TOKEN")
        said.append((answer.status_code, text))
    assert said[0] == said[1]


@pytest.mark.control("staff-roles")
def test_a_person_opens_nothing_of_the_console(visit: Visit, house: Composed):
    """Privilege escalation: each address of staff, by reading and by form."""
    person = visit("xiaoming", "/sign-in")
    known = token(person.get("/me").text)
    read = [one for one in routes(house, "GET", "/console") if one not in _OPEN]
    assert len(read) > 30
    for path in read:
        answer = person.get(path, headers=EN)
        own = path.startswith("/console/security")
        assert answer.status_code in ({303, 401, 404} if own else {403, 422, 404, 400}), path
        assert "xiaoming" not in answer.text.partition("<main")[2], path
    for path in routes(house, "POST", "/console"):
        if path.startswith("/console/sign-in"):
            continue
        answer = person.post(path, data={"form_token": known}, headers=EN)
        assert answer.status_code in {303, 401, 403, 404}, path
        assert answer.headers.get("location", "/console/sign-in").startswith("/console/sign-in"), (
            path
        )


@pytest.mark.control("staff-roles")
def test_an_auditor_changes_nothing(visit: Visit, house: Composed):
    """Privilege escalation: who reads everything decides nothing, whatever form is sent."""
    auditor = visit("auditor")
    known = token(auditor.get("/console").text)
    # Their own account; and what is looked at again, which is theirs to draw.
    own = ("/console/sign-in", "/console/security", "/console/cases/quality/draw")
    before = _leaves(house)
    for path in routes(house, "POST", "/console"):
        if not path.startswith(own):
            answer = auditor.post(path, data={"form_token": known}, headers=EN)
            assert answer.status_code in {303, 400, 403, 404, 405, 409, 422}, path
    assert _leaves(house) == before


def _leaves(house: Composed) -> int:
    ledger.integrate(house.database)
    with house.database.read() as tx:
        return ledger.size(tx)


@pytest.mark.control("staff-roles")
def test_no_page_shows_staff_who_somebody_is_or_what_they_said(visit: Visit, house: Composed):
    """Each page of the console, and each page it links to: names and words of people are covered.

    What is behind a cover takes a reason and is put on record: casework and records test that.
    """
    with house.database.write() as tx:
        person = accounts.find_person(tx, "xiaoming")
        assert person is not None
        ask_contact(tx, person.actor, person.id, "ming@private.example", "zh")
    browser = visit("second")
    waiting = [one for one in routes(house, "GET", "/console") if "none" not in one]
    seen: set[str] = set()
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path)
        text = answer.text
        for private in ("xiaoming", "newcomer", "ming@private.example", "你好，我是演示模型"):
            assert private not in text, (path, private)
        found = re.findall(r'href="(/console/[^"#]+)"', text)
        waiting += [one.replace("&amp;", "&") for one in found if one not in seen]
    assert len(seen) > 60
