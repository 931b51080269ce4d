# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.law.scan import ROOT, SOURCE

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    """The fenced blocks that a test runs, without what they say to whom."""
    found = re.findall(r"<!-- run[^>]*-->\n```\w+\n(.*?)```", text_of(page), re.DOTALL)
    return [re.sub(r'"content": "[^"]*"', "", block) for block in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or folder that exists."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []


def test_both_readmes_show_the_same_commands() -> None:
    """A reader of either language can paste the same things."""
    assert blocks("README.md")
    assert blocks("README.md") == blocks("README.zh-CN.md")


def test_every_decision_is_in_the_list() -> None:
    """And no number stands twice."""
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    listed = re.findall(r"\]\((0\d+-[a-z-]+\.md)\)", text_of("docs/decisions/README.md"))
    assert listed == names
    assert len({name[:4] for name in names}) == len(names)


def test_every_room_has_its_line_in_the_house() -> None:
    """Whoever adds a room says what it is."""
    told = set(re.findall(r"^\| \d \| `(\w+)` \|", text_of("docs/house.md"), re.MULTILINE))
    assert told == {path.parent.name for path in SOURCE.glob("*/__init__.py")}


def test_the_changelog_knows_the_version() -> None:
    """Either it is released under its heading, or everything is still unreleased."""
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert version in headings or headings == ["Unreleased"]
