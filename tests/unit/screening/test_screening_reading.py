# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from zlib import adler32, crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.screening import fold
from guiju.screening.prefixes import Prefixes, hashed, sieve, units_of
from guiju.screening.reading import rows_of
from guiju.screening.syllables import likely, said
from guiju.screening.views import VIEWS, seen

ABOVE = VIEWS[1:]
SIGNS = "示例禁词明日月弓虽强女子好林木abgiso0154 -*·，。😀🐴🇧@$☀\n𠮷ー"
TEXTS = st.text(st.sampled_from(SIGNS), max_size=12).map(lambda text: fold(text).text)
TERMS = st.lists(st.text(st.sampled_from("示例禁a𠮷"), min_size=1, max_size=6), max_size=8)


@settings(deadline=None)
@given(TEXTS)
def test_what_is_read_at_once_is_what_each_view_sees(text):
    """Character by character, at the places where they stand; or it is not read so."""
    reading = rows_of(ABOVE).read(text)
    if reading is None:
        return
    assert reading.text == "".join(text[at] for at in reading.places)
    for number, view in enumerate(ABOVE):
        sight = seen(view, text, whole=True)
        assert "".join(reading.spelt[number]) == sight.text
        at = 0
        for place, piece in zip(reading.places, reading.spelt[number], strict=True):
            assert sight.core(at, at + len(piece)) == (place, place + 1)
            at += len(piece)


def test_ordinary_text_is_read_at_once():
    """Repeats, pictures and signs for letters beside their letters are not."""
    for text in ("示例，日月", "好 2 abc", "\n", ""):
        assert rows_of(ABOVE).read(text) is not None
    for text in ("例例", "例-例", "a@", "o0", "☀", "🇧"):
        assert rows_of(ABOVE).read(text) is None


@given(TERMS)
def test_each_proper_beginning_is_known_and_nothing_else(terms):
    """By the checksums of the standard library, over two bytes a unit."""
    data, longest = hashed(units_of(terms))
    units = [one.encode("utf-16-le") for one in terms]
    expected = {one[:size] for one in units for size in range(2, len(one), 2)}
    known = Prefixes(data, longest)
    assert longest == max((len(one) // 2 for one in expected), default=0)
    assert list(memoryview(data).cast("Q")) == sorted(
        crc32(one) << 32 | adler32(one) for one in expected
    )
    bits, octet, shift = sieve(known)
    for one in {*expected, *units, b"\0\0"}:
        mark = crc32(one)
        assert known.has(mark, one) == (one in expected)
        assert not known.has(mark, one) or bits[mark >> octet] >> (mark >> shift & 7) & 1


def test_many_beginnings_are_looked_up_as_few_are():
    """A row of bits and a search among like ones instead of a set."""
    known = Prefixes(*hashed(units_of([f"{number:05}" for number in range(30_000)])))
    assert len(known) == sum(len({f"{n:05}"[:size] for n in range(30_000)}) for size in range(1, 5))
    for text, expected in (("2999", True), ("3000", False), ("0", True), ("", False)):
        data = text.encode("utf-16-le")
        assert known.has(crc32(data), data) == expected


def test_a_term_is_said_as_its_words_are():
    """First as each ideograph mostly is, then as the words that it is made of, then otherwise."""
    assert likely("重庆") == (("zhong", "qing"), ("chong", "qing"))
    assert ("yin", "hang") in likely("银行")
    assert likely("a𠮷8") == (("a", "𠮷", "ba"),)
    assert (said("绿"), said("8"), said("a"), said("𠮷")) == ("lv", "ba", None, None)
