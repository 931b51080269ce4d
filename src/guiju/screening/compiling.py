# SPDX-License-Identifier: Apache-2.0
"""From entries to automata: one for each direction and view; equal ones are shared (Article 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from guiju.screening.entry import Entry
from guiju.screening.layer import Key, Layer, laid
from guiju.screening.laying import Laid, lay
from guiju.screening.model import DIRECTIONS, Direction
from guiju.screening.register import LEFT, Register, packed

Layers: TypeAlias = tuple[Layer, ...]


class Made(NamedTuple):
    """The entries of a lexicon, and for each direction its layers and the numbers of patterns."""

    register: Register
    layers: dict[Direction, Layers]
    patterns: dict[Direction, tuple[int, ...]]


def made(numbered: Sequence[tuple[int, Entry]]) -> Made:
    """What the entries are compiled to; each has the number that an error names it by.

    Raises:
        Invalid: `lexicon-entry-hopeless`.
    """
    every = list(lay(numbered))
    ways = _distinct(every)
    used = sorted(set().union(*ways.values()))
    place = {old: new for new, old in enumerate(used)} if len(used) < len(every) else None
    shared: dict[tuple[int, ...], Layers] = {}
    layers, patterns = {}, {}
    for way, chosen in ways.items():
        if (known := tuple(chosen)) not in shared:
            shared[known] = tuple(_layers(every, chosen, place))
        layers[way] = shared[known]
        patterns[way] = tuple(
            at if place is None else place[at] for at in chosen if every[at].entry.kind == "regex"
        )
    kept = every if place is None else [every[at] for at in used]
    return Made(packed([one.entry for one in kept], (one.flags for one in kept)), layers, patterns)


def _distinct(every: Sequence[Laid]) -> dict[Direction, list[int]]:
    """For each direction its entries; of those that find the same, the one that does the worst."""
    times = Counter(one.folded for one in every)
    best: dict[Direction, dict[object, int]] = {way: {} for way in DIRECTIONS}
    for at, one in enumerate(every):
        mark = one.folded if times[one.folded] == 1 else _mark(one)
        for way in one.entry.scope:
            before = best[way].get(mark)
            if before is None or one.entry.action > every[before].entry.action:
                best[way][mark] = at
    return {way: list(found.values()) for way, found in best.items()}


def _mark(one: Laid) -> object:
    """What two entries have in common that find the same."""
    entry = one.entry
    return one.folded, entry.kind, one.forms, one.flags, entry.near, entry.except_


def _layers(
    every: Sequence[Laid], chosen: Iterable[int], place: dict[int, int] | None
) -> Iterator[Layer]:
    found: dict[str, list[Key]] = {}
    for at in chosen:
        one = every[at]
        number = at if place is None else place[at]
        for view, form in one.forms:
            word = one.flags & LEFT and form[0].isascii() and form[0].isalnum()
            found.setdefault(view, []).append((form, number, bool(word)))
    return (laid(view, keys) for view, keys in found.items())
