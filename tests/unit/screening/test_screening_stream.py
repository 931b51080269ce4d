# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import LONGEST_UNSEEN_RUN, Outcome, Screen, Stream, Verdict, fold
from guiju.screening import judge as judging
from guiju.screening import stream as streaming
from guiju.screening import tally as tallying

DIGEST = "0" * 64
PLAIN = "甲乙丙丁藍糖abk -"
UNSEEN = "\u200b\ufe0f\u0301"
ODD = "蓝ＡÀ㎏ﬀ…😀\U000e0041" + UNSEEN


def screen(*entries: tuple[str, str]) -> Screen:
    tables = [
        {"term": term, "harm": "A1f", "action": action, "views": ["folded"]}
        for term, action in entries
    ]
    return Screen.load({"entry": tables}, DIGEST)


def is_hopeful(term: str) -> bool:
    try:
        screen((term, "block"))
    except Invalid:
        return False
    return True


terms = st.text(st.sampled_from(PLAIN), min_size=2, max_size=5).filter(is_hopeful)
actions = st.sampled_from(["mask", "mask", "review", "refuse", "block"])
lexicons = st.lists(st.tuples(terms, actions), min_size=1, max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[str, str]], str, list[str]]:
    """A lexicon, a text made of its terms, their beginnings and noise, and the text in pieces."""
    lexicon = draw(lexicons)
    known = [term for term, _ in lexicon]
    noise = st.text(st.sampled_from(PLAIN + ODD), max_size=4)
    part = st.one_of(st.sampled_from(known), st.sampled_from(known).map(lambda t: t[:-1]), noise)
    text = "".join(draw(st.lists(part, max_size=8)))
    text = "".join(one + draw(st.sampled_from(("", "", "", *UNSEEN))) for one in text)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=len(text))))
    pieces = [text[one:other] for one, other in pairwise([0, *cuts, len(text)])]
    return lexicon, text, pieces


class Outcomes(NamedTuple):
    delivered: str
    covered: int
    verdict: Verdict
    held: list[int]


def run(stream: Stream, pieces: list[str]) -> Outcomes:
    delivered, covered, held = "", 0, []
    for piece in pieces:
        release = stream.feed(piece)
        delivered, covered = delivered + release.text, covered + release.covered
        held.append(stream.held)
        assert release.stopped == (release.verdict is not None)
    last = stream.close()
    assert last.verdict is not None
    return Outcomes(delivered + last.text, covered + last.covered, last.verdict, held)


# -- a slow and simple judge to compare with -----------------------------------------------------


class Plain:
    """The text folded one character at a time, and the terms looked for at each place."""

    def __init__(self, lexicon: list[tuple[str, str]]) -> None:
        worst: dict[str, Outcome] = {}
        for term, action in lexicon:
            folded = fold(term).text
            worst[folded] = max(Outcome(action), worst.get(folded, Outcome.PASS))
        self.terms = worst

    def folded(self, text: str) -> list[tuple[str, int]]:
        return [(one, at) for at, source in enumerate(text) for one in fold(source).text]

    def hits(self, text: str, *, closed: bool) -> set[tuple[int, int, str]]:
        """Spans and terms; in an open text a word at the end is not yet certain."""
        pairs = self.folded(text)
        letters = "".join(one for one, _ in pairs)
        found = set()
        for term in self.terms:
            for at in range(len(letters)):
                end = at + len(term)
                if not letters.startswith(term, at) or not self.borders(letters, at, end, term):
                    continue
                if end < len(letters) or closed or not needs_right(term):
                    found.add((pairs[at][1], pairs[end - 1][1] + 1, term))
        return found

    @staticmethod
    def borders(letters: str, at: int, end: int, term: str) -> bool:
        left = needs_left(term) and is_letter(letters[max(at - 1, 0) : at])
        return not left and not (needs_right(term) and is_letter(letters[end : end + 1]))

    def stops(self, hits: set[tuple[int, int, str]]) -> list[int]:
        return [start for start, _, term in hits if self.terms[term].stops]

    def hold(self, text: str) -> int:
        """From which character on the text may still become a hit."""
        pairs = self.folded(text)
        letters = "".join(one for one, _ in pairs)
        for at in range(len(letters)):
            rest = letters[at:]
            for term in self.terms:
                if needs_left(term) and is_letter(letters[max(at - 1, 0) : at]):
                    continue
                whole = rest == term and needs_right(term)
                if whole or (term.startswith(rest) and rest != term):
                    return pairs[at][1]
        return len(text)

    def stop_at(self, text: str) -> int | None:
        """The length of the shortest beginning that certainly has a hit that stops."""
        ends = range(len(text) + 1)
        return next((n for n in ends if self.stops(self.hits(text[:n], closed=False))), None)


def needs_left(term: str) -> bool:
    return term.isascii() and is_letter(term[0])


