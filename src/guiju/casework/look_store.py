# SPDX-License-Identifier: Apache-2.0
"""The tables of draws of closed decisions, and of the second looks that they call for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, func, select

from guiju.casework.ruling_store import DECISION
from guiju.casework.sealing import owned_with_case
from guiju.casework.store import CASE
from guiju.storage import Instant, Tx, sealed, table

DRAW = table(
    "casework_draw",
    Column("id", String(40), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False, unique=True),
    Column("seed", String(64), nullable=False),
    Column("permille", Integer, nullable=False),
    Column("population", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

LOOK = table(
    "casework_look",
    Column("id", String(40), primary_key=True),
    Column("draw", String(40), nullable=False, index=True),
    Column("decision", String(40), nullable=False, unique=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("reviewer", String(80)),
    Column("verb", String(40)),
    Column("outcome", String(40)),
    Column(
        "reason",
        LargeBinary,
        info=sealed("casework_look/{id}", owned_with_case()),
    ),
    Column("agrees", Boolean),
    Column("at", Instant),
)
_d, _l = DRAW.c, LOOK.c


def add_draw(tx: Tx, values: dict[str, Any]) -> bool:
    """Keep a draw; False when there is one until the same moment."""
    if tx.row(select(_d.id).where(_d.until == values["until"])) is not None:
        return False
    tx.insert(DRAW, values)
    return True


def last_draw(tx: Tx) -> Row[Any] | None:
    """The draw that reaches farthest."""
    return tx.row(select(DRAW).order_by(_d.until.desc()).limit(1))


def draws(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest draws."""
    return tx.rows(select(DRAW).order_by(_d.until.desc()).limit(most))


def closed_decisions(tx: Tx, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Decisions of people in cases that came to their end in this time; the last of each case."""
    last = (
        select(DECISION.c.case_id, func.max(DECISION.c.seq).label("seq"))
        .join(CASE, CASE.c.id == DECISION.c.case_id)
        .where(CASE.c.closed_at >= since, CASE.c.closed_at < until)
        .where(DECISION.c.decided_by_software.is_(False))
        .group_by(DECISION.c.case_id)
        .subquery()
    )
    wanted = (
        select(DECISION.c.id, DECISION.c.case_id, CASE.c.kind)
        .join(last, (last.c.case_id == DECISION.c.case_id) & (last.c.seq == DECISION.c.seq))
        .join(CASE, CASE.c.id == DECISION.c.case_id)
    )
    return tx.rows(wanted)


def any_closed(tx: Tx, since: datetime, until: datetime) -> bool:
    """Whether a case came to its end in this time."""
    c = CASE.c
    wanted = select(c.id).where(c.closed_at >= since, c.closed_at < until).limit(1)
    return tx.row(wanted) is not None


def add_looks(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep which decisions are to be looked at again."""
    tx.insert_many(LOOK, rows)


def find(tx: Tx, look: str) -> Row[Any] | None:
    """The look with this id."""
    return tx.row(select(LOOK).where(_l.id == look))


def waiting(tx: Tx, kinds: Sequence[str], most: int) -> Sequence[Row[Any]]:
    """Looks that nobody has taken, the oldest draw first."""
    wanted = select(LOOK).where(_l.at.is_(None), _l.kind.in_(list(kinds)))
    return tx.rows(wanted.order_by(_l.id).limit(most))


def decide(tx: Tx, look: str, values: dict[str, Any]) -> bool:
    """Keep what a second reviewer says; False when somebody was quicker."""
    return tx.update(LOOK, {"id": look}, values, expect={"at": None})


def counted(tx: Tx) -> Sequence[Row[Any]]:
    """By kind: how many looks were drawn, taken, and agree."""
    wanted = select(
        _l.kind,
        func.count().label("drawn"),
        func.count(_l.at).label("taken"),
        func.count().filter(_l.agrees.is_(True)).label("agree"),
    )
    return tx.rows(wanted.group_by(_l.kind).order_by(_l.kind))


def disagreements(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest looks that say something else than the decision did."""
    wanted = select(LOOK).where(_l.agrees.is_(False)).order_by(_l.at.desc())
    return tx.rows(wanted.limit(most))
