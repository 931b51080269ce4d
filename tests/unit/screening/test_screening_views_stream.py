# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import Outcome, Screen, Stream, Verdict, views
from guiju.screening import judge as judging
from guiju.screening import stream as streaming

pytestmark = pytest.mark.slow

DIGEST = "0" * 64
# Parts that make each other up, letters that spell syllables.
WORDS = ("明天", "明朋天", "天grue", "gruest", "甜日月天", "ming", "月朋明日", "tian明")
PATTERNS = ("明.{0,3}天", "[a-z]{2,4}日", "(月|朋){2,3}甜?")
ACTIONS = ("mask", "mask", "review", "refuse", "block")


def screen(*entries: dict[str, Any]) -> Screen:
    return Screen.load({"entry": [{"harm": "A1f"} | one for one in entries]}, DIGEST)


def run(stream: Stream, pieces: list[str]) -> tuple[str, Verdict]:
    delivered = "".join(stream.feed(piece).text for piece in pieces)
    last = stream.close()
    assert last.verdict is not None
    return delivered + last.text, last.verdict


words = st.one_of(
    st.sampled_from(WORDS), st.text(st.sampled_from("明日月朋天甜gru "), min_size=2, max_size=5)
)
some_views = st.sets(st.sampled_from(views.VIEWS)).map(sorted)
views_named = st.booleans().flatmap(lambda usual: st.just([]) if usual else some_views)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """An entry of any kind, hopeful or not."""
    action = {"action": draw(st.sampled_from(ACTIONS))}
    kind = draw(st.sampled_from(("term", "term", "term", "all", "regex")))
    if kind == "regex":
        return {"kind": kind, "term": draw(st.sampled_from(PATTERNS)), **action}
    one: dict[str, Any] = {"term": draw(words), "views": draw(views_named), **action}
    if kind == "all":
        return one | {"kind": kind, "term": f"{one['term']}+{draw(words)}"}
    if draw(st.booleans()):
        one["whole_word"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        one["near"] = {"terms": [draw(words)], "window": draw(st.integers(1, 6))}
    if draw(st.integers(0, 3)) == 0:
        around = (draw(st.sampled_from(("", "日", "g"))), draw(st.sampled_from(("天", "月 朋"))))
        one["except"] = [around[0] + one["term"] + around[1]]
    return one


def hopeful(many: list[dict[str, Any]]) -> Screen | None:
    try:
        return screen(*many)
    except Invalid:
        return None


DISGUISES = {
    "明": ("明", "明·", "明明", "鸣", "螟", "ming", "日月", "日 月", "mi ng"),
    "天": ("天", "天天", " 天", "甜", "畋", "tian", "添\u200b"),
    "朋": ("朋", "月月", "彭", "peng", "朋" * 17),
    "月": ("月", "越", "yue", "-月"),
    "日": ("日", "日日", "ri"),
    "g": ("g", "gg", "Ｇ"),
}
NOISE = ("", "", ".", ".c", "的", "天", "g", " ", "\n", "月", "mi", "朋" * 20, "g" * 19, " " * 40)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Screen, str, list[str]]:
    """A screen, a text of its terms in disguise, their beginnings and noise, and it in pieces."""
    many = draw(st.lists(entries(), min_size=1, max_size=5))
    one = hopeful(many)
    assume(one is not None)
    assert one is not None
    known = [part for entry in many for part in (*entry["term"].split("+"), *also(entry))]
    parts = draw(st.lists(st.tuples(st.sampled_from(known), st.sampled_from(NOISE)), max_size=6))
    text = "".join(disguised(draw, word) + noise for word, noise in parts)
    if draw(st.booleans()):
        text = text[: draw(st.integers(0, len(text)))]
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    return one, text, [text[one:other] for one, other in pairwise([0, *cuts, len(text)])]


def also(entry: dict[str, Any]) -> list[str]:
    return [*entry.get("except", []), *entry.get("near", {"terms": []})["terms"]]


def disguised(draw: st.DrawFn, word: str) -> str:
    return "".join(draw(st.sampled_from(DISGUISES.get(one, (one,)))) for one in word)


@pytest.mark.control("output-screening")
@settings(max_examples=250, deadline=None)
@given(cases())
def test_in_all_views_a_stream_is_the_same_however_it_is_cut(
    case: tuple[Screen, str, list[str]],
) -> None:
    """Whole, in pieces or character by character: the same text, the same verdict."""
    one, text, pieces = case
    expected = run(one.stream(), list(text))
    assert run(one.stream(), [text]) == expected
    assert run(one.stream(), pieces) == expected


@pytest.mark.control("output-screening")
@settings(max_examples=250, deadline=None)
@given(cases())
def test_in_all_views_a_stream_says_what_the_judge_says(
    case: tuple[Screen, str, list[str]],
) -> None:
    """What was judged of it, as a whole text, has the same verdict; nothing of a stop leaves."""
    one, text, _ = case
    delivered, verdict = run(one.stream(), list(text))
    judged = text[: verdict.covered]
    assert one.judge(judged, "output") == verdict
    if not verdict.stops:
        assert judged == text
        assert delivered == verdict.masked(text)
        return
    stops = [found.start for found in verdict.findings if found.outcome.stops]
    assert delivered == verdict.masked(judged)[: len(delivered)]
    assert len(delivered) <= min(stops)
    assert one.judge(text, "output").outcome >= Outcome.REFUSE


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(1, 9))
def test_in_all_views_a_long_text_is_searched_in_windows_with_the_same_hits(
    case: tuple[Screen, str, list[str]], window: int
) -> None:
    """However small the windows are."""
    one, text, _ = case
    expected = one.judge(text, "output")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "WINDOW", window)
        patch.setattr(streaming, "WINDOW", window)
        assert one.judge(text, "output") == expected
