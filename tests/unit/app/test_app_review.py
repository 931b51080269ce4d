# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.dispositions.scene import KINDS, OFFICER, REVIEWER, Scene, exchange

from guiju import dispositions, policies, records
from guiju.app import review
from guiju.app.panels import benches
from guiju.casework import Case, Review, decisions
from guiju.casework.routes import router
from guiju.dispositions import content, jobs
from guiju.kernel import Actor, FixedClock, Invalid, digest
from guiju.records import Exchange
from guiju.storage import Database
from guiju.web import Site, Viewer

HERE = "/console/cases"
PAGE = (Path(__file__).parents[3] / "docs" / "review.md").read_text(encoding="utf-8")
ASKED = "请写一个有示例禁词甲的故事"


def said(scene: Scene, policy: str) -> Exchange:
    """A question with a word of the default policy, and what was answered."""
    asked = {"messages": [{"role": "user", "content": ASKED}]}
    message = {"choices": [{"message": {"role": "assistant", "content": "不写。"}}]}
    answered = {"wire": "chat", "delivered": message, "withheld": None}
    return exchange(
        scene.id,
        scene.clock,
        input=json.dumps(asked).encode(),
        output=json.dumps(answered).encode(),
        policy=policy,
    )


@pytest.fixture
def scene(db: Database, clock: FixedClock) -> Scene:
    return Scene(db, clock)


@pytest.fixture
def held(scene: Scene) -> Case:
    """A case of somebody who was stopped three times."""
    with scene.db.write() as tx:
        policies.install_default(tx, OFFICER, Actor(OFFICER.kind, "st_2", OFFICER.roles))
    scene.rule(abuse=True)
    with scene.db.read() as tx:
        now = policies.active(tx)
    assert now is not None
    for _ in range(3):
        scene.clock.advance(minutes=1)
        with scene.db.write() as tx:
            scene.watch.record(tx, [said(scene, now.digest)])
    return scene.case()


def browser(scene: Scene, actor: Actor) -> TestClient:
    site = Site(lambda _: Viewer("staff", actor.id, "林安", actor.roles, "token"))
    beside = benches(scene.db, policies.Screens(None, scene.db.keys))
    app = FastAPI()
    wired = (review.rules, review.names, review.QUEUES, review.LEADS)
    app.include_router(router(scene.db, site, Review(KINDS, beside, *wired)))
    headers = {"accept": "text/html", "accept-language": "en"}
    return TestClient(site.install(app), headers=headers, follow_redirects=False)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.control("reviewer-exposure")
def test_the_exchange_lies_beside_the_case_covered(scene: Scene, held: Case) -> None:
    """Facts, findings and rule version at once; the words for a reason, marked, and on record."""
    reader = browser(scene, REVIEWER)
    page = reader.get(f"{HERE}/{held.number}").text
    for found in ("Rules v2", "A1g · rule-1 · lexicon · block", "abuse.", "suspension"):
        assert found in words(page)
    assert "示例禁词甲" not in page
    panel = re.search(r"/panels/(req_\w+)", page)
    assert panel
    opened = reader.post(
        f"{HERE}/{held.number}/panels/{panel[1]}",
        data={"form_token": "token", "reason": "held provisionally"},
    )
    assert opened.status_code == 200
    marks = re.findall(r"<mark title=\"([^\"]+)\">([^<]+)</mark>", opened.text)
    assert [text for _, text in marks] == ["示例禁词甲"]
    assert marks[0][0].startswith("A1h ")
    assert "不写。" in opened.text
    (reading,) = scene.leaves("record-read")
    (shown,) = scene.leaves("content-shown")
    assert reading["facts"]["request"] == panel[1] == shown["facts"]["panel"]
    assert reading["actor"]["id"] == REVIEWER.id


def test_a_case_leads_on_to_an_incident(scene: Scene, held: Case) -> None:
    """Whoever may open one gets there with its number; for others there is no such link."""
    link = f'href="/console/incidents?from={held.number}#open"'
    assert link in browser(scene, REVIEWER).get(f"{HERE}/{held.number}").text
    auditor = Actor(OFFICER.kind, "st_auditor", frozenset({"auditor"}))
    page = browser(scene, auditor).get(f"{HERE}/{held.number}")
    assert page.status_code == 200
    assert "/console/incidents?from" not in page.text


def test_a_record_that_is_gone_is_said_to_be(scene: Scene, held: Case) -> None:
    """A case outlasts what it rested on; nothing counts as seen."""
    answer = browser(scene, REVIEWER).post(
        f"{HERE}/{held.number}/panels/req_gone", data={"form_token": "token", "reason": "why"}
    )
    assert answer.status_code == 404
    assert scene.leaves("content-shown") == []


def test_a_measure_is_decided_on_the_page_by_another_person(scene: Scene, held: Case) -> None:
    """With facts alone: the room knows the grounds; then it is in force."""
    officer = browser(scene, OFFICER)
    page = officer.get(f"{HERE}/{held.number}").text
    assert f"/{held.number}/steps/approve" in page
    assert "/steps/revise" not in page
    assert "ground-order15" not in page
    sent = {"form_token": "token", "version": str(held.version), "facts": "Three in a row."}
    answer = officer.post(f"{HERE}/{held.number}/steps/approve", data=sent)
    assert answer.status_code == 303
    assert scene.case().state == "in-force"
    assert "Three in a row." not in officer.get(f"{HERE}/{held.number}").text  # it is covered
    with scene.db.read() as tx:
        assert decisions(tx, scene.case(), opened=True)[-1].facts == "Three in a row."


