# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from tests.law.scan import ROOT
from tools import make_controls_doc

from guiju.measures.control_loading import load_controls

CONTROLS = load_controls()


@pytest.mark.parametrize("control", sorted(CONTROLS))
def test_every_control_has_its_place_in_the_docs(control: str) -> None:
    """The address in the law data leads to a heading that exists."""
    file, _, anchor = CONTROLS[control].docs.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in headings


@pytest.mark.parametrize("name", ["controls.md", "law.md"])
def test_the_pages_made_from_the_law_are_up_to_date(name: str) -> None:
    """docs/controls.md and docs/law.md say what the data say: run tools/make_controls_doc.py."""
    page = ROOT / "docs" / name
    assert page.read_text(encoding="utf-8") == make_controls_doc.pages()[page]
