# SPDX-License-Identifier: Apache-2.0
"""Counts which characters ordinary text writes side by side, for `guiju.screening.writing`.

    python tools/count_pairs.py dict.txt word_distribution.json american-english

Counted are the comments of COLD's training split (Apache-2.0), its other splits are left for
`bench/disguises.py` to count false hits in; the words of jieba's dictionary (MIT; `dict.txt` of
its source distribution) by how common they are there; and, once each, the words that JioNLP met
(Apache-2.0; `word_distribution.json` in `word_distribution.zip` of its wheel) and the phrases of
pypinyin (MIT). Nothing of them is kept but which characters stand beside which and how much
likelier than by chance, as a power of two; pairs that are not much likelier are left out.

Kept as well are the checksums of words in Latin letters that may be read as one or two syllables of
pinyin: those of an English word list (SCOWL, as Debian's wamerican installs it), and what the same
comments write in letters.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tools.train_classifier import DATA, rows

from guiju.screening.fold import fold
from guiju.screening.syllables import said, sounds
from guiju.screening.writing import BORDER, COUNT, FIRST, UNIT, checksum, number, numbers, packed

OUT = Path(__file__).parent.parent / "src" / "guiju" / "screening" / "writing.npz"
DICTIONARY = 0.05
"""For how much a word of the dictionary counts beside one of the text: its corpus is larger."""
DISCOUNT = 0.75
PRUNED = 1.5
"""Pairs that are not so many bits likelier than others of their first character are left out."""
MOST = 15
SMOOTHING = 0.1
SMOOTHED = 1
"""How many rare ideographs more there are of each sound than GB 2312 has."""
ONES = 7_000
"""How many characters there are that text may hold."""
RARELY = 0.2
"""How many of those who disguise a term are taken to look for a character that is not common."""
COMMON, RARE = (0xB0, 40), (0xD8, 32)
"""The two levels of GB 2312: the first of their rows, and how many there are."""
LETTERS = re.compile("[a-z]+")
SHORTEST = 2


def counted(dictionary: Path, met: Path, texts: list[str]) -> Counter[tuple[int, int]]:
    """How often two characters, by their numbers, stand side by side."""
    found: Counter[tuple[int, int]] = Counter()
    for text in texts:
        found.update(pairwise([BORDER, *numbers(fold(text).text), BORDER]))
    for word, often in words(dictionary, met):
        for pair in pairwise(number(one) for one in fold(word).text):
            if BORDER not in pair:
                found[pair] += max(1, often * DICTIONARY)  # type: ignore[assignment]
    return found


def words(dictionary: Path, met: Path) -> Iterator[tuple[str, int]]:
    """The words of the dictionary with how often they were met, and those that count once each.

    How often JioNLP met its words is not asked: counted so, they made more false hits.
    """
    for line in dictionary.read_text("utf-8").splitlines():
        word, often, *_ = line.split(" ")
        yield word, int(often)
    yield from ((json.loads(line)[0], 1) for line in met.read_text("utf-8").splitlines())
    phrases = json.loads(files("pypinyin").joinpath("phrases_dict.json").read_text("utf-8"))
    yield from ((phrase, 1) for phrase in phrases)


def alike() -> NDArray[np.float64]:
    """For each number of how many disguises of what is said like it, on average, it is one.

    Common ideographs are taken alike, and so are all others, but these by few: input methods
    offer them last, while names and old words are made of them.
    """
    common, rare = level(*COMMON), level(*RARE)
    often, seldom = Counter(map(said, common)), Counter(map(said, rare))
    ways = [1.0]
    for sign in map(chr, range(FIRST, FIRST + COUNT - 1)):
        way = said(sign)
        ways.append(
            often[way] / (1 - RARELY) if sign in common else (seldom[way] + SMOOTHED) / RARELY
        )
    return np.array(ways)


def level(row: int, count: int) -> set[str]:
    """The ideographs in these rows of GB 2312."""
    cells = product(range(row, row + count), range(0xA1, 0xFF))
    return set("".join(bytes(one).decode("gb2312", "ignore") for one in cells))


def shares(texts: list[str]) -> NDArray[np.float64]:
    """For each number how much of the texts it is."""
    every = Counter(one for text in texts for one in (BORDER, *numbers(fold(text).text)))
    often = np.array([every[at] for at in range(COUNT)]) + SMOOTHING
    found: NDArray[np.float64] = often / often.sum()
    return found


def tables(
    found: Counter[tuple[int, int]], texts: NDArray[np.float64]
) -> dict[str, NDArray[np.int64]]:
    """What is kept: absolute discounting, with how many characters each one follows behind it."""
    pairs = np.array(sorted(found))
    often = np.array([found[one, other] for one, other in pairs.tolist()], dtype=float)
    first, second = pairs.T
    total = np.bincount(first, weights=often, minlength=COUNT)
    left = np.bincount(first, weights=np.minimum(often, DISCOUNT), minlength=COUNT)
    behind = np.bincount(second, minlength=COUNT) + SMOOTHING
    chance = behind / (len(pairs) + SMOOTHING * ONES)
    known = total > 0
    others = np.zeros(COUNT)
    others[known] = np.log2(left[known] / total[known])
    share = (np.maximum(often - DISCOUNT, 0) + left[first] * chance[second]) / total[first]
    values = np.log2(share / chance[second])
    kept = values - others[first] > PRUNED
    counts = np.bincount(first[kept], minlength=COUNT)
    gaps = np.diff(second[kept], prepend=0)
    begins = np.diff(first[kept], prepend=-1) > 0
    gaps[begins] = second[kept][begins]
    return packed(
        counts=counts,
        gaps=(gaps & 0xFF, gaps >> 8),
        values=np.minimum(np.round(values[kept]), MOST),
        others=np.round(others * UNIT),
        alone=np.round(np.log2(chance) * UNIT),
        after=np.round(np.log2(chance / texts) * UNIT),
        alike=np.round(np.log2(alike()) * UNIT),
    )


def spelt(english: Path, texts: list[str]) -> list[str]:
    """Words in letters that one or two syllables are written like."""
    each = {one.replace("v", "u") for one in sounds().syllables} | set(sounds().syllables)
    words = {one for one in english.read_text("utf-8").split() if LETTERS.fullmatch(one)}
    names = {one for text in texts for one in LETTERS.findall(fold(text).text)}
    names |= set(LETTERS.findall(english.read_text("utf-8").lower()))
    two = {one for one in words | names if any(map(each.issuperset, halves(one)))}
    return sorted(one for one in two | (words & each) if len(one) >= SHORTEST)


def halves(word: str) -> Iterator[tuple[str, str]]:
    """All ways to cut a word in two."""
    return ((word[:at], word[at:]) for at in range(1, len(word)))


def main(dictionary: str, met: str, english: str) -> int:
    """Write the table."""
    texts = [row["TEXT"] for row in rows(DATA / "cold" / "train.csv")]
    some = spelt(Path(english), texts)
    pairs = counted(Path(dictionary), Path(met), texts)
    found = tables(pairs, shares(texts)) | packed(spelt=list(map(checksum, some)))
    np.savez_compressed(OUT, **found)
    print(f"{len(found['values'])} pairs, {len(some)} words in letters")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
