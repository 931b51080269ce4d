# SPDX-License-Identifier: Apache-2.0
"""How many disguises are seen through, and what ordinary text is taken for one.

The lexicon is invented: a thousand terms, which name no views, so that the figures are those of the
default ones. Of each disguise it says how many terms are given the view that sees through it, and
why the others are not, in the words of the compiler. False hits are counted on ordinary comments
and questions, when they are at hand; once more with terms that are made of the very characters
these texts are made of, the hardest case.
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
from statistics import median
from typing import Any, TypeAlias

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# The folder that holds the disguises is known only now.
from bench.disguised import (  # noqa: E402 - see above
    KINDS,
    SIGNS,
    Disguised,
    disguised,
    disguised_in_place,
    real_words,
    terms,
    words,
)
from bench.personal_invented import Draws  # noqa: E402 - see above

from guiju.screening import Entry, Outcome, Screen, importing, rule_of  # noqa: E402 - see above
from guiju.screening.laying import MOST_OF_TWO  # noqa: E402 - see above
from guiju.screening.views import VIEWS  # noqa: E402 - see above

EACH = 400
LEXICONS = 40
SHORT = (2, 3)
MOST = 11.0
"""What one of them may hit in a million characters: as little as these texts can show."""
SIZES = {"2": 100, "3": 250, "4": 350, "5": 150, "6": 50, "word": 100}
"""How many terms there are of each length: ideographs, or words of Latin letters."""
LONG = ("4", "5", "6")
ALL = "all"
"""All lengths together, as in the lexicon."""
LATIN = {"width", "look-alike", "emoji and digits"}
"""Disguises that Latin letters have, or have alone."""
SEEN_IN = {
    "separators": "squeezed",
    "repeats": "squeezed",
    "homophone": "homophone",
    "pinyin": "pinyin",
    "split": "split",
}
"""The view above the plain one that sees through a disguise, where it is one view alone."""
COMMON = slice(30, 800)
"""Which characters of ordinary text, by how often they stand there, make the hardest terms."""
COMMENTS = ("dev", "test")
"""Nothing was counted in these splits for the product (see `tools/count_pairs.py`)."""
DATA = ROOT.parent / "shared" / "data"
RESULT = Path(__file__).parent / "results" / "disguises.json"

Lexicon: TypeAlias = dict[str, list[str]]
"""Terms by length."""
Row: TypeAlias = dict[str, Any]
Refusals: TypeAlias = dict[str, dict[str, str]]
"""The views each term is not given, and why."""


def lexicon(seed: str, signs: str = SIGNS) -> Lexicon:
    """A thousand terms by length."""
    return {
        size: words(seed, count) if size == "word" else terms(seed, count, int(size), signs)
        for size, count in SIZES.items()
    }


def entries(lexicon: Lexicon) -> list[Entry]:
    """These terms, which name no views."""
    return [Entry(one, "A1f", Outcome.REVIEW) for each in lexicon.values() for one in each]


def screen(lexicon: Lexicon) -> Screen:
    """A screen of these terms, in their default views."""
    return _compiled(entries(lexicon))


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


def asked(texts: list[str]) -> dict[str, Row]:
    """What becomes of short terms that are heard by sound as `guiju lexicon check --hear` says.

    They are chosen on every second text; the texts between count what that costs. Beside it, what
    it costs if each of them names the views by sound, whatever it hits.
    """
    table = {}
    for size in SHORT:
        those = terms(f"asked {size}", SIZES[str(size)], size)
        source = importing.Source("terms", io.BytesIO("\n".join(those).encode()))
        found = importing.gather(importing.read_list(source, importing.Options(harm="A1f")))
        told = importing.hearing(found, texts, _compiled, least=size, most=MOST)
        table[str(size)] = {
            "terms": len(those),
            "heard": len(told.quiet),
            "recall": _heard_recall(found, told.quiet, those),
            "false_hits_per_million": round(told.rate, 2),
            "all_named": _named(found, texts, those),
        }
    return table


def _named(found: importing.Gathered, texts: list[str], those: list[str]) -> Row:
    """Recall where every entry names the views by sound, and the false hits of one of them."""
    rules = frozenset(map(rule_of, found.entries()))
    heard = importing.heard(found, rules)
    told = importing.forecast(_compiled(heard.entries()), texts)
    rates = sorted([one.rate for one in told.noises] + [0.0] * (len(rules) - len(told.noises)))
    return {
        "recall": _heard_recall(found, rules, those),
        "mean": round(told.rate / len(rules), 2),
        "median": round(median(rates), 2),
        "most": round(rates[-1], 2),
    }


def _heard_recall(found: importing.Gathered, rules: frozenset[str], those: list[str]) -> float:
    heard = importing.heard(found, rules)
    return round(recall(_compiled(heard.entries()), cases("homophone", those, EACH))[0], 4)


def _compiled(entries: Iterable[Entry]) -> Screen:
    return Screen((importing.compile_entries(entries),), "0" * 64)


def common(texts: list[str]) -> str:
    """Common ideographs of these texts."""
    counted = Counter(one for one in "".join(texts) if "\u4e00" <= one <= "\u9fff")
    return "".join(one for one, _ in counted.most_common(COMMON.stop)[COMMON])


def recalls(one: Screen, lexicon: Lexicon) -> dict[str, dict[str, Row]]:
    """The recall of each disguise, by the length of the term and of all lengths together."""
    long = [term for size in LONG for term in lexicon[size]]
    groups = {"2": lexicon["2"], "3": lexicon["3"], "4-6": long, "word": lexicon["word"]}
    refused = refusals(lexicon)
    table: dict[str, dict[str, Row]] = {}
    for kind in KINDS:
        row = table[kind] = {}
        for group, those in groups.items():
            if (group == "word" and kind not in LATIN) or (group != "word" and kind == "width"):
                continue
            row[group] = recall_of(one, kind, those, refused)
        row[ALL] = together(list(row.values()))
    return table


def refusals(lexicon: Lexicon) -> Refusals:
    """Which views each term of a lexicon is not given, and why, as its compiler says."""
    every = entries(lexicon)
    return {
        entry.term: {view: why.en for view, why in refused.items()}
        for entry, refused in zip(every, importing.refusals(every), strict=True)
    }


def recall_of(one: Screen, kind: str, those: list[str], refused: Refusals) -> Row:
    """The recall of terms in a disguise; of all, and of those that are given the view for it."""
    return shares(one, cases(kind, those, EACH), those, refused)


def shares(one: Screen, told: list[Disguised], those: list[str], refused: Refusals) -> Row:
    """The recall of these terms in texts that hold them in one disguise."""
    found, exact = recall(one, told)
    row: Row = {"terms": len(those), "recall": round(found, 4), "exact": round(exact, 4)}
    if (view := SEEN_IN.get(told[0].kind)) is not None:
        given, _ = recall(one, [case for case in told if view not in refused[case.term]])
        row |= {"recall_given": round(given, 4), **given_to(view, those, refused)}
    return row


def given_to(view: str, those: Iterable[str], refused: Refusals) -> Row:
    """How many of these terms are given a view, and why others are not."""
    every = [refused[term].get(view) for term in those]
    why = Counter(one for one in every if one is not None)
    return {
        "terms": len(every),
        "given": len(every) - why.total(),
        "not_given": dict(why.most_common()),
    }


def given_by_sound(texts: list[str]) -> dict[str, dict[str, Row]]:
    """How many terms of two and three characters are heard unasked, by what they are made of."""
    more = {"2": terms("0", MOST_OF_TWO + 1, 2), "3": terms("0", SIZES["3"], 3)}
    lexicons = {"of things": lexicon("0"), "of things, more than 100 of two": more}
    if texts:
        lexicons["of common characters"] = lexicon("0", common(texts))
    return {
        f"{name}, {size}": {
            view: given_to(view, each[size], refused) for view in ("homophone", "pinyin")
        }
        for name, each in lexicons.items()
        for refused in (refusals(each),)
        for size in map(str, SHORT)
    }


def in_place(texts: list[str]) -> Row:
    """Recall of real words of two ideographs by other characters, where a text has them.

    As many stand in a lexicon as may be heard unasked.
    """
    found = real_words(texts)
    every, rows = sorted(found), list[Row]()
    for at in range(0, len(every), MOST_OF_TWO):
        lexicon = {"2": every[at : at + MOST_OF_TWO]}
        draws, refused = Draws(f"in place {at}"), refusals(lexicon)
        drawn = (disguised_in_place("homophone", one, found[one], draws) for one in lexicon["2"])
        told = [one for one in drawn if one is not None]
        rows.append(shares(screen(lexicon), told, lexicon["2"], refused))
    return together(rows)


def together(rows: list[Row]) -> Row:
    """The recall of all lengths: each counts by how many terms it has."""
    row: Row = {"terms": sum(one["terms"] for one in rows)}
    row |= {share: _mean(rows, share, "terms") for share in ("recall", "exact")}
    if all("given" in one for one in rows):
        why = sum((Counter(one["not_given"]) for one in rows), Counter[str]())
        row |= {
            "given": sum(one["given"] for one in rows),
            "recall_given": _mean(rows, "recall_given", "given"),
            "not_given": dict(why.most_common()),
        }
    return row


def _mean(rows: list[Row], share: str, number: str) -> float:
    total = sum(one[number] for one in rows)
    return round(sum(one[share] * one[number] for one in rows) / total, 4) if total else 0.0


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    first, texts = lexicon("0"), list(benign())
    return {
        "python": platform.python_version(),
        "terms": sum(SIZES.values()),
        "each": EACH,
        "recall": recalls(screen(first), first),
        "given_by_sound": given_by_sound(texts),
        "real_words_by_sound_in_place": in_place(texts) if texts else {},
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
    groups = ("2", "3", "4-6", "word", ALL)
    print(f"{'recall (exact span)':20}", *(f"{one:>15}" for one in groups))
    for kind, row in figures["recall"].items():
        print(f"{kind:20}", *(f"{_cell(row.get(one)):>15}" for one in groups))
    print("\nterms that are given the view which sees through it (recall of these)")
    for kind, view in SEEN_IN.items():
        row = figures["recall"][kind]
        print(f"{kind:20}", *(f"{_given(row.get(one)):>20}" for one in groups))
        for why, count in row[ALL]["not_given"].items():
            print(f"{'':20} {count} terms are not given the view {view}: {why}")
    print("\nshort terms heard unasked, by what they are made of")
    for name, by_view in figures["given_by_sound"].items():
        for view, row in by_view.items():
            print(f"{name:36} {view:10} {row['given']}/{row['terms']}", row["not_given"] or "")
    if row := figures["real_words_by_sound_in_place"]:
        print(f"real words of two, homophones where a text has them: {_cell(row)} found of all,")
        print(f"  {_given(row)} of those given the view; not given:", row["not_given"])
    print(f"\nfalse hits per million of {figures['benign_characters']} benign characters")
    print(f"{'':28}", *(f"{view:>10}" for view in VIEWS[1:]))
    for name, rates in figures["false_hits_per_million"].items():
        print(f"{name:28}", *(f"{rates.get(view, '-'):>10}" for view in VIEWS[1:]))
    for size, row in figures["short_terms_by_sound_if_asked"].items():
        shares = {name: value for name, value in row.items() if name != "all_named"}
        print(f"terms of {size}, heard by sound if asked:", shares)
        print("  if each names the views; false hits of one per million:", row["all_named"])


def _given(found: Row | None) -> str:
    return f"{found['given']}/{found['terms']} ({found['recall_given']:.1%})" if found else "-"


def _cell(found: Row | None) -> str:
    return f"{found['recall']:.1%} ({found['exact']:.0%})" if found else "-"


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    show(figures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
