# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.dispositions.scene import APPEALS, OFFICER, REVIEWER, Scene, member
from tests.unit.dispositions.test_dispositions_content import delivered, finding
from tests.unit.dispositions.test_dispositions_pages import text_of, visit

from guiju.casework import cases_of
from guiju.dispositions import (
    APPEAL,
    CONTENT_ACTION,
    USER_ACTION,
    Finding,
    FindingState,
    appeals,
    findings,
    routes,
)
from guiju.kernel import Actor
from guiju.web import Site, Viewer

HERE = "/console/findings"


def staff(scene: Scene, actor: Actor, language: str = "en") -> TestClient:
    """A member of staff at a browser without script."""
    site = Site(lambda _: Viewer("staff", actor.id, "林安", actor.roles, "token"))
    app = FastAPI()
    app.include_router(routes.router(scene.db, site))
    headers = {"accept": "text/html", "accept-language": language}
    return TestClient(site.install(app), headers=headers, follow_redirects=False)


def sent(**fields: str) -> dict[str, str]:
    return {"form_token": "token", **fields}


@pytest.fixture
def found(scene: Scene) -> Finding:
    return finding(scene, delivered(scene))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_findings_are_listed_by_state(scene: Scene, found: Finding, language: str) -> None:
    """What waits first; a state that is none lists all."""
    browser = staff(scene, REVIEWER, language)
    assert f"{HERE}/{found.id}" in browser.get(HERE).text
    assert f"{HERE}/{found.id}" not in browser.get(f"{HERE}?state=dismissed").text
    assert f"{HERE}/{found.id}" in browser.get(f"{HERE}?state=all").text
    assert found.harm in text_of(browser.get(f"{HERE}/{found.id}"))
    assert browser.get(f"{HERE}/fd_nothing").status_code == 404


@pytest.mark.parametrize(
    ("verb", "state"),
    [("confirm", FindingState.CONFIRMED), ("dismiss", FindingState.DISMISSED)],
)
def test_a_finding_is_decided_with_a_reason(
    scene: Scene, found: Finding, verb: str, state: FindingState
) -> None:
    """Without one nothing changes and the form stays open."""
    browser, address = staff(scene, REVIEWER), f"{HERE}/{found.id}/decide/{verb}"
    assert browser.post(address, data=sent(reason=" ")).status_code == 400
    assert scene.read(findings.get_finding, found.id).state is FindingState.RAISED
    assert browser.post(address, data=sent(reason="we looked")).status_code == 303
    assert scene.read(findings.get_finding, found.id).state is state
    assert browser.post(address, data=sent(reason="again")).status_code == 409


@pytest.mark.control("content-removed")
@pytest.mark.parametrize(
    ("verb", "words", "state"),
    [("withhold", "facts", "withheld"), ("remove", "reason", "proposed")],
)
def test_content_is_withheld_or_its_removal_proposed(
    scene: Scene, found: Finding, verb: str, words: str, state: str
) -> None:
    """The case begins here and goes on among the cases; a second one is refused and names it."""
    browser, address = staff(scene, REVIEWER), f"{HERE}/{found.id}/{verb}"
    assert browser.post(address, data=sent(**{words: " "})).status_code == 400
    assert scene.read(cases_of, CONTENT_ACTION, scene.id) == []
    done = browser.post(address, data=sent(**{words: "It names somebody."}))
    (case,) = scene.read(cases_of, CONTENT_ACTION, scene.id)
    assert (done.status_code, done.headers["location"]) == (303, f"/console/cases/{case.number}")
    assert case.state == state
    again = browser.post(address, data=sent(**{words: "Once more."}))
    assert (again.status_code, case.number in again.text) == (409, True)
    assert "Once more." in again.text


def test_a_measure_is_proposed_because_of_a_finding(scene: Scene, found: Finding) -> None:
    """It rests on the finding; what cannot be is said, and what was typed stays."""
    browser, address = staff(scene, OFFICER), f"{HERE}/{found.id}/measure"
    said = sent(measure="suspend", days="7", clause="10", reason="seen twice")
    for wrong in ({"measure": ""}, {"days": "x"}, {"clause": "99"}, {"days": ""}):
        refused = browser.post(address, data=said | wrong)
        assert (refused.status_code, "seen twice" in refused.text) == (400, True)
    assert browser.post(address, data=said).status_code == 303
    (case,) = scene.read(cases_of, USER_ACTION, scene.id)
    assert [one.id for one in scene.read(findings.findings_of, case.id)] == [found.id]


def test_who_only_reads_can_do_nothing(scene: Scene, found: Finding) -> None:
    """No form on the page, and a form that is sent all the same is refused."""
    browser = staff(scene, member("auditor", "auditor"))
    page = browser.get(f"{HERE}/{found.id}").text
    assert not re.search(rf'action="{HERE}', page)
    for path, words in (("decide/confirm", "reason"), ("withhold", "facts"), ("remove", "reason")):
        refused = browser.post(f"{HERE}/{found.id}/{path}", data=sent(**{words: "so"}))
        assert refused.status_code == 403


@pytest.mark.control("appeals")
def test_a_lesser_measure_is_decided_on_a_page_of_its_own(scene: Scene) -> None:
    """For who decides appeals; what is not lesser is said, and what was written stays."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    here = f"/console/appeals/{case.number}/vary"
    assert staff(scene, REVIEWER).get(here).status_code == 403
    browser = staff(scene, APPEALS)
    assert "suspension, 7 days" in text_of(browser.get(here))
    form = {"version": str(case.version), "measure": "suspend", "clause": "10", "facts": "Not so."}
    wrong = browser.post(here, data=sent(**form, days="7"))
    assert wrong.status_code == 400
    assert "must be the lesser one" in text_of(wrong)
    assert "Not so." in wrong.text
    assert browser.post(here, data=sent(**form | {"version": "1"}, days="2")).status_code == 409
    assert browser.post(here, data=sent(**form, days="2")).status_code == 303
    assert scene.case(APPEAL).state == "changed"


@pytest.mark.control("notices-by-mail")
def test_a_person_leaves_an_address_and_takes_it_back(scene: Scene) -> None:
    """Where no mail is sent the page says so, and an address can still be forgotten."""
    browser = visit(scene, who=scene.id)
    browser.headers["accept-language"] = "en"
    assert "sends no mail for now" in text_of(browser.get("/me/mail"))
    wrong = browser.post("/me/mail", data=sent(address="by telephone"))
    assert wrong.status_code == 400
    kept = browser.post("/me/mail", data=sent(address="wanderer@example.org"))
    assert "wanderer@example.org" in text_of(kept)
    assert "wanderer@example.org" not in text_of(browser.post("/me/mail", data=sent()))
