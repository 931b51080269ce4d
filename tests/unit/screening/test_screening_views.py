# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guiju.screening import BORDER, Screen, fold
from guiju.screening.views import VIEWS, border, default_views, fits, keys, seen, shows
from guiju.screening.views_seen import Seen
from guiju.screening.views_squeezed import Look

ABOVE = VIEWS[1:]
SIGNS = "示例禁词甲明日月弓虽强重庆女好林木果苹abgis019 -*·，。😀🐴🔥@\n\ue000\ufffd𠮷ー"
folded = st.text(st.one_of(st.sampled_from(SIGNS), st.characters()), max_size=60).map(
    lambda text: fold(text).text
)
terms = st.text(st.sampled_from("示例禁词甲明强重庆行好林苹果ab19-"), min_size=1, max_size=32)
ROWS = [
    line.split("\t")
    for line in files("guiju.screening").joinpath("parts.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def whole(view: str, text: str) -> str:
    return seen(view, text, whole=True).text


def way(sight: Seen) -> list[tuple[int, int]]:
    spans = (sight.span(at, at + 1) for at in range(len(sight.text)))
    return [(start, end - 1) for start, end in spans]


def hits(view: str, term: str, text: str) -> list[str]:
    """What of a folded text is the term in this view."""
    sight, found = seen(view, text), set()
    for key in keys(view, term):
        at = sight.text.find(key)
        while at >= 0:
            if border(view, sight, at, at + len(key)):
                found.add(sight.span(at, at + len(key)))
            at = sight.text.find(key, at + 1)
    return [text[start:end] for start, end in sorted(found)]


@pytest.fixture(scope="module", autouse=True)
def _tables() -> None:
    """Computed when first needed, which no single example should be blamed for."""
    for view in VIEWS:
        keys(view, fold("示例").text)
        seen(view, "示例", whole=True)


@given(folded)
def test_squeezing_or_splitting_twice_is_doing_it_once(text: str) -> None:
    """What is left has neither separators nor runs nor whole ideographs that could be split."""
    for view in ("squeezed", "split"):
        assert whole(view, whole(view, text)) == whole(view, text)


@given(folded, folded, st.sampled_from(ABOVE))
def test_a_view_of_pieces_is_the_view_of_the_whole(one: str, other: str, view: str) -> None:
    """But for a run that the cut divides, each character is seen for itself."""
    assume(whole("squeezed", one)[-1:] != whole("squeezed", other)[:1])
    left, right = whole(view, one), whole(view, other)
    assume(view != "pinyin" or left[-1:] != right[:1])
    assert whole(view, one + other) == left + right
    context = whole(view, one[-32:])
    assert whole(view, one[-32:] + other) == context + right


@given(folded, st.sampled_from(ABOVE))
def test_the_way_back_leads_to_the_characters_that_were_seen(text: str, view: str) -> None:
    """Seen alone, they show what was seen; and they stand in the order of the view."""
    sight = seen(view, text, whole=True)
    places = way(sight)
    assert len(places) == len(sight.text)
    assert places == sorted(places)
    for sign, (first, last) in zip(sight.text, places, strict=True):
        alone = whole(view, text[first : last + 1])
        assert sign == alone if view in {"squeezed", "homophone"} else sign in alone


@given(folded, st.permutations(ABOVE))
def test_one_look_in_several_views_sees_what_each_sees(text: str, views: list[str]) -> None:
    """Whatever the views share, and in whatever order they are asked for."""
    look = Look(text)
    for view in views:
        once, alone = seen(view, look), seen(view, text)
        assert (once.text, way(once)) == (alone.text, way(alone))


@given(folded)
def test_a_view_looks_away_only_from_what_it_cannot_show(text: str) -> None:
    """Without letters nothing is pinyin, without parts or pictures nothing is split."""
    for view in ABOVE:
        sight = seen(view, text)
        assert sight.text in {"", whole(view, text)}
        if not sight.text and whole(view, text):
            full = seen(view, text, whole=True)
            assert not shows(view, full, 0, len(full.text))


@given(folded)
def test_borders_between_texts_are_kept(text: str) -> None:
    """No view lets a hit reach from one text to the next, but a run of borders is one."""
    for view in ABOVE:
        assert (BORDER in whole(view, text)) == (BORDER in text)


@given(terms, st.sampled_from(ABOVE))
def test_a_term_is_found_as_it_stands(term: str, view: str) -> None:
    """The form that the view sees in the term itself is among those it is compiled under."""
    forms = keys(view, fold(term).text)
    assert len(forms) <= 32
    assert len(set(forms)) == len(forms)
    if forms:
        assert whole(view, fold(term).text) in forms


@pytest.mark.parametrize(
    ("view", "term", "text", "found"),
    [
        ("squeezed", "示例词", "在示-例 ** 词词词里", ["示-例 ** 词词词"]),
        ("squeezed", "badword", "so b.a.d w o r d!", ["b.a.d w o r d"]),
        ("squeezed", "badword", "so b.a.d w o r ds", []),
        ("homophone", "示例禁词", "说是力进词的", ["是力进词"]),
        ("homophone", "示例八词", "是力8词", ["是力8词"]),
        ("homophone", "重庆示例", "虫庆是力", ["虫庆是力"]),
        (
            "homophone",
            "朝阳那些示例",
            "招羊哪些是力 嘲羊那写是力",
            ["招羊哪些是力", "嘲羊那写是力"],
        ),
        ("pinyin", "示例禁词", "说shi例jin ci的", ["shi例jin ci"]),
        ("pinyin", "苹果饼", "pingguo bing 苹guobing", ["pingguo bing", "苹guobing"]),
        ("pinyin", "示例禁词", "theshilijinci", []),
        ("pinyin", "示例恩", "shi例嗯", []),
        ("pinyin", "绿示例", "lvshili lushili", ["lvshili", "lushili"]),
        ("pinyin", "badsword", "b4d$w0rd", ["b4d$w0rd"]),
        ("pinyin", "badsword", "🇧 🇦 🇩 🇸 🇼 🇴 🇷 🇩", ["🇧 🇦 🇩 🇸 🇼 🇴 🇷 🇩"]),
        ("split", "强示例", "在弓虽示例里", ["弓虽示例"]),
        ("split", "强示例", "在弓 口虫示例里", ["弓 口虫示例"]),
        ("split", "江示例", "水工示例 氵工示例", ["水工示例", "氵工示例"]),
        ("split", "强示例", "在强示例里", []),
        ("split", "林示例", "木木示例", ["木木示例"]),
        ("split", "马示例", "🐴示例", ["🐴示例"]),
        ("split", "虫示例", "强示例", []),
    ],
)
def test_a_disguise_is_seen_through_from_its_first_to_its_last_character(
    view: str, term: str, text: str, found: list[str]
) -> None:
    """And what only looks like one is let be."""
    assert hits(view, term, text) == found


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("示例禁词", VIEWS),
        ("是的一例", VIEWS),
        ("是的一", ("folded", "squeezed", "pinyin", "split")),
        ("示例词", VIEWS),
        ("石椅里", ("folded", "squeezed", "pinyin", "split")),
        ("示例", ("folded", "squeezed", "pinyin", "split")),
        ("蓝鲸糖", VIEWS),
        ("蓝糖", VIEWS),
        ("是的", ("folded", "squeezed", "pinyin", "split")),
        ("蓝蓝糖", ("folded", "squeezed", "pinyin", "split")),
        ("纸月亮", VIEWS),
        ("不是人", ("folded", "squeezed", "pinyin", "split")),
        ("词", ("folded",)),
        ("哈哈", ("folded", "split")),
        ("bad", ("folded",)),
        ("badword", ("folded", "squeezed", "pinyin")),
        ("示" * 33, ("folded",)),
        ("——", ("folded",)),
    ],
)
def test_by_default_a_term_has_the_views_it_is_rare_enough_for(
    term: str, expected: tuple[str, ...]
) -> None:
    """Short terms sound like others too often, and of some nothing is left."""
    assert default_views(fold(term).text) == expected
    for view in ABOVE:
        reason = fits(view, fold(term).text)
        assert reason is None or (reason.zh and reason.en)
        assert view not in expected or reason is None


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("兰京唐", "兰京唐"),
        ("兰-京-唐", None),
        ("兰兰京唐", "兰兰京唐"),
        ("蓝-鲸-糖", "蓝-鲸-糖"),
        ("只月亮", None),
        ("芷粤量", "芷粤量"),
        ("篮井膛", "篮井膛"),
        ("纸 月 亮", "纸 月 亮"),
        ("只 月 亮", None),
    ],
)
def test_three_syllables_are_heard_unasked_where_nobody_writes_them_so(
    text: str, hit: str | None
) -> None:
    """Side by side; what is made of usual words, as 只 and 月亮, is let be."""
    entries = [{"term": one, "harm": "A1f", "action": "review"} for one in ("蓝鲸糖", "纸月亮")]
    screen = Screen.load({"entry": entries}, "0" * 64)
    found = [text[one.start : one.end] for one in screen.judge(text, "input").findings]
    assert found == ([] if hit is None else [hit])


