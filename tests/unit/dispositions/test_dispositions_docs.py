# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from guiju.casework import Kind, mermaid, table_text
from guiju.dispositions import APPEAL, CONTENT_ACTION, RECTIFICATION, USER_ACTION
from guiju.policies import checked, default_body, disposition_rules

PAGE = (Path(__file__).parents[3] / "docs" / "dispositions.md").read_text(encoding="utf-8")


KINDS = [USER_ACTION, CONTENT_ACTION, RECTIFICATION, APPEAL]


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
def test_the_page_draws_the_tables_as_they_are(kind: Kind) -> None:
    """Diagram and table are those of the code, line by line."""
    assert f"```mermaid\n{mermaid(kind.machine)}```\n\n{table_text(kind.machine)}" in PAGE


def test_the_policy_on_the_page_is_one() -> None:
    """What the page shows can be proposed, and says what it would say when left out."""
    (block,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    body = checked(default_body() | tomllib.loads(block))
    usual = disposition_rules(checked(default_body() | {"dispositions": {}}))
    found = disposition_rules(body)
    assert found.ladder == usual.ladder[:1]
    assert (found.in_a_row, found.hold_hours) == (usual.in_a_row, usual.hold_hours)
    assert found.harms == usual.harms
