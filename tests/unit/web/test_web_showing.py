# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.web import Paging
from guiju.web.charts import bars
from guiju.web.showing import count, day, moment, numeral, plain_rows, short

AT = datetime(2026, 11, 24, 18, 30, 5, tzinfo=UTC)


def test_a_moment_is_shown_in_beijing_time_and_given_in_utc():
    """Half past six in the evening UTC is the next morning there."""
    expected = '<time datetime="2026-11-24T18:30:05.000000Z">2026-11-25 02:30</time>'
    assert moment(AT) == expected
    assert moment("2026-11-24T18:30:05.000000Z") == expected
    assert ":05<" in moment(AT, seconds=True)
    assert moment(None) == "—"


def test_a_day_is_the_day_in_beijing():
    """A date stays what it is."""
    assert "2026-11-25" in day(AT)
    assert "2026-11-24" in day(date(2026, 11, 24))
    assert "2026-11-24" in day("2026-11-24T00:00:00.000000Z")
    assert day(None) == "—"


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (24, "二十四"), (99, "九十九")],
)
def test_articles_are_numbered_in_chinese(number: int, written: str):
    """As the law writes them."""
    assert numeral(number) == written


def test_numbers_have_separators_and_digests_are_shortened():
    """The whole digest stays at hand."""
    assert count(41203) == "41,203"
    assert short("abcdef", 3) == '<code title="abcdef">abc…</code>'
    assert short("<b>", 12) == "<code>&lt;b&gt;</code>"
    assert short(None) == "—"


def test_nested_facts_become_rows_with_dotted_names():
    """Lists of plain values stay together, lists of tables are opened."""
    facts = {"a": 1, "b": {"c": None, "d": ["x", "y"]}, "e": [{"f": True}]}
    assert plain_rows(facts) == [("a", 1), ("b.c", None), ("b.d", ["x", "y"]), ("e[0].f", True)]


def test_a_chart_can_be_heard_and_is_sound_xml():
    """Title and description are bound to it and escaped."""
    drawn = bars([0, 3, 9], "By day <1>", 'From "a" to "b"', name="days")
    svg = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    assert svg.attrib["aria-labelledby"] == "days-t days-d"
    assert [one.text for one in svg][:2] == ["By day <1>", 'From "a" to "b"']
    heights = [int(one.attrib["height"]) for one in svg if one.tag == "rect"]
    assert heights == sorted(heights)
    assert heights[0] == 1


def test_a_chart_of_nothing_is_still_a_chart():
    """No day, or days without anything."""
    assert "<svg" in bars([], "t", "d", name="n")
    assert bars([0, 0], "t", "d", name="n").count("chart-none") == 2


@given(st.integers(-5, 10**9), st.integers(0, 10**6), st.integers(1, 500))
def test_a_page_always_lies_within_the_list(wanted: int, total: int, per_page: int):
    """Whatever the address asks for."""
    page = Paging.of(wanted, total, "/x", per_page=per_page)
    assert 1 <= page.number <= page.pages
    assert 0 <= page.start <= page.stop <= total
    assert (page.before is None) == (page.number == 1)
    assert (page.after is None) == (page.number == page.pages)


def test_pages_keep_the_filters_that_say_something():
    """An empty filter leaves the address."""
    page = Paging.of(2, 120, "/x", kind="a b", control="")
    assert (page.before, page.after) == ("/x?kind=a+b&page=1", "/x?kind=a+b&page=3")
