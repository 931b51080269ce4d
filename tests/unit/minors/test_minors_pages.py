# SPDX-License-Identifier: Apache-2.0
"""Pages, API and commands of the room: what they say, whom they let, what they refuse."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.minors.scene import APPEALS, PRIVACY, SOFTWARE, Scene

from guiju import accounts
from guiju.accounts import Answer, Purpose, verifying
from guiju.kernel import Actor, ActorKind, Event, GuijuError, StandingChanged
from guiju.minors import jobs, routes, service
from guiju.minors.ages import Source, Stage
from guiju.minors.commands import group
from guiju.minors.model import Inference
from guiju.web import Site, Viewer

STAFF = {"privacy": PRIVACY, "appeals": APPEALS}


class Browser:
    """Pages and API; who sits before them changes."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.heard = scene, list[Event]()
        self.who, self.kind = scene.child.actor, "person"
        site = Site(self._viewer)
        app = FastAPI()
        app.include_router(routes.router(scene.db, site, self.heard.append))
        self.client = TestClient(site.install(app), follow_redirects=True)

    def _viewer(self, _: Any) -> Viewer:
        kind: Literal["person", "staff"] = "staff" if self.kind == "staff" else "person"
        return Viewer(kind, self.who.id, "x", self.who.roles, "token")

    def sits(self, who: Actor) -> Browser:
        self.who, self.kind = who, "staff" if who.kind is ActorKind.STAFF else "person"
        return self

    def get(self, path: str, language: str = "en") -> str:
        answer = self.client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, expected: int = 200, **fields: str) -> str:
        data = {**fields, "form_token": "token"}
        answer = self.client.post(path, data=data, headers={"accept-language": "en"})
        assert answer.status_code == expected, answer.text
        return answer.text

    def api(self, path: str, key: str, body: Any = None) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {key}"}
        if body is None:
            answer = self.client.get(path, headers=headers)
        else:
            answer = self.client.post(path, json=body, headers=headers)
        return answer.status_code, answer.json()


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return Browser(scene)


def keys(scene: Scene) -> tuple[str, str]:
    """A key of the child, and one of an app."""
    with scene.db.write() as tx:
        legal = Actor(ActorKind.STAFF, "st_legal", frozenset({"agreement-manager"}))
        officer = Actor(ActorKind.STAFF, "st_officer", frozenset({"safety-officer"}))
        accounts.install_agreement(tx, legal, officer, accounts.first_agreement())
        own = accounts.issue_key(tx, scene.child.actor, scene.id, "laptop").token
        return own, accounts.register_app(tx, officer, "front").token


def test_a_child_says_an_age_and_reads_what_follows(browser: Browser) -> None:
    """In both languages; a date that is none loses nothing and changes nothing."""
    assert "not said" in browser.get("/me/minors")
    page = browser.post("/me/minors/age", 400, born="2999-01-01")
    assert "This is no age or date of birth" in page
    page = browser.post("/me/minors/age", born="2012-05-01")
    assert "12-15" in page
    assert "At most 60 minutes a day" in page
    assert "每天最多 60 分钟" in browser.get("/me/minors", "zh")
    assert StandingChanged(browser.scene.id) in browser.heard


def test_a_guardian_sees_minutes_and_no_words(browser: Browser) -> None:
    """And nobody else sees anything."""
    scene = browser.scene
    scene.say(Source.SELF, Stage.TEEN)
    scene.link()
    scene.set("16:00")
    scene.use(12)
    page = browser.sits(scene.parent.actor).get(f"/me/guardian/{scene.id}")
    assert "kite" in page
    assert '<td data-label="Minutes">12</td>' in page
    stranger = Actor(ActorKind.PERSON, "pe_stranger")
    assert browser.sits(stranger).client.get(f"/me/guardian/{scene.id}").status_code == 404
    for action in ("exceptions", "hours", "consent", "mode"):
        fields = {"day": "2026-11-24", "minutes": "90", "mode": "off", "day_minutes": "200"}
        answer = browser.client.post(
            f"/me/guardian/{scene.id}/{action}", data={**fields, "form_token": "token"}
        )
        assert answer.status_code in {403, 404}
    assert scene.ward().hours.day_minutes == 60


