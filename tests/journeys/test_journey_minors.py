# SPDX-License-Identifier: Apache-2.0
"""A minor's evening at the running service: two workers, two devices, a kill, a clock that moves.

The host stands in New York, where clocks are changed twice a year; the day is that of China.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from tests.journeys.conftest import Service, until

from guiju.kernel import BEIJING, SystemClock

CHAT = "/v1/chat/completions"
DAY = date(2026, 11, 1)  # on which New York puts its clocks back
NEXT = DAY + timedelta(days=1)


class Evening:
    """The service with its clock, a child of an app, a guardian with an account of their own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set("20:00")
        here = Path(__file__).parent / "clocked"
        paths = [str(here), *filter(None, [os.environ.get("PYTHONPATH")])]
        data = folder / "data"
        data.mkdir()
        (data / "guiju.toml").write_text("development_verifier = true\n")
        self.service = Service(
            data,
            "--workers",
            "2",
            GUIJU_TEST_CLOCK=str(self.file),
            PYTHONPATH=os.pathsep.join(paths),
            TZ="America/New_York",
        )
        self.service.start()
        found = self.service.credentials
        self.app, self.user = found["app"]["api_key"], found["user"]
        self.post("/api/agreement/acceptances", user="kid", version=1)

    def set(self, when: str, day: date = DAY) -> None:
        """Move the clock of the whole service, forward or back."""
        at = datetime.combine(day, time.fromisoformat(when), tzinfo=BEIJING)
        self.file.write_text(str((at - SystemClock().now()).total_seconds()))

    def post(self, path: str, **body: Any) -> Any:
        status, _, said = self.service.ask(path, body, self.app)
        assert status in {200, 201}, said
        return said

    def chat(self, *, device: str = "phone", user: str = "kid") -> tuple[int, str, str]:
        """What a device is told: status, code, what it is reminded of."""
        body = {
            "model": "guiju-demo",
            "messages": [{"role": "user", "content": f"你好，{device}"}],
            "user": user,
        }
        status, headers, said = self.service.ask(CHAT, body, self.app)
        code = said["error"]["code"] if status >= 400 else ""
        return status, code, headers.get("x-guiju-notice", "")

    def go_on(self, since: str, minutes: int, user: str = "kid", day: date = DAY) -> list[str]:
        """Use both devices in turn, every four minutes; what was reminded of."""
        begin = datetime.combine(DAY, time.fromisoformat(since))
        told = []
        for at in range(0, minutes, 4):
            self.set(f"{begin + timedelta(minutes=at):%H:%M:%S}", day)
            status, code, notice = self.chat(device="phone" if at % 8 else "desk", user=user)
            assert status == 200, code
            told += [notice] if notice else []
        return told


class Guardian:
    """A browser without a script: forms with their tokens."""

    def __init__(self, service: Service, name: str, password: str, where: str = "/sign-in") -> None:
        self.client = httpx.Client(base_url=service.url, follow_redirects=True, timeout=30)
        self.send(where, where, name=name, password=password)

    def send(self, page: str, action: str, **fields: str) -> str:
        token = re.search(r'name="form_token" value="([^"]+)"', self.client.get(page).text)
        assert token is not None
        data = {"form_token": token[1], **fields}
        headers = {"origin": str(self.client.base_url).rstrip("/")}
        answer = self.client.post(action, data=data, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    def verify(self, given: str) -> None:
        """Show a document to the development provider, which asserts the age after the number."""
        start = "/me/security/verifications/start"
        page = self.send("/me/security", start, proof="eid", given=given)
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)
        asked = re.search(r"请输入 (\d+)|Type (\d+)", page)
        assert ticket is not None
        assert asked is not None
        answer = asked[1] or asked[2]
        here = "/me/security/verifications"
        self.send("/me/security", here, ticket=ticket[1], answer=answer)


@pytest.fixture
def evening(tmp_path: Path) -> Any:
    found = Evening(tmp_path)
    yield found
    found.service.stop()


