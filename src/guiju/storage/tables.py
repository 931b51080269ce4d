# SPDX-License-Identifier: Apache-2.0
"""Tables, and how each is protected against a change behind our back.

*attested*: a ledger leaf of the same transaction carries the digest of the row as it now stands.
*coded*: the row carries a keyed code over itself; for short-lived rows such as sessions.
*self*: the row proves itself, as ledger entries (the tree) and blobs (their digest) do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table
from sqlalchemy.schema import SchemaItem

from guiju.kernel import Keyring, Statement, canonical, digest, micros

Guard = Literal["attested", "coded", "self"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class RowDigest(Statement, frozen=True, array_like=True):
    """A row as evidence names it; `digest` is None when the row is gone."""

    table: str
    key: str
    digest: str | None


def table(
    name: str, *parts: SchemaItem, guard: Guard = "attested", clustered: bool = False
) -> Table:
    """Declare a table of a room; a coded one gets its `code` column here.

    `clustered` keeps rows in the order of a text key that grows with time: SQLite then needs no
    second tree for the key, which halves what a commit writes. PostgreSQL ignores it.

    Raises:
        ValueError: a column of the room's own is called `code`: it would be taken for the row's
            code, which nothing attests.
    """
    if guard != "self" and any(isinstance(one, Column) and one.name == "code" for one in parts):
        raise ValueError(f"{name}: no room may call a column of its own `code`")
    extra: list[SchemaItem] = []
    if guard == "coded":
        extra.append(Column("code", LargeBinary(16), nullable=False))
    return Table(
        name, metadata, *parts, *extra, info={"guard": guard}, sqlite_with_rowid=not clustered
    )


def later(empty: str | int | None = None) -> dict[str, Any]:
    """The `info` of a column that came when a table had rows already.

    While it holds `empty`, as those rows do, it stands in no digest and no code, so that what was
    attested of them stays true. Any other value stands in both.
    """
    return {"later": True, "empty": empty}


class Shape(NamedTuple):
    """What is asked of a table for every row; asking SQLAlchemy each time costs too much."""

    name: str
    columns: tuple[str, ...]
    attested: tuple[str, ...]
    key: tuple[str, ...]
    guard: Guard
    names: frozenset[str]
    later: Mapping[str, Any]


@cache
def shape(subject: Table) -> Shape:
    """The names of a table as plain strings, which canonical bytes need; asked once a table."""
    columns = tuple(str(column.name) for column in subject.columns)
    return Shape(
        name=str(subject.name),
        columns=columns,
        attested=tuple(name for name in columns if name != "code"),
        key=tuple(str(column.name) for column in subject.primary_key),
        guard=guard_of(subject),
        names=frozenset(columns),
        later={
            str(one.name): one.info["empty"] for one in subject.columns if one.info.get("later")
        },
    )


def guard_of(subject: Table) -> Guard:
    """How `subject` is protected."""
    guard: Guard = subject.info["guard"]
    return guard


def table_name(subject: Table) -> str:
    """The name as a plain string; SQLAlchemy's own is a subclass that canonical bytes refuse."""
    return shape(subject).name


def row_key(subject: Table, row: Mapping[str, Any]) -> str:
    """The primary key of `row` as one string."""
    return key_text(shape(subject).key, row)


def key_text(key: Sequence[str], row: Mapping[str, Any]) -> str:
    """The same, from the names of the columns of the key."""
    return str(row[key[0]]) if len(key) == 1 else "/".join(str(row[name]) for name in key)


def named_key(subject: Table, key: str) -> dict[str, Any] | None:
    """The values of the primary key that `row_key` has made `key` of; None when it cannot be one.

    Of several columns only the last may hold a slash.
    """
    columns = list(subject.primary_key)
    parts = key.split("/", len(columns) - 1)
    if len(parts) != len(columns):
        return None
    found: dict[str, Any] = {}
    for column, part in zip(columns, parts, strict=True):
        number = isinstance(column.type, Integer)
        if number and not part.lstrip("-").isdigit():
            return None
        found[str(column.name)] = int(part) if number else part
    return found


_SPAN = "<"


def span_key(first: str, last: str) -> str:
    """How evidence names all rows of a table from `first` up to, not including, `last`.

    The mark between the two stands in no key.
    """
    return f"{first}{_SPAN}{last}"


def span_of(key: object) -> tuple[str, str] | None:
    """The bounds, if `key` names a span of rows and not one row."""
    first, mark, last = key.partition(_SPAN) if isinstance(key, str) else ("", "", "")
    return (first, last) if mark else None


def row_digest(subject: Table, row: Mapping[str, Any]) -> str:
    """SHA-256 over the table's name and every column of `row` (64 hex digits)."""
    return digest(row_bytes(subject, row))


def row_code(subject: Table, row: Mapping[str, Any], keys: Keyring) -> bytes:
    """The keyed code that a coded row carries."""
    return keys.code(row_bytes(subject, row))


def coded_row_holds(subject: Table, row: Mapping[str, Any], keys: Keyring) -> bool:
    """Whether a row of a coded table is as it was written."""
    return keys.code_holds(row_bytes(subject, row), row["code"])


def row_bytes(subject: Table, row: Mapping[str, Any]) -> bytes:
    """The bytes that the digest or the code of a row is of."""
    known = shape(subject)
    values = {
        name: plain(row.get(name))
        for name in known.attested
        if name not in known.later or row.get(name) != known.later[name]
    }
    return canonical({"table": known.name, "row": values})


def plain(value: Any) -> Any:
    """A column's value as it stands in a digest."""
    if type(value) is bytes:
        # A body of megabytes counts by its digest, so that rows stay cheap to attest.
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if type(value) is datetime:
        return micros(value)
    return value
