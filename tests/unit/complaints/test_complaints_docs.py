# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import tomllib
from pathlib import Path

from guiju.casework import mermaid
from guiju.complaints import COMPLAINT, flood
from guiju.complaints.attaching import MOST, MOST_BYTES
from guiju.policies import checked, default_body

PAGE = (Path(__file__).parents[3] / "docs" / "complaints.md").read_text(encoding="utf-8")


def test_the_diagram_is_made_from_the_table() -> None:
    """Draw it anew with `casework.mermaid` when the table changes."""
    (drawn,) = re.findall(r"^```mermaid\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert drawn == mermaid(COMPLAINT.machine)


def test_the_policy_on_the_page_is_one() -> None:
    """As it stands, beside the rest of a policy."""
    (block,) = re.findall(r"^<!-- policy -->\n```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    body = checked(default_body() | tomllib.loads(block))
    assert body["complaints"]["feedback_days"] == 15
    assert body["complaints"]["channel"] == [{"kind": "phone", "at": "010-5550-0100"}]


def test_the_bounds_on_the_page_are_those_of_the_code() -> None:
    """Whoever is refused can read why."""
    for said in (
        f"{flood.FILINGS_OF_ONE} an hour",
        f"{flood.FILINGS_OF_ALL} an hour",
        f"{flood.WRONG_CODES_OF_ONE} an hour",
        f"at most {'three' if MOST == 3 else MOST} of {MOST_BYTES >> 20} MB",
    ):
        assert said in PAGE
