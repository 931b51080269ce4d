# SPDX-License-Identifier: Apache-2.0
"""The table of stops: what was taken out of service, by whom, and since when it runs again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Text, select

from guiju.policies.stop_model import Stop, StopKind, StopState, Target
from guiju.storage import Instant, Question, Tx, table

STOP = table(
    "part_stop",
    Column("id", String(40), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(12), nullable=False),
    # `case` is a word of SQL.
    Column("for_case", String(40), index=True),
    Column("taken_by", String(80), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lifted_by", String(80)),
    Column("lifted_at", Instant),
    Column("lifted_for", Text),
)
_S = STOP.c
_STANDS = _S.state == StopState.IN_FORCE.value
_TARGETS = Question(select(_S.kind, _S.name).where(_STANDS))
# Two people who stop the same thing at the same moment make one stop.
Index(
    "uq_part_stop_in_force",
    _S.kind,
    _S.name,
    unique=True,
    sqlite_where=_STANDS,
    postgresql_where=_STANDS,
)


def add(tx: Tx, stop: Stop) -> None:
    """Keep a stop; raises Conflict `already-there` when another one was quicker."""
    tx.insert(
        STOP,
        {
            "id": stop.id,
            "kind": stop.kind.value,
            "name": stop.name,
            "state": stop.state.value,
            "for_case": stop.case,
            "taken_by": stop.taken_by,
            "taken_at": stop.taken_at,
            "reason": stop.reason,
        },
    )


def lift(tx: Tx, stop: Stop, by: str, at: datetime, reason: str) -> bool:
    """Let what it stops run again; False when it does already."""
    changes = {
        "state": StopState.LIFTED.value,
        "lifted_by": by,
        "lifted_at": at,
        "lifted_for": reason,
    }
    return tx.update(STOP, {"id": stop.id}, changes, expect={"state": stop.state.value})


def find(tx: Tx, stop: str) -> Stop | None:
    """The stop with this id; what cannot be an id is not even asked for."""
    if not (stop.isascii() and stop.isprintable()):
        return None
    row = tx.row(select(STOP).where(_S.id == stop))
    return None if row is None else _stop(row)


def in_force(tx: Tx) -> list[Stop]:
    """What is stopped now, in order."""
    return [_stop(row) for row in tx.rows(select(STOP).where(_STANDS).order_by(_S.taken_at))]


def targets(tx: Tx) -> list[Target]:
    """The same without its history: cheap enough to ask each second."""
    return [Target(StopKind(row.kind), row.name) for row in tx.ask(_TARGETS)]


def newest(tx: Tx, limit: int, case: str | None) -> list[Stop]:
    """The newest stops, whatever became of them; those of one case when it is named."""
    wanted = select(STOP).order_by(_S.taken_at.desc(), _S.id).limit(limit)
    if case is not None:
        wanted = wanted.where(_S.for_case == case)
    return [_stop(row) for row in tx.rows(wanted)]


def _stop(row: Row[Any]) -> Stop:
    return Stop(
        id=row.id,
        kind=StopKind(row.kind),
        name=row.name,
        state=StopState(row.state),
        case=row.for_case,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        reason=row.reason,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
        lifted_for=row.lifted_for,
    )
