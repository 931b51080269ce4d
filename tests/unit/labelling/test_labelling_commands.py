# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Invalid
from guiju.labelling import first_write
from guiju.labelling.commands import group

ZH = "（本内容由人工智能生成）"
LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


def put(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_check_gives_one_line_for_each_file(tmp_path: Path) -> None:
    """In the shape of the contract; status 1 because one file has no valid label."""
    good = put(tmp_path, "good.txt", f"海是蓝的。\n{ZH}")
    bad = put(tmp_path, "bad.txt", "海是蓝的。")
    result = run("check", good, bad, "--json")
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert list(first) == ["file", "verdict", "label", "axes", "reasons"]
    assert (first["file"], first["verdict"], first["reasons"]) == (good, "present_valid", [])
    assert (second["verdict"], second["reasons"]) == ("absent", ["explicit-absent"])


def test_check_leaves_with_status_0_when_every_label_is_valid(tmp_path: Path) -> None:
    """A byte order mark does not matter."""
    good = put(tmp_path, "good.txt", f"\ufeff{ZH}\n海是蓝的。")
    result = run("check", good)
    assert (result.exit_code, result.stdout) == (0, f"{good}  present_valid\n")


def test_read_shows_the_labels_as_they_stand(tmp_path: Path) -> None:
    """Right or wrong; nothing of a file can steer the terminal."""
    label = LABEL.to_json().replace("req_1", "\\u001b[31m")
    file = put(tmp_path, "answer.json", f'{{"aigc":{label},"choices":[{{"text":"{ZH}"}}]}}')
    human = run("read", file)
    assert human.exit_code == 0
    assert "end: " + ZH in human.stdout
    assert "fault  charset:ProduceID" in human.stdout
    assert "\x1b" not in human.stdout
    shown = json.loads(run("read", file, "--json").stdout)
    assert shown["explicit"] == {"words": ZH, "place": "end"}
    assert shown["labels"][0]["label"]["ProduceID"] == "\x1b[31m"


def test_read_leaves_with_status_1_when_there_is_none(tmp_path: Path) -> None:
    """No label is a negative answer."""
    result = run("read", put(tmp_path, "bad.txt", "海是蓝的。"))
    assert result.exit_code == 1
    assert "explicit  -" in result.stdout


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.png", b"\x89PNG\r\n\x1a\n\0", "truncated"),
        ("x.txt", b"a\0b", "unsupported"),
        ("x.txt", b"\xff", "unsupported"),
    ],
)
def test_what_cannot_be_read_is_not_called_absent(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    """The verdict is inconclusive and says why."""
    result = run("check", put(tmp_path, name, data), "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert (shown["verdict"], shown["reasons"]) == ("inconclusive", [reason])


def test_a_missing_file_is_wrong_input(tmp_path: Path) -> None:
    """The error names it."""
    error = run("check", str(tmp_path / "none.txt")).exception
    assert isinstance(error, Invalid)
    assert error.code == "file-unreadable"
