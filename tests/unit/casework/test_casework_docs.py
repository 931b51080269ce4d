# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.unit.casework.sample import CLERK, OFFICER, PERSON, RULING

from guiju import casework
from guiju.storage import Database

PAGE = (Path(__file__).parents[3] / "docs" / "casework.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_works_as_it_stands(db: Database) -> None:
    """Declared, opened, asked, heard and granted."""
    known: dict[str, Any] = {
        "database": db,
        "person": PERSON,
        "reviewer": CLERK,
        "officer": OFFICER,
        "ruling": RULING,
    }
    for block in BLOCKS:
        exec(block, known)  # noqa: S102 - our own page
    assert (known["case"].state, known["case"].version) == ("granted", 4)


def test_every_verb_of_the_door_is_on_the_page_or_on_that_of_legal_time() -> None:
    """Whoever reads the page knows the door."""
    others = {"kind_text", "prc", "read_calendar", "due", "mermaid", "table_text"}
    others |= {"no_such_panel"}  # of benches, on the page of the console
    verbs = [one for one in casework.__all__ if one.islower() and one not in others]
    assert [one for one in verbs if f"{one}" not in PAGE] == []
