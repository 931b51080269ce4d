# SPDX-License-Identifier: Apache-2.0
"""The console of rectification: each step by its role, figures side by side, data for a trainer."""

from __future__ import annotations

import json
from time import sleep

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.dispositions.scene import (
    APPEALS,
    KINDS,
    OFFICER,
    REVIEWER,
    Scene,
    exchange,
    member,
)
from tests.unit.dispositions.test_dispositions_content import delivered, finding
from tests.unit.dispositions.test_dispositions_finding_pages import sent
from tests.unit.dispositions.test_dispositions_pages import text_of
from tests.unit.dispositions.test_dispositions_rectification import (
    HARMFUL,
    HARMLESS,
    NOTHING,
    RIGHT,
    recall,
)

from guiju import ledger, records
from guiju.casework import Case, get_case, is_held
from guiju.dispositions import RECTIFICATION, content, rectification_trying, routes
from guiju.dispositions.rectification import rectification_of
from guiju.kernel import Actor
from guiju.screening import Screen
from guiju.storage import Tx, destroy_key
from guiju.web import Site, Viewer

HERE = "/console/rectifications"
AUDITOR = member("auditor", "auditor")


class Console:
    """Members of staff at browsers without script; `screen` is the policy in force."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.screen = scene, NOTHING
        self.opened: list[tuple[str, str, str]] = []

    def _note(self, _tx: Tx, actor: Actor, thing: str, reason: str, _subject: str) -> None:
        self.opened.append((actor.id, thing, reason))

    def _screen(self) -> Screen:
        return self.screen

    def of(self, actor: Actor, language: str = "en") -> TestClient:
        site = Site(lambda _: Viewer("staff", actor.id, "林安", actor.roles, "token"))
        bench = routes.Workbench(KINDS, self._screen, recall, self._note)
        app = FastAPI()
        app.include_router(routes.router(self.scene.db, site, workbench=bench))
        headers = {"accept": "text/html", "accept-language": language}
        return TestClient(site.install(app), headers=headers, follow_redirects=False)

    def begun(self, **fields: str) -> Case:
        answer = self.of(REVIEWER).post(HERE, data=sent(**fields))
        assert answer.status_code == 303
        number = answer.headers["location"].removeprefix(f"{HERE}/")
        found: Case = self.scene.read(get_case, RECTIFICATION, number)
        return found

    def post(self, who: Actor, case: Case, path: str, **fields: str) -> int:
        """The status of the answer to a form of the page as it stands."""
        version = self.scene.read(get_case, RECTIFICATION, case.id).version
        data = sent(version=str(version), **fields)
        return self.of(who).post(f"{HERE}/{case.number}/{path}", data=data).status_code

    def tried(self, who: Actor, case: Case, by: Screen) -> int:
        sleep(0.002)  # ids rise from one millisecond to the next, and with them the order of runs
        self.screen = by
        return self.post(who, case, "regression")

    def page(self, who: Actor, case: Case, language: str = "en") -> str:
        return text_of(self.of(who, language).get(f"{HERE}/{case.number}"))

    def state(self, case: Case) -> str:
        found: Case = self.scene.read(get_case, RECTIFICATION, case.id)
        return found.state


@pytest.fixture
def console(scene: Scene) -> Console:
    return Console(scene)


def sampled(console: Console) -> Case:
    case = console.begun()
    for text, expected in ((HARMFUL, "stopped"), (HARMLESS, "passed")):
        fields = {"text": text, "side": "input", "expected": expected, "answer": "Better."}
        assert console.post(REVIEWER, case, "samples", **fields) == 303
    return case


@pytest.mark.control("rectification")
def test_a_cause_is_put_right_on_the_console(console: Console) -> None:
    """Every step by its form; what was not shown is not believed, and another person verifies."""
    case = sampled(console)
    assert console.post(REVIEWER, case, "steps/diagnose", reason="A word.") == 409
    assert console.tried(REVIEWER, case, NOTHING) == 303
    for verb, fields in (
        ("diagnose", {"reason": "A word was missing."}),
        ("choose", {"reason": "It is enough.", "cure": "keyword"}),
        ("implement", {"reason": "Version 7."}),
    ):
        assert console.post(REVIEWER, case, f"steps/{verb}", **fields | {"reason": " "}) == 400
        assert console.post(REVIEWER, case, f"steps/{verb}", **fields) == 303
    assert console.tried(REVIEWER, case, NOTHING) == 303
    assert console.post(REVIEWER, case, "steps/pass", reason="It works.") == 409
    assert console.tried(REVIEWER, case, RIGHT) == 303
    assert console.post(OFFICER, case, "steps/pass", reason="It works.") == 303
    assert console.post(OFFICER, case, "steps/verify", facts="Seen.") == 403
    second = member("second", "safety-officer")
    assert console.post(second, case, "steps/verify", facts=" ") == 400
    assert console.post(second, case, "steps/verify", facts="Seen by another.") == 303
    assert console.tried(second, case, RIGHT) == 303
    shown = console.page(REVIEWER, case)
    for figure in ("0 / 1", "1 / 1", "Before", "After", "Re-test", "All as expected"):
        assert figure in shown
    assert console.post(second, case, "steps/close", reason="It holds.") == 303
    assert console.state(case) == "closed"
    assert "This case has come to its end." in console.page(REVIEWER, case)
    assert ledger.verify(console.scene.db, None).problems == ()


def test_a_measure_that_is_none_is_said(console: Console) -> None:
    case = sampled(console)
    console.tried(REVIEWER, case, NOTHING)
    console.post(REVIEWER, case, "steps/diagnose", reason="A word was missing.")
    assert console.post(REVIEWER, case, "steps/choose", reason="So.", cure="luck") == 400
    # The step alone, as anybody could send it, chooses nothing.
    assert console.post(REVIEWER, case, "steps/verify", facts="Seen.") == 409
    assert console.state(case) == "diagnosed"


def test_who_has_not_seen_the_case_as_it_is_changes_nothing(console: Console) -> None:
    case = sampled(console)
    console.tried(REVIEWER, case, NOTHING)
    fields = sent(version="1", reason="A word was missing.")
    assert console.post(REVIEWER, case, "steps/diagnose", reason="A word.") == 303
    again = console.of(OFFICER).post(f"{HERE}/{case.number}/steps/dismiss", data=fields)
    assert (again.status_code, "A word was missing." in again.text) == (409, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_opened_from_a_case_and_listed(console: Console, language: str) -> None:
    """The form carries where it comes from; both pages lead to each other."""
    scene = console.scene
    found = finding(scene, delivered(scene))
    cause = scene.do(content.propose_removal, REVIEWER, found, "An invented harm.")
    browser = console.of(REVIEWER, language)
    form = browser.get(f"{HERE}?from={cause.number}&finding={found.id}").text
    assert f'value="{cause.number}"' in form
    assert found.id in form
    case = console.begun(**{"from": cause.number, "findings": found.id})
    assert scene.read(rectification_of, case).findings == (found.id,)
    for address in (HERE, f"{HERE}?every=true"):
        assert case.number in browser.get(address).text
    page = browser.get(f"{HERE}/{case.number}").text
    assert f'href="/console/cases/{cause.number}"' in page
    assert f'href="/console/findings/{found.id}"' in page
    assert f"{HERE}?finding={found.id}#open" in browser.get(f"/console/findings/{found.id}").text
    wrong = browser.post(HERE, data=sent(**{"from": "CA-261130-AAAA-AAAA", "findings": ""}))
    assert (wrong.status_code, "CA-261130-AAAA-AAAA" in wrong.text) == (404, True)


def test_words_stay_covered_until_somebody_says_why(console: Console) -> None:
    """What staff wrote; what a record says is looked at as evidence of the case."""
    case = sampled(console)
    assert HARMFUL not in console.page(REVIEWER, case)
    assert console.post(REVIEWER, case, "words", reason=" ") == 400
    assert console.post(REVIEWER, case, "words", reason="to try a cure") == 303
    assert HARMFUL in console.page(REVIEWER, case)
    assert HARMFUL not in console.page(OFFICER, case)
    assert console.opened == [(REVIEWER.id, case.number, "to try a cure")]


def test_a_record_becomes_a_sample_and_who_is_erased_takes_it_along(console: Console) -> None:
    scene = console.scene
    made = exchange(scene.id, scene.clock, "pass", input=HARMFUL.encode(), output=b"an answer")
    with scene.db.write() as tx:
        records.record(tx, [made])
    case = console.begun()
    fields = {"request": made.request, "side": "input", "expected": "stopped"}
    assert console.post(REVIEWER, case, "records", **fields, reason=" ") == 403
    assert console.post(REVIEWER, case, "records", **fields, reason="to try it") == 303
    assert scene.read(is_held, made.request)
    assert scene.read(rectification_trying.rests_on, case) == {made.request: []}
    assert console.tried(REVIEWER, case, RIGHT) == 303
    assert "as expected" in console.page(REVIEWER, case)
    with scene.db.write() as tx:
        destroy_key(tx, scene.id)
        ledger.append(tx, "key-destroyed", controls=("records-sealed",), actor=OFFICER, facts={})
    assert console.tried(REVIEWER, case, RIGHT) == 303
    shown = console.page(REVIEWER, case)
    assert "not readable" in shown
    assert HARMFUL not in shown


def test_what_is_no_sample_is_said_and_stays_in_the_form(console: Console) -> None:
    case = console.begun()
    address, data = f"{HERE}/{case.number}/samples", sent(version="1", text="half a thought")
    for wrong in ({"side": "sky", "expected": "passed"}, {"side": "input", "expected": "luck"}):
        answer = console.of(REVIEWER).post(address, data=data | wrong)
        assert (answer.status_code, "half a thought" in answer.text) == (400, True)
    assert console.post(REVIEWER, case, "regression") == 409


@pytest.mark.control("rectification")
@pytest.mark.parametrize("form", ["trl-sft", "trl-dpo", "llamafactory-alpaca"])
def test_data_for_a_trainer_is_a_file_and_on_record(console: Console, form: str) -> None:
    """By digest and counts; a form that nothing fits gives no file and leaves no trace."""
    case = sampled(console)
    console.post(
        REVIEWER,
        case,
        "samples",
        text="quorblex is fun",
        side="output",
        expected="stopped",
        asked="What is fun?",
        answer="Many things are.",
    )
    browser = console.of(REVIEWER)
    answer = browser.post(f"{HERE}/{case.number}/export", data=sent(form=form))
    assert answer.headers["content-disposition"].endswith(f'"{case.number}-{form}.jsonl"')
    lines = [json.loads(one) for one in answer.text.splitlines()]
    assert len(lines) == (1 if form == "trl-dpo" else 3)
    assert f"{len(lines)} written" in console.page(REVIEWER, case)
    (leaf,) = console.scene.leaves("rectification-exported")
    assert (leaf["facts"]["written"], leaf["facts"]["form"]) == (len(lines), form)


def test_an_export_of_nothing_is_no_file(console: Console) -> None:
    case = console.begun()
    for form, status in (("trl-sft", 409), ("crayon", 400)):
        assert console.post(REVIEWER, case, "export", form=form) == status
    assert console.scene.leaves("rectification-exported") == []


def test_who_only_reads_sees_figures_and_does_nothing(console: Console) -> None:
    """The auditor reads; whoever decides appeals has no part in it."""
    case = sampled(console)
    console.tried(REVIEWER, case, NOTHING)
    shown = console.of(AUDITOR).get(f"{HERE}/{case.number}").text
    assert "0 / 1" in shown
    assert f'action="{HERE}' not in shown
    for path in ("samples", "records", "regression", "steps/diagnose", "words"):
        fields = {"reason": "so", "side": "input", "expected": "passed", "text": "so"}
        assert console.post(AUDITOR, case, path, **fields) == 403
    assert console.post(AUDITOR, case, "export", form="trl-sft") == 403
    assert console.of(AUDITOR).post(HERE, data=sent()).status_code == 403
    assert console.of(APPEALS).get(f"{HERE}/{case.number}").status_code == 403
