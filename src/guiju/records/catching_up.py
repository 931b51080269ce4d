# SPDX-License-Identifier: Apache-2.0
"""Take up records that waited on disk while the database stalled (Articles 11, 13)."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import isoformat, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import store
from guiju.records.model import Exchange, Refusal
from guiju.records.service import record
from guiju.storage import Tx


@enforces("records-kept-aside")
def catch_up(tx: Tx, items: Sequence[Exchange | Refusal]) -> int:
    """Put on record what is not there yet, and say how late; how many that were.

    A batch that was under way when the stall began may have been committed after all: what has its
    head is left out. A refusal has none and may be told twice, under one request id.
    """
    there = store.present(tx, [one.request for one in items if isinstance(one, Exchange)])
    late = [one for one in items if one.request not in there]
    if late:
        record(tx, late)
        times = [one.at for one in late]
        append(
            tx,
            "records-caught-up",
            controls=("records-kept-aside",),
            actor=software("gateway"),
            facts={
                "records": len(late),
                "first": isoformat(min(times)),
                "last": isoformat(max(times)),
            },
        )
    return len(late)
