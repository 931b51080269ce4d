# SPDX-License-Identifier: Apache-2.0
"""From entries to automata: one for each direction and view; equal ones are shared (Article 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import compress
from operator import attrgetter
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guiju.screening.entry import Entry
from guiju.screening.layer import Layer, laid
from guiju.screening.laying import Laying, lay
from guiju.screening.model import DIRECTIONS, Direction
from guiju.screening.register import Register, packed

Layers: TypeAlias = tuple[Layer, ...]


class Made(NamedTuple):
    """The entries of a lexicon, and for each direction its layers and the numbers of patterns."""

    register: Register
    layers: dict[Direction, Layers]
    patterns: dict[Direction, tuple[int, ...]]


def made(entries: Sequence[Entry], numbers: Sequence[int]) -> Made:
    """What the entries are compiled to; `numbers` are what an error names them by.

    Raises:
        Invalid: `lexicon-entry-hopeless`.
    """
    laying = lay(entries, numbers)
    ways = _distinct(laying)
    used = np.logical_or.reduce(list(ways.values()))
    place = np.cumsum(used) - 1
    is_pattern = laying.heads.that(lambda one: one.kind == "regex")
    shared: dict[bytes, Layers] = {}
    layers, patterns = {}, {}
    for way, chosen in ways.items():
        if (known := chosen.tobytes()) not in shared:
            shared[known] = tuple(_layers(laying, chosen, place))
        layers[way] = shared[known]
        patterns[way] = tuple(place[chosen & is_pattern].tolist())
    terms = list(map(attrgetter("term"), compress(entries, used.tobytes())))
    flags = compress(laying.flags, used.tobytes())
    return Made(packed(terms, laying.heads.only(used), flags), layers, patterns)


def _distinct(laying: Laying) -> dict[Direction, NDArray[np.bool_]]:
    """For each direction its entries; of those that find the same, the one that does the worst."""
    ways = {way: laying.heads.that(partial(_counts, way)) for way in DIRECTIONS}
    for way, at in _outdone(laying):
        ways[way][at] = False
    return ways


def _counts(way: Direction, entry: Entry) -> bool:
    return way in entry.scope


def _outdone(laying: Laying) -> set[tuple[Direction, int]]:
    """Entries that another one makes needless in a direction."""
    entries = laying.entries
    if len(set(laying.folded)) == len(entries):
        return set()
    times = Counter(laying.folded)
    best: dict[tuple[Direction, object], int] = {}
    outdone: set[tuple[Direction, int]] = set()
    for at in (at for at, folded in enumerate(laying.folded) if times[folded] > 1):
        mark = _mark(entries[at], laying.folded[at])
        for way in entries[at].scope:
            before = best.setdefault((way, mark), at)
            if before != at:
                is_worse = entries[at].action > entries[before].action
                outdone.add((way, before if is_worse else at))
                best[way, mark] = at if is_worse else before
    return outdone


def _mark(entry: Entry, folded: str) -> object:
    """What two entries have in common that find the same."""
    return folded, entry.kind, entry.views, entry.whole_word, entry.near, entry.except_


def _layers(laying: Laying, chosen: NDArray[np.bool_], place: NDArray[np.int64]) -> Iterator[Layer]:
    for view, found in laying.forms.items():
        numbers = np.array(found.numbers, dtype=np.int64)
        those = chosen[numbers]
        if those.any():
            kept = those.tobytes()
            words = np.frombuffer(found.words, dtype=bool)[those]
            yield laid(view, list(compress(found.forms, kept)), place[numbers[those]], words)
