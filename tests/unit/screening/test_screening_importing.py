# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import Entry, Outcome
from guiju.screening.importing import (
    Event,
    Manner,
    Options,
    Passed,
    Rejected,
    Source,
    Taken,
    read_list,
)

HARM: dict[str, Any] = {"harm": "A2f"}
MAPPED: dict[str, Any] = {"harms": {"甲类": "A2e", "乙类": "A1h"}}


def events(content: str | bytes, name: str = "list.txt", **said: Any) -> list[Event]:
    data = content if isinstance(content, bytes) else content.encode()
    return list(read_list(Source(name, io.BytesIO(data)), Options(**said)))


def entries(content: str | bytes, name: str = "list.txt", **said: Any) -> list[Entry]:
    return [one.entry for one in events(content, name, **said) if isinstance(one, Taken)]


def rejected(content: str | bytes, name: str = "list.txt", **said: Any) -> list[Rejected]:
    return [one for one in events(content, name, **said) if isinstance(one, Rejected)]


def manner(content: str | bytes, name: str = "list.txt", **said: Any) -> Manner:
    found = [one for one in events(content, name, **said) if isinstance(one, Manner)]
    return found[-1]


def said(
    content: str | bytes, name: str = "list.txt", **options: Any
) -> list[tuple[str, str, str]]:
    return [(one.term, one.harm, one.action.value) for one in entries(content, name, **options)]


TWO = [("示例禁词甲", "A2e", "block"), ("示例禁词乙", "A1h", "block")]


@pytest.mark.parametrize(
    ("content", "name", "form"),
    [
        ("示例禁词甲 甲类\n示例禁词乙 乙类,甲类\n", "list.txt", "tagged"),
        ("示例禁词甲|甲类\n示例禁词乙|乙类\n", "list.txt", "table"),
        ("示例禁词甲\t甲类\n示例禁词乙\t乙类\n", "list.tsv", "table"),
        ("示例禁词甲,甲类,1,block\n示例禁词乙,乙类,2,block\n", "list.csv", "table"),
        ("类别,词语\r\n甲类,示例禁词甲\r\n乙类,示例禁词乙\r\n", "list.csv", "table"),
        ("category;word\n甲类;示例禁词甲\n乙类;示例禁词乙\n", "list.csv", "table"),
        ('{"甲类": ["示例禁词甲"], "乙类": ["示例禁词乙"]}', "list.json", "json"),
        ('{\n "甲类": ["示例禁词甲"],\n "乙类": ["示例禁词乙"]\n}', "list.json", "json"),
        (
            '[{"word": "示例禁词甲", "type": "甲类"}, {"word": "示例禁词乙", "type": "乙类"}]',
            "list.json",
            "json",
        ),
        (
            '{"term": "示例禁词甲", "harm": "A2e"}\n{"word": "示例禁词乙", "tag": "乙类"}\n',
            "list.jsonl",
            "jsonl",
        ),
    ],
)
def test_the_same_words_come_from_every_form(content: str, name: str, form: str) -> None:
    """Term, harm and action are found whatever shape the operator's list has."""
    assert said(content, name, **MAPPED) == TWO
    assert manner(content, name, **MAPPED).form == form
    assert rejected(content, name, **MAPPED) == []


def test_a_list_of_words_takes_its_category_from_its_name() -> None:
    """One word a line; the file's name says the category, by the map or as a harm itself."""
    words = "示例禁词甲\n\n# 说明\n示例禁词乙\n"
    assert said(words, "甲类.txt", **MAPPED) == [(word, "A2e", "block") for word, *_ in TWO]
    assert said(words, "words/a1h.txt") == [(word, "A1h", "block") for word, *_ in TWO]
    passed = [one.why for one in events(words, **HARM) if isinstance(one, Passed)]
    assert passed == ["blank", "comment"]


def test_a_category_that_is_mapped_to_nothing_is_not_guessed() -> None:
    """The line is turned down with both ways out, and its words are not said."""
    (one,) = rejected("示例禁词甲,丙类\n示例禁词乙,甲类\n", **MAPPED)
    assert (one.line, one.code) == (1, "lexicon-harm-unknown")
    assert "--map" in one.remedy.en
    assert "--harm" in one.remedy.zh
    assert said("示例禁词甲,丙类\n", separator=",", harm="A4c") == [("示例禁词甲", "A4c", "block")]


def test_levels_and_words_of_theirs_become_actions() -> None:
    """A level is mapped, an action column is read in either language, the rest gets the usual."""
    table = "词语,等级\n示例禁词甲,高\n示例禁词乙,低\n示例禁词丙,\n"
    actions = {"高": "block", "低": "mask"}
    found = entries(table, **HARM, actions=actions, action="review")
    assert [one.action.value for one in found] == ["block", "mask", "review"]
    assert [one.level for one in found] == [3, 1, 1]
    both = entries("词语,处置\n示例禁词甲,拦截\n示例禁词乙,mask\n示例禁词丙,送审\n", **HARM)
    assert [one.action for one in both] == [Outcome.BLOCK, Outcome.MASK, Outcome.REVIEW]
    (bad,) = rejected("词语,处置\n示例禁词甲,蒸发\n", **HARM)
    assert "names no action" in bad.what.en


