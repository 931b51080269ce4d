# SPDX-License-Identifier: Apache-2.0
"""From entries to automata: one for each direction and view; equal ones are shared (Article 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

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
    used = sorted(set().union(*ways.values()))
    place = {old: new for new, old in enumerate(used)}
    shared: dict[tuple[int, ...], Layers] = {}
    layers, patterns = {}, {}
    for way, chosen in ways.items():
        if (known := tuple(chosen)) not in shared:
            shared[known] = tuple(_layers(laying, set(chosen), place))
        layers[way] = shared[known]
        found = (place[at] for at in chosen if laying.entries[at].kind == "regex")
        patterns[way] = tuple(found)
    flags = bytes(laying.flags[at] for at in used)
    return Made(packed([laying.entries[at] for at in used], flags), layers, patterns)


def _distinct(laying: Laying) -> dict[Direction, list[int]]:
    """For each direction its entries; of those that find the same, the one that does the worst."""
    scopes = [one.scope for one in laying.entries]
    worse = _outdone(laying)
    return {
        way: [at for at, one in enumerate(scopes) if way in one and (way, at) not in worse]
        for way in DIRECTIONS
    }


def _outdone(laying: Laying) -> set[tuple[Direction, int]]:
    """Entries that another one makes needless in a direction."""
    entries, times = laying.entries, Counter(laying.folded)
    if len(times) == len(entries):
        return set()
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


def _layers(laying: Laying, chosen: set[int], place: dict[int, int]) -> Iterator[Layer]:
    for view, found in laying.forms.items():
        if not found.forms:
            continue
        if len(chosen) == len(place) == len(laying.entries):
            yield laid(view, found.forms, found.numbers, found.words)
            continue
        at = [at for at, number in enumerate(found.numbers) if number in chosen]
        yield laid(
            view,
            [found.forms[one] for one in at],
            [place[found.numbers[one]] for one in at],
            [found.words[one] for one in at],
        )
