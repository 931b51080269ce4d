# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Invalid
from guiju.screening.classifier import Classifier, Reading, commands, read_examples, shipped


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands.group, [str(one) for one in arguments])


def reviewed(count: int = 100) -> str:
    """Lines as a reviewer's queue would hand them over; no split is named."""
    lines = []
    for number in range(count):
        lines.append({"text": f"第{number}句示例坏词啊", "labels": ["A2i"]})
        lines.append({"text": f"第{number}句寻常的话呀", "labels": [], "group": "plain"})
    return "".join(json.dumps(one) + "\n" for one in lines)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    file = tmp_path / "cases.jsonl"
    file.write_text(reviewed(), encoding="utf-8")
    return file


def test_reviewed_cases_become_a_classifier_with_its_card(cases: Path, tmp_path: Path) -> None:
    """Train, evaluate and card, from lines without a split."""
    out = tmp_path / "mine.classifier"
    result = run("train", cases, "--out", out, "--bits", 12)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("# 模型卡 / Model card")
    assert "n-grams to learn from" in result.stderr
    assert Classifier.load(out).score("示例坏词啊")["A2i"] > 0.5
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert run("card", out).stdout == result.stdout
    measured = json.loads(run("evaluate", cases, "--classifier", out, "--json").stdout)
    assert measured["measured"]["A2i"]["macro_f1"] == 1.0
    assert measured["measured"]["A2i"]["groups"]["plain"]["raised"] == 0.0
    assert "| macro-F1" not in run("evaluate", cases, "--classifier", out, "--split", "dev").stdout


def test_an_interrupted_training_leaves_the_old_file(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a half of a file nor anything beside it."""
    out = tmp_path / "mine.classifier"
    out.write_bytes(b"old")

    def stopped(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "trained", stopped)
    assert run("train", cases, "--out", out).exit_code != 0
    monkeypatch.setattr(commands, "trained", lambda *_: b"new")
    monkeypatch.setattr(Path, "replace", stopped)
    assert run("train", cases, "--out", out).exit_code != 0
    assert out.read_bytes() == b"old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cases.jsonl", "mine.classifier"]


def test_the_shipped_card_is_the_default() -> None:
    """As a page and as JSON."""
    assert shipped().digest in run("card").stdout
    shown = json.loads(run("card", "--json").stdout)
    assert shown["classifier"] == shipped().digest
    assert shown["measured"]["A2i"]["texts"] == 5323


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["train", "none.jsonl", "--out", "x"], "file-unreadable"),
        (["train", "CASES", "--out", "/proc/none/x", "--bits", "12"], "file-unwritable"),
        (["train", "CASES", "--out", "x", "--harm", "Z9"], "harm-unknown"),
        (["evaluate", "CASES", "--split", "test"], "cases-missing"),
        (["evaluate", "CASES", "--classifier", "CASES"], "classifier-broken"),
        (["card", "none"], "classifier-unreadable"),
    ],
)
def test_what_cannot_be_done_is_said(cases: Path, arguments: list[str], code: str) -> None:
    """In the house's shape, with a remedy in both languages."""
    result = run(*(str(cases) if one == "CASES" else one for one in arguments))
    assert isinstance(result.exception, Invalid)
    assert result.exception.code == code
    assert result.exception.remedy.zh
    assert result.exception.remedy.en


def test_too_few_cases_are_refused_with_the_reason(tmp_path: Path) -> None:
    """And no file is written."""
    file = tmp_path / "few.jsonl"
    file.write_text(reviewed(20), encoding="utf-8")
    result = run("train", file, "--out", tmp_path / "out")
    assert isinstance(result.exception, Invalid)
    assert result.exception.code == "classifier-too-few-examples"
    assert not (tmp_path / "out").exists()


def test_csv_has_labels_or_a_label_with_its_harm() -> None:
    """Column names in any case, a BOM, lines within quotes, a group by the column named."""
    table = '\ufeff,split,Label,TEXT,kind\n1,dev,1,"示例\n一",a\n2,,0,示例二,b\n'.encode()
    first, second = read_examples("a.CSV", table, Reading("A2i", "Kind"))
    assert first == ("示例\n一", frozenset({"A2i"}), "dev", "a")
    assert second == ("示例二", frozenset(), "", "b")
    several = read_examples("b.csv", b"text,labels\nx,A2i A3e\ny,\n", Reading())
    assert [one.labels for one in several] == [{"A2i", "A3e"}, frozenset()]


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("a.jsonl", b"\xff", "a.jsonl cannot be read: byte 0"),
        ("a.jsonl", b"\n[]\n", "a.jsonl:2 cannot be read: not an object"),
        ("a.jsonl", b"{", "a.jsonl:1 cannot be read: not a line of JSON"),
        ("a.jsonl", b'{"labels": []}', 'a.jsonl:1 cannot be read: no "text"'),
        ("a.jsonl", b'{"text": "x"}', 'neither "labels" nor'),
        ("a.jsonl", b'{"text": "x", "labels": ["Z9"]}', "'Z9' is no harm"),
        ("a.jsonl", b'{"text": "x", "labels": [1]}', "no list of harms"),
        ("a.jsonl", b'{"text": "x", "labels": [], "split": "all"}', '"split" is not'),
        ("a.jsonl", b'{"text": "x", "labels": [], "split": ["dev"]}', '"split" is not'),
        ("a.csv", b"text,label\nx\n", "1 columns instead of 2"),
        ("a.csv", b'text,label\n"x', "a.csv:2 cannot be read"),
        ("a.csv", b"text,label\nx,1\n", 'a "label" of 0 or 1 with --harm'),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(name: str, data: bytes, where: str) -> None:
    """One clear error each."""
    with pytest.raises(Invalid) as caught:
        read_examples(name, data, Reading())
    assert caught.value.code == "cases-unreadable"
    assert where in caught.value.what.en


def test_a_nesting_bomb_is_refused() -> None:
    """Depth does not exhaust the stack."""
    with pytest.raises(Invalid, match="cases-unreadable"):
        read_examples("a.jsonl", b"[" * 100_000, Reading())
