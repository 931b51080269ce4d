# SPDX-License-Identifier: Apache-2.0
"""The table of renewals: whose key is made anew, who asked and who agreed, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Text, select

from guiju.records.renewal_model import Renewal, RenewalState
from guiju.storage import Instant, Question, Tx, table

_SHOWN = 50

RENEWAL = table(
    "key_renewal",
    Column("id", String(40), primary_key=True),
    Column("subject", String(40), nullable=False, index=True),
    Column("state", String(12), nullable=False, index=True),
    # Why; it may name the person, so it stands in a row and not in a leaf.
    Column("reason", Text, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("second", String(80)),
    Column("begun_at", Instant),
    # From then on no process seals by the earlier key any more.
    Column("settles_at", Instant),
    Column("again", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("ended_at", Instant),
)
_c = RENEWAL.c
_UNDER_WAY = Question(
    select(RENEWAL).where(_c.state == RenewalState.UNDER_WAY.value).order_by(_c.id)
)


def add(tx: Tx, one: Renewal) -> None:
    """Keep what somebody asks for."""
    tx.insert(RENEWAL, {**{name: getattr(one, name) for name in _NAMES}, "state": one.state.value})


def change(tx: Tx, name: str, expect: RenewalState, changes: Mapping[str, Any]) -> bool:
    """Change it, if it is still in that state; False otherwise."""
    return tx.update(RENEWAL, {"id": name}, changes, expect={"state": expect.value})


def find(tx: Tx, name: str) -> Renewal | None:
    """The renewal with this id."""
    row = tx.row(select(RENEWAL).where(_c.id == name))
    return None if row is None else _renewal(row)


def open_for(tx: Tx, subject: str) -> Renewal | None:
    """The one of this person that is asked for or under way."""
    going = _c.state.in_([RenewalState.ASKED.value, RenewalState.UNDER_WAY.value])
    row = tx.row(select(RENEWAL).where(_c.subject == subject, going))
    return None if row is None else _renewal(row)


def newest(tx: Tx) -> list[Renewal]:
    """The newest, at most 50."""
    return [_renewal(row) for row in tx.rows(select(RENEWAL).order_by(_c.id.desc()).limit(_SHOWN))]


def under_way(tx: Tx) -> list[Renewal]:
    """Those that are being carried out, the oldest first."""
    return [_renewal(row) for row in tx.ask(_UNDER_WAY)]


_NAMES = tuple(str(one.name) for one in RENEWAL.columns)


def _renewal(row: Row[Any]) -> Renewal:
    values = {name: getattr(row, name) for name in _NAMES}
    return Renewal(**{**values, "state": RenewalState(row.state)})
