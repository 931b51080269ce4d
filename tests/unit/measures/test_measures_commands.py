# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Invalid, Unavailable
from guiju.measures import law
from guiju.measures.commands import group
from guiju.measures.standing import Report, Signal, Standing
from guiju.measures.tables import WIDTH, width

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Source:
    """A ledger without leaves, as the app would wire it."""

    def __init__(self, *, broken: bool = False) -> None:
        self.signals = {"ledger-broken": Signal(holds=True, at=NOW)} if broken else {}

    def standing(self, window_days: int = 30) -> Report:
        return Standing(law()).report(NOW, window_days, {"size": 0}, self.signals)


def run(*arguments: str, obj: object = None, lang: str = "C.UTF-8") -> Result:
    environment = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": lang}
    return CliRunner().invoke(group, arguments, obj=obj, env=environment)


def answer(*arguments: str, obj: object = None) -> Any:
    result = run(*arguments, "--json", obj=obj)
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def test_list_names_all_24_articles() -> None:
    """The JSON has one entry for each article with its controls counted by state."""
    listed = answer("list")
    assert [one["article"] for one in listed] == list(range(1, 25))
    assert listed[8]["controls"]["built"] >= 2
    assert listed[0]["controls"] == {"built": 0, "planned": 0, "external": 0}


def test_show_gives_obligations_and_their_controls() -> None:
    """Article 9 paragraph 2 is served by the agreement control."""
    shown = answer("show", "9")
    obligations = {one["id"]: one for one in shown["obligations"]}
    assert obligations["9.2"]["duty"] == "provider"
    assert "agreement-before-use" in obligations["9.2"]["controls"]
    assert {one["id"] for one in shown["controls"]} >= {"agreement-before-use", "staff-roles"}


@pytest.mark.parametrize("number", ["0", "25", "-3"])
def test_an_unknown_article_is_wrong_input(number: str) -> None:
    """The error names the range and leaves with status 2."""
    result = run("show", "--", number)
    assert isinstance(result.exception, Invalid)
    assert result.exception.code == "unknown-article"
    assert result.exception.exit_status == 2
    assert "1 to 24" in result.exception.remedy.en


def test_standing_is_asked_of_the_ledger_that_the_app_wires() -> None:
    """The JSON is the report of contract and console: 24 articles with controls and outcomes."""
    report = answer("standing", obj=Source())
    assert report["checkpoint"] == {"size": 0}
    ninth = report["articles"][8]
    assert (ninth["article"], ninth["outcome"]) == (9, "NOT_EXERCISED")
    fields = {"id", "serves", "how", "state", "outcome", "strength", "as_of", "population"}
    assert fields | {"counterexamples"} <= set(ninth["controls"][0])


def test_standing_of_a_broken_ledger_leaves_with_status_1() -> None:
    """A negative answer is visible to a script."""
    assert run("standing", obj=Source()).exit_code == 0
    assert run("standing", obj=Source(broken=True)).exit_code == 1


def test_standing_without_a_ledger_says_so() -> None:
    """Nothing is computed from nothing."""
    result = run("standing")
    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "ledger-not-open"


def test_rules_show_their_mark_and_can_be_filtered() -> None:
    """Each number shows how well it is confirmed; filters narrow by mark and instrument."""
    every = answer("rules")
    assert len(every) == len(law().rules)
    marks = {one["mark"] for one in every}
    for mark in marks:
        chosen = answer("rules", "--mark", mark)
        assert chosen == [one for one in every if one["mark"] == mark]
        assert mark in run("rules", "--mark", mark).stdout
    instrument = every[0]["instrument"]
    assert {one["instrument"] for one in answer("rules", "--instrument", instrument)} == {
        instrument
    }


def test_an_unknown_instrument_is_wrong_input() -> None:
    """A misspelt instrument does not look like one without rules."""
    result = run("rules", "--instrument", "order51")
    assert isinstance(result.exception, Invalid)
    assert result.exception.code == "unknown-instrument"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [["list"], ["show", "14"], ["rules"], ["standing"]])
def test_text_reads_well_at_100_columns(command: list[str], lang: str) -> None:
    """No line is wider than the page, in either language."""
    result = run(*command, "--lang", lang, obj=Source())
    assert result.exception is None
    lines = result.stdout.splitlines()
    assert len(lines) > 5
    too_wide = [line for line in lines if width(line.rstrip("，。；、）”？！：")) > WIDTH]
    assert not too_wide


def test_the_language_follows_the_environment() -> None:
    """LANG decides when --lang does not."""
    assert "数据标注" in run("list", lang="zh_CN.UTF-8").stdout
    assert "Data annotation" in run("list", lang="de_DE.UTF-8").stdout
    assert "Data annotation" in run("list", "--lang", "en", lang="zh_CN.UTF-8").stdout
