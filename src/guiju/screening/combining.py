# SPDX-License-Identifier: Apache-2.0
"""Combinations: a hit wherever all parts of "a+b" stand near each other, in any order (Art. 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guiju.screening.entry import WINDOW
from guiju.screening.fold import BORDER
from guiju.screening.register import Read
from guiju.screening.sights import Sights


class Part(NamedTuple):
    """Where a part of a combination stands.

    `core_end` is its end without repeats. It may still be `waited` for, or its end may still grow.
    """

    core_end: int
    start: int
    end: int
    number: int
    waited: bool
    grows: bool


def combined(
    read: Read, places: Sequence[Part], sights: Sights
) -> tuple[list[tuple[int, int]], int]:
    """The spans from first to last part, and from where on they may still change.

    Each place is taken with the nearest of every other part before it: what that misses has a hit
    inside it.
    """
    reach = WINDOW + sum(map(len, read.folded))
    awaited = min((one.core_end for one in places if one.waited), default=None)
    spans: list[tuple[int, int]] = []
    open_at = len(sights.folded)
    for first, last in _completed(sorted(places), len(read.folded)):
        if last.core_end - first <= reach and BORDER not in sights.folded[first : last.core_end]:
            spans.append((first, last.end))
            if last.grows or awaited is not None:
                open_at = min(open_at, first)
    for start in (one.start for one in places):
        may_wait = awaited is not None and awaited - start <= reach
        if may_wait or _may_go_on(start, reach, sights):
            open_at = min(open_at, start)
    return list(dict.fromkeys(spans)), open_at


def _completed(places: Iterable[Part], count: int) -> Iterable[tuple[int, Part]]:
    """For each place with all other parts before it: where the first of them begins."""
    latest: dict[int, int] = {}
    for one in places:
        if one.waited:
            continue
        latest[one.number] = max(one.start, latest.get(one.number, 0))
        if len(latest) == count:
            yield min(latest.values()), one


def _may_go_on(start: int, reach: int, sights: Sights) -> bool:
    """Whether a combination that begins here may still be completed by what comes."""
    size = len(sights.folded)
    return not sights.closed and size - start < reach and BORDER not in sights.folded[start:size]
