# SPDX-License-Identifier: Apache-2.0
"""How many disguises are seen through, and what ordinary text is taken for one.

The lexicon is invented: a thousand terms, which name no views, so that the figures are those of the
default ones. False hits are counted on ordinary comments and questions, when they are at hand; once
more with terms that are made of the very characters these texts are made of, the hardest case.
"""

from __future__ import annotations

import csv
import io
import json
import platform
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# The folder that holds the disguises is known only now.
from bench.disguised import KINDS, SIGNS, Disguised, disguised, terms, words  # noqa: E402 - see above
from bench.personal_invented import Draws  # noqa: E402 - see above

from guiju.screening import Entry, Screen, importing  # noqa: E402 - see above
from guiju.screening.views import VIEWS  # noqa: E402 - see above

EACH = 400
LEXICONS = 40
SHORT = (2, 3)
MOST = 11.0
"""What one of them may hit in a million characters: as little as these texts can show."""
SIZES = {"2": 100, "3": 250, "4": 350, "5": 150, "6": 50, "word": 100}
"""How many terms there are of each length: ideographs, or words of Latin letters."""
LONG = ("4", "5", "6")
LATIN = {"width", "look-alike", "emoji and digits"}
"""Disguises that Latin letters have, or have alone."""
COMMON = slice(30, 800)
"""Which characters of ordinary text, by how often they stand there, make the hardest terms."""
COMMENTS = ("dev", "test")
"""Nothing was counted in these splits for the product (see `tools/count_pairs.py`)."""
DATA = ROOT.parent / "shared" / "data"
RESULT = Path(__file__).parent / "results" / "disguises.json"


def lexicon(seed: str, signs: str = SIGNS) -> dict[str, list[str]]:
    """A thousand terms by length."""
    return {
        size: words(seed, count) if size == "word" else terms(seed, count, int(size), signs)
        for size, count in SIZES.items()
    }


def screen(lexicon: dict[str, list[str]]) -> Screen:
    """A screen of these terms, in their default views."""
    entries = [
        {"term": one, "harm": "A1f", "action": "review"}
        for each in lexicon.values()
        for one in each
    ]
    return Screen.load({"entry": entries}, "0" * 64)


def cases(kind: str, those: list[str], count: int) -> list[Disguised]:
    """Texts with terms of that list in this disguise."""
    draws, found = Draws(f"{kind} {len(those)}"), list[Disguised]()
    for _ in range(count * 20):
        if len(found) == count:
            break
        if (one := disguised(kind, draws.pick(those), draws)) is not None:
            found.append(one)
    return found


def recall(one: Screen, those: list[Disguised]) -> tuple[float, float]:
    """The shares of terms that are found, and found from their first to their last character."""
    found = exact = 0
    for case in those:
        findings = one.judge(case.text, "input").findings
        found += any(hit.start < case.end and case.start < hit.end for hit in findings)
        exact += any((hit.start, hit.end) == (case.start, case.end) for hit in findings)
    return (found / len(those), exact / len(those)) if those else (0.0, 0.0)


def benign() -> Iterator[str]:
    """Comments that offend nobody, and safe questions."""
    comments = ((DATA / "cold" / f"{split}.csv", "label", "0", "TEXT") for split in COMMENTS)
    questions = DATA / "xstest" / "xstest_prompts.csv"
    for path, column, label, text in (*comments, (questions, "label", "safe", "prompt")):
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as rows:
                yield from (row[text] for row in csv.DictReader(rows) if row[column] == label)


def false_hits(texts: list[str], signs: str) -> dict[str, float]:
    """How often each view but the plain ones finds a term by chance, in a million characters."""
    hits = Counter[str]()
    for seed in range(LEXICONS):
        one = screen(lexicon(str(seed), signs))
        hits.update(hit.view for text in texts for hit in one.judge(text, "input").findings)
    size = sum(map(len, texts)) * LEXICONS
    return {view: round(hits[view] / size * 1e6, 2) for view in VIEWS[1:]} if size else {}


def asked(texts: list[str]) -> dict[str, Any]:
    """What becomes of short terms that are heard by sound as `guiju lexicon check --hear` says.

    They are chosen on every second text; the texts between count what that costs.
    """
    table = {}
    for size in SHORT:
        those = terms(f"asked {size}", SIZES[str(size)], size)
        source = importing.Source("terms", io.BytesIO("\n".join(those).encode()))
        found = importing.gather(importing.read_list(source, importing.Options(harm="A1f")))
        told = importing.hearing(found, texts, _compiled, least=size, most=MOST)
        heard = importing.heard(found, told.quiet)
        share, _ = recall(_compiled(heard.entries()), cases("homophone", those, EACH))
        table[str(size)] = {
            "terms": len(those),
            "heard": len(told.quiet),
            "recall": round(share, 4),
            "false_hits_per_million": round(told.rate, 2),
        }
    return table


def _compiled(entries: Iterable[Entry]) -> Screen:
    return Screen((importing.compile_entries(entries),), "0" * 64)


def common(texts: list[str]) -> str:
    """Common ideographs of these texts."""
    counted = Counter(one for one in "".join(texts) if "\u4e00" <= one <= "\u9fff")
    return "".join(one for one, _ in counted.most_common(COMMON.stop)[COMMON])


def recalls(one: Screen, lexicon: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The recall of each disguise, by the length of the term."""
    long = [term for size in LONG for term in lexicon[size]]
    groups = {"2": lexicon["2"], "3": lexicon["3"], "4-6": long, "word": lexicon["word"]}
    table: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        row = table[kind] = {}
        for group, those in groups.items():
            if (group == "word" and kind not in LATIN) or (group != "word" and kind == "width"):
                continue
            found, exact = recall(one, cases(kind, those, EACH))
            row[group] = {"recall": round(found, 4), "exact": round(exact, 4)}
    return table


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    first, texts = lexicon("0"), list(benign())
    return {
        "python": platform.python_version(),
        "terms": sum(SIZES.values()),
        "each": EACH,
        "recall": recalls(screen(first), first),
        "benign_characters": sum(map(len, texts)),
        "lexicons": LEXICONS,
        "false_hits_per_million": {
            "terms of things": false_hits(texts, SIGNS),
            "terms of common characters": false_hits(texts, common(texts)) if texts else {},
        },
        "short_terms_by_sound_if_asked": asked(texts) if texts else {},
    }


def show(figures: dict[str, Any]) -> None:
    """The tables, in columns."""
    groups = ("2", "3", "4-6", "word")
    print(f"{'recall (exact span)':20}", *(f"{one:>15}" for one in groups))
    for kind, row in figures["recall"].items():
        print(f"{kind:20}", *(f"{_cell(row.get(one)):>15}" for one in groups))
    print(f"\nfalse hits per million of {figures['benign_characters']} benign characters")
    print(f"{'':28}", *(f"{view:>10}" for view in VIEWS[1:]))
    for name, rates in figures["false_hits_per_million"].items():
        print(f"{name:28}", *(f"{rates.get(view, '-'):>10}" for view in VIEWS[1:]))
    for size, row in figures["short_terms_by_sound_if_asked"].items():
        print(f"terms of {size}, heard by sound if asked:", row)


def _cell(found: dict[str, float] | None) -> str:
    return f"{found['recall']:.1%} ({found['exact']:.0%})" if found else "-"


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    show(figures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
