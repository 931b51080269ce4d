# SPDX-License-Identifier: Apache-2.0
"""Take up records that waited on disk while the database stalled (Articles 11, 13)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from guiju.kernel import isoformat, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import store
from guiju.records.media import made
from guiju.records.model import Exchange, Refusal
from guiju.records.service import record
from guiju.storage import Tx


@enforces("records-kept-aside")
def catch_up(
    tx: Tx,
    items: Sequence[Exchange | Refusal],
    record: Callable[[Tx, Sequence[Exchange | Refusal]], object] = record,
) -> int:
    """Put on record what is not there yet, and say how late; how many that were.

    A batch that was under way when the stall began may have been committed after all: what has its
    head is left out. A refusal has none and may be told twice, under one request id. A film that
    two workers labelled meanwhile is that of whoever is caught up first: the other's exchange is
    put on record without it, and the evidence tells its number and digest.
    """
    there = store.present(tx, [one.request for one in items if isinstance(one, Exchange)])
    late, twice = _without_twins(tx, [one for one in items if one.request not in there])
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
                **({"twice": twice} if twice else {}),
            },
        )
    return len(late)


def _without_twins(
    tx: Tx, items: Sequence[Exchange | Refusal]
) -> tuple[list[Exchange | Refusal], dict[str, str]]:
    """The items without media whose number is on record already, and those by number."""
    kept: list[Exchange | Refusal] = []
    twice: dict[str, str] = {}
    for one in items:
        media = one.media if isinstance(one, Exchange) else ()
        twins = {each.produce_id: each.digest for each in media if made(tx, each.produce_id)}
        if isinstance(one, Exchange) and twins:
            left = tuple(each for each in media if each.produce_id not in twins)
            kept.append(replace(one, media=left))
            twice |= twins
        else:
            kept.append(one)
    return kept, twice
