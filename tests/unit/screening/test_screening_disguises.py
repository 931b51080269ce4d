# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from bench.disguised import KINDS, disguised, terms, words
from bench.personal_invented import Draws

from guiju.screening import Screen

EACH = 60
IDEOGRAPHS = [one for size in (4, 5, 6) for one in terms("test", 20, size)]
WORDS = words("test", 40)
LATIN = {"width", "look-alike"}
# Of the last three some disguises are not seen through: these are floors, not aims.
FLOORS = dict.fromkeys(KINDS, 0.95) | {"look-alike": 0.9, "emoji and digits": 0.7, "mixed": 0.9}


@pytest.fixture(scope="module")
def screen() -> Screen:
    entries = [{"term": one, "harm": "A1f", "action": "review"} for one in (*IDEOGRAPHS, *WORDS)]
    return Screen.load({"entry": entries}, "0" * 64)


@pytest.mark.control("input-screening")
@pytest.mark.parametrize("kind", KINDS)
def test_disguised_terms_are_found_where_they_stand(screen: Screen, kind: str) -> None:
    """Of invented terms in default views at least that share, from first to last character."""
    draws, found = Draws(kind), list[bool]()
    while len(found) < EACH:
        one = disguised(kind, draws.pick(WORDS if kind in LATIN else IDEOGRAPHS), draws)
        if one is None:
            continue
        hits = screen.judge(one.text, "input").findings
        found.append(any((hit.start, hit.end) == (one.start, one.end) for hit in hits))
    assert sum(found) >= FLOORS[kind] * EACH


def test_terms_that_are_not_written_are_not_found(screen: Screen) -> None:
    """Ordinary sentences hold none of them in any view."""
    text = "今天我们在院子里喝茶，然后就回去了。What is the name of this small village? 好的好的！"
    assert not screen.judge(text, "input").findings
