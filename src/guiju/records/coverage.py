# SPDX-License-Identifier: Apache-2.0
"""What was delivered without a verdict becomes an incident that a person closes (Article 14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from guiju.kernel import Actor, new_id, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import coverage_store as store
from guiju.records.coverage_model import (
    CONTROLS,
    GAPS,
    Gap,
    GapState,
    no_such_gap,
    overtaken,
)
from guiju.records.model import Exchange
from guiju.storage import Tx

_SOFTWARE = software("gateway")
_MOST_LISTED = 100
_LONGEST_REASON = 500


@enforces("coverage-incidents")
def note(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Open an incident for each route with a gap, or add to the one that is open.

    Called with every batch of records, in its transaction. Two workers may at the same moment open
    one each on a route; both stand until they are closed.
    """
    found: dict[str, list[Exchange]] = defaultdict(list)
    for one in exchanges:
        if one.usage.covered < one.usage.characters:
            found[one.route].append(one)
    for route, some in found.items():
        incident = store.open_on(tx, route) or _opened(tx, some[0])
        store.add_exchanges(tx, incident, some)


def _opened(tx: Tx, first: Exchange) -> str:
    step = GAPS.step(GapState.FOUND, "open", _SOFTWARE)
    gap = Gap(
        id=new_id("gap"),
        route=first.route,
        request=first.request,
        state=GapState(step.target),
        opened_at=tx.now,
        closed_by=None,
        closed_at=None,
        reason=None,
    )
    store.add(tx, gap)
    append(
        tx,
        "coverage-gap-opened",
        controls=CONTROLS,
        actor=_SOFTWARE,
        subject=gap.id,
        facts={
            "gap": gap.id,
            "route": gap.route,
            "request": gap.request,
            "characters": first.usage.characters,
            "covered": first.usage.covered,
        },
    )
    return gap.id


@enforces("coverage-incidents")
def close_gap(tx: Tx, actor: Actor, gap: str, reason: str) -> Gap:
    """Close an incident with a reason, which stands in the row that the evidence attests.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        NotFound: `coverage-gap-unknown`.
        Conflict: `wrong-state`, or `coverage-gap-overtaken`.
    """
    found = get_gap(tx, gap)
    step = GAPS.step(found.state, "close", actor, reason=reason)
    said = (step.reason or "")[:_LONGEST_REASON]
    if not store.close(tx, found, step.target, actor.id, said):
        raise overtaken()
    append(
        tx,
        "coverage-gap-closed",
        controls=CONTROLS,
        actor=actor,
        subject=found.id,
        facts={
            "gap": found.id,
            "route": found.route,
            "exchanges": found.exchanges,
            "characters": found.characters,
            "covered": found.covered,
            "closer": actor.id,
        },
    )
    return get_gap(tx, gap)


def get_gap(tx: Tx, gap: str) -> Gap:
    """The incident with this id; raises NotFound `coverage-gap-unknown`."""
    found = store.find(tx, gap)
    if found is None:
        raise no_such_gap(gap)
    return found


def gaps(tx: Tx) -> list[Gap]:
    """The newest incidents, open ones first."""
    return store.listed(tx, _MOST_LISTED)


def open_gaps(tx: Tx) -> int:
    """How many incidents wait for a person."""
    return store.count_open(tx)
