# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Actor, Event, digest
from guiju.kernel import canonical as canonical_bytes
from guiju.policies import checked, default_body, service
from guiju.policies.commands import group
from guiju.policies.dry_running import Said, compared
from guiju.policies.judging import Judge
from guiju.screening import Screen
from guiju.storage import Database

YOUNG = {"name": "young", "harms": ["A4*"], "audience": "minors", "action": "refuse"}
SPARING = {"name": "sparing", "harms": ["A1h"], "directions": ["output"], "action": "review"}
ANSWER = {
    "name": "kind",
    "rules": ["young"],
    "zh": "换个话题吧。",
    "en": "Let us talk of else.",
}


def whole(**parts: Any) -> dict[str, Any]:
    body = default_body()
    body["screening"].update(parts)
    read: dict[str, Any] = checked(body)
    return read


@pytest.fixture
def draft(tmp_path: Path) -> str:
    path = tmp_path / "rules.json"
    body = whole(rule=[YOUNG, SPARING], answer=[ANSWER], classifier={})
    path.write_text(json.dumps(body), encoding="utf-8")
    return str(path)


def run(*arguments: str, given: bytes = b"", desk: object = None) -> Result:
    result = CliRunner().invoke(group, arguments, obj=desk, input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def cases(tmp_path: Path, *lines: dict[str, Any]) -> str:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(path)


MASKED = {"text": "示例遮盖词丁", "direction": "output"}


def test_a_case_says_for_whom_and_by_which_rule(tmp_path: Path, draft: str) -> None:
    """The same text is masked for others and refused to minors, by the rule that is named."""
    path = cases(
        tmp_path,
        {**MASKED, "expect": "mask"},
        {**MASKED, "audience": "minors", "expect": "refuse", "rule": "young", "harm": "A4c"},
        {"text": "示例禁词甲", "direction": "output", "expect": "review", "rule": "sparing"},
        {"text": "示例禁词甲", "audience": "minors", "expect": "block"},
    )
    report = json.loads(run("test", path, "--file", draft, "--json").stdout)
    assert report["differ"] == []
    assert report["rules"] == {"sparing": 1, "young": 1}
    assert "1 decided by young" in run("test", path, "--file", draft).stdout


def test_a_case_that_another_rule_decided_differs(tmp_path: Path, draft: str) -> None:
    """Also when the outcome is the expected one; what decided is told."""
    path = cases(
        tmp_path,
        {**MASKED, "audience": "minors", "expect": "refuse", "rule": "sparing"},
        {**MASKED, "audience": "minors", "expect": "mask"},
        {**MASKED, "expect": "mask", "rule": "young"},
    )
    result = run("test", path, "--file", draft, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["differ"] == [
        {
            "line": 1,
            "direction": "output",
            "expect": "refuse",
            "got": "refuse",
            "audience": "minors",
            "rule": "sparing",
            "decided_by": "young",
        },
        {
            "line": 2,
            "direction": "output",
            "expect": "mask",
            "got": "refuse",
            "audience": "minors",
            "decided_by": "young",
        },
        {"line": 3, "direction": "output", "expect": "mask", "got": "mask", "rule": "young"},
    ]
    said = run("test", path, "--file", draft).stdout
    assert "expected refuse by sparing, got refuse by young" in said
    assert "expected mask, got refuse by young" in said


def test_explain_says_what_decided_and_what_is_read(draft: str) -> None:
    """In the reviewer's language, with the answer from the bank, and what was not asked."""
    arguments = ("explain", "--file", draft, "--direction", "output", "--audience", "minors")
    english = run(*arguments, "说说示例遮盖词丁吧").stdout
    assert "for minors" in english
    assert "Rule young decides on lex-" in english
    assert ": refuse, instead of mask." in english
    assert "The person reads: Let us talk of else." in english
    assert "Not asked here: the classifier." in english
    chinese = run(*arguments, "--lang", "zh", "说说示例遮盖词丁吧").stdout
    assert "处置规则 young 决定 lex-" in chinese
    assert "：拒答（原定遮盖）。" in chinese
    assert "对方看到：换个话题吧。" in chinese
    report = json.loads(run(*arguments, "示例遮盖词丁", "--json").stdout)
    assert (report["verdict"], report["rule"]) == ("refuse", "young")
    assert report["answer"] == "Let us talk of else."
    assert report["audience"] == "minors"


def test_explain_of_what_nobody_minds_reads_nothing(draft: str) -> None:
    """From standard input as well; the general refusal where the bank has no answer."""
    harmless = json.loads(run("explain", "--file", draft, "--json", given="你好\n".encode()).stdout)
    assert (harmless["verdict"], harmless["rule"], harmless["answer"]) == ("pass", None, None)
    refused = run("explain", "-", "--file", draft, given="示例拒答词乙".encode()).stdout
    assert default_body()["screening"]["refusal"]["en"] in refused


def test_explain_shows_nothing_that_a_terminal_would_obey(draft: str) -> None:
    """What was judged may hold escapes, line breaks and broken characters."""
    given = "示例禁\u200b词甲\x1b[31m".encode() + b"\xff\n\n"
    said = run("explain", "--file", draft, given=given).stdout
    assert "\x1b" not in said
    assert "\u200b" not in said
    assert run("explain", "--file", draft, given=b"x" * 1_000_001).exit_code == 2


def test_explain_asks_the_policy_in_force(db: Database, staff: Any) -> None:
    """Unless a version or a file is named."""

    class Desk:
        database = db

        def staff(self, name: str) -> Actor:
            raise AssertionError(name)

        def publish(self, event: Event) -> None:
            raise AssertionError(event)

    with db.write() as tx:
        service.install_default(tx, staff.officer, staff.second)
    report = json.loads(run("explain", "示例禁词甲", "--json", desk=Desk()).stdout)
    assert report["verdict"] == "block"
    assert report["policy"] == digest(canonical_bytes(default_body()))


def test_a_dry_run_counts_what_named_rules_would_change() -> None:
    """A policy whose words are the same may still judge otherwise."""
    bodies = (whole(), whole(rule=[SPARING]))
    now, then = (Judge(Screen.load(one["screening"], "mark"), one) for one in bodies)
    found = compared([Said("output", "示例禁词甲"), Said("input", "示例禁词甲")], now, then)
    assert found.plain()["changes"] == [
        {"direction": "output", "now": "block", "then": "review", "count": 1}
    ]


def test_what_a_rule_lets_pass_is_still_explained(tmp_path: Path) -> None:
    """A reviewer reads that something was found, and which rule spared it."""
    sparing = {**SPARING, "action": "pass"}
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(whole(rule=[sparing])), encoding="utf-8")
    arguments = ("explain", "示例禁词甲", "--file", str(path), "--direction", "output")
    said = run(*arguments).stdout
    assert "with 0 hits: to be delivered" in said
    assert ": let pass, instead of block." in said
    report = json.loads(run(*arguments, "--json").stdout)
    assert (report["verdict"], report["rule"]) == ("pass", "sparing")


def test_a_flood_hides_no_rule(draft: str) -> None:
    """Of many findings a part is told; the outcome is that of all of them."""
    text = "示例禁词甲" * 150 + "示例遮盖词丁"
    arguments = ("explain", text, "--file", draft, "--direction", "output", "--audience", "minors")
    report = json.loads(run(*arguments, "--json").stdout)
    assert (report["verdict"], report["rule"]) == ("refuse", "young")


def test_an_answer_may_name_an_entry_by_its_id(tmp_path: Path) -> None:
    """Several entries may share an id; then the answer is for all of them."""
    entries = [
        {"term": term, "harm": "A1h", "action": "refuse", "id": "红线"}
        for term in ("样词甲乙", "样词丙丁")
    ]
    answer = {"name": "line", "entries": ["红线"], "zh": "以官方发布为准。", "en": "See the news."}
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(whole(entry=entries, answer=[answer])), encoding="utf-8")
    for text in ("说说样词甲乙", "说说样词丙丁"):
        report = json.loads(run("explain", text, "--file", str(path), "--json").stdout)
        assert report["answer"] == "See the news."
