# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Invalid, Unavailable
from guiju.screening import Screen
from guiju.screening.commands import screen
from guiju.screening.images import Eyes, ImageScreen

DIGEST = "0" * 64


class Source:
    """A policy in force, as the app would wire it."""

    def screen(self) -> Screen:
        table = {"term": "蓝鲸糖", "harm": "A2f", "action": "block", "scope": ["input"]}
        return Screen.load({"entry": [table]}, DIGEST)

    def image_screen(self) -> ImageScreen:
        table = {"images": {"require": ["codes"]}}
        return ImageScreen.load(table, DIGEST, self.screen().judge, Eyes.installed())


def run(*arguments: str, stdin: str | bytes = "", obj: object = None) -> Result:
    return CliRunner().invoke(screen, arguments, input=stdin, obj=obj or Source())


def test_a_text_with_a_finding_leaves_with_status_1(tmp_path: Path) -> None:
    """The JSON has the shape of the contract and offsets in characters of the text as given."""
    file = tmp_path / "text"
    file.write_text("買藍鯨糖", encoding="utf-8")
    result = run(str(file), "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert shown["verdict"] == "block"
    assert (shown["screened"], shown["policy"]) == ("full", DIGEST)
    finding = shown["findings"][0]
    assert set(finding) == {"harm", "detector", "rule", "view", "start", "end", "score"}
    assert (finding["harm"], finding["start"], finding["end"]) == ("A2f", 1, 4)


def test_a_text_without_a_finding_leaves_with_status_0() -> None:
    """Standard input is read when no file is named; the direction chooses the rules."""
    assert run(stdin="你好").exit_code == 0
    assert run("-", "--direction", "output", stdin="蓝鲸糖").exit_code == 0
    human = run("-", stdin="蓝鲸糖")
    assert human.exit_code == 1
    assert human.stdout.startswith("block  screened: full")
    assert "蓝鲸糖" not in human.stdout


def test_lines_are_judged_one_by_one() -> None:
    """One verdict a line, with the id it came with."""
    lines = '{"id":1,"text":"你好"}\n\n{"id":"b","text":"蓝鲸糖"}\n'
    result = run("--jsonl", stdin=lines)
    assert result.exit_code == 1
    shown = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["verdict"]) for one in shown] == [(1, "pass"), ("b", "block")]


@pytest.mark.parametrize("line", ["[1]", '{"id":1}', '{"id":1,"text":2}', "蓝鲸糖", '{"text":"x"}'])
def test_a_broken_line_is_named_by_its_number(line: str) -> None:
    """The error says which line, and what a line looks like."""
    error = run("--jsonl", stdin=f'{{"id":1,"text":"你好"}}\n{line}\n').exception
    assert isinstance(error, Invalid)
    assert error.code == "text-unreadable"
    assert "-:2" in error.what.en


def test_what_cannot_be_read_is_wrong_input(tmp_path: Path) -> None:
    """A missing file and bytes that are no UTF-8 are named."""
    missing = run(str(tmp_path / "none")).exception
    assert isinstance(missing, Invalid)
    assert "none" in missing.what.en
    broken = run(stdin=b"ab\xff").exception
    assert isinstance(broken, Invalid)
    assert "byte 2" in broken.what.en


def test_without_a_policy_nothing_is_judged() -> None:
    """No policy is never a pass."""
    error = run(stdin="你好", obj=object()).exception
    assert isinstance(error, Unavailable)
    assert error.code == "policy-not-open"


def picture(path: Path, said: str) -> Path:
    """A picture of a code that says something."""
    zxing = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image")
    code = zxing.create_barcode(said, zxing.BarcodeFormat.QRCode)
    image.fromarray(code.to_image(scale=6)).save(path, "PNG")
    return path


def test_a_picture_is_judged_as_one(tmp_path: Path) -> None:
    """The words in a code are words; the finding says which part saw it and where."""
    result = run(str(picture(tmp_path / "code.png", "买蓝鲸糖")), "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert shown["verdict"] == "block"
    (finding,) = shown["findings"]
    assert (finding["part"], finding["harm"]) == ("codes", "A2f")
    human = run(str(tmp_path / "code.png"))
    assert human.stdout.startswith("block  screened: full")
    assert "codes  block  A2f" in human.stdout
    assert run(str(picture(tmp_path / "fine.png", "你好"))).exit_code == 0


def test_a_picture_that_cannot_be_screened_is_no_pass(tmp_path: Path) -> None:
    """Exit 1 and the reason."""
    file = tmp_path / "broken.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    result = run(str(file))
    assert result.exit_code == 1
    assert "image-broken" in result.stdout
