# SPDX-License-Identifier: Apache-2.0
"""How often personal information was found in answers of late: what a leak would show in.

Only numbers, and only as long as the rate is asked about; the findings themselves are evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guiju.records import hit_store
from guiju.records.model import Exchange
from guiju.storage import Tx

_DETECTOR = "personal"
_ACTED = frozenset({"mask", "review", "refuse", "block"})


def note_hits(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Count what was found in outputs, and not let pass by the policy's own word.

    Called with every batch of records, in its transaction.
    """
    counted = [(one, _hits(one)) for one in exchanges if one.findings]
    rows = [{"request": one.request, "at": one.at, "hits": hits} for one, hits in counted if hits]
    if rows:
        hit_store.add(tx, rows)


def _hits(one: Exchange) -> int:
    return sum(
        found.direction == "output" and found.detector == _DETECTOR and found.action in _ACTED
        for found in one.findings
    )


def personal_hits(tx: Tx, since: datetime, above: int) -> int:
    """Hits in outputs after `since`: exact up to `above`, and beyond it only known to be more."""
    return hit_store.counted(tx, since, above + 1)


def hits_are_old(tx: Tx, before: datetime) -> bool:
    """Whether something counted is from before that moment."""
    return hit_store.older(tx, before)


def clear_hits(tx: Tx, before: datetime) -> None:
    """Forget some of what was counted before that moment."""
    hit_store.clear(tx, before)
