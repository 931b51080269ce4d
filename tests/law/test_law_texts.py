# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from guiju.kernel import Text
from guiju.measures import Mark, law
from guiju.measures.model import Law

STATUTE = Path(__file__).parents[3] / "shared" / "reference" / "order15.en.txt"
RUN = 12


def texts(value: Any, where: str) -> Iterator[tuple[str, Text]]:
    """Every bilingual text inside a value of the law data."""
    if isinstance(value, Text):
        yield where, value
    elif is_dataclass(value):
        name = getattr(value, "id", "")
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{where}/{name}.{field.name}")
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item, where)


def all_texts() -> list[tuple[str, Text]]:
    parts = [field.name for field in fields(Law) if field.name != "slices"]
    return [
        found
        for part in parts
        for value in getattr(law(), part).values()
        for found in texts(value, part)
    ]


def test_everything_is_said_in_both_languages() -> None:
    """Chinese and English are both there, and the Chinese is Chinese."""
    every = all_texts()
    assert len(every) > 300
    assert [where for where, text in every if not text.zh.strip() or not text.en.strip()] == []
    assert [where for where, text in every if not re.search(r"[\u4e00-\u9fff]", text.zh)] == []
    assert [where for where, text in every if re.search(r"[\u4e00-\u9fff]", text.en)] == []


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


def test_no_statutory_text_is_copied() -> None:
    """No twelve words in a row of the English statute stand in our data."""
    if not STATUTE.exists():
        pytest.skip("the statute is not beside the repository")
    statute = runs(STATUTE.read_text(encoding="utf-8"))
    copied = [where for where, text in all_texts() if not statute.isdisjoint(runs(text.en))]
    assert copied == []


def test_no_text_claims_a_verdict() -> None:
    """The machine speaks of evidence; "compliant" is a word for a person's signature."""
    verdicts = [where for where, text in all_texts() if re.search(r"\bcompliant\b", text.en)]
    assert verdicts == []


def test_the_harms_are_exactly_the_31() -> None:
    """A1 to A5 hold 8, 9, 5, 7 and 2 risks, with letters in order."""
    expected = {
        f"{group}{letter}"
        for group, size in {"A1": 8, "A2": 9, "A3": 5, "A4": 7, "A5": 2}.items()
        for letter in "abcdefghi"[:size]
    }
    assert set(law().harms) == expected
    assert len(law().harms) == 31
    counts = Counter(harm.harm_class for harm in law().harms.values())
    assert counts == {"A1": 8, "A2": 9, "A3": 5, "A4": 7, "A5": 2}


def test_slices_of_the_harms_have_the_sizes_of_the_standard() -> None:
    """17 for keyword library and refusal bank, 29 for illegal content, 31 for all."""
    sizes = sorted(len(set(members)) for members in law().slices.values())
    assert {17, 29, 31} <= set(sizes)


def test_every_number_says_how_well_it_is_confirmed() -> None:
    """Mark, source and clause stand beside each value; verified means by whom and when."""
    for one in law().rules.values():
        assert one.mark in Mark, one.id
        assert one.instrument in law().instruments, one.id
        assert one.clause, one.id
        assert bool(one.verified_by) == (one.verified_on is not None), one.id


def test_order_15_is_dated_and_in_force() -> None:
    """The instrument at the heart has its dates."""
    order = law().instruments["order15"]
    assert (str(order.promulgated), str(order.in_force)) == ("2023-07-10", "2023-08-15")
