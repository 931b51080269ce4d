# SPDX-License-Identifier: Apache-2.0
"""The table of duties that the calendar has opened: each thing opens one case at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Row, String, select

from guiju.storage import Instant, Tx, table

DUTY = table(
    "privacy_duty",
    Column("case_id", String(40), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("about", String(80), nullable=False),
    Column("at", Instant),
    # What it is for while that opens no other case, whoever looks at the same moment.
    Column("held", String(120), unique=True),
    guard="coded",
)
_c = DUTY.c


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new one; raises Conflict `already-there` when its thing has opened another."""
    tx.insert(DUTY, values)


def let_go(tx: Tx, case: str) -> None:
    """Let its thing open another one when it falls due again."""
    tx.update(DUTY, {"case_id": case}, {"held": None})


def standing(tx: Tx) -> Sequence[Row[Any]]:
    """Those whose thing opens no other."""
    return tx.rows(select(DUTY).where(_c.held.is_not(None)).order_by(_c.case_id))


def find(tx: Tx, case: str) -> Row[Any] | None:
    """The duty of a case."""
    return tx.row(select(DUTY).where(_c.case_id == case))
