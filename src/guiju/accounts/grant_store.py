# SPDX-License-Identifier: Apache-2.0
"""The attested table `staff_grant`: roles that one person asked for and another decides about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Row, String, select

from guiju.accounts.granting_model import RoleGrant
from guiju.accounts.roles import in_order
from guiju.storage import CanonicalJson, Instant, Tx, table

GRANT = table(
    "staff_grant",
    Column("id", String(40), primary_key=True),
    Column("staff", String(40), nullable=False, index=True),
    Column("roles", CanonicalJson, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
)

_MOST_SHOWN = 200


def add(tx: Tx, one: RoleGrant) -> None:
    """Keep what is asked for."""
    row = {name: getattr(one, name) for name in RoleGrant.__dataclass_fields__}
    tx.insert(GRANT, {**row, "roles": [role.value for role in one.roles]})


def decide(tx: Tx, one: RoleGrant, state: str, by: str) -> bool:
    """Decide it, unless somebody did so meanwhile; False then."""
    changes = {"state": state, "decided_by": by, "decided_at": tx.now}
    return tx.update(GRANT, {"id": one.id}, changes, expect={"state": one.state})


def find(tx: Tx, grant: str) -> RoleGrant | None:
    """The one with this id."""
    row = tx.row(select(GRANT).where(GRANT.c.id == grant))
    return None if row is None else _made(row)


def newest(tx: Tx) -> list[RoleGrant]:
    """The newest first."""
    wanted = select(GRANT).order_by(GRANT.c.asked_at.desc()).limit(_MOST_SHOWN)
    return [_made(row) for row in tx.rows(wanted)]


def _made(row: Row[Any]) -> RoleGrant:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return RoleGrant(**{**values, "roles": in_order(values["roles"])})
