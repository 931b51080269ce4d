# SPDX-License-Identifier: Apache-2.0
"""How fast texts and streams are screened, beside the engines that do nothing but match.

Seconds are those of one thread's own work (CPU time), so that a busy machine does not count. The
one published figure of a peer that also folds is houbb/sensitive-word's: 63,000 texts of 120
characters a second at about 60,000 words on an i7-1260P; ours keeps the offsets as well.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from daachorse import CharwiseDoubleArrayAhoCorasick

from guiju.screening import Compiled, Entry, Outcome, Screen, compile_entries, fold

SIZES = (60_000, 1_000_000)
LENGTH = 120
DELTA = 4
PEER = 63_000
SECONDS = 0.5
TURNS = 4
RESULT = Path(__file__).parent / "results" / "screening.json"
# Where tools/bench_peers.sh puts engines that are no dependency.
sys.path.append(str(Path(__file__).parent.parent / ".bench" / "engines"))

COMMON = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以"
    "会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美"
    "总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知"
    "世什两次使身者被高已亲其进此话常与活正感"
)
ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
TRADITIONAL = "體驗國際機場經濟發展與觀光產業對於臺灣關係電腦網絡語時間學習"
# A few characters are most of a text, and many are rare, as in any language.
RARE = "".join(one for one in map(chr, range(0x4E00, 0x9FA5, 7)) if fold(one).text == one)
VARIED = "".join(one * (600 // (rank + 6) + 1) for rank, one in enumerate(COMMON + RARE))


def draws(seed: str) -> Iterator[int]:
    """Numbers below 65,536, the same for the same seed."""
    block = seed.encode()
    while True:
        block = hashlib.sha512(block).digest()
        yield from (block[at] << 8 | block[at + 1] for at in range(0, 64, 2))


def words(seed: str, alphabet: str, count: int, shortest: int, longest: int) -> list[str]:
    """Different words of the alphabet's characters."""
    number = draws(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        length = shortest + next(number) % (longest - shortest + 1)
        found["".join([alphabet[next(number) % len(alphabet)] for _ in range(length)])] = None
    return list(found)


def texts(seed: str, alphabet: str, count: int = 200) -> list[str]:
    """Texts of the standard length, with a comma now and then."""
    made = words(seed, alphabet, count, LENGTH, LENGTH)
    return ["，".join(one[at : at + 14] for at in range(0, LENGTH, 15)) for one in made]


def rate(act: Callable[[Any], object], items: Sequence[Any], rounds: int = 3) -> float:
    """How many items a second, the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        done, start = 0, time.process_time()
        while time.process_time() - start < SECONDS:
            for one in items:
                act(one)
            done += len(items)
        best = max(best, done / (time.process_time() - start))
    return best


def beside(act: Callable[[Any], object], other: Callable[[Any], object], items: list[Any]) -> float:
    """How many times as long as `other` it takes: the best of rounds by turns."""
    best = [0.0, 0.0]
    for _ in range(TURNS):
        for at, each in enumerate((act, other)):
            best[at] = max(best[at], rate(each, items, rounds=1))
    return round(best[1] / best[0], 1)


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """What `act` gives, and its seconds."""
    start = time.process_time()
    made = act()
    return made, time.process_time() - start


def quickest(act: Callable[[], Any], rounds: int = 2) -> tuple[Any, float]:
    """The same of the quickest of some rounds: another one may have been disturbed."""
    return min((timed(act) for _ in range(rounds)), key=lambda one: one[1])


def megabytes(act: Callable[[str], object], text: str) -> float:
    """How many megabytes of UTF-8 a second."""
    return rate(act, [text]) * len(text.encode()) / 1e6


# -- engines that only match -----------------------------------------------------------------------


def daachorse(terms: list[str]) -> Callable[[str], object]:
    """The automaton that ours is built on, alone."""
    return CharwiseDoubleArrayAhoCorasick(terms).find_overlapping


def ahocorasick_rs(terms: list[str]) -> Callable[[str], object]:
    """The Rust library of many; not a dependency."""
    automaton = importlib.import_module("ahocorasick_rs").AhoCorasick(terms)
    return lambda text: automaton.find_matches_as_indexes(text, overlapping=True)


def pyahocorasick(terms: list[str]) -> Callable[[str], object]:
    """The C library of many; not a dependency."""
    automaton = importlib.import_module("ahocorasick").Automaton()
    for number, term in enumerate(terms):
        automaton.add_word(term, number)
    automaton.make_automaton()
    return lambda text: list(automaton.iter(text))


def engine(name: str, make: Callable[[list[str]], Any], terms: list[str], text: str) -> Any:
    """Its seconds to build and its speed; what is not installed says so."""
    try:
        match, seconds = quickest(lambda: make(terms))
    except ImportError:
        return {"engine": name, "not": "not installed"}
    return {
        "engine": name,
        "build_s": round(seconds, 2),
        "mb_per_s": round(megabytes(match, text), 1),
    }


def engines(terms: list[str], text: str) -> list[Any]:
    """Each of them on the same terms and text."""
    made = [engine("daachorse", daachorse, terms, text)]
    if len(terms) > SIZES[0]:
        return made  # the others take up to a minute for a million
    made.append(engine("ahocorasick_rs", ahocorasick_rs, terms, text))
    return [*made, engine("pyahocorasick", pyahocorasick, terms, text)]


# -- ours ------------------------------------------------------------------------------------------


def streamed(one: Screen, pieces: list[str]) -> list[int]:
    """A text fed in small pieces: what is held back after each."""
    stream, held = one.stream(), []
    for piece in pieces:
        stream.feed(piece)
        held.append(stream.held)
    stream.close()
    return held


def ours(
    name: str, terms: list[str], views: tuple[str, ...], text: str, alone: float
) -> dict[str, Any]:
    """Every figure of one lexicon; `alone`: the seconds of the automaton of its terms alone."""
    entries = [Entry(one, "A1f", Outcome.REVIEW, views=views) for one in terms]
    compiled, seconds = quickest(lambda: compile_entries(entries))
    data = compiled.dump()
    Compiled.load(data)
    loaded, load_seconds = timed(lambda: Compiled.load(data))
    one = Screen.load({}, "0" * 64, [loaded])
    urgent = [Entry("木马糖", "A1f", Outcome.BLOCK)]
    _, added = timed(lambda: one.with_entries(urgent))
    chinese = texts("zh", VARIED)
    pieces = [[each[at : at + DELTA] for at in range(0, LENGTH, DELTA)] for each in chinese]
    held = [count for each in pieces[:60] for count in streamed(one, each)]
    fed = rate(lambda each: streamed(one, each), pieces) * len(pieces[0])
    judge: Callable[[str], object] = lambda each: one.judge(each, "input")  # noqa: E731
    match = daachorse(terms)
    return {
        "lexicon": name,
        "entries": len(terms),
        "compile_s": round(seconds, 2),
        "compile_to_daachorse": round(seconds / alone, 2),
        "artefact_mb": round(len(data) / 1e6, 1),
        "load_s": round(load_seconds, 3),
        "add_urgent_ms": round(added * 1000, 2),
        "chinese_per_s": round(rate(judge, chinese)),
        "chinese_to_daachorse": beside(judge, match, chinese),
        "traditional_per_s": round(rate(judge, texts("trad", VARIED + TRADITIONAL * 20))),
        "mixed_per_s": round(rate(judge, texts("mixed", COMMON + ASCII))),
        "ascii_per_s": round(rate(judge, texts("ascii", ASCII))),
        "mb_per_s": round(megabytes(judge, text), 1),
        "feed_us": round(1e6 / fed, 1),
        "held_mean": round(sum(held) / len(held), 2),
        "held_most": max(held),
    }


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    _, tables = timed(lambda: fold("體①"))
    text = "".join(texts("zh", VARIED)) * 4
    few, many = (words("lexicon", VARIED, size, 3, 8) for size in SIZES)
    matching = {size: engines(terms, text) for size, terms in zip(SIZES, (few, many), strict=True)}
    alone_few, alone_many = (matching[size][0]["build_s"] for size in SIZES)
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "fold_tables_ms": round(tables * 1000, 1),
        "peer_per_s": PEER,
        "engines": matching,
        "ours": [
            ours("folded", few, ("folded",), text, alone_few),
            ours("usual views", few, (), text, alone_few),
            ours("folded", many, ("folded",), text, alone_many),
            ours("usual views", many, (), text, alone_many),
        ],
    }


def main() -> None:
    """Print the tables and keep the figures."""
    figures = measure()
    for size, found in figures["engines"].items():
        for one in found:
            print(size, *(f"{key} {value}" for key, value in one.items()))
    for one in figures["ours"]:
        print()
        for key, value in one.items():
            print(f"{key:20} {value}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
