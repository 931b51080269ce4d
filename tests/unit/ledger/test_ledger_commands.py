# SPDX-License-Identifier: Apache-2.0
"""`guiju ledger` as an operator meets it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from guiju.kernel import Invalid, NotFound, Unavailable
from guiju.ledger import integrate, publish
from guiju.ledger.commands import LedgerSource, group
from guiju.storage import Database


@dataclass
class Source:
    """What the app puts into the context."""

    database: Database
    tiles: Path


@pytest.fixture
def source(db, folder, record) -> Source:
    record(db, 300)
    integrate(db)
    publish(db, folder)
    return Source(db, folder)


def run(*arguments: str, obj: object = None, lang: str = "C.UTF-8") -> Result:
    environment = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": lang}
    return CliRunner().invoke(group, arguments, obj=obj, env=environment)


def answer(*arguments: str, obj: object) -> Any:
    result = run(*arguments, "--json", obj=obj)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return json.loads(result.stdout)


def test_verify_answers_as_the_contract_says(source, db) -> None:
    """Exit 0 when all holds, 1 with each problem in its place otherwise."""
    assert isinstance(source, LedgerSource)
    value = answer("verify", obj=source)
    assert (value["ok"], value["size"], value["problems"]) == (True, 300, [])
    assert "All 300 leaves hold" in run("verify", obj=source).stdout
    assert "300 条证据全部相符" in run("verify", obj=source, lang="zh_CN.UTF-8").stdout
    with db.write() as tx:
        tx.execute(text("UPDATE ledger_entry SET subject = 'pe_9' WHERE position = 17"))
    value = answer("verify", obj=source)
    assert value["ok"] is False
    assert value["problems"] == [
        {
            "where": "ledger_entry position 17",
            "what": "Its id or subject is not that of the leaf.",
        }
    ]
    result = run("verify", "--lang", "zh", obj=source)
    assert result.exit_code == 1
    assert "编号或对象与证据不符" in result.stdout
    assert "不能证明" in result.stdout


def test_prove_gives_the_way_to_the_root(source) -> None:
    """By position or id, in words or as JSON."""
    value = answer("prove", "17", obj=source)
    assert (value["index"], value["size"], value["leaf"]["kind"]) == (17, 300, "service-started")
    assert f"\n{value['root']}\n" in value["checkpoint"]
    assert answer("prove", value["leaf"]["id"], obj=source) == value
    assert "Position 17 under checkpoint 300" in run("prove", "17", obj=source).stdout
    assert isinstance(run("prove", "300", obj=source).exception, NotFound)


def test_export_publishes_first_and_writes_a_bundle(source, db, record, tmp_path) -> None:
    """What was integrated a moment ago is in it."""
    held = tmp_path / "held"
    held.write_bytes((source.tiles / "checkpoint").read_bytes())
    record(db, 10)
    integrate(db)
    out = tmp_path / "out"
    value = answer("export", "--out", str(out), "--since", str(held), "305", "3", obj=source)
    assert value == {"out": str(out)}
    assert {path.name for path in out.iterdir()} == {
        "README.md",
        "checkpoint",
        "consistency",
        "key.txt",
        "leaves",
        "proofs",
        "verify_bundle.py",
    }
    result = run("export", "--out", str(tmp_path / "all"), obj=source)
    assert "check it with" in result.stdout
    assert (tmp_path / "all" / "tile/entries/001.p/54").exists()


def test_checkpoint_shows_the_newest_and_the_key(source, db, record) -> None:
    """Pending entries are integrated first."""
    record(db, 1)
    value = answer("checkpoint", obj=source)
    assert value["size"] == 301
    assert value["keys"] == [value["keys"][0]]
    assert run("checkpoint", obj=source).stdout.startswith(value["note"])


def test_an_empty_ledger_has_no_checkpoint(db, folder) -> None:
    """It says what to do."""
    result = run("checkpoint", obj=Source(db, folder))
    assert isinstance(result.exception, NotFound)
    assert "wait a few seconds" in str(result.exception)


def test_a_stamp_needs_an_address_and_readable_roots(source, tmp_path) -> None:
    """Errors name the option."""
    (tmp_path / "root.pem").write_text("no certificate")
    arguments = ["stamp", "--tsa", "ftp://tsa.example"]
    error = run(*arguments, "--tsa-root", str(tmp_path / "root.pem"), obj=source).exception
    assert isinstance(error, Invalid)
    assert error.code == "certificate-unreadable"
    error = run(*arguments, obj=source).exception
    assert isinstance(error, Invalid)
    assert error.code == "tsa-address"
    assert run("stamp", obj=source).exit_code == 2


def test_without_a_ledger_the_group_says_how_to_open_one() -> None:
    """Nothing is guessed."""
    error = run("verify").exception
    assert isinstance(error, Unavailable)
    assert error.code == "ledger-not-open"