def needs_right(term: str) -> bool:
    return term.isascii() and is_letter(term[-1])


def is_letter(one: str) -> bool:
    return one.isascii() and one.isalnum()


# -- the claims ----------------------------------------------------------------------------------


@pytest.mark.control("output-screening")
@settings(max_examples=250, deadline=None)
@given(cases())
def test_however_a_stream_is_cut_the_same_is_delivered_and_found(
    case: tuple[list[tuple[str, str]], str, list[str]],
) -> None:
    """Delivered text and verdict are those of the whole, up to the first hit that stops."""
    lexicon, text, pieces = case
    one, plain = screen(*lexicon), Plain(lexicon)
    stop = plain.stop_at(text)
    judged = text if stop is None else text[:stop]
    cut = len(text)
    if starts := plain.stops(plain.hits(judged, closed=True)):
        cut = min(*starts, plain.hold(judged), cut)
    expected = one.judge(judged, "output")
    for way in (pieces, list(text), [text]):
        outcome = run(one.stream(), way)
        assert outcome.verdict == expected
        assert outcome.delivered == expected.masked(judged)[:cut]
        assert outcome.covered == len(outcome.delivered)


@contextmanager
def bounds(window: int, findings: int) -> Iterator[None]:
    """Bounds so small that every text is long and every few hits are a flood."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (judging, streaming):
            patch.setattr(module, "WINDOW", window)
        patch.setattr(tallying, "MOST_FINDINGS", findings)
        yield


@pytest.mark.control("output-screening")
@settings(max_examples=250, deadline=None)
@given(cases(), st.integers(1, 9), st.integers(1, 6))
def test_however_a_long_text_is_cut_the_same_is_kept_of_a_flood(
    case: tuple[list[tuple[str, str]], str, list[str]], window: int, most: int
) -> None:
    """The worst findings and the first of these; outcome, harms and masks are those of all hits."""
    lexicon, text, pieces = case
    one, plain = screen(*lexicon), Plain(lexicon)
    stop = plain.stop_at(text)
    judged = text if stop is None else text[:stop]
    full = one.judge(judged, "output")
    worst = sorted(full.findings, key=lambda found: (-found.outcome.rank, found))[:most]
    expected = full._replace(findings=tuple(sorted(worst)))
    delivered = run(one.stream(), [text]).delivered
    with bounds(window, most):
        assert one.judge(judged, "output") == expected
        for way in (pieces, list(text), [text]):
            outcome = run(one.stream(), way)
            assert outcome.verdict == expected
            assert outcome.delivered == delivered


@settings(max_examples=120, deadline=None)
@given(cases())
def test_the_judge_agrees_with_a_slow_and_simple_one(
    case: tuple[list[tuple[str, str]], str, list[str]],
) -> None:
    """The automaton, the fold in one go and the offsets find what a look at each place finds."""
    lexicon, text, _ = case
    found = screen(*lexicon).judge(text, "output").findings
    slow = Plain(lexicon)
    expected = {(start, end, slow.terms[term]) for start, end, term in slow.hits(text, closed=True)}
    assert {(one.start, one.end, one.outcome) for one in found} == expected


@pytest.mark.control("output-screening")
@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_character_of_a_blocked_span_is_delivered(
    case: tuple[list[tuple[str, str]], str, list[str]],
) -> None:
    """Not even of a span that only the text behind the stop would have completed."""
    lexicon, text, pieces = case
    one = screen(*lexicon)
    stopping = [f.start for f in one.judge(text, "output").findings if f.outcome.stops]
    outcome = run(one.stream(), pieces)
    assert len(outcome.delivered) <= min(stopping, default=len(text))


@settings(max_examples=120, deadline=None)
@given(cases())
def test_no_more_is_held_back_than_may_become_a_hit(
    case: tuple[list[tuple[str, str]], str, list[str]],
) -> None:
    """After each piece exactly the longest suffix that may become a hit is held."""
    lexicon, text, pieces = case
    one, plain = screen(*lexicon), Plain(lexicon)
    if plain.stop_at(text) is not None:
        return
    fed = 0
    for piece, held in zip(pieces, run(one.stream(), pieces).held, strict=True):
        fed += len(piece)
        assert held == fed - plain.hold(text[:fed])


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(LONGEST_UNSEEN_RUN - 2, 3 * LONGEST_UNSEEN_RUN), st.randoms())
def test_a_long_run_of_unseen_characters_is_bounded_and_spans_stay_true(
    case: tuple[list[tuple[str, str]], str, list[str]], length: int, random: Any
) -> None:
    """Only the overlong part of a run is left out; spans count every character of the stream."""
    lexicon, text, _ = case
    at = random.randint(0, len(text))
    text = text[:at] + "\u200b" * length + text[at:]
    one, plain = screen(*lexicon), Plain(lexicon)
    if plain.stop_at(text) is not None:
        return
    expected = one.judge(text, "output")
    shown, run_length = "", 0
    for source, masked in zip(text, expected.masked(text), strict=True):
        run_length = 0 if fold(source).text else run_length + 1
        shown += masked if run_length <= LONGEST_UNSEEN_RUN else ""
    if plain.stops(plain.hits(text, closed=True)):
        shown = ""
    for way in (list(text), [text], [text[:at], text[at : at + 70], text[at + 70 :]]):
        outcome = run(one.stream(), way)
        assert outcome.verdict == expected
        assert not shown or outcome.delivered == shown
        assert outcome.covered == len(outcome.delivered)


def test_what_is_held_stays_bounded_in_a_long_stream() -> None:
    """A beginning of a term, then unseen characters without end: the tail does not grow."""
    stream = screen(("甲乙丙", "block")).stream()
    held = []
    for _ in range(300):
        stream.feed("甲" + "\u200b" * 100)
        held.append(stream.held)
    assert max(held) <= 3 * (LONGEST_UNSEEN_RUN + 1)
    assert stream.feed("乙").text == ""
    last = stream.feed("丙")
    assert last.stopped
    assert last.verdict is not None
    assert last.verdict.findings[0].end == 300 * 101 + 2


def test_a_stream_that_was_stopped_delivers_nothing_more() -> None:
    """What comes before the hit is delivered; nothing of it, and nothing after it."""
    stream = screen(("蓝鲸糖", "refuse")).stream()
    assert stream.feed("我要蓝").text == "我要"
    stopped = stream.feed("鲸糖！")
    assert (stopped.text, stopped.stopped) == ("", True)
    assert stream.feed("还有").text == ""
    last = stream.close()
    assert (last.text, last.stopped, last.verdict) == ("", True, stopped.verdict)
    assert stopped.verdict is not None
    assert stopped.verdict.outcome is Outcome.REFUSE


def test_a_word_is_held_until_its_border_is_seen() -> None:
    """One more character tells "grue" from "gruesome"; so does the end."""
    stream = screen(("grue", "block")).stream()
    assert stream.feed("a grue").text == "a "
    assert stream.feed("\u200b").text == ""
    assert stream.feed("some").text == "grue\u200bsome"
    assert stream.feed(" grue").text == " "
    assert stream.close().stopped


def test_a_border_to_the_left_is_remembered_after_delivery() -> None:
    """The letter before the held text was delivered long ago and still counts."""
    stream = screen(("grue", "block")).stream()
    assert "".join(stream.feed(one).text for one in "agrue ") == "agrue "
    assert not stream.close().stopped


def test_every_cutting_of_a_text_gives_the_same() -> None:
    """All 4,096 ways to cut it: borders, unseen characters and overlaps included."""
    text = "agrue grue\u200b甲乙"
    one = screen(("grue", "mask"), ("甲乙丙", "block"), ("e甲", "review"))
    expected = one.judge(text, "output")
    for cuts in range(1 << (len(text) - 1)):
        ends = [at for at in range(1, len(text)) if cuts >> (at - 1) & 1]
        pieces = [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
        outcome = run(one.stream(), pieces)
        assert outcome.verdict == expected
        assert outcome.delivered == expected.masked(text)


def test_a_hit_within_what_is_held_is_noted_once() -> None:
    """However often the tail is searched, it is found where it was."""
    stream = screen(("甲乙", "review"), ("甲乙丙丁糖", "block")).stream()
    for piece in ("甲乙", "丙", "丁", "\u200b"):
        assert stream.feed(piece).text == ""
    verdict = stream.close().verdict
    assert verdict is not None
    assert [(one.start, one.end) for one in verdict.findings] == [(0, 2)]


def test_what_is_masked_is_masked_across_pieces() -> None:
    """A masked span that overlaps the beginning of another term is starred in whole."""
    stream = screen(("甲乙", "mask"), ("乙丙丁", "block")).stream()
    assert [stream.feed(one).text for one in "甲乙丙戊"] == ["", "*", "", "*丙戊"]
    last = stream.close()
    assert last.verdict is not None
    assert last.verdict.outcome is Outcome.MASK


def test_a_closed_stream_takes_no_more() -> None:
    """To feed it is a mistake of the caller; empty pieces before are none."""
    stream = screen(("蓝鲸糖", "block")).stream()
    assert stream.feed("") == stream.feed("")
    stream.close()
    with pytest.raises(RuntimeError):
        stream.feed("x")
    assert not stream.close().stopped


def test_a_stream_can_be_an_input() -> None:
    """The direction chooses the lexicon."""
    table = {"term": "蓝鲸糖", "harm": "A1f", "action": "block", "scope": ["input"]}
    one = Screen.load({"entry": [table]}, DIGEST)
    assert one.stream("input").feed("蓝鲸糖").stopped
    assert one.stream("output").feed("蓝鲸糖").text == "蓝鲸糖"
