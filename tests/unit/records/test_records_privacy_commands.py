# SPDX-License-Identifier: Apache-2.0
"""Classes, disclosures and assessments as an operator meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.records.test_records_commands import Desk

from guiju.kernel import Invalid
from guiju.records.all_commands import group
from guiju.storage import Database

WRITTEN = """
title = "hosting"
triggers = ["shared"]
classes = ["usage"]
lawfulness = "Only to answer people, nothing else is done with it."
effects = "Somebody at the host could see who asked when."
safeguards = "Names are pseudonyms, content is sealed with other keys."
"""


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def run(desk: Desk, *line: str, code: int = 0) -> Any:
    result = CliRunner().invoke(group, [*line, "--json"], obj=desk)
    assert result.exit_code == code, result.output
    return msgspec.json.decode(result.stdout)


@pytest.mark.control("collection-minimised")
def test_classes_are_listed_with_their_fields_and_reviewed(desk: Desk) -> None:
    """Nothing is without a purpose; a person says that they have looked."""
    found = run(desk, "classes")
    assert found["faults"] == []
    content = next(one for one in found["classes"] if one["id"] == "content")
    assert content["sensitive"] is True
    assert content["fields"] > 0
    said = ("--said", "all needed", "--as", "privacy")
    assert run(desk, "review-fields", *said)["fields"] > 0


@pytest.mark.control("disclosure-approved", "privacy-impact-assessed")
def test_an_entrusting_goes_from_its_assessment_to_its_end(desk: Desk, tmp_path: Path) -> None:
    """Every step by a command, each by whoever may."""
    file = tmp_path / "hosting.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    made = run(desk, "assessment", "write", str(file), "--as", "safety")
    decided = ("--approve", "--reason", "agreed", "--as", "privacy")
    assert run(desk, "assessment", "review", made["id"], *decided)["state"] == "in-force"
    line = ["disclosure", "ask", "--to", "an invented host", "--kind", "processor"]
    line += ["--basis", "contract", "--ground", "contract 7", "--purpose", "hosting"]
    line += ["--class", "usage", "--people", "500", "--assessment", made["id"]]
    asked = run(desk, *line, "--reason", "needed", "--as", "safety")
    assert (asked["state"], asked["people"]) == ("asked", 500)
    assert run(desk, "disclosure", "decide", asked["id"], *decided)["state"] == "approved"
    given = ("--file", str(file), "--as", "safety")
    assert run(desk, "disclosure", "given", asked["id"], *given)["state"] == "given"
    ended = ("--reason", "over", "--as", "privacy")
    assert run(desk, "disclosure", "end", asked["id"], *ended)["state"] == "ended"
    (one,) = run(desk, "disclosure", "list")["disclosures"]
    assert len(one["digest"]) == 64


def test_what_is_due_answers_with_one_and_an_audit_is_noted(desk: Desk, tmp_path: Path) -> None:
    """So that a script can ask."""
    kinds = {one["kind"] for one in run(desk, "assessment", "due", code=1)["due"]}
    assert kinds == {"unassessed", "audit"}
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF")
    line = ("--auditor", "an invented auditor", "--scope", "all", "--findings", "none")
    run(desk, "assessment", "audit", str(report), *line, "--ended", "2026-11-20", "--as", "privacy")
    assert "audit" not in {one["kind"] for one in run(desk, "assessment", "due", code=1)["due"]}


def test_a_file_that_is_no_assessment_is_named(desk: Desk, tmp_path: Path) -> None:
    """With what is wrong in it."""
    file = tmp_path / "wrong.toml"
    file.write_text('title = "x"\n')
    line = ["assessment", "write", str(file), "--as", "safety"]
    result = CliRunner().invoke(group, line, obj=desk)
    assert isinstance(result.exception, Invalid)
    assert "wrong.toml" in result.exception.what.en
