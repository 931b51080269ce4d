# SPDX-License-Identifier: Apache-2.0
"""The tables of recovery: `recovery_code`, coded, and `recovery_grant`, what staff allowed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, delete, select

from guiju.accounts.recovery_model import Grant
from guiju.storage import Instant, Tx, coded_row_holds, table

CODE = table(
    "recovery_code",
    # A keyed digest of owner and code: it finds, and tells nothing.
    Column("digest", String(64), primary_key=True),
    Column("owner", String(40), nullable=False, index=True),
    # Which grant of staff it belongs to; none for the owner's own.
    Column("grant", String(40)),
    Column("until", Instant),
    guard="coded",
)

GRANT = table(
    "recovery_grant",
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
)

_MOST_SHOWN = 200


def add_code(
    tx: Tx, owner: str, digest: str, *, grant: str | None = None, until: datetime | None = None
) -> None:
    """Keep a code by its digest."""
    tx.insert(CODE, {"digest": digest, "owner": owner, "grant": grant, "until": until})


def drop_codes(tx: Tx, owner: str, *, grant: str | None = None) -> None:
    """Forget the owner's own codes, or those of a grant."""
    which = CODE.c.grant.is_(None) if grant is None else CODE.c.grant == grant
    tx.execute(delete(CODE).where(CODE.c.owner == owner, which))


def take_code(tx: Tx, digest: str) -> tuple[bool, str | None]:
    """Use a code up: whether it was good, and of which grant it was."""
    row = tx.row(select(CODE).where(CODE.c.digest == digest).with_for_update())
    if row is None or not tx.delete(CODE, {"digest": digest}):
        return False, None
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    good = coded_row_holds(CODE, values, tx.keys) and (row.until is None or tx.now < row.until)
    return good, row.grant


def codes_left(tx: Tx, owner: str) -> int:
    """How many codes of their own an owner has."""
    return len(tx.rows(select(CODE.c.digest).where(CODE.c.owner == owner, CODE.c.grant.is_(None))))


def add_grant(tx: Tx, one: Grant) -> None:
    """Keep what staff ask for."""
    tx.insert(GRANT, {name: getattr(one, name) for name in Grant.__dataclass_fields__})


def move_grant(tx: Tx, one: Grant, changes: dict[str, Any]) -> bool:
    """Take a step, unless somebody did so meanwhile; False then."""
    return tx.update(GRANT, {"id": one.id}, changes, expect={"state": one.state})


def find_grant(tx: Tx, grant: str) -> Grant | None:
    """The grant with this id."""
    row = tx.row(select(GRANT).where(GRANT.c.id == grant))
    return None if row is None else Grant(**dict(row._mapping))  # noqa: SLF001 - as above


def grants(tx: Tx, *, owner: str | None = None) -> list[Grant]:
    """Grants for one owner or for all, the newest first."""
    wanted = select(GRANT).order_by(GRANT.c.asked_at.desc()).limit(_MOST_SHOWN)
    if owner is not None:
        wanted = wanted.where(GRANT.c.owner == owner)
    return [Grant(**dict(row._mapping)) for row in tx.rows(wanted)]  # noqa: SLF001 - as above
