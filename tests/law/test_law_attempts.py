# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest
from tests.law.scan import ROOT

PAGE = ROOT / "docs" / "security.md"
# What the Measures' own side asks to have tried; each must have a row that says so.
ASKED = (
    "credential stuffing",
    "session fixation",
    "CSRF",
    "open redirect",
    "alg none",
    "HS256",
    "wrong audience",
    "wrong issuer",
    "expired",
    "replayed",
    "kid",
    "key guessing",
    "X-Forwarded-For",
    "Host",
    "CRLF",
    "header injection",
    "mix-up",
    "race",
    "pre-hijacking",
    "mail address, unverified",
    "privilege escalation",
    "passkey",
)


class Row(NamedTuple):
    """One attempt: what was tried, what happens, and the tests that hold it."""

    tried: str
    happens: str
    tests: tuple[tuple[str, str], ...]


def rows() -> list[Row]:
    """The table under its heading."""
    text = PAGE.read_text(encoding="utf-8").partition("## What was tried against identities")[2]
    found = []
    for line in text.partition("\n## ")[0].splitlines():
        cells = [one.strip() for one in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and "`" in cells[2]:
            named = re.findall(r"`([\w/]+\.py)::(\w+)`", cells[2])
            found.append(Row(cells[0], cells[1], tuple(named)))
    return found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.tried[:50])
def test_each_attempt_names_tests_that_exist(row: Row) -> None:
    """No line of the table stands without something that is tried at each run."""
    assert row.tests
    for file, name in row.tests:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("asked", ASKED)
def test_every_attack_that_is_asked_for_was_tried(asked: str) -> None:
    """By its name, so that a reader finds it."""
    assert any(asked.lower() in row.tried.lower() for row in rows())
