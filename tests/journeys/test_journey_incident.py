# SPDX-License-Identifier: Apache-2.0
"""A gap in coverage becomes an incident, and is stopped, reported and closed by named persons."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.journeys.conftest import POLICY, Service, until

from guiju.app.cli import cli
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.ledger import leaves

ROUTE = "/v1/chat/completions"
HELLO = {"model": "guiju-demo", "messages": [{"role": "user", "content": "你好"}]}
# A guard that nobody answers for, and that the operator lets pass: what it leaves out is a gap.
AWAY = """
[[screening.guard]]
name = "away"
family = "judge"
url = "http://127.0.0.1:9/v1"
model = "away"
directions = ["output"]
on_error = "pass"
"""
BY, OTHER = ("--as", "safety", "--json"), ("--as", "second", "--json")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Service]:
    """Two workers."""
    running = Service(tmp_path / "data", "--workers", "2")
    running.start()
    yield running
    running.stop()


def say(house: Service, *words: str) -> Any:
    """A command on the running service's data, in this process: most of its cost is the start."""
    done = CliRunner().invoke(cli, ["--data", str(house.data), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output) if "--json" in words else done.output


def refusals(house: Service, times: int = 12) -> set[str]:
    """What new connections, which go to either worker, are answered."""
    key = house.credentials["user"]["api_key"]
    found = [house.ask(ROUTE, HELLO, key)[2] for _ in range(times)]
    return {one["error"]["code"] if "error" in one else "answered" for one in found}


def about(house: Service, number: str) -> list[str]:
    """The evidence of the incident from its opening to its closing; nothing until all is there."""
    opened = House.open(read_settings(str(house.data)))
    try:
        with opened.database.read() as tx:
            found = [one for one in leaves(tx, limit=100_000) if number in str(one["facts"])]
    finally:
        opened.close()
    closed = any(one["facts"].get("verb") == "close" for one in found)
    return [one["id"] for one in found] if closed else []


def reported(house: Service, number: str, stage: str) -> dict[str, Any]:
    """Draft it, let another sign it, say that it was sent."""
    report = say(house, "incident", "report", number, "--stage", stage, *BY)["report"]
    say(house, "report", "sign", report, *OTHER)
    found: dict[str, Any] = say(house, "report", "sent", report, "--channel", "portal", *BY)
    return found


def test_a_gap_is_graded_stopped_everywhere_reported_and_closed(
    house: Service, tmp_path: Path
) -> None:
    """And all of it can be proved offline from what an inspector is handed."""
    head, tail = POLICY.split("[labels.text]")
    house.use_policy(f"{head}{AWAY}[labels.text]{tail}")
    assert refusals(house, 1) == {"answered"}

    def listed() -> Any:
        return say(house, "incident", "list", "--json")

    (one,) = until(listed, "the gap has opened an incident")
    number = one["number"]
    assert (one["category"], one["state"]) == ("coverage", "detected")
    assert refusals(house, 2) == {"answered"}
    assert len(listed()) == 1
    say(house, "incident", "state", number, "--fact", "views=10000", *BY)
    say(house, "incident", "grade", number, "larger", "--reason", "ten thousand views", *BY)
    why = ("--reason", "answers leave without a verdict")
    stop = say(house, "incident", "stop", "route", ROUTE, "--case", number, *why, *BY)["stop"]
    time.sleep(1)
    assert refusals(house) == {"route-stopped"}
    say(house, "incident", "contain", number, "--reason", "the route is off", *BY)
    assert reported(house, number, "initial")["state"] == "sent"
    shown = say(house, "incident", "show", number, "--json")
    assert (shown["state"], shown["clocks"][0]["outcome"]) == ("reported", "met")
    house.use_policy(POLICY)
    say(house, "incident", "resume", stop, "--reason", "the guard is gone", *BY)
    until(lambda: refusals(house) == {"answered"}, "both workers answer again")
    say(house, "incident", "recover", number, "--reason", "without that guard", *BY)
    say(house, "incident", "review", number, "--reason", "a guard was let pass", *BY)
    reported(house, number, "final")
    assert say(house, "incident", "close", number, *BY)["state"] == "closed"
    bundle = tmp_path / "bundle"
    assert say(house, "ledger", "verify", "--json")["ok"]
    ids = until(lambda: about(house, number), "all of it is in the tree")
    say(house, "ledger", "export", "--out", str(bundle), *ids)
    done = subprocess.run(
        [sys.executable, "-I", str(bundle / "verify_bundle.py"), str(bundle)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
