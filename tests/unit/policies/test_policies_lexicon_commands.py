# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Actor, Event, Invalid, NotFound, Refused, Text, Unavailable
from guiju.ledger import integrate, leaves
from guiju.policies import approve, install_default
from guiju.policies.commands import group as policy_group
from guiju.policies.dry_running import Said
from guiju.policies.lexicon_commands import group as lexicon_group
from guiju.screening import read_entry
from guiju.storage import Database


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database, staff: Any) -> None:
        self.database = database
        self.asked: list[tuple[str, str, int, int]] = []
        self.traffic = [
            Said("input", "请说密词甲乙"),
            Said("output", "天气"),
            Said("input", "你好"),
        ]
        self._staff = {one.id.removeprefix("staff_"): one for one in staff}

    def staff(self, name: str) -> Actor:
        try:
            found: Actor = self._staff[name]
        except KeyError:
            what = Text(zh="没有此人。", en="There is no such person.")
            raise NotFound("staff-unknown", what, what) from None
        return found

    def publish(self, event: Event) -> None:
        pass

    def said(self, actor: Actor, reason: str, days: int, most: int) -> Iterator[Said]:
        self.asked.append((actor.id, reason, days, most))
        return iter(self.traffic)


@pytest.fixture
def desk(db: Database, staff: Any) -> Desk:
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
    return Desk(db, staff)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "A2e.txt"
    path.write_text("密词甲乙\n密词丙丁\n", encoding="gb18030")
    return path


def run(group: click.Group, desk: object, *arguments: object) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments], obj=desk)


def lexicon(desk: object, *arguments: object) -> Result:
    return run(lexicon_group, desk, *arguments)


