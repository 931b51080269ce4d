# SPDX-License-Identifier: Apache-2.0
"""The tables `coverage_incident`, and `coverage_gap` with a row for each exchange of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Text, func, select

from guiju.records.coverage_model import Gap, GapState
from guiju.records.model import Exchange
from guiju.storage import Instant, Question, Tx, table

INCIDENT = table(
    "coverage_incident",
    Column("id", String(40), primary_key=True),
    Column("state", String(8), nullable=False, index=True),
    Column("route", String(40), nullable=False),
    Column("request", String(40), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_by", String(80)),
    Column("closed_at", Instant),
    Column("reason", Text),
)

# What an exchange's own evidence says of its usage, kept so that an incident can be summed up.
GAP = table(
    "coverage_gap",
    Column("request", String(40), primary_key=True),
    Column("incident", String(40), nullable=False, index=True),
    Column("characters", Integer, nullable=False),
    Column("covered", Integer, nullable=False),
    guard="coded",
    clustered=True,
)
_I, _G = INCIDENT.c, GAP.c
_OPEN = Question(select(func.count().label("count")).where(_I.state == GapState.OPEN.value))


def open_on(tx: Tx, route: str) -> str | None:
    """The id of the incident that is open on this route."""
    wanted = select(_I.id).where(_I.state == GapState.OPEN.value, _I.route == route)
    row = tx.row(wanted.order_by(_I.opened_at).limit(1))
    return None if row is None else str(row.id)


def add(tx: Tx, gap: Gap) -> None:
    """Keep a new incident."""
    tx.insert(
        INCIDENT,
        {
            "id": gap.id,
            "state": gap.state.value,
            "route": gap.route,
            "request": gap.request,
            "opened_at": gap.opened_at,
        },
    )


def add_exchanges(tx: Tx, incident: str, exchanges: Sequence[Exchange]) -> None:
    """These exchanges belong to the incident."""
    tx.insert_many(
        GAP,
        [
            {
                "request": one.request,
                "incident": incident,
                "characters": one.usage.characters,
                "covered": one.usage.covered,
            }
            for one in exchanges
        ],
    )


def close(tx: Tx, gap: Gap, target: str, by: str, reason: str) -> bool:
    """Bring it to its end; False when somebody else just did."""
    changes = {"state": target, "closed_by": by, "closed_at": tx.now, "reason": reason}
    return tx.update(INCIDENT, {"id": gap.id}, changes, expect={"state": gap.state.value})


def find(tx: Tx, gap: str) -> Gap | None:
    """The incident with this id; what cannot be an id is not even asked for."""
    if not (gap.isascii() and gap.isprintable()):
        return None
    rows = tx.rows(_summed().where(_I.id == gap))
    return _gap(rows[0]) if rows else None


def listed(tx: Tx, most: int) -> list[Gap]:
    """The newest incidents, open ones first."""
    order = ((_I.state != GapState.OPEN.value), _I.opened_at.desc(), _I.id)
    return [_gap(row) for row in tx.rows(_summed().order_by(*order).limit(most))]


def count_open(tx: Tx) -> int:
    """How many are open."""
    ((count,),) = tx.ask(_OPEN)
    return int(count)


def _summed() -> Any:
    sums = (
        select(
            _G.incident,
            func.count().label("exchanges"),
            func.sum(_G.characters).label("characters"),
            func.sum(_G.covered).label("covered"),
        )
        .group_by(_G.incident)
        .subquery()
    )
    columns = (sums.c.exchanges, sums.c.characters, sums.c.covered)
    return select(*INCIDENT.columns, *columns).outerjoin(sums, sums.c.incident == _I.id)


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        id=row.id,
        route=row.route,
        request=row.request,
        state=GapState(row.state),
        opened_at=row.opened_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        reason=row.reason,
        exchanges=int(row.exchanges or 0),
        characters=int(row.characters or 0),
        covered=int(row.covered or 0),
    )
