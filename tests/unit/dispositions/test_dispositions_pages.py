# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.dispositions.scene import APPEALS, Scene

from guiju import accounts
from guiju.dispositions import APPEAL, appeals, routes
from guiju.kernel import Actor, ActorKind, software
from guiju.web import NOBODY, Site, Viewer


def visit(scene: Scene, *, who: str | None = None) -> TestClient:
    """A browser without script, signed in as the person or as nobody."""
    person = Viewer("person", who or "", "wanderer", frozenset(), "token")
    site = Site(lambda _: NOBODY if who is None else person)
    app = FastAPI()
    app.include_router(routes.router(scene.db, site))
    return TestClient(site.install(app), headers={"accept": "text/html"})


def text_of(answer: Any) -> str:
    assert "<script" not in answer.text.split("</head>")[1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "6 小时内无人确认，自动恢复"), ("en", "confirms within 6 hours, the hold lapses")],
)
def test_the_rules_are_public(scene: Scene, language: str, words: str) -> None:
    """Windows and limits of the policy in force, for everybody, in both languages."""
    scene.rule(hold_hours=6)
    answer = visit(scene).get("/appeals", headers={"accept-language": language})
    assert words in text_of(answer)
    assert answer.status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_person_reads_appeals_adds_and_takes_back(scene: Scene, language: str) -> None:
    """All by plain forms; words are shown to whom they belong."""
    scene.suspend()
    browser = visit(scene, who=scene.id)
    browser.headers["accept-language"] = language
    name = scene.statement().id
    assert name in browser.get("/appeals").text
    assert "What staff saw." in text_of(browser.get(f"/appeals/{name}"))
    sent = browser.post(
        f"/appeals/{name}", data={"form_token": "token", "words": "It was fiction."}
    )
    assert sent.status_code == 200
    assert "It was fiction." in text_of(sent)
    sent = browser.post(
        f"/appeals/{name}/explain", data={"form_token": "token", "words": "Really."}
    )
    assert "Really." in text_of(sent)
    browser.post(f"/appeals/{name}/withdraw", data={"form_token": "token"})
    assert scene.case(APPEAL).state == "withdrawn"


def test_an_appeal_without_words_is_one_clear_error(scene: Scene) -> None:
    """The page says what is missing, and nothing was filed."""
    scene.suspend()
    name = scene.statement().id
    sent = visit(scene, who=scene.id).post(
        f"/appeals/{name}", data={"form_token": "token", "words": "..."}
    )
    assert sent.status_code == 400
    assert "理由" in text_of(sent)
    assert scene.read(appeals.appeals_of, scene.id) == []


def test_what_was_decided_is_read_where_it_was_asked(scene: Scene) -> None:
    """Upheld or overturned, with the reason."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    scene.do(appeals.decide_appeal, APPEALS, case, "overturn", "A quotation indeed.")
    answer = visit(scene, who=scene.id).get(f"/appeals/{scene.statement().id}")
    assert "A quotation indeed." in text_of(answer)


def test_the_file_has_the_digest_of_the_ledger(scene: Scene) -> None:
    """Anybody can hash what they downloaded."""
    scene.suspend()
    made = scene.statement()
    answer = visit(scene, who=scene.id).get(f"/appeals/{made.id}/statement.json")
    assert hashlib.sha256(answer.content).hexdigest() == made.digest


@pytest.mark.parametrize("where", ["", "/statement.json"])
def test_nobody_reads_what_is_another_s(scene: Scene, where: str) -> None:
    """Somebody else: not found. Nobody: sign in."""
    scene.suspend()
    address = f"/appeals/{scene.statement().id}{where}"
    assert visit(scene, who="pe_other").get(address).status_code == 404
    asked = visit(scene).get(address, follow_redirects=False)
    assert asked.headers["location"].startswith("/sign-in")


# -- for programs ----------------------------------------------------------------------------------


def test_a_suspended_person_s_key_still_reads_and_appeals(scene: Scene) -> None:
    """What is refused everywhere else must not be refused here."""
    with scene.db.write() as tx:
        token = accounts.issue_key(tx, scene.person.actor, scene.id).token
    scene.suspend()
    api = visit(scene)
    api.headers["authorization"] = f"Bearer {token}"
    (found,) = api.get("/api/dispositions").json()["statements"]
    assert (found["state"], found["digest"]) == ("in-force", scene.statement().digest)
    said = {"statement": found["statement"]["id"], "words": "It was fiction."}
    filed = api.post("/api/appeals", json=said)
    assert filed.status_code == 201
    assert filed.json()["appeal"]["state"] == "filed"
    again = api.post("/api/appeals", json=said)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "appealed-already")


def test_an_app_speaks_for_its_own_end_users_only(scene: Scene) -> None:
    """Whoever has no password has the app; another app's user is nobody to it."""
    scene.suspend()
    with scene.db.write() as tx:
        app = accounts.register_app(tx, software("test"), "teahouse")
        actor = Actor(ActorKind.APP, app.app.id)
        accounts.introduce_end_user(tx, actor, "guest-1")
    api = visit(scene)
    api.headers["authorization"] = f"Bearer {app.token}"
    assert api.get("/api/dispositions?user=guest-1").json() == {"statements": []}
    said = {"statement": scene.statement().id, "words": "Mine.", "user": "guest-1"}
    assert api.post("/api/appeals", json=said).status_code == 404
    assert api.get("/api/dispositions?user=guest-2").status_code == 404


def test_without_a_key_nothing_is_said(scene: Scene) -> None:
    """401, in the one shape of errors."""
    answer = visit(scene).get("/api/dispositions", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign-in-needed")
