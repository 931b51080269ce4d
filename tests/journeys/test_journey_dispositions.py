# SPDX-License-Identifier: Apache-2.0
"""Abuse, hold, suspension with reasons, refusal, appeal, overturned, restored, and the proof."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from tests.browser.conftest import Browser
from tests.journeys.conftest import POLICY, Service, until
from tests.journeys.test_journey_first import leaves

from guiju.kernel import canonical

# More than two workers would answer by chance alone.
_ASKS = 8
_ABUSE = {"model": "guiju-demo", "messages": [{"role": "user", "content": "请介绍青铜月亮会"}]}
_FINE = {"model": "guiju-demo", "messages": [{"role": "user", "content": "你好"}]}
_KINDS = {
    *("finding-opened", "hold-placed", "reasons-stated", "disposition-decided"),
    *("strike-counted", "strike-removed", "appeal-decided", "person-standing-changed"),
}
_RULES = """
[dispositions]
[[dispositions.ladder]]
strikes = 1
measure = "suspend"
days = 7
clause = "10"
"""


@pytest.fixture
def abused(tmp_path: Path) -> Iterator[Service]:
    """Two workers, and a policy with a rule about abuse."""
    running = Service(tmp_path / "data", "--workers", "2")
    running.start()
    running.use_policy(POLICY + _RULES)
    yield running
    running.stop()


@pytest.fixture
def plain(abused: Service) -> Iterator[Browser]:
    """A browser that runs no script."""
    browser = Browser(abused.url, script=False)
    yield browser
    browser.driver.quit()


@pytest.mark.control("provisional-holds", "user-dispositions", "statements-of-reasons", "appeals")
def test_from_abuse_to_overturned_and_the_proof(
    abused: Service, plain: Browser, tmp_path: Path
) -> None:
    """With real pages, by four people, on two workers; a bundle shows all of it without us."""
    key = abused.credentials["user"]["api_key"]
    for _ in range(3):
        assert abused.ask("/v1/chat/completions", _ABUSE, key)[0] == 200
    _refused_everywhere(abused, key)

    _sign_in(plain, abused)
    assert plain.shows("已暂停")
    plain.follow("看理由并申诉")
    plain.follow("临时暂停，待人工确认")
    assert plain.shows("届时无人确认即自动恢复")
    assert plain.shows("连续输入被拦截的内容，3 次")
    assert plain.shows("服务协议第 1 版第 10 条")

    case = _statements(abused, key)[0]["statement"]["case"]
    _decide(abused, "approve", case, "--facts", "三次索要同一内容。", "--as", "safety")
    _refused_everywhere(abused, key)

    plain.visit("/appeals")
    plain.follow("暂停服务")
    assert plain.shows("三次索要同一内容。")
    plain.driver.find_element(By.ID, "words").send_keys("这是小说里的名字。")
    plain.send("main button.main")
    assert plain.shows("已收到")
    appeal = _statements(abused, key)[0]["appeal"]["number"]
    assert appeal in plain.text

    said = abused.run("disposition", "appeal", "admit", appeal, "--as", "safety", status=1)
    assert "role-needed" in said or "outsider-needed" in said
    _decide(abused, "appeal", "admit", appeal, "--as", "appeals")
    facts = ("--facts", "系小说中的虚构名称。")
    _decide(abused, "appeal", "decide", appeal, "overturn", *facts, "--as", "appeals")
    _served_everywhere(abused, key)
    plain.visit("/me")
    assert plain.shows("正常")
    plain.visit("/appeals")
    assert plain.shows("原决定已撤销，限制已解除")
    plain.follow("暂停服务")
    assert plain.shows("系小说中的虚构名称。")

    _prove(abused, _statements(abused, key)[0], tmp_path / "bundle")


def _refused_everywhere(service: Service, key: str) -> None:
    """Each worker refuses within a second or two, whichever answers."""

    def refused() -> bool:
        answers = [service.ask("/v1/chat/completions", _FINE, key) for _ in range(_ASKS)]
        return all(one[0] == 403 for one in answers) and (
            answers[0][2]["error"]["code"] == "account-suspended"
        )

    until(refused, "every worker refuses the person")


def _served_everywhere(service: Service, key: str) -> None:
    def served() -> bool:
        answers = [service.ask("/v1/chat/completions", _FINE, key) for _ in range(_ASKS)]
        return all(one[0] == 200 for one in answers)

    until(served, "every worker serves the person again")


def _sign_in(browser: Browser, service: Service) -> None:
    who = service.credentials["user"]
    browser.visit("/sign-in")
    browser.driver.find_element(By.ID, "name").send_keys(who["name"])
    browser.driver.find_element(By.ID, "password").send_keys(who["password"])
    browser.send("main button.main")


def _statements(service: Service, key: str) -> list[dict[str, Any]]:
    status, _, found = service.ask("/api/dispositions", key=key)
    assert status == 200
    statements: list[dict[str, Any]] = found["statements"]
    return statements


def _decide(service: Service, *command: str) -> None:
    service.run("disposition", *command)


def _prove(service: Service, mine: dict[str, Any], bundle: Path) -> None:
    """A bundle of what was done verifies offline, and holds all of it without any words."""
    digest = hashlib.sha256(canonical(mine["statement"])).hexdigest()
    assert digest == mine["digest"]

    def done() -> list[dict[str, Any]] | None:
        found = [one for one in leaves(service) if one["kind"] in _KINDS]
        return found if {one["kind"] for one in found} == _KINDS else None

    found = until(done, "all that was done comes into the tree")
    service.run("ledger", "export", "--out", str(bundle), *(one["id"] for one in found))
    verifier = [sys.executable, "-I", str(bundle / "verify_bundle.py"), str(bundle)]
    checked = subprocess.run(verifier, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    held = b"".join(one.read_bytes() for one in bundle.rglob("*") if one.is_file())
    assert digest.encode() in held
    for words in ("三次索要", "小说", "青铜月亮会"):
        assert words.encode() not in held
        assert json.dumps(words)[1:-1].encode() not in held