def test_the_policy_of_the_page_is_one(scene: Scene) -> None:
    """It is read, written as TOML and said in words, and gives the rules that it says."""
    (block,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    body = policies.checked(policies.default_body() | tomllib.loads(block))
    assert policies.checked(body) == body
    rules = policies.review_rules(body)
    assert rules.shown.total_seconds() == 300
    assert (rules.a_day.minutes, rules.a_day.items) == (240, 300)
    assert rules.of_harms[0].counts(["A2c"])
    assert not rules.of_harms[0].counts(["A3a"])
    assert (rules.sampled, rules.opt_in) == (50, frozenset({"child-safety"}))


@pytest.mark.parametrize(
    "part",
    [
        {"day_minutes": 0},
        {"rest_minutes": 10},
        {"harm": [{"harms": ["A1f"]}]},
        {"harm": [{"harms": ["Z9"], "day_items": 3}]},
        {"sampled_permille": 1001},
        {"opt_in": []},
        {"days": 3},
    ],
)
def test_a_part_that_says_nothing_sensible_is_refused(part: dict[str, Any]) -> None:
    """With the exact place."""
    with pytest.raises(Invalid) as caught:
        policies.checked(policies.default_body() | {"review": part})
    assert caught.value.code == "policy-invalid"
    assert (caught.value.param or "").startswith("review")


def test_the_bench_of_the_page_works() -> None:
    """As it stands."""
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    known: dict[str, Any] = {}
    exec(block, known)  # noqa: S102 - our own page
    assert known["bench"].panels(None, None)[0].items == 1
    assert known["bench"].uncover(None, None, None, "letter", "why").passages[0].spans[0].end == 2


def test_a_picture_that_is_kept_back_lies_beside_its_case(scene: Scene) -> None:
    """Covered; whoever uncovers it sees it, and decides on the page."""
    with scene.db.write() as tx:
        policies.install_default(tx, OFFICER, Actor(OFFICER.kind, "st_2", OFFICER.roles))
    with scene.db.read() as tx:
        now = policies.active(tx)
    assert now is not None
    data = b"\x89PNG an invented picture"
    medium = records.Medium(
        "P-7", "image/png", digest(data), len(data), "visible", "inside", content=data
    )
    one = msgspec.structs.replace(said(scene, now.digest), media=(medium,))
    with scene.db.write() as tx:
        records.record(tx, [one])
        found = dispositions.open_finding(
            tx, REVIEWER, dispositions.Source.STAFF, "A1g", request=one.request
        )
        case = content.withhold(tx, REVIEWER, found, "Seen.", "P-7")
    officer = browser(scene, OFFICER)
    here = f"{HERE}/{case.number}"
    page = officer.get(here).text
    assert "A1g" in words(page)
    assert "/pictures/" not in page
    opened = officer.post(
        f"{here}/panels/{one.request}", data={"form_token": "token", "reason": "to decide"}
    )
    shown = re.search(r'src="([^"]*P-7[^"]*)"', opened.text)
    assert shown, opened.text
    assert officer.get(unescape(shown[1])).content == data
    assert officer.get(unescape(shown[1]).replace("P-7", "P-8")).status_code == 404
    sent = {"form_token": "token", "version": str(case.version), "facts": "Seen by two."}
    answer = officer.post(f"{here}/steps/remove", data=sent)
    assert answer.status_code == 303
    assert scene.case(dispositions.CONTENT_ACTION).state == "removed"


def test_how_many_others_got_the_same_is_shown_before_it_is_withdrawn(scene: Scene) -> None:
    """A number without words or persons; the decision is taken on the page, and its way shown."""
    text = "Take seven zandriffs, quorble them twice and bury what is left."
    with scene.db.read() as tx:
        digest_ = str(records.sameness(tx).of_text(text))
    choices = [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}]
    kept = json.dumps({"delivered": {"choices": choices}, "withheld": {}}).encode()
    made = [
        exchange(one, scene.clock, "pass", output=kept, parts=(records.Part("0", digest_),))
        for one in (scene.id, "pe_other", "pe_third")
    ]
    with scene.db.write() as tx:
        records.record(tx, made)
        found = dispositions.open_finding(
            tx, REVIEWER, dispositions.Source.STAFF, "A1g", request=made[0].request
        )
        case = content.withhold(tx, REVIEWER, found, "Seen.")
    officer = browser(scene, OFFICER)
    here = f"{HERE}/{case.number}"
    page = officer.get(here).text
    assert "Other answers that are the same 2" in words(page)
    assert "zandriffs" not in page
    assert "pe_other" not in page
    zh = officer.get(here, headers={"accept-language": "zh"}).text
    assert "相同的其他回答 2 份" in words(zh)
    sent = {"form_token": "token", "version": str(case.version), "facts": "Seen by two."}
    assert officer.post(f"{here}/steps/withdraw", data=sent).status_code == 303
    assert scene.case(dispositions.CONTENT_ACTION).state == "withdrawn"
    assert "handed out no more; being marked and told" in words(officer.get(here).text)
    scene.clock.advance(seconds=11)
    jobs.withdraw(scene.db)
    assert "Withdrawn 2, of 2 persons How far all withdrawn" in words(officer.get(here).text)
