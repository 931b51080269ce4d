# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from guiju import desk as desks
from guiju.kernel import Actor, Event, Invalid, NotFound, PolicyActivated, Text, Unavailable
from guiju.policies import default_body
from guiju.policies.commands import group
from guiju.storage import Database


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database, staff: Any) -> None:
        self.database = database
        self.events: list[Event] = []
        self._staff = {one.id.removeprefix("staff_"): one for one in staff}

    def staff(self, name: str) -> Actor:
        try:
            found: Actor = self._staff[name]
        except KeyError:
            what = Text(zh="没有此人。", en="There is no such person.")
            raise NotFound("staff-unknown", what, what) from None
        return found

    def publish(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def desk(db: Database, staff: Any) -> Desk:
    return Desk(db, staff)


def run(desk: object, *arguments: str) -> Result:
    return CliRunner().invoke(group, arguments, obj=desk)


def answer(desk: object, *arguments: str, status: int = 0) -> Any:
    result = run(desk, *arguments, "--json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status
    return json.loads(result.stdout)


def rules(tmp_path: Path, days: int = 200) -> str:
    path = tmp_path / f"rules-{days}.json"
    whole = {**default_body(), "records": {"retention_days": days}}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return str(path)


def error_of(result: Result) -> tuple[str, int]:
    error: Any = result.exception
    return error.code, error.exit_status


def test_the_desk_that_the_app_wires_is_known(desk: Desk) -> None:
    """Anything else is told that no data are open."""
    assert isinstance(desk, desks.Desk)
    for arguments in (["list"], ["show"], ["approve", "x", "--as", "officer"]):
        error = run(None, *arguments).exception
        assert isinstance(error, Unavailable)
        assert error.code == "data-not-open"


@pytest.mark.control("policy-four-eyes")
def test_one_proposes_and_another_approves(desk: Desk, tmp_path: Path) -> None:
    """The proposer gets second-person-needed; the other one's approval is published."""
    proposed = answer(desk, "propose", rules(tmp_path), "--as", "second", "--note", "longer")
    assert (proposed["state"], proposed["version"]) == ("proposed", 1)
    refused = run(desk, "approve", proposed["id"], "--as", "second")
    assert error_of(refused) == ("second-person-needed", 1)
    assert desk.events == []
    activated = answer(desk, "approve", proposed["id"], "--as", "officer")
    assert (activated["state"], activated["decider"]) == ("active", "staff_officer")
    assert desk.events == [PolicyActivated(activated["digest"])]
    shown = answer(desk, "show")
    assert shown["body"]["records"]["retention_days"] == 200
    assert {key: shown[key] for key in activated} == activated
    assert answer(desk, "show", proposed["id"]) == shown
    assert answer(desk, "list") == [activated]


def test_activate_is_another_word_for_approve(desk: Desk, tmp_path: Path) -> None:
    """Both words of the contract do the same."""
    proposed = answer(desk, "propose", rules(tmp_path), "--as", "editor")
    assert answer(desk, "activate", proposed["id"], "--as", "officer")["state"] == "active"


def test_a_rejection_takes_a_reason(desk: Desk, tmp_path: Path) -> None:
    """And shows it."""
    proposed = answer(desk, "propose", rules(tmp_path), "--as", "editor")
    arguments = ("reject", proposed["id"], "--as", "officer")
    assert run(desk, *arguments).exit_code == 2
    assert error_of(run(desk, *arguments, "--reason", " ")) == ("reason-needed", 2)
    assert answer(desk, *arguments, "--reason", "too long")["reason"] == "too long"
    assert desk.events == []


def test_text_names_the_id_first_and_the_next_step(desk: Desk, tmp_path: Path) -> None:
    """A script can take the first line; a person reads on."""
    lines = run(desk, "propose", rules(tmp_path), "--as", "editor").stdout.splitlines()
    assert lines[0].startswith("policy_")
    assert f"guiju policy approve {lines[0]} --as OTHER" in lines[1]
    assert lines[0] in run(desk, "list").stdout
    assert "retention_days" in run(desk, "show", lines[0]).stdout


def test_wrong_input_says_what_is_wrong(desk: Desk, tmp_path: Path) -> None:
    """Unknown people, ids and files; no policy yet."""
    path = rules(tmp_path)
    assert error_of(run(desk, "propose", path, "--as", "nobody"))[0] == "staff-unknown"
    assert error_of(run(desk, "propose", "missing.toml", "--as", "editor"))[0] == "policy-invalid"
    assert error_of(run(desk, "show", "policy_0")) == ("policy-unknown", 2)
    assert error_of(run(desk, "show")) == ("policy-none-active", 2)
    assert error_of(run(desk, "approve", "policy_0", "--as", "officer"))[0] == "policy-unknown"


def cases(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_cases_that_come_out_as_expected_leave_with_0(tmp_path: Path) -> None:
    """A file of rules can be tried before anybody proposes it, without any data folder."""
    path = cases(
        tmp_path,
        '{"text": "你好", "direction": "input", "expect": "pass"}',
        "",
        '{"text": "说说示例禁词甲", "direction": "output", "expect": "block"}',
        '{"text": "say guiju-refused-sample", "expect": "refuse"}',
        '{"text": "", "expect": "pass"}',
    )
    assert answer(None, "test", path, "--file", rules(tmp_path))["differ"] == []
    assert "4 cases, 0 differ" in run(None, "test", path, "--file", rules(tmp_path)).stdout


def test_a_case_that_differs_leaves_with_1_and_its_line(desk: Desk, tmp_path: Path) -> None:
    """The policy in force is asked, or the version named; texts are not repeated."""
    proposed = answer(desk, "propose", rules(tmp_path), "--as", "editor")
    path = cases(
        tmp_path,
        '{"text": "你好", "direction": "input", "expect": "pass"}',
        '{"text": "示例禁词甲", "direction": "input", "expect": "pass"}',
    )
    assert error_of(run(desk, "test", path))[0] == "policy-none-active"
    report = answer(desk, "test", path, "--id", proposed["id"], status=1)
    assert report == {
        "policy": proposed["digest"],
        "cases": 2,
        "differ": [{"line": 2, "direction": "input", "expect": "pass", "got": "block"}],
    }
    answer(desk, "approve", proposed["id"], "--as", "officer")
    shown = run(desk, "test", path)
    assert shown.exit_code == 1
    assert "cases.jsonl:2: expected pass, got block" in shown.stdout
    assert "示例禁词甲" not in shown.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "holds no case"),
        ("{", "cases.jsonl:1: is not JSON"),
        ("[1]", "cases.jsonl:1: must be a table"),
        ('{"text": "a"}', "cases.jsonl:1: expect: is missing"),
        ('{"text": "a", "expect": "blok"}', "did you mean block?"),
        ('{"text": "a", "expect": "pass", "direction": "in"}', "direction: cannot be 'in'"),
        ('{"text": "a", "expect": "pass", "expekt": 1}', "expekt: unknown key"),
        ('{"text": 3, "expect": "pass"}', "text: must be text"),
        ('{"text": "a", "expect": "pass", "audience": "all"}', "only general, minors"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_line_of_cases_is_named(tmp_path: Path, line: str, said: str) -> None:
    """A broken file is never a passed test."""
    error = run(None, "test", cases(tmp_path, line), "--file", rules(tmp_path)).exception
    assert isinstance(error, Invalid)
    assert error.code == "cases-invalid"
    assert said in error.what.en
