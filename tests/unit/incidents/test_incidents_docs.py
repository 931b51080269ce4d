# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from guiju.casework import mermaid, table_text
from guiju.incidents import INCIDENT
from guiju.reporting import REPORT

PAGE = (Path(__file__).parents[3] / "docs" / "incidents.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "drawn",
    [mermaid(INCIDENT.machine), table_text(INCIDENT.machine), mermaid(REPORT.machine)],
    ids=["diagram", "table", "report"],
)
def test_the_page_shows_the_tables_that_the_code_walks_by(drawn: str) -> None:
    """Drawn from the table: whoever changes one changes the other."""
    assert drawn in PAGE, f"put this into docs/incidents.md:\n{drawn}"