def test_columns_are_found_by_what_they_hold_when_nothing_names_them() -> None:
    """Word, then whatever the values show: a level before a category, an action last."""
    found = entries("示例禁词甲,3,甲类,review\n示例禁词乙,1,乙类,mask\n", **MAPPED)
    assert [(one.level, one.harm, one.action.value) for one in found] == [
        (3, "A2e", "review"),
        (1, "A1h", "mask"),
    ]


def test_columns_can_be_named() -> None:
    """By header or by number; a column that is not there is refused with those that are."""
    table = "编码,正文,门类\n1,示例禁词甲,甲类\n"
    columns = {"term": "正文", "harm": "门类"}
    assert said(table, columns=columns, **MAPPED) == TWO[:1]
    assert manner(table, columns=columns, **MAPPED).unread == ("编码",)
    assert said("x,示例禁词甲,甲类\n", separator=",", columns={"term": "2", "harm": "3"}, **MAPPED)
    with pytest.raises(Invalid, match="there is no column '正本'") as caught:
        events(table, columns={"term": "正文", "harm": "正本"}, **MAPPED)
    assert caught.value.code == "lexicon-unreadable"


def test_everything_an_entry_can_say_fits_in_a_table() -> None:
    """Scope, whole word, neighbours, exceptions, days, note, source and licence have columns."""
    head = "词语,范围,整词,邻近词,窗口,例外,生效,失效,备注,来源,许可"
    line = (
        '示例禁词甲,输入/回答,是,邻词丁|邻词戊,12,"示例禁词甲乙|反示例禁词甲",'
        '2026/1/5,2026年12月31日,"一,二",本处,自有'
    )
    (one,) = entries(f"{head}\n{line}\n", **HARM)
    assert one.scope == {"input", "output"}
    assert one.whole_word is True
    assert one.near is not None
    assert (one.near.terms, one.near.window) == (("邻词丁", "邻词戊"), 12)
    assert one.except_ == ("示例禁词甲乙", "反示例禁词甲")
    assert (str(one.from_), str(one.to)) == ("2026-01-05", "2026-12-31")
    assert (one.note, one.source, one.licence) == ("一,二", "本处", "自有")


@pytest.mark.parametrize(
    ("line", "term", "kind", "exceptions"),
    [
        ("示例甲+示例乙", "示例甲+示例乙", "all", ()),
        ("示例甲 & 示例乙", "示例甲+示例乙", "all", ()),
        ("示例甲&示例乙&!示例甲某", "示例甲+示例乙", "all", ("示例甲某",)),
        ("示例甲&!示例甲某", "示例甲", "term", ("示例甲某",)),
        ("AT&T 示例", "AT&T 示例", "term", ()),
        ("示例C++", "示例C++", "term", ()),
        ("re:示例[甲乙]{2}", "示例[甲乙]{2}", "regex", ()),
    ],
)
def test_combinations_and_patterns_are_told_from_words(
    line: str, term: str, kind: str, exceptions: tuple[str, ...]
) -> None:
    """A sign joins two words of two characters at least; a pattern carries its mark."""
    (one,) = entries(line + "\n", **HARM)
    assert (one.term, one.kind, one.except_) == (term, kind, exceptions)


def test_what_cannot_be_said_is_not_half_said() -> None:
    """A phrase that must not stand is an exception only if it is one around the term."""
    (one,) = rejected("示例甲&示例乙&!别的词\n", **HARM)
    assert "NOT" in one.what.en
    assert entries("示例甲+示例乙\n", **HARM, combine=False)[0].kind == "term"


def test_base64_lines_are_seen_and_can_be_declared() -> None:
    """All lines must hide readable text; declared, a line that does not is turned down."""
    hidden = [
        base64.b64encode(word.encode()).decode() for word in ("示例禁词甲", "示例禁词乙", "样词")
    ]
    assert [one.term for one in entries("\n".join(hidden), **HARM)] == [
        "示例禁词甲",
        "示例禁词乙",
        "样词",
    ]
    assert manner("\n".join(hidden), **HARM).base64
    mixed = f"{hidden[0]}\n示例禁词乙\n"
    assert [one.line for one in rejected(mixed, **HARM, base64=True)] == [2]
    assert not manner("word\nfour\nmore\n", **HARM).base64