def test_a_guardian_s_forms(browser: Browser) -> None:
    """Each does what it says; what is no time of day is told at its field."""
    scene = browser.scene
    scene.say(Source.SELF, Stage.CHILD)
    scene.link()
    browser.sits(scene.parent.actor)
    here = f"/me/guardian/{scene.id}"
    day = scene.clock.now().date().isoformat()
    assert "until 23:30" in browser.post(f"{here}/exceptions", day=day, until="23:30")
    assert "Allowed" not in browser.post(f"{here}/exceptions", 400, day="soon", minutes="5")
    assert "until 23:30" not in browser.post(f"{here}/exceptions/remove", day=day)
    assert "45 minutes a day" in browser.post(f"{here}/hours", day_minutes="45")
    browser.post(f"{here}/hours", 400, day_minutes="1e3")
    browser.post(f"{here}/hours", 400, closes="late")
    assert "Take it back" in browser.post(f"{here}/consent", given="yes")
    assert "Put the minors&#39; mode on" in browser.post(f"{here}/mode", mode="off")
    assert "Leave the minors&#39; mode" in browser.post(f"{here}/mode", mode="on")
    link = scene.read(service.wards_of, scene.parent.id)[0]
    assert "The link has ended" in browser.post(f"/me/minors/links/{link.id}/end")


def test_staff_verify_and_decide(browser: Browser) -> None:
    """By role; the console names no person and no words."""
    scene = browser.scene
    scene.do(service.infer, SOFTWARE, scene.id, Inference(900, "m@1", Stage.YOUNG))
    link = scene.link(verified=False)
    case = scene.do(service.file_appeal, scene.id, "secret reasons")
    page = browser.sits(PRIVACY).get("/console/minors")
    assert case.number in page
    assert "secret reasons" not in page
    assert "kite" not in page
    browser.post(f"/console/minors/appeals/{case.id}", 403, verb="correct", facts="Seen.")
    assert "is verified" in browser.post(f"/console/minors/links/{link.id}", mark="book")
    browser.sits(APPEALS)
    browser.post(f"/console/minors/appeals/{case.id}", 400, verb="correct", facts="")
    assert "It is decided" in browser.post(
        f"/console/minors/appeals/{case.id}", verb="correct", facts="Seen."
    )
    assert not scene.ward().limited
    assert "理由：Seen." in browser.sits(scene.child.actor).get("/me/minors")


def test_programs_say_ages_and_ask_before_they_charge(browser: Browser) -> None:
    """An app for its end user only; a person for themselves, and less."""
    own, app = keys(browser.scene)
    assert browser.api("/api/minors/me", own)[1]["mode"] == "off"
    assert browser.api("/api/minors/ages", own, {"band": "12-15"})[1]["mode"] == "on"
    assert browser.api("/api/minors/spending", own, {})[0] == 403
    status, said = browser.api("/api/minors/ages", own, {"band": "adult", "source": "verification"})
    assert (status, said["error"]["code"]) == (403, "age-not-yours")
    status, said = browser.api("/api/minors/inferences", own, {"score": 900, "method": "m"})
    assert (status, said["error"]["code"]) == (403, "age-not-yours")
    user = {"user": "u1"}
    assert browser.api("/api/minors/spending", app, user)[0] == 404
    found = browser.api("/api/minors/ages", app, {**user, "born": "2012-05-01"})[1]
    assert (found["band"], found["minor"]) == ("12-15", True)
    assert "2012" not in str(found)
    made = browser.api("/api/minors/guardians", app, user)[1]
    browser.scene.do(service.accept, browser.scene.parent.actor, made["code"])
    path = f"/api/minors/guardians/{made['link']}"
    assert browser.api(path, app, {"user": "u2"})[0] == 404
    assert browser.api(path, app, user)[1]["state"] == "active"
    assert browser.api("/api/minors/appeals", app, {**user, "words": "No."})[1]["state"] == "filed"
    for path, body in (
        ("/api/minors/ages", {**user, "band": "12"}),
        ("/api/minors/ages", {**user, "source": "decision", "band": "adult"}),
        ("/api/minors/inferences", {**user, "score": 900, "method": "m", "band": "adult"}),
    ):
        status, said = browser.api(path, app, body)
        assert (status, said["error"]["code"]) == (400, "age-invalid")
    assert browser.api("/api/minors/me", "nonsense")[0] == 401


@pytest.mark.control("age-appeals")
def test_an_app_that_says_somebody_is_grown_up_gets_a_case(browser: Browser) -> None:
    """The person and staff read who says so, and by which document; the mode stays."""
    scene, user = browser.scene, {"user": "u1"}
    _, app = keys(scene)
    browser.api("/api/minors/ages", app, {**user, "band": "12-15", "source": "self"})
    for wrong in ("ver_none", ""):
        status, said = browser.api(
            "/api/minors/ages", app, {**user, "band": "adult", "verification": wrong}
        )
        assert (status, said["error"]["code"]) == (400, "age-verification-invalid")
    with scene.db.write() as tx:
        (one,) = accounts.apps(tx)
        made = verifying.report(tx, one.id, "u1", "eid", provider="gov", assertion="as-77")
    body = {**user, "band": "adult", "source": "verification", "verification": made.id}
    status, said = browser.api("/api/minors/ages", app, body)
    assert (status, said["mode"], said["source"]) == (201, "on", "self")
    number = said["review"]["number"]
    assert browser.api("/api/minors/ages", app, body)[1]["review"]["number"] == number
    page = browser.sits(APPEALS).get("/console/minors")
    assert number in page
    assert "An app says they are grown up" in page
    assert "level 2" in page
    assert "app:gov" in page
    assert "as-77" not in page
    end_user = Actor(ActorKind.PERSON, made.person)
    mine = browser.sits(end_user).get("/me/minors", "zh")
    assert "应用称你已成年" in mine
    assert "这不对，撤回" in mine
    assert "taken back" in browser.post("/me/minors/appeal/withdraw")
    status, said = browser.api("/api/minors/ages", app, body)
    assert (status, said["error"]["code"]) == (409, "age-decided-already")


