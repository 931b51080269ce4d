# SPDX-License-Identifier: Apache-2.0
"""Exact terms: the same number is the same term however it is written, and words are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.screening.personal import TERM_KINDS, term_of, terms

pytestmark = pytest.mark.control("blind-search")
ALL = frozenset(TERM_KINDS)
NUMBER = "13800138000"


@pytest.mark.parametrize(
    "written",
    [NUMBER, "138 0013 8000", "+86 138-0013-8000", "138\N{FULLWIDTH DIGIT ZERO}0138000"],
)
def test_one_number_is_one_term(written: str) -> None:
    """In a text and alone, with gaps, in full width, with the code of the country."""
    assert terms(f"请打{written}，谢谢", ALL) == (("mobile", NUMBER),)
    assert term_of("mobile", f" {written} ") == NUMBER


def test_addresses_and_identity_numbers() -> None:
    """Each in the form of its kind; only kinds that are asked for; each once."""
    text = "Ann.Lee@Example.org or ann.lee@example.org, 11010519491231002X, 13800138000"
    found = terms(text, ALL)
    assert set(found) == {
        ("email", "ann.lee@example.org"),
        ("resident-id", "11010519491231002X"),
        ("mobile", NUMBER),
    }
    assert len(found) == 3
    assert terms(text, {"email"}) == (("email", "ann.lee@example.org"),)
    assert terms(text, ()) == terms("", ALL) == ()
    assert term_of("resident-id", "11010519491231002x") == "11010519491231002X"
    assert term_of("email", "ANN.LEE@example.org") == "ann.lee@example.org"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("mobile", ""),
        ("mobile", "138001380"),
        ("mobile", f"{NUMBER} {NUMBER}"),
        ("mobile", f"call {NUMBER}"),
        ("mobile", "%"),
        ("mobile", "1380013800*"),
        ("email", "ann"),
        ("resident-id", "110105194912310021"),
        ("name", "ann"),
        ("address", "somewhere"),
        ("email", "a" * 300 + "@example.org"),
    ],
)
def test_what_is_no_whole_term_is_none(kind: str, said: str) -> None:
    """No part of one, no pattern, no words."""
    assert term_of(kind, said) is None


def test_a_flood_of_terms_is_cut() -> None:
    """Nobody fills the index with one request."""
    many = " ".join(f"user{at}@example.org" for at in range(2000))
    assert len(terms(many, ALL)) == 20


@given(st.integers(0, 99_999_999))
def test_what_is_found_in_a_text_is_what_is_typed(number: int) -> None:
    """Whoever types the number that a text holds finds it."""
    written = f"138{number:08}"
    assert terms(f"手机 {written}", {"mobile"}) == (("mobile", term_of("mobile", written)),)
