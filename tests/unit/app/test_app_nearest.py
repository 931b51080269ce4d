# SPDX-License-Identifier: Apache-2.0
"""`make check` looks first at what was changed, and then at a little of everything."""

from __future__ import annotations

from tests.nearest import nearest_first, rooms_of

FILES = (
    *["tests/law/test_law.py"] * 2,
    *["tests/unit/ledger/test_ledger_tree.py"] * 3,
    *["tests/unit/ledger/test_ledger_notes.py"] * 2,
    *["tests/unit/web/test_web.py"] * 2,
)


def _order(*changed: str) -> list[str]:
    places = nearest_first(FILES, changed)
    assert sorted(places) == list(range(len(FILES)))
    return [FILES[place].rpartition("/")[2] for place in places]


def test_a_changed_file_of_tests_comes_before_its_room_and_that_before_all_others() -> None:
    order = _order("tests/unit/ledger/test_ledger_notes.py", "README.md")
    assert order[:2] == ["test_ledger_notes.py"] * 2
    assert order[2:5] == ["test_ledger_tree.py"] * 3


def test_of_all_others_one_of_each_file_comes_after_the_other() -> None:
    order = _order()
    assert set(order[:4]) == {one.rpartition("/")[2] for one in FILES}
    assert order[-1] == "test_ledger_tree.py"


def test_a_changed_source_belongs_to_its_room() -> None:
    assert _order("src/guiju/web/pages.py")[:2] == ["test_web.py"] * 2
    assert rooms_of(["src/guiju/__init__.py", "docs/house.md", "src/guiju/web/html/a.html"]) == {
        "web"
    }
