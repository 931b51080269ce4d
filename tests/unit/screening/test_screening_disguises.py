# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from bench.disguised import KINDS, disguised, terms, words
from bench.disguises import Row, recall_of, refusals, together
from bench.disguises import screen as screen_of
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


def test_the_bench_tells_terms_apart_that_are_not_given_a_view() -> None:
    """Their number, the compiler's reason, and the recall of the others."""
    lexicon = {"2": ["是的", "蓝糖"]}
    row = recall_of(screen_of(lexicon), "homophone", lexicon["2"], refusals(lexicon))
    assert (row["terms"], row["given"], sum(row["not_given"].values())) == (2, 1, 1)
    assert "so common" in next(iter(row["not_given"]))
    assert row["recall"] < row["recall_given"]
    assert "given" not in recall_of(screen_of(lexicon), "mixed", lexicon["2"], refusals(lexicon))


def test_of_all_lengths_each_counts_by_its_terms() -> None:
    """Those that are given the view, by how many these are; a reason is counted once."""
    few: Row = {"terms": 100, "recall": 0.5, "exact": 0.4, "given": 50, "recall_given": 1.0}
    many: Row = {"terms": 300, "recall": 1.0, "exact": 1.0, "given": 150, "recall_given": 0.6}
    rows = [few | {"not_given": {"short": 50}}, many | {"not_given": {"short": 100, "usual": 50}}]
    assert together(rows) == {
        "terms": 400,
        "recall": 0.875,
        "exact": 0.85,
        "given": 200,
        "recall_given": 0.7,
        "not_given": {"short": 150, "usual": 50},
    }
    assert together([{"terms": 2, "recall": 1.0, "exact": 0.5}]) == {
        "terms": 2,
        "recall": 1.0,
        "exact": 0.5,
    }


def test_terms_that_are_not_written_are_not_found(screen: Screen) -> None:
    """Ordinary sentences hold none of them in any view."""
    text = "今天我们在院子里喝茶，然后就回去了。What is the name of this small village? 好的好的！"
    assert not screen.judge(text, "input").findings
