# SPDX-License-Identifier: Apache-2.0
"""Combinations: a hit wherever all parts of "a+b" stand near each other, in any order (Art. 4)."""

from __future__ import annotations

from collections.abc import Iterable

from guiju.screening.entry import WINDOW
from guiju.screening.fold import BORDER
from guiju.screening.register import Read
from guiju.screening.sights import Sights


def combined(
    read: Read, places: Iterable[tuple[int, int, int]], sights: Sights
) -> tuple[list[tuple[int, int]], int]:
    """The spans from first to last part, and where a part stands that may still be completed.

    `places` are start, end and number of each part that was found. Each of them is taken with the
    nearest of every other part before it: what that misses has a hit inside it.
    """
    reach = WINDOW + sum(map(len, read.folded))
    latest: dict[int, int] = {}
    spans, open_at = [], len(sights.folded)
    for start, end, part in sorted(places, key=_by_end):
        latest[part] = max(start, latest.get(part, 0))
        if len(latest) == len(read.folded):
            first = min(latest.values())
            if end - first <= reach and BORDER not in sights.folded[first:end]:
                spans.append((first, end))
        if _may_go_on(start, reach, sights):
            open_at = min(open_at, start)
    return list(dict.fromkeys(spans)), open_at


def _may_go_on(start: int, reach: int, sights: Sights) -> bool:
    """Whether a combination that begins here may still be completed by what comes."""
    size = len(sights.folded)
    return not sights.closed and size - start < reach and BORDER not in sights.folded[start:size]


def _by_end(place: tuple[int, int, int]) -> tuple[int, int]:
    return place[1], place[0]
