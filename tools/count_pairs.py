# SPDX-License-Identifier: Apache-2.0
"""Counts which two syllables ordinary text says side by side, and writes the most common pairs.

The text is COLD's training split, every comment; its development and test splits are left for
`bench/disguises.py` to count false hits in. Nothing of a comment is kept but how often syllables
stand side by side.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from tools.train_classifier import DATA, rows

from guiju.screening.fold import fold
from guiju.screening.syllables import said
from guiju.screening.views_squeezed import squeeze

OUT = Path(__file__).parent.parent / "src" / "guiju" / "screening" / "pairs.tsv"
COMMON, OFTEN = 2_000, 12_000
HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# The {often} pairs of syllables that ordinary text says most often, counted by tools/count_pairs.py
# in COLD's training split (thu-coai/COLDataset, Apache-2.0): a first syllable, those that are among
# the {common} most common pairs with it, the others.
"""


def pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every two ideographs side by side as they are mostly said."""
    for text in texts:
        spoken = [None if one.isascii() else said(one) for one in squeeze(fold(text).text)]
        yield from ((one, other) for one, other in pairwise(spoken) if one and other)


def main() -> int:
    """Write the table."""
    counted = Counter(pairs(row["TEXT"] for row in rows(DATA / "cold" / "train.csv")))
    order = sorted(counted, key=lambda pair: (-counted[pair], pair))[:OFTEN]
    lines: dict[str, tuple[list[str], list[str]]] = {}
    for rank, (one, other) in enumerate(order):
        lines.setdefault(one, ([], []))[rank >= COMMON].append(other)
    written = (
        "\t".join((one, *(" ".join(sorted(some)) for some in lines[one]))) for one in sorted(lines)
    )
    head = HEAD.format(often=OFTEN, common=COMMON)
    OUT.write_text(head + "\n".join(written) + "\n", encoding="utf-8")
    print(f"{counted.total()} pairs, the last of the table {counted[order[-1]]} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
