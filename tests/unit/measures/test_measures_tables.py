# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guiju.measures.tables import WIDTH, pad, table, width, wrap

words = st.lists(st.text("abc标识，", min_size=1, max_size=9), max_size=30).map(" ".join)


@given(words, st.integers(12, 60))
def test_wrapping_loses_nothing_and_stays_in_its_column(text: str, columns: int) -> None:
    """Every character is kept in order; only punctuation may hang over by what clings to it."""
    lines = wrap(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert width(line.rstrip("， ")) <= columns


def test_a_chinese_character_is_two_columns_wide() -> None:
    """Padding aligns Chinese and Latin text alike."""
    assert width("标识AI") == 6
    assert width(pad("标识", 10)) == width(pad("AI", 10)) == 10


def test_columns_of_a_table_begin_at_the_same_place() -> None:
    """A wide cell moves the next column in every row, and long text hangs below itself."""
    lines = table(["a", "b"], [["标识标识", "x"], ["y", "long " * 40]])
    starts = {width(line) - width(line.lstrip()) for line in lines[4:]}
    assert lines[2] == "标识标识  x"
    assert lines[3].startswith("y         long")
    assert starts == {10}
    assert max(map(width, lines)) <= WIDTH
