# SPDX-License-Identifier: Apache-2.0
"""Texts, lists and patterns that mean harm: each ends in a verdict or in one clear error."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import (
    Entry,
    Outcome,
    Screen,
    Verdict,
    compile_entries,
    hopeless,
    images,
    importing,
)
from guiju.screening.classifier import shipped
from guiju.screening.views import VIEWS

T = TypeVar("T")
WORD = "密词甲乙"
ENTRIES = (
    Entry(WORD, "A1h", Outcome.BLOCK, views=("folded", *VIEWS)),
    Entry("密词[0-9]{1,4}号", "A1h", Outcome.REVIEW, kind="regex"),
    Entry("zorbl", "A1h", Outcome.MASK),
    Entry("石榴+暗号", "A4g", Outcome.REVIEW, kind="all"),
)
KINDS = ("mobile", "resident-id", "bank-card", "email", "address", "name", "plate", "ip")
TABLE: dict[str, Any] = {"personal": {kind: {"output": "mask"} for kind in KINDS}}
SCREEN = Screen.load(TABLE, "0" * 64, [compile_entries(ENTRIES)])
SIZE = 20_000
TEXTS = {
    "lone surrogates": "\ud800" * SIZE + "密\udc00词" + "\udfff" * SIZE,
    "half a character beside a pattern": "密词1\ud83d号 zorbl\udc00",
    "combining marks": "a" + "\u0301" * 100_000 + WORD,
    "combining marks inside a term": "密" + "\u0301" * 100_000 + "词甲乙",
    "control characters": "".join(map(chr, range(32))) * 1_000 + WORD,
    "zero width": "\u200b".join(WORD) * 1_000 + "密\u200b" * SIZE,
    "borders": "\n" * SIZE + WORD,
    "digits": "1" * SIZE,
    "an address that never ends": "a@" * SIZE,
    "dots": "1." * SIZE,
    "beginnings of terms": "密词甲" * SIZE,
    "a flood of hits": WORD * 2_000,
    "names": "王小明先生" * 2_000,
    "addresses": "北京市海淀区" * 2_000,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 5_000,
    "right to left": "\u202e" + WORD[::-1] + "\u202c" * SIZE,
    "every plane": "".join(chr(at * 0x1000 + 7) for at in range(0x110)) * 50,
}


def streamed(text: str, size: int = 1_000) -> Verdict:
    stream = SCREEN.stream("output")
    for start in range(0, len(text), size):
        release = stream.feed(text[start : start + size])
        if release.stopped:
            break
    found = stream.close().verdict
    assert found is not None
    return found


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_gets_the_same_verdict_whole_and_in_pieces(name: str) -> None:
    """In seconds, with spans inside the text; a term in it is found as in any other."""
    text, begun = TEXTS[name], time.process_time()
    whole = SCREEN.judge(text, "output")
    assert all(0 <= one.start < one.end <= len(text) for one in whole.findings)
    assert streamed(text).outcome is whole.outcome
    if WORD in text and name != "right to left":
        assert whole.outcome is Outcome.BLOCK
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("name", TEXTS)
def test_the_classifier_scores_any_text(name: str) -> None:
    """A probability, whatever the text is made of."""
    scores = shipped().score(TEXTS[name])
    assert all(0 <= one <= 1 for one in scores.values())


_NASTY = st.sampled_from(
    [*WORD, "1", "号", "@", ".", "-", " ", "\n", "\x00", "\u200b", "\u0301", "\ud800", "\udc00"]
)
_texts = st.text(_NASTY | st.characters(), max_size=60)


@given(_texts, st.lists(st.integers(0, 60), max_size=5))
def test_no_text_breaks_a_screen_however_it_is_cut(text: str, places: list[int]) -> None:
    """Half characters, controls and marks among words: one verdict, never a crash."""
    whole = SCREEN.judge(text, "output")
    assert all(0 <= one.start < one.end <= len(text) for one in whole.findings)
    stream = SCREEN.stream("output")
    cuts = sorted({0, *(min(one, len(text)) for one in places), len(text)})
    for low, high in pairwise(cuts):
        if stream.feed(text[low:high]).stopped:
            break
    verdict = stream.close().verdict
    assert verdict is not None
    assert verdict.outcome is whole.outcome


# -- patterns --------------------------------------------------------------------------------------

BOMBS = [
    "(a+)+b",
    "(a|a)*b",
    "(a|aa)+$",
    "(.*a){20}",
    "((a{1,10}){1,10}){1,10}",
    "(a{1,64}){1,64}",
    "a{1000000}",
    "(?:a?){64}a{64}",
    "(" * 200 + "a" + ")" * 200,
    "[" + "a-z" * 200 + "]{1,64}",
    "(?=a)b",
    r"(a)\1",
    "a" * 5_000,
    "\x00",
    "\ud800",
    "(?i)x",
    "[",
]


@pytest.mark.parametrize("pattern", BOMBS)
def test_a_pattern_is_refused_with_a_reason_or_runs_in_linear_time(pattern: str) -> None:
    """RE2 runs it; what it would not run, or what has no bound, is told in both languages."""
    entry = Entry(pattern, "A1h", Outcome.BLOCK, kind="regex")
    begun = time.process_time()
    why = hopeless(entry)
    if why is not None:
        assert why.zh
        assert why.en
    else:
        screen = Screen((compile_entries([entry]),), "0" * 64)
        screen.judge("a" * 100_000, "input")
        screen.judge("ab" * 50_000 + "\ud800", "input")
    assert time.process_time() - begun < 20


# -- lists -----------------------------------------------------------------------------------------


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def events(data: bytes, name: str = "list.txt") -> list[importing.Event]:
    source = importing.Source(name, io.BytesIO(data))
    return list(importing.read_list(source, importing.Options(harm="A2f")))


def read(reading: Callable[[], T]) -> T | Invalid:
    """What is read, or the one error about it; any other error is a crash."""
    try:
        return reading()
    except Invalid as error:
        return error


def test_a_lexicon_of_control_characters_holds_no_entry() -> None:
    """Each line is turned down with its reason or passed over; none becomes a term."""
    lines = "\n".join(chr(one) * 3 for one in range(1, 32) if chr(one) not in "\r\n")
    found = events(lines.encode())
    assert not [one for one in found if isinstance(one, importing.Taken)]
    rejected = [one for one in found if isinstance(one, importing.Rejected)]
    assert rejected
    assert all(one.what.zh and one.what.en and one.remedy.en for one in rejected)
    told = read(lambda: events(b"\0\0\0\n\x01\x01\n"))
    assert isinstance(told, Invalid)
    assert told.code == "lexicon-unreadable"


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json", "a.xlsx"])
@given(data=st.binary(max_size=200) | st.text(_NASTY, max_size=80).map(_utf8))
def test_any_bytes_are_a_list_or_one_clear_error(name: str, data: bytes) -> None:
    """Of every form that is read; nothing else is raised."""
    found = read(lambda: events(data, name))
    if isinstance(found, Invalid):
        assert found.code.startswith("lexicon-")
        assert found.remedy.zh
        return
    for one in found:
        if isinstance(one, importing.Taken):
            assert hopeless(one.entry) is None


@given(st.binary(max_size=120))
@example(data=b"\xef\xbb\xbf")
@example(data=b"\xef\xbb\xbf # a list\n\xef\xbb\xbf")
def test_any_bytes_are_a_list_of_hashes_or_one_clear_error(data: bytes) -> None:
    """With the number of the line."""
    lines = data.decode("utf-8", "replace").splitlines()
    known = read(lambda: images.read_hashes(lines))
    if isinstance(known, Invalid):
        assert known.code == "hash-list-broken"
        return
    said = [one.strip().lstrip("\ufeff").lstrip() for one in lines]
    assert len(known) == sum(bool(one) and one[0] != "#" for one in said)


# -- fifty megabytes -------------------------------------------------------------------------------

MEGABYTES = 50
_BIG = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import test_screening_hostile as here
unit, way = sys.argv[2].encode().decode("unicode_escape"), sys.argv[3]
size = here.MEGABYTES * 2**20 // len(unit.encode())
text = unit * size
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
verdict = here.SCREEN.judge(text, "output") if way == "judge" else here.streamed(text, 65_536)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(verdict.outcome.value, verdict.covered == len(text), (after - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "way"),
    [
        ("今天密词甲，", "judge"),
        ("今天密词甲，", "stream"),
        ("密\u200b", "judge"),
        ("1", "judge"),
        ("a\u0301", "judge"),
        ("a\u0301", "stream"),
    ],
)
def test_fifty_megabytes_end_in_a_verdict_within_bounds(unit: str, way: str) -> None:
    """Every character is judged; beyond the text itself memory grows by less than 700 MiB.

    A stream keeps no more than its tail, so it needs next to nothing.
    """
    written = unit.encode("unicode_escape").decode()
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", _BIG, here, written, way],
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    outcome, whole, grown = done.stdout.split()
    assert (outcome, whole) == ("pass", "True")
    assert int(grown) < (700 if way == "judge" else 64)
