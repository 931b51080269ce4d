# SPDX-License-Identifier: Apache-2.0
"""The coded table `passkey`: public keys of authenticators, each bound to its owner by its code."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, select

from guiju.accounts.passkey_model import Passkey
from guiju.storage import Instant, Tx, coded_row_holds, table

PASSKEY = table(
    "passkey",
    Column("id", String(40), primary_key=True),
    # A digest of the credential's id, which may be a kilobyte long.
    Column("credential", String(64), nullable=False, unique=True),
    Column("handle", LargeBinary, nullable=False),
    Column("owner", String(40), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("label", String(80), nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("barred_at", Instant),
    guard="coded",
)


def add(tx: Tx, one: Passkey, credential: str) -> bool:
    """Keep a new passkey; False when the credential is somebody's already."""
    row = {name: getattr(one, name) for name in Passkey.__dataclass_fields__}
    return tx.insert_if_absent(PASSKEY, {**row, "credential": credential})


def of_owner(tx: Tx, owner: str) -> list[Passkey]:
    """The passkeys of one owner, oldest first; a row that is not to be believed is not there."""
    wanted = select(PASSKEY).where(PASSKEY.c.owner == owner).order_by(PASSKEY.c.added_at)
    return [one for row in tx.rows(wanted) if (one := _believed(tx, row)) is not None]


def by_credential(tx: Tx, credential: str) -> Passkey | None:
    """The passkey whose credential id has this digest."""
    row = tx.row(select(PASSKEY).where(PASSKEY.c.credential == credential).with_for_update())
    return None if row is None else _believed(tx, row)


def change(tx: Tx, passkey: str, changes: dict[str, Any]) -> bool:
    """Note its use, or that it is barred; False when it is gone."""
    return tx.update(PASSKEY, {"id": passkey}, changes)


def remove(tx: Tx, passkey: str) -> bool:
    """Forget one; False when it was gone."""
    return tx.delete(PASSKEY, {"id": passkey})


def _believed(tx: Tx, row: Row[Any]) -> Passkey | None:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    if not coded_row_holds(PASSKEY, values, tx.keys):
        return None
    return Passkey(**{name: values[name] for name in Passkey.__dataclass_fields__})