def test_two_english_words_are_no_word_with_a_tag() -> None:
    """A tag must be known, or come again; a phrase with a comma here and there is a phrase."""
    phrases = "sample phrase\nanother sample\nthird phrase, longer\nfourth wording\n"
    assert manner(phrases, **HARM).form == "lines"
    assert entries(phrases, **HARM)[2].term == "third phrase, longer"
    assert manner("甲词例 样\n乙词例 样\n丙词例 样\n丁词例 异\n", **HARM).form == "tagged"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("糖", "single character"),
        ("ab", "fewer than 3 ASCII"),
        ("！？★★", "nothing but symbols"),
        ("\u200b\u200b", "nothing is left"),
        ("样" * 300, "longer than"),
    ],
)
def test_a_hopeless_line_is_turned_down_with_its_number(line: str, why: str) -> None:
    """The lines around it are taken, and the reason does not repeat the words."""
    (one,) = rejected(f"示例禁词甲\n{line}\n示例禁词乙\n", **HARM)
    assert (one.file, one.line, one.code) == ("list.txt", 2, "lexicon-entry-hopeless")
    assert why in one.what.en
    assert len(entries(f"示例禁词甲\n{line}\n示例禁词乙\n", **HARM)) == 2


def test_a_misspelt_key_of_our_own_form_is_no_entry() -> None:
    """A strict form stays strict; in a form of theirs a key that means nothing is reported."""
    (one,) = rejected('{"term": "示例禁词甲", "acton": "block"}\n{"term":"示例乙"}\n', **HARM)
    assert one.code == "lexicon-entry-broken"
    assert "acton" in one.what.en
    assert manner('{"word": "示例禁词甲", "owner": "x"}\n', **HARM).unread == ("owner",)
    lines = rejected('{"term": "示例禁词甲"\n["示例"]\n{"term": "示例乙"}\n', form="jsonl", **HARM)
    assert [bad.line for bad in lines] == [1, 2]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    """The rest of the file is read as if nothing had happened; a cell may hold a line break."""
    table = '词语,备注\n示例禁词甲,"好\n话"\n示例禁词乙,"开着\n示例禁词丙,\n示例禁词丁,尾\n'
    assert [one.term for one in entries(table, **HARM)] == [
        "示例禁词甲",
        "示例禁词丙",
        "示例禁词丁",
    ]
    assert [(one.line, one.what.en) for one in rejected(table, **HARM)] == [
        (4, "a quote is opened and never closed")
    ]


def test_more_cells_than_columns_are_not_dropped() -> None:
    """What stands behind a stray separator would be lost, so the line is turned down."""
    table = "词语,备注\n" + "示例禁词甲,好\n" * 200 + "示例禁词乙,好,坏\n"
    assert [(one.line, one.what.en) for one in rejected(table, **HARM)] == [
        (202, "it has more cells than there are columns")
    ]


def test_documents_are_taken_apart_within_limits() -> None:
    """Nested lists and categories are followed; what is no word is turned down by its number."""
    document = {"updated": "2026", "words": ["示例禁词甲"], "甲类": {"乙类": [["示例禁词乙"], 7]}}
    assert said(json.dumps(document), "list.json", **HARM, **MAPPED) == [
        ("示例禁词甲", "A2f", "block"),
        ("示例禁词乙", "A1h", "block"),
    ]
    assert len(rejected(json.dumps(document), "list.json", **HARM, **MAPPED)) == 1
    deep = "[" * 100_000 + "]" * 100_000
    for broken in (deep, '["示例禁词甲"', "[1e999999]x"):
        with pytest.raises(Invalid) as caught:
            events(broken, "list.json", form="json", **HARM)
        assert caught.value.code == "lexicon-unreadable"


def test_defaults_of_the_import_stand_where_the_list_says_nothing() -> None:
    """Scope, source and licence are given once; a line that says its own keeps it."""
    given: dict[str, Any] = {"scope": ("output",), "source": "本处", "licence": "自有"}
    first, second = entries("词语,来源\n示例禁词甲,\n示例禁词乙,别处\n", **HARM, **given)
    assert (set(first.scope), first.source, first.licence) == ({"output"}, "本处", "自有")
    assert (second.source, second.licence) == ("别处", "自有")


_signs = st.text(
    st.sampled_from("示例甲乙ab1 ,|\t\"'{}[]:+&!#\\\x00\u200b\ufffd\n\r"), max_size=120
)


@settings(max_examples=150, deadline=None)
@given(_signs | st.binary(max_size=80), st.sampled_from(["a.txt", "a.csv", "a.json", "a.jsonl"]))
def test_no_content_breaks_the_reader(content: str | bytes, name: str) -> None:
    """Whatever the bytes are, each line is accounted for once, or the file is refused."""
    try:
        found = events(content, name, **HARM)
    except Invalid as error:
        refused = error.code
    else:
        refused = ""
    assert refused in {"", "lexicon-unreadable"}
    if refused:
        return
    lines = [one.line for one in found if not isinstance(one, Manner)]
    assert lines == sorted(set(lines))
    assert isinstance(found[0], Manner)
    assert isinstance(found[-1], Manner)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("示例词甲乙丙丁戊", min_size=2, max_size=6), min_size=1, max_size=30))
def test_no_line_of_a_plain_list_is_lost(words: list[str]) -> None:
    """Every line is an entry, turned down or passed over: the numbers have no gap."""
    found = events("\n".join(words), form="lines", **HARM)
    assert [one.line for one in found if not isinstance(one, Manner)] == [*range(1, len(words) + 1)]