@pytest.mark.slow
@pytest.mark.control("minors-time-limits", "guardian-links", "minors-spending", "age-appeals")
def test_a_minor_s_evening(evening: Evening) -> None:
    """Budget, reminder, night, guardian, a kill, a moved clock, midnight; then a wrong guess."""
    service = evening.service
    assert evening.chat() == (200, "", "")
    evening.post("/api/minors/ages", user="kid", born="2010-11-03", source="verification")
    until(lambda: evening.chat()[0] == 200, "the child is served in the mode")

    # Half an hour on two devices: one reminder, and one time.
    assert evening.go_on("20:00", 34) == ["minors.break"]
    _, _, mine = service.ask("/api/minors/me?user=kid", key=evening.app)
    assert mine["minutes_used"] in {31, 32}
    status, _, said = service.ask("/api/minors/spending", {"user": "kid"}, evening.app)
    assert (status, said["error"]["code"]) == (403, "minors.spending")

    # The hour is over on every worker, also after a kill; a clock that is set back changes nothing.
    # The last of it begins at 20:59: at 21:00 it would be over or not by some milliseconds.
    evening.go_on("20:35", 28)
    evening.set("21:02")
    spent = (403, "minors.time-spent", "")
    assert [evening.chat() for _ in range(8)] == [spent] * 8
    service.kill()
    service.start()
    assert evening.chat() == spent
    evening.set("20:10")
    assert evening.chat() == spent

    _grown_up_by_an_app(evening)

    # A guardian: a code, two words and a document, without staff.
    evening.set("21:05")
    made = evening.post("/api/minors/guardians", user="kid")
    guardian = Guardian(service, evening.user["name"], evening.user["password"])
    guardian.send("/me/guardian", "/me/guardian", code=made["code"])
    evening.post(f"/api/minors/guardians/{made['link']}", user="kid")
    page = guardian.client.get("/me/guardian").text
    ward = re.search(r'href="(/me/guardian/pe_[^"]+)"', page)
    assert ward is not None
    fields = {"day": DAY.isoformat(), "minutes": "240", "until": "23:58"}
    assert "还没有核实" in guardian.client.get(ward[1]).text
    guardian.verify("7 adult")
    guardian.send(ward[1], f"{ward[1]}/exceptions", **fields)
    until(lambda: evening.chat()[0] == 200, "the exception is in force on every worker", 5)
    assert [evening.chat()[0] for _ in range(6)] == [200] * 6

    # The night, which that evening began later; the morning after, another day's budget.
    evening.set("23:57")
    assert evening.chat()[0] == 200
    evening.set("23:58")
    assert evening.chat() == (403, "minors.curfew", "")
    evening.set("05:59", NEXT)
    assert evening.chat()[1] == "minors.curfew"
    evening.set("06:00", NEXT)
    assert evening.chat()[0] == 200

    _sixteenth_birthday(evening)
    report = json.loads(service.run("minors", "show", ward[1].rpartition("/")[2], "--json"))
    assert report["mode"] == "on"
    guardian.client.close()
    _wrongly_taken(evening)
    _clients_pass_over(evening)
    assert json.loads(service.run("ledger", "verify", "--json"))["ok"]


def _sixteenth_birthday(evening: Evening) -> None:
    """By the calendar of China, the budget becomes two hours."""
    for day, band, minutes in ((NEXT, "12-15", 60), (NEXT + timedelta(days=1), "16-17", 120)):
        evening.set("12:00", day)
        _, _, mine = evening.service.ask("/api/minors/me?user=kid", key=evening.app)
        assert (mine["band"], mine["day_minutes"]) == (band, minutes)


def _grown_up_by_an_app(evening: Evening) -> None:
    """An app that says the child is grown up ends nothing: a person decides, and says no."""
    spent = (403, "minors.time-spent", "")
    said = evening.post("/api/minors/ages", user="kid", band="adult", source="verification")
    assert (said["mode"], said["review"]["state"]) == ("on", "filed")
    assert [evening.chat() for _ in range(4)] == [spent] * 4
    line = (said["review"]["number"], "keep", "--facts", "没有证据。", "--as", "appeals")
    evening.service.run("minors", "decide", *line)
    assert evening.chat() == spent


def _wrongly_taken(evening: Evening) -> None:
    """A grown-up whom software takes for a minor: told, heard by a person, free at once."""
    service, grown = evening.service, {"user": "grown-up"}
    evening.post("/api/agreement/acceptances", version=1, **grown)
    guess = {"score": 930, "method": "age@3"}
    assert evening.post("/api/minors/inferences", **guess, **grown)["mode"] == "provisional"
    evening.set("22:30", NEXT)
    body = {
        "model": "guiju-demo",
        "messages": [{"role": "user", "content": "你好"}],
        "user": "grown-up",
    }
    status, _, said = service.ask(CHAT, body, evening.app)
    assert (status, said["error"]["code"]) == (403, "minors.curfew")
    made = evening.post("/api/minors/appeals", words="我三十岁。", **grown)
    line = ("decide", made["number"], "correct", "--facts", "已核对证件。", "--as", "appeals")
    service.run("minors", *line)
    until(lambda: service.ask(CHAT, body, evening.app)[0] == 200, "the correction is in force", 5)
    assert evening.post("/api/minors/inferences", **guess, **grown)["mode"] == "off"


def _clients_pass_over(evening: Evening) -> None:
    """The official client reads a stream and a whole answer with a reminder in it."""
    day, user = NEXT + timedelta(days=3), {"user": "sister"}
    evening.set("19:59", day)
    evening.post("/api/agreement/acceptances", version=1, **user)
    evening.post("/api/minors/ages", born="2009-01-05", source="verification", **user)
    assert evening.go_on("20:00", 30, "sister", day) == []
    asked: Any = {
        "model": "guiju-demo",
        "messages": [{"role": "user", "content": "你好"}],
        **user,
    }
    base = f"{evening.service.url}/v1"
    with openai.OpenAI(base_url=base, api_key=evening.app, max_retries=0) as client:
        evening.set("20:32", day)
        with client.chat.completions.create(**asked, stream=True) as stream:
            pieces = list(stream)
        notices = [one for one in pieces if one.object == "guiju.notice"]
        assert [one.code for one in notices] == ["minors.break"]
        said = "".join(one.choices[0].delta.content or "" for one in pieces if one.choices)
        assert "你好" in said
        evening.go_on("20:36", 26, "sister", day)
        evening.set("21:03", day)
        whole = client.chat.completions.create(**asked)
    assert whole.choices[0].message.content
    assert whole.notices[0]["code"] == "minors.break"
