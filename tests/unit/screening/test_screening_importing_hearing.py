# SPDX-License-Identifier: Apache-2.0
"""Short terms by sound: chosen by an operator's own harmless texts, with what that costs."""

from __future__ import annotations

import io
from collections.abc import Iterable

from guiju.screening import Entry, Screen
from guiju.screening.importing import (
    Gathered,
    Options,
    Source,
    compile_entries,
    gather,
    heard,
    hearing,
    read_list,
)
from guiju.screening.register import rule_of

MANY = 1e9


def lexicon(*words: str) -> Gathered:
    source = Source("list.txt", io.BytesIO("\n".join(words).encode()))
    return gather(read_list(source, Options(harm="A2f")))


def compiled(entries: Iterable[Entry]) -> Screen:
    return Screen((compile_entries(entries),), "")


def rules(found: Gathered, *terms: str) -> set[str]:
    return {rule_of(one) for one in found.entries() if one.term in terms}


def test_those_are_quiet_that_sound_like_nothing_in_harmless_texts() -> None:
    """Of the entries that are short enough; long ones are heard anyway."""
    found = lexicon("蓝糖", "山冻晴", "示例词", "示例禁词", "badword")
    texts = ["我在山东青岛", "天气很好"] * 2
    told = hearing(found, texts, compiled, least=2, most=MANY)
    assert (told.short, told.characters) == (3, 20)
    assert told.quiet == rules(found, "蓝糖", "示例词")
    three = hearing(found, texts, compiled, least=3, most=MANY)
    assert three.quiet == rules(found, "示例词")


def test_the_cost_is_counted_where_nothing_was_chosen() -> None:
    """On every second text those are chosen that hit nothing; the texts between tell."""
    found = lexicon("山冻晴")
    told = hearing(found, ["天气", "山东青", "很好", "山东轻"], compiled, least=3, most=MANY)
    assert told.rate == 2 * 1_000_000 / 6
    assert hearing(found, ["山东青"] * 4, compiled, least=3, most=MANY).rate == 0


def test_few_texts_prove_nothing() -> None:
    """Unless they could show that an entry hits no more often than is wanted, none is chosen."""
    found = lexicon("示例词")
    assert not hearing(found, ["天气很好"], compiled, least=3, most=10.0).quiet
    assert hearing(found, ["天气很好"] * 75_000, compiled, least=3, most=10.0).quiet
    assert hearing(found, [], compiled, least=3, most=10.0).shown == 1_000_000


def test_who_is_heard_names_the_views_and_nothing_else_changes() -> None:
    """The entry finds the term in every way it did, and by sound."""
    found = lexicon("示例词", "蓝糖")
    more = heard(found, frozenset(rules(found, "示例词")))
    assert {one.term: one.views for one in more.entries()} == {
        "示例词": ("folded", "squeezed", "homophone", "pinyin", "split"),
        "蓝糖": (),
    }
    screen = compiled(more.entries())
    texts = ("示例词", "示-例-词", "是力次", "shilici", "兰唐")
    assert [bool(screen.judge(one, "input").found) for one in texts] == [True] * 4 + [False]
