# SPDX-License-Identifier: Apache-2.0
"""The tables `openid_provider` (attested) and `openid_link` (coded): who vouches, and for whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, LargeBinary, Row, String, select

from guiju.accounts.model import SessionKind
from guiju.accounts.openid_model import Link, Provider
from guiju.storage import Instant, Tx, coded_row_holds, table

PROVIDER = table(
    "openid_provider",
    Column("name", String(40), primary_key=True),
    Column("kind", String(6), nullable=False),
    Column("issuer", String(500), nullable=False),
    Column("client", String(200), nullable=False),
    Column("title", String(60), nullable=False),
    # Under a key of the service; none for a client that has no secret.
    Column("sealed_secret", LargeBinary),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

LINK = table(
    "openid_link",
    Column("id", String(40), primary_key=True),
    # A keyed digest of issuer and subject: it finds, and tells nothing.
    Column("identity", String(64), nullable=False, unique=True),
    Column("owner", String(40), nullable=False, index=True),
    Column("provider", String(40), nullable=False),
    Column("linked_at", Instant, nullable=False),
    guard="coded",
)

_PROVIDER = [one for one in PROVIDER.columns if one.name != "sealed_secret"]


def put_provider(tx: Tx, one: Provider, sealed: bytes | None) -> None:
    """Keep a provider, instead of the one that had its name."""
    row = {name: getattr(one, name) for name in Provider.__dataclass_fields__}
    row |= {"kind": one.kind.value, "sealed_secret": sealed}
    if not tx.update(PROVIDER, {"name": one.name}, row):
        tx.insert(PROVIDER, row)


def remove_provider(tx: Tx, name: str) -> bool:
    """Take a provider off, and forget its secret; False when it was off."""
    changes = {"removed_at": tx.now, "sealed_secret": None}
    return tx.update(PROVIDER, {"name": name}, changes, expect={"removed_at": None})


def find_provider(tx: Tx, name: str) -> Provider | None:
    """The provider of this name, also one that was taken off."""
    row = tx.row(select(*_PROVIDER).where(PROVIDER.c.name == name))
    return None if row is None else _provider(row)


def sealed_secret(tx: Tx, name: str) -> bytes | None:
    """A provider's secret as it was sealed."""
    row = tx.row(select(PROVIDER.c.sealed_secret).where(PROVIDER.c.name == name))
    return None if row is None else row.sealed_secret


def providers(tx: Tx) -> list[Provider]:
    """All providers by name."""
    return [_provider(row) for row in tx.rows(select(*_PROVIDER).order_by(PROVIDER.c.name))]


def add_link(tx: Tx, one: Link, identity: str) -> bool:
    """Keep a link; False when the identity is linked already."""
    row = {name: getattr(one, name) for name in Link.__dataclass_fields__}
    return tx.insert_if_absent(LINK, {**row, "identity": identity})


def find_link(tx: Tx, identity: str) -> Link | None:
    """Whose account an identity opens; a row that is not to be believed is not there."""
    row = tx.row(select(LINK).where(LINK.c.identity == identity))
    return None if row is None else _link(tx, row)


def links_of(tx: Tx, owner: str) -> list[Link]:
    """What an account is linked to, oldest first."""
    wanted = select(LINK).where(LINK.c.owner == owner).order_by(LINK.c.linked_at)
    return [one for row in tx.rows(wanted) if (one := _link(tx, row)) is not None]


def drop_link(tx: Tx, link: str) -> bool:
    """Forget a link; False when it was gone."""
    return tx.delete(LINK, {"id": link})


def _provider(row: Row[Any]) -> Provider:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return Provider(**{**values, "kind": SessionKind(values["kind"])})


def _link(tx: Tx, row: Row[Any]) -> Link | None:
    values = dict(row._mapping)  # noqa: SLF001 - as above
    if not coded_row_holds(LINK, values, tx.keys):
        return None
    return Link(**{name: values[name] for name in Link.__dataclass_fields__})