def test_an_entry_that_names_the_view_by_sound_is_heard_however_short_it_is() -> None:
    """Who asks for it has seen the forecast, or names a neighbour."""
    entry = {"term": "蓝糖", "harm": "A1f", "action": "review", "views": ["homophone"]}
    near = entry | {"near": {"terms": ["出售"], "window": 5}}
    texts = ("出售兰唐", "兰唐")
    for table, counts in ((entry, [1, 1]), (near, [1, 0])):
        screen = Screen.load({"entry": [table]}, "0" * 64)
        assert [screen.judge(one, "input").found for one in texts] == counts


def test_parts_are_folded_and_meet_what_they_are_parts_of() -> None:
    """Every row of the table can be met in text, and written apart is seen as what it is."""
    assert len({row[0] for row in ROWS}) == len(ROWS) > 2000
    for sign, parts in ROWS:
        assert fold(sign).text == sign
        assert sign not in parts
        assert whole("split", fold(parts).text) == whole("split", sign)


@pytest.mark.slow
@pytest.mark.parametrize("view", ABOVE)
def test_floods_are_seen_in_one_go(view: str) -> None:
    """A long text of runs, separators, letters or parts is no more work than its length."""
    for text in ("哈" * 300_000, "-" * 300_000, "ab" * 150_000, "弓虽" * 150_000, "😀甲" * 150_000):
        sight = seen(view, text)
        assert len(sight.text) <= 2 * len(text)
        assert len(way(sight)) == len(sight.text)