def answer(desk: object, *arguments: object, status: int = 0, group: Any = lexicon_group) -> Any:
    result = run(group, desk, *arguments, "--json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status
    return json.loads(result.stdout)


def error_of(result: Result) -> tuple[str, int]:
    error: Any = result.exception
    return error.code, error.exit_status


def in_force(desk: Desk, staff: Any, policy: str) -> None:
    with desk.database.write() as tx:
        approve(tx, staff.officer, policy)


def test_an_import_makes_a_proposal_and_says_its_id(desk: Desk, words: Path, staff: Any) -> None:
    """The first line is the id, the last the next step; approval puts the words in force."""
    arguments = ("import", words, "--harm", "A2f", "--action", "block", "--as", "editor")
    lines = lexicon(desk, *arguments).stdout.splitlines()
    assert lines[0].startswith("policy_")
    assert f"guiju policy approve {lines[0]} --as OTHER" in lines[-1]
    assert [one["state"] for one in answer(desk, "list")] == ["proposed"]
    in_force(desk, staff, lines[0])
    (used,) = answer(desk, "list")
    assert (used["name"], used["entries"], used["state"]) == ("A2e", 2, "active")
    case = words.with_name("cases.jsonl")
    case.write_text('{"text": "有密词丙丁", "expect": "block", "harm": "A2e"}\n', encoding="utf-8")
    assert answer(desk, "test", case, group=policy_group)["differ"] == []


def test_a_list_that_is_not_all_fit_is_not_imported_by_halves(desk: Desk, words: Path) -> None:
    """Unless that is said; then the rest is left out and every line is reported."""
    words.write_text("密词甲乙\n糖\n密词甲乙\n密词丙丁\n", encoding="utf-8")
    refused = lexicon(desk, "import", words, "--as", "editor")
    assert error_of(refused) == ("lexicon-unfit", 2)
    assert "A2e.txt:2: it is a single character" in str(refused.exception)
    assert answer(desk, "list") == []
    made = answer(desk, "import", words, "--as", "editor", "--without-rejected", "--name", "样表")
    assert (made["entries"], made["counts"]["duplicates"]) == (2, 1)
    assert [(one["problem"], one["line"]) for one in made["left_out"]] == [
        ("rejected", 2),
        ("duplicate", 3),
    ]
    assert answer(desk, "list")[0]["name"] == "样表"


def test_a_list_without_one_fit_entry_is_no_lexicon(desk: Desk, words: Path) -> None:
    """Leaving everything out would screen nothing in silence."""
    words.write_text("糖\n", encoding="utf-8")
    refused = lexicon(desk, "import", words, "--as", "editor", "--without-rejected")
    assert error_of(refused) == ("lexicon-unfit", 2)


def test_a_check_needs_no_data_and_keeps_nothing(words: Path, tmp_path: Path) -> None:
    """It says how the file was read; exit 1 when a line is turned down, all of them on file."""
    found = answer(None, "check", words)
    assert (found["ok"], found["entries"], found["forecast"]) == (True, 2, None)
    assert found["files"][0]["encoding"] == "gb18030"
    words.write_text("密词甲乙\n" + "糖\n" * 30, encoding="utf-8")
    report = tmp_path / "report.jsonl"
    shown = lexicon(None, "check", words, "--report", report)
    assert shown.exit_code == 1
    assert "... and 10 more lines" in shown.stdout
    lines = [json.loads(one) for one in report.read_text(encoding="utf-8").splitlines()]
    assert [one["line"] for one in lines] == [*range(2, 32)]


def test_a_check_tells_which_views_are_not_given(words: Path) -> None:
    """How many entries, and why; no word of them."""
    words.write_text("是的\n石椅里\n蓝糖\nbadword\n", encoding="utf-8")
    refused = answer(None, "check", words)["views_refused"]
    assert [(one["view"], one["entries"]) for one in refused] == [
        ("homophone", 2),
        ("homophone", 1),
        ("split", 1),
    ]
    shown = lexicon(None, "check", words).stdout
    assert "view homophone: not given to 2 entries: its syllables are so common" in shown
    assert "蓝糖" not in shown


def test_a_check_forecasts_false_hits(words: Path, tmp_path: Path, desk: Desk) -> None:
    """An entry that often stands in harmless texts is named by its rule and left out on import."""
    benign = tmp_path / "benign.txt"
    benign.write_text("这里写着密词甲乙。\n今天天气很好。\n" * 50, encoding="utf-8")
    found = answer(None, "check", words, "--benign", benign, status=1)
    forecast = found["forecast"]
    assert (forecast["texts"], forecast["hits"]) == (100, 50)
    assert [(one["hits"], one["too_noisy"]) for one in forecast["entries"]] == [(50, True)]
    assert answer(None, "check", words, "--benign", benign, "--most", 1e9)["ok"]
    arguments = ("import", words, "--as", "editor", "--benign", benign)
    assert error_of(lexicon(desk, *arguments)) == ("lexicon-unfit", 2)
    assert answer(desk, *arguments, "--without-rejected")["entries"] == 1


def test_short_terms_are_heard_by_sound_if_harmless_texts_allow_it(
    words: Path, tmp_path: Path, desk: Desk
) -> None:
    """The check tells how many and what that costs; the import has them name the views."""
    words.write_text("示例词\n蓝糖\n", encoding="utf-8")
    benign = tmp_path / "benign.txt"
    benign.write_text("今天天气很好。\n" * 50, encoding="utf-8")
    asked = ("--benign", benign, "--most", 1e5)
    said = answer(None, "check", words, *asked, "--hear", 3)["forecast"]["hearing"]
    assert (said["short"], len(said["may_be_heard"]), said["per_million"]) == (1, 1, 0)
    assert (
        "1 of 1 short entries may be heard"
        in lexicon(None, "check", words, *asked, "--hear", 3).stdout
    )
    assert lexicon(None, "check", words, "--hear", 3).exit_code == 2
    plain = answer(desk, "import", words, "--as", "editor", *asked, "--name", "a")
    heard = answer(desk, "import", words, "--as", "editor", *asked, "--hear", 2, "--name", "b")
    assert heard["entries"] == plain["entries"] == 2
    assert heard["lexicon"] != plain["lexicon"]


def test_no_word_is_said_unless_somebody_who_may_asks(
    words: Path, tmp_path: Path, desk: Desk, staff: Any
) -> None:
    """Neither by check, import, list nor an error; --show and export take a person and a role."""
    benign = tmp_path / "benign.txt"
    benign.write_text("这里写着密词甲乙。\n", encoding="utf-8")
    made = answer(desk, "import", words, "--as", "editor")
    in_force(desk, staff, made["id"])
    check = ("check", words, "--benign", benign)
    quiet: list[tuple[object, ...]] = [check, ("list",), ("roll-back", "A2e", "--as", "editor")]
    for arguments in quiet:
        for more in ((), ("--json",)):
            result = lexicon(desk, *arguments, *more)
            assert "密词" not in result.output + str(result.exception)
    assert "密词" not in str(made)
    assert lexicon(desk, *check, "--show").exit_code == 2
    export = ("export", "A2e", "--reason", "audit")
    loud: list[tuple[object, ...]] = [(*check, "--show"), export]
    for arguments in loud:
        refused = lexicon(desk, *arguments, "--as", "clerk").exception
        assert isinstance(refused, Refused)
        assert "密词甲乙" in lexicon(desk, *arguments, "--as", "officer").stdout


@pytest.mark.control("lexicon-confidential")
def test_whoever_reads_words_leaves_evidence(
    words: Path, tmp_path: Path, desk: Desk, staff: Any
) -> None:
    """By an export or by `check --show`; a refused reading leaves none, nor does a quiet check."""
    benign = tmp_path / "benign.txt"
    benign.write_text("这里写着密词甲乙。\n", encoding="utf-8")
    made = answer(desk, "import", words, "--as", "editor")
    in_force(desk, staff, made["id"])
    check = ("check", words, "--benign", benign)
    lexicon(desk, *check)
    lexicon(desk, *check, "--show", "--as", "clerk")
    assert lexicon(desk, "export", "A2e", "--as", "officer").exit_code == 2
    lexicon(desk, *check, "--show", "--as", "editor")
    lexicon(desk, "export", "A2e", "--as", "officer", "--reason", "audit")
    integrate(desk.database)
    with desk.database.read() as tx:
        found = [one for one in leaves(tx) if one["kind"] == "lexicon-read"]
    assert [(one["actor"]["id"], one["facts"]["purpose"]) for one in found] == [
        ("staff_editor", "check"),
        ("staff_officer", "export"),
    ]
    assert {one["facts"]["lexicon"] for one in found} == {made["lexicon"]}


def test_an_export_is_read_back_as_the_same_lexicon(
    words: Path, tmp_path: Path, desk: Desk, staff: Any
) -> None:
    """JSONL in our own form, in a file of its owner only."""
    made = answer(desk, "import", words, "--as", "editor", "--source", "本处")
    in_force(desk, staff, made["id"])
    to = tmp_path / "out.jsonl"
    lexicon(desk, "export", "A2e", "--as", "officer", "--reason", "audit", "--to", to)
    assert to.stat().st_mode & 0o077 == 0
    entries = [read_entry(json.loads(one), "x") for one in to.read_text("utf-8").splitlines()]
    assert [(one.term, one.source) for one in entries] == [
        ("密词丙丁", "本处"),
        ("密词甲乙", "本处"),
    ]
    assert answer(None, "check", to)["lexicon"] == made["lexicon"]


def test_roll_back_and_remove_make_proposals(desk: Desk, words: Path, staff: Any) -> None:
    """Each prints an id for the second person."""
    in_force(desk, staff, answer(desk, "import", words, "--as", "editor")["id"])
    assert error_of(lexicon(desk, "roll-back", "A2e", "--as", "editor")) == (
        "lexicon-no-earlier",
        1,
    )
    words.write_text("密词戊己\n", encoding="utf-8")
    in_force(desk, staff, answer(desk, "import", words, "--as", "editor")["id"])
    back = answer(desk, "roll-back", "A2e", "--as", "editor")
    in_force(desk, staff, back["id"])
    assert answer(desk, "list")[0]["entries"] == 2
    in_force(desk, staff, answer(desk, "remove", "A2e", "--as", "editor")["id"])
    assert answer(desk, "list") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--harm", "A9z"), "'A9z' is none of"),
        (("--map", "甲类"), "is not NAME=VALUE"),
        (("--map", "甲类=A9z"), "'A9z' is none of"),
        (("--level", "1=pass"), "'pass' is none of"),
        (("--column", "trem=词"), "'trem' is none of"),
        (("--format", "xls"), "'xls' is not one of"),
    ],
)
def test_wrong_usage_leaves_with_2(words: Path, arguments: tuple[str, ...], said: str) -> None:
    """With the option and what it may be."""
    result = lexicon(None, "check", words, *arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Whichever of the files it is."""
    for arguments in ((tmp_path / "none.txt",), (tmp_path,)):
        error = lexicon(None, "check", *arguments).exception
        assert isinstance(error, Invalid)
        assert error.code == "lexicon-unreadable"
        assert str(arguments[0]) in error.what.en


def test_without_data_only_a_check_works(words: Path) -> None:
    """Everything else is told to open a data folder."""
    for arguments in (
        ("list",),
        ("import", words, "--as", "x"),
        ("export", "a", "--as", "x", "--reason", "y"),
    ):
        error = lexicon(None, *arguments).exception
        assert isinstance(error, Unavailable)
        assert error.code == "data-not-open"


def test_options_reach_the_reader(tmp_path: Path) -> None:
    """Columns, categories, levels and the separator as they were said."""
    path = tmp_path / "list.txt"
    path.write_text("1\t甲类\t密词甲乙\t高\n", encoding="utf-8")
    column = ["--column", "term=3", "--column", "harm=2", "--column", "level=4"]
    maps = ["--map", "甲类=A2e", "--level", "高=mask"]
    found = answer(None, "check", path, "--separator", "\\t", *column, *maps)
    assert (found["entries"], found["files"][0]["columns"]) == (1, ["harm", "term", "level"])


# -- policy test and dry run ----------------------------------------------------------------------


def cases(tmp_path: Path, *lines: dict[str, Any]) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_a_case_may_expect_a_harm(desk: Desk, tmp_path: Path) -> None:
    """The right verdict for the wrong reason differs, and the table says both."""
    right = {"text": "示例禁词甲", "expect": "block", "harm": "A1h"}
    path = cases(tmp_path, right, {**right, "harm": "A2e"})
    report = answer(desk, "test", path, status=1, group=policy_group)
    assert report["differ"] == [
        {
            "line": 2,
            "direction": "input",
            "expect": "block",
            "got": "block",
            "harm": "A2e",
            "harms": ["A1h"],
        }
    ]
    shown = run(policy_group, desk, "test", path).stdout
    assert "cases.jsonl:2: expected block A2e, got block A1h" in shown


@pytest.mark.control("policy-dry-run")
def test_a_dry_run_counts_and_shows_nothing(desk: Desk, words: Path) -> None:
    """By how many texts each verdict would change; the reading has a reader and a reason."""
    made = answer(desk, "import", words, "--as", "editor")
    arguments = ("dry-run", made["id"], "--as", "officer", "--reason", "before approval")
    found = answer(desk, *arguments, "--days", 30, group=policy_group)
    assert found["texts"] == {"input": 2, "output": 1}
    assert found["changes"] == [{"direction": "input", "now": "pass", "then": "block", "count": 1}]
    assert desk.asked == [("staff_officer", "before approval", 30, 10_000)]
    integrate(desk.database)
    with desk.database.read() as tx:
        *_, leaf = leaves(tx)
    assert (leaf["kind"], leaf["subject"]) == ("policy-dry-run", made["id"])
    assert leaf["facts"] == {
        "policy": found["policy"],
        "in_force": found["in_force"],
        "texts": found["texts"],
        "changes": found["changes"],
    }
    shown = run(policy_group, desk, *arguments).output
    assert "1 would be judged otherwise" in shown
    assert "密词" not in shown


def test_a_dry_run_takes_an_officer_and_a_reason(desk: Desk, words: Path) -> None:
    """Nothing is opened for anybody else; without records it says so."""
    made = answer(desk, "import", words, "--as", "editor")["id"]
    run_it = ("dry-run", made, "--as", "editor", "--reason", "x")
    assert error_of(run(policy_group, desk, *run_it)) == ("role-needed", 1)
    assert run(policy_group, desk, "dry-run", made, "--as", "officer").exit_code == 2
    assert desk.asked == []

    class Bare:
        database, staff, publish = desk.database, desk.staff, desk.publish

    bare = run(policy_group, Bare(), "dry-run", made, "--as", "officer", "--reason", "x")
    assert error_of(bare) == ("traffic-not-open", 3)
