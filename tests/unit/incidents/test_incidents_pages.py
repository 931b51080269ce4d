# SPDX-License-Identifier: Apache-2.0
"""The pages of incidents and reports, as an officer uses them without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import OBJECTION
from tests.unit.conftest import About
from tests.unit.incidents.conftest import Desk, Staff

from guiju import accounts, incidents, reporting
from guiju.app.review import note_reading
from guiju.casework import Kinds, Tie, linked
from guiju.incidents import routes
from guiju.incidents.kind import INCIDENT
from guiju.kernel import Actor, ActorKind, Event, FixedClock
from guiju.reporting import routes as report_routes
from guiju.storage import Database
from guiju.web import Site, Viewer

KINDS = Kinds([INCIDENT, OBJECTION])


class Browser:
    """One browser; who sits before it changes."""

    def __init__(self, db: Database, staff: Staff) -> None:
        self.who: Actor = staff.officer
        self.heard: list[Event] = []
        self.kind: Literal["person", "staff"] = "staff"
        site = Site(lambda _: Viewer(self.kind, self.who.id, "x", self.who.roles, "token"))
        app = FastAPI()
        app.include_router(
            routes.router(
                db,
                site,
                self.heard.append,
                ["/v1/embeddings", "/v1/responses"],
                KINDS,
                note_reading=note_reading,
            )
        )
        app.include_router(report_routes.router(db, site, lambda *_: "IN-cause", note_reading))
        self._client = TestClient(site.install(app), follow_redirects=True)

    def get(self, path: str, language: str = "en") -> str:
        answer = self._client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, expected: int = 200, **fields: str) -> str:
        data = {name.strip("_").replace("_", "-"): value for name, value in fields.items()}
        data |= {"form_token": "token"}
        headers = {"accept-language": "en"}
        answer = self._client.post(path, data=data, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.text


@pytest.fixture
def browser(db: Database, staff: Staff) -> Browser:
    return Browser(db, staff)


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def number(page: str, prefix: str) -> str:
    found = re.search(rf"{prefix}-\d{{6}}-\w{{4}}-\w{{4}}", page)
    assert found
    return found[0]


def told(browser: Browser, source: str, expected: int = 200) -> str:
    words = "answers name a stranger"
    here = "/console/incidents"
    return browser.post(here, expected, category="content", summary=words, from_=source)


def test_an_incident_is_opened_out_of_another_case(browser: Browser, db: Database) -> None:
    """Its page leads to the form with its number; a number that is none loses no word."""
    with db.write() as tx:
        case = opened(tx)
    assert f'name="from" value="{case.number}"' in browser.get(
        f"/console/incidents?from={case.number}"
    )
    page = told(browser, "CP-none", 404)
    assert "answers name a stranger</textarea>" in page
    assert '<option value="content" selected>' in page
    page = told(browser, case.number)
    with db.read() as tx:
        (tied,) = linked(tx, KINDS, Tie.CAUSED_BY, case)
    assert tied.number == number(page, "IN")


def test_an_officer_goes_all_the_way_in_the_console(
    browser: Browser, db: Database, staff: Staff
) -> None:
    """Open, state, see the threshold, sign, stop, draft, have it signed, say that it was sent."""
    one = browser.post("/console/incidents", category="leak", summary="names on a page")
    case = number(one, "IN")
    here = f"/console/incidents/{case}"
    assert "left" in one
    assert "incidents.report-other.hours" in one
    one = browser.post(f"{here}/state", version=version(one), fact_persons="1,000,000")
    assert "incidents.grade-larger.persons" in one
    assert "from memory" in one
    refused = browser.post(f"{here}/grade", 403, version=version(one), grade="general", reason="x")
    assert "The stated facts reach a threshold" in refused
    graded = browser.post(f"{here}/grade", version=version(one), grade="larger", reason="many")
    stale = browser.post(f"{here}/grade", 409, version=version(one), grade="larger", reason="many")
    assert "has changed" in stale
    for expected, said in ((200, "stopped"), (409, "already")):
        found = browser.post(
            "/console/incidents/stops",
            expected,
            part="route /v1/embeddings",
            stop_reason="it leaks",
            case=case,
        )
        assert said in found
    assert "/v1/embeddings" in browser.get("/status")
    browser.post(f"{here}/step/contain", version=version(graded), reason="route is off")
    paper = browser.post(f"{here}/report", stage="initial", authority="Province")
    report = f"/console/reports/{number(paper, 'AR')}"
    assert f"{report}/sign" not in paper
    browser.post(f"{report}/sign", 403, version=version(paper))
    browser.who = staff.second
    assert f"{report}/sign" not in browser.get(report)
    assert f"{report}/sign" in browser.post(f"{report}/words", reason="to sign it")
    signed = browser.post(f"{report}/sign", version=version(browser.get(report)))
    browser.who = staff.officer
    signed = browser.get(report)
    browser.post(f"{report}/sent", 400, version=version(signed), channel="fax", sent_at="soon")
    sent = browser.post(f"{report}/sent", version=version(signed), channel="fax")
    browser.post(f"{report}/acknowledged", version=version(sent), number="No. 3")
    assert "No. 3" in browser.get("/console/reports")
    assert "reported" in browser.get(here)
    browser.post(f"{here}/entries", zh="已处置。", en="Dealt with.")
    assert "Dealt with." in browser.get("/status")
    assert "已处置。" in browser.get("/status", "zh")
    browser.get(here, "zh")
    assert len(browser.heard) == 1


@pytest.mark.parametrize("form", ["json", "md", "html"])
def test_the_paper_is_handed_out_as_a_file(
    browser: Browser, db: Database, staff: Staff, form: str
) -> None:
    """As an attachment that no cache keeps."""
    desk = Desk(db, staff)
    made = desk.do(desk.open(), incidents.draft_report, "initial")
    where = f"/console/reports/{made.case.number}"
    assert browser._client.get(f"{where}/paper.{form}").status_code == 403
    browser.post(f"{where}/words", reason="to send it")
    answer = browser._client.get(f"/console/reports/{made.case.number}/paper.{form}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]
    assert made.digest in answer.text
    assert browser._client.get(f"/console/reports/{made.case.number}/paper.exe").status_code == 404


@pytest.mark.control("case-trail", "records-sealed")
def test_words_are_covered_until_somebody_says_why(
    browser: Browser, db: Database, staff: Staff, clock: FixedClock, about: About
) -> None:
    """Of an incident and of a report; for half an hour, each by itself, and on record."""
    page = browser.post("/console/incidents", category="leak", summary="names on a page")
    here = f"/console/incidents/{number(page, 'IN')}"
    assert "names on a page" not in page
    paper = browser.post(f"{here}/report", stage="initial", authority="Province")
    report = f"/console/reports/{number(paper, 'AR')}"
    assert "names on a page" not in paper
    for where, room in ((here, incidents), (report, reporting)):
        browser.post(f"{where}/words", 400, reason=" ")
        assert "names on a page" not in browser.get(where)
        assert "names on a page" in browser.post(f"{where}/words", reason="to handle it")
        with db.read() as tx:
            case = room.find_case(tx, where.rpartition("/")[2])
            leaf = next(one for one in about(tx, case.id) if one["kind"] == "record-read")
        assert leaf["facts"]["purpose"] == "case-work"
        browser.who = staff.second
        assert "names on a page" not in browser.get(where)
        browser.who = Actor(ActorKind.STAFF, "staff_a", frozenset({"auditor"}))
        browser.post(f"{where}/words", 403, reason="to look")
        assert "names on a page" not in browser.get(where)
        browser.who = staff.officer
        clock.advance(minutes=31)
        assert "names on a page" not in browser.get(where)


@pytest.mark.control("breach-notified")
def test_a_person_reads_what_they_were_told_and_nothing_else(
    browser: Browser, db: Database, staff: Staff
) -> None:
    """In their language, on their own page."""
    with db.write() as tx:
        mine, other = (
            accounts.register_person(tx, None, name, "orchard 42 lamp", language="en").id
            for name in ("first", "other")
        )
    desk = Desk(db, staff)
    case = desk.open().case.number
    for person, words in ((mine, "your name"), (other, "their name")):
        browser.post(f"/console/incidents/{case}/tell", persons=person, tell_zh="某", tell_en=words)
    browser.who, browser.kind = Actor(ActorKind.PERSON, mine), "person"
    page = browser.get("/me/notices")
    assert "your name" in page
    assert "their name" not in page


def test_who_has_no_role_sees_and_does_nothing(
    browser: Browser, db: Database, staff: Staff
) -> None:
    """The rooms refuse, whatever a page would let one send."""
    desk = Desk(db, staff)
    one = desk.open()
    browser.who = Actor(staff.clerk.kind, "staff_x", frozenset({"data-steward"}))
    client: Callable[..., object] = browser._client.get
    for path in (f"/console/incidents/{one.case.number}", "/console/reports"):
        assert getattr(client(path), "status_code", 0) == 403
    refused = browser.post("/console/incidents", 403, category="other", summary="x")
    assert "takes an operator" in refused
    with db.read() as tx:
        assert reporting.reports(tx) == []
