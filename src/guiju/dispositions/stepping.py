# SPDX-License-Identifier: Apache-2.0
"""What cases of this room share: how a step is taken, what expires, the guard of an appeal."""

from __future__ import annotations

from collections.abc import Iterator

from guiju.casework import Case, Guard, Origin, advance, get_case
from guiju.dispositions import appeal_store, finding_store, statement_store
from guiju.dispositions.model import Source
from guiju.kernel import Actor, Text
from guiju.storage import Tx

ORIGINS = {
    Source.COMPLAINT: Origin.USER,
    Source.AUTHORITY: Origin.AUTHORITY,
    Source.STAFF: Origin.STAFF,
    Source.SCREENING: Origin.SCREENING,
}


def step(tx: Tx, actor: Actor, case: Case, verb: str, **more: object) -> Case:
    """Take a step; the case as it stands when all that follows is done. Raises as `advance`."""
    advance(tx, actor, case, verb, **more)  # type: ignore[arg-type]
    return get_case(tx, case.kind, case.id)


def forgotten(tx: Tx, case: Case) -> Iterator[int]:
    """Delete the statements of a closed case, and why its findings were decided so."""
    yield from statement_store.forgotten(tx, case.id)
    yield from finding_store.forgotten(tx, case.id)


def _appeal_won(tx: Tx, case: Case) -> bool:
    return any(one.outcome in {"overturned", "undone"} for one in appeal_store.against(tx, case.id))


def _appeal_varied(tx: Tx, case: Case) -> bool:
    return any(one.outcome == "varied" for one in appeal_store.against(tx, case.id))


APPEAL_VARIED = Guard(
    "appeal-varied",
    Text(zh="申诉复核已决定变更", en="an appeal was decided for another measure"),
    _appeal_varied,
)
APPEAL_WON = Guard(
    "appeal-won",
    Text(zh="申诉复核已决定撤销", en="an appeal was decided for the person"),
    _appeal_won,
)
