# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from tests.law.scan import ROOT
from tools import make_controls_doc

from guiju.measures import law


@pytest.mark.parametrize("control", sorted(law().controls))
def test_every_control_has_its_place_in_the_docs(control: str) -> None:
    """The address in the law data leads to a heading that exists."""
    file, _, anchor = law().controls[control].docs.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in headings


@pytest.mark.parametrize("page", sorted(make_controls_doc.pages()), ids=lambda page: page.name)
def test_the_pages_made_from_the_law_are_up_to_date(page: object) -> None:
    """docs/controls.md and docs/law.md say what the data say: run tools/make_controls_doc.py."""
    made = make_controls_doc.pages()
    assert isinstance(page, type(ROOT))
    assert page.read_text(encoding="utf-8") == made[page]