@pytest.mark.control("separate-consents")
def test_a_person_sees_what_becomes_of_what_they_say_to_a_companion(browser: Browser) -> None:
    """Nothing where no scene is one; then by consent, at once, in both languages and by API."""
    scene = browser.scene
    own, _ = keys(scene)
    assert browser.api("/api/minors/me", own)[1]["companion"] is None
    assert "Companions: what you say" not in browser.get("/me/minors")
    comfort = {"zh": "请拨打。", "en": "Call."}
    part = {"scene": [{"scene": "direct"}], "crisis": ["fall off the moon"], "comfort": comfort}
    scene.rule(companion=part)
    page = browser.get("/me/minors")
    assert "nothing of what is said is kept" in page
    assert "it trains nothing" in page
    for purpose in (Purpose.SENSITIVE, Purpose.TRAINING):
        scene.do(accounts.answer, scene.child.actor, Answer(scene.id, purpose, given=True))
    assert "对话会保存" in browser.get("/me/minors", "zh")
    assert "it may train models" in browser.get("/me/minors")
    said = {"agreed": True, "kept": True, "trains": True, "scenes": ["direct"]}
    assert browser.api("/api/minors/me", own)[1]["companion"] == said
    scene.say(Source.SELF, Stage.TEEN)
    assert "it trains nothing" in browser.get("/me/minors"), "a guardian has not agreed"
    scene.do(accounts.answer, scene.child.actor, Answer(scene.id, Purpose.SENSITIVE, given=False))
    assert browser.api("/api/minors/me", own)[1]["companion"]["kept"] is False
    scene.rule(companion=part | {"without_consent": "kept"})
    assert "kept as elsewhere" in browser.get("/me/minors")


class Desk:
    """What the program would put into the click context."""

    def __init__(self, scene: Scene) -> None:
        self.database, self.heard = scene.db, list[Event]()

    def staff(self, name: str) -> Actor:
        return STAFF[name]

    def publish(self, event: Event) -> None:
        self.heard.append(event)


def run(scene: Scene, *line: str) -> Any:
    """A command; its JSON, or the error it raises; in words it says as much."""
    result = CliRunner().invoke(group, [*line, "--json"], obj=Desk(scene))
    if isinstance(result.exception, GuijuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return msgspec.json.decode(result.stdout)


def test_the_same_from_a_shell(scene: Scene) -> None:
    """Show, use, verify, decide, count."""
    scene.do(service.infer, SOFTWARE, scene.id, Inference(900, "m@1", Stage.YOUNG))
    link = scene.link(verified=False)
    scene.set("16:00")
    scene.use(10)
    assert run(scene, "show", scene.id)["mode"] == "provisional"
    assert run(scene, "use", scene.id)[0]["minutes"] == 10
    assert [one["id"] for one in run(scene, "links")] == [link.id]
    run(scene, "verify", link.id, "--mark", "book", "--as", "privacy")
    assert run(scene, "links") == []
    case = scene.do(service.file_appeal, scene.id, "I am thirty.")
    assert [one["number"] for one in run(scene, "appeals")] == [case.number]
    with pytest.raises(GuijuError, match="role-needed"):
        run(scene, "decide", case.number, "correct", "--facts", "Seen.", "--as", "privacy")
    run(scene, "decide", case.number, "correct", "--facts", "Seen.", "--as", "appeals")
    assert run(scene, "show", scene.id)["mode"] == "off"
    assert run(scene, "users")["registered"] == 2
    for line in (("show", scene.id), ("use", scene.id), ("links",), ("appeals",), ("users",)):
        assert CliRunner().invoke(group, list(line), obj=Desk(scene)).exit_code == 0


@pytest.mark.control("companion-assessment")
def test_once_a_day_users_are_counted(scene: Scene) -> None:
    """With both numbers on record."""
    jobs.daily(scene.db)
    (counted,) = scene.leaves("users-counted")
    assert counted["facts"] == {"registered": 2, "active": 0}
