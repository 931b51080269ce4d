# SPDX-License-Identifier: Apache-2.0
"""Every row of every table against what proves it: the last leaf that names it, or its own code.

Rows are read as the database holds them, without conversion, so that a changed byte cannot hide in
a value that happens to read the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, inspect, select, text
from sqlalchemy import types as sa
from sqlalchemy.sql import type_coerce

from guiju.kernel import Keyring, canonical, from_micros, parse
from guiju.ledger.findings import Findings
from guiju.storage import (
    CanonicalJson,
    Instant,
    Tx,
    coded_row_holds,
    guard_of,
    head_revision,
    metadata,
    row_digest,
    row_key,
    span_of,
)

_PAGE = 2_000
_OURS = frozenset({"ledger_entry", "ledger_checkpoint"})


_NAME = (
    "INSERT INTO named (tab, key, digest) VALUES (?, ?, ?)"
    " ON CONFLICT (tab, key) DO UPDATE SET digest = excluded.digest"
)


_FORGET = "DELETE FROM named WHERE tab = ? AND key >= ? AND key < ?"
_FIELDS = 3


class Named:
    """The last digest that evidence gave each row: on disk, so that millions fit."""

    def __init__(self) -> None:
        """No row is named yet."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute(
            "CREATE TABLE named (tab TEXT, key TEXT, digest TEXT, seen INTEGER DEFAULT 0,"
            " PRIMARY KEY (tab, key)) WITHOUT ROWID"
        )
        self._db.execute("BEGIN")

    def take(self, rows: Sequence[Any]) -> None:
        """Take `[table, key, digest]` lists in ledger order; a later one replaces an earlier.

        A key may name a span of rows that are gone.
        """
        begun = 0
        for at, row in enumerate(rows):
            span = span_of(row[1]) if isinstance(row, list) and len(row) == _FIELDS else None
            if span is not None:
                self._insert(rows[begun:at])
                self._db.execute(_FORGET, (row[0], *span))
                begun = at + 1
        self._insert(rows[begun:] if begun else rows)

    def _insert(self, rows: Sequence[Any]) -> None:
        try:
            self._db.executemany(_NAME, rows)
        except (sqlite3.Error, TypeError, OverflowError):
            # Only a forger writes rows of another shape, and the entry is named as altered.
            for row in rows:
                with suppress(sqlite3.Error, TypeError, OverflowError):
                    self._db.execute(_NAME, row)

    def digest(self, tab: str, key: str) -> str | None:
        """The digest the row must have; None when evidence names no such row."""
        found = self._db.execute(
            "UPDATE named SET seen = 1 WHERE tab = ? AND key = ? RETURNING digest", (tab, key)
        ).fetchone()
        return None if found is None else found[0]

    def unseen(self, tab: str) -> Iterator[str]:
        """Keys of rows that should be there and were not asked for."""
        wanted = "SELECT key FROM named WHERE tab = ? AND digest IS NOT NULL AND NOT seen"
        for (key,) in self._db.execute(wanted, (tab,)):
            yield key

    def each(self) -> Iterator[tuple[str, str, str | None]]:
        """Every row that evidence names: its table, its key, and the last digest it was given."""
        yield from self._db.execute("SELECT tab, key, digest FROM named ORDER BY tab, key")

    def tables(self) -> list[str]:
        """Every table that evidence names."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT tab FROM named ORDER BY tab")]

    def close(self) -> None:
        """Give the space back."""
        self._db.close()


def check_rows(tx: Tx, named: Named, found: Findings) -> None:
    """Check every table that the rooms declare, and the revision of the schema."""
    present = set(inspect(tx.connection).get_table_names())
    for subject in metadata.sorted_tables:
        if subject.name not in present:
            found.add(subject.name, "缺少该表。", "The table is missing.")
        elif subject.name not in _OURS:
            _CHECKS[guard_of(subject)](tx, subject, named, found)
    for name in named.tables():
        if name not in metadata.tables:
            found.add(name, "证据提到未知的表。", "Evidence names a table nobody declares.")
    if "alembic_version" in present:
        _check_revision(tx, found)


def _check_attested(tx: Tx, subject: Table, named: Named, found: Findings) -> None:
    for raw in _raw_rows(tx, subject):
        key = row_key(subject, raw)
        expected = named.digest(subject.name, key)
        if expected is None:
            found.add(
                f"{subject.name} {key}",
                "没有证据提到这一行。",
                "No evidence names this row, or it was deleted on record.",
            )
        elif _digest(subject, raw) != expected:
            found.add(
                f"{subject.name} {key}",
                "这一行与最后的证据不符。",
                "The row differs from what the last evidence says.",
            )
    for key in named.unseen(subject.name):
        found.add(
            f"{subject.name} {key}",
            "证据提到的这一行不见了。",
            "The row that evidence names is gone.",
        )


def _check_coded(tx: Tx, subject: Table, _named: Named, found: Findings) -> None:
    for raw in _raw_rows(tx, subject):
        if not _code_holds(subject, raw, tx.keys):
            key = row_key(subject, raw)
            found.add(
                f"{subject.name} {key}",
                "这一行与其校验码不符。",
                "The row differs from its own code.",
            )


def _check_self(tx: Tx, subject: Table, _named: Named, found: Findings) -> None:
    """A room may say how its rows prove themselves: `TABLE.info["holds"] = function(row)`."""
    holds: Callable[[dict[str, Any]], bool] | None = subject.info.get("holds")
    if holds is None:
        return
    for raw in _raw_rows(tx, subject):
        row = plain_row(subject, raw)
        if row is None or not holds(row):
            key = row_key(subject, raw)
            found.add(
                f"{subject.name} {key}",
                "这一行与其自身的证明不符。",
                "The row does not prove itself any more.",
            )


_CHECKS = {"attested": _check_attested, "coded": _check_coded, "self": _check_self}


def _check_revision(tx: Tx, found: Findings) -> None:
    stands = [row[0] for row in tx.execute(text("SELECT version_num FROM alembic_version"))]
    expected = head_revision()
    if stands != [expected]:
        found.add(
            "alembic_version",
            f"数据库结构版本应为 {expected}。",
            f"The schema's revision must be {expected}.",
        )


def _raw_rows(tx: Tx, subject: Table) -> Iterator[dict[str, Any]]:
    columns = [type_coerce(column, sa.NullType()).label(column.name) for column in subject.columns]
    result = tx.execute(select(*columns).execution_options(yield_per=_PAGE))
    for row in result.mappings():
        yield dict(row)


def _digest(subject: Table, raw: dict[str, Any]) -> str | None:
    row = plain_row(subject, raw)
    return None if row is None else row_digest(subject, row)


def _code_holds(subject: Table, raw: dict[str, Any], keys: Keyring) -> bool:
    row = plain_row(subject, raw)
    return row is not None and coded_row_holds(subject, row, keys)


def plain_row(subject: Table, raw: dict[str, Any]) -> dict[str, Any] | None:
    """The row as rooms read it, or None when a column holds what was never written so."""
    try:
        return {column.name: _plain(column, raw[column.name]) for column in subject.columns}
    except (TypeError, ValueError, OverflowError):
        return None


def _plain(column: Column[Any], raw: Any) -> Any:
    if raw is None:
        return None
    read = next((read for kind, read in _READERS if isinstance(column.type, kind)), None)
    if read is None:
        raise NotImplementedError(f"verify cannot read the column type {column.type!r}")
    return read(raw)


def _moment(raw: Any) -> Any:
    return from_micros(_only(int, raw))


def _json(raw: Any) -> Any:
    value = parse(_only(str, raw).encode())
    if canonical(value).decode() != raw:
        raise ValueError("not canonical")
    return value


def _truth(raw: Any) -> bool:
    if raw not in (0, 1) or type(raw) not in (int, bool):
        raise ValueError("neither true nor false")
    return bool(raw)


def _only(kind: type, raw: Any) -> Any:
    if type(raw) is not kind:
        raise ValueError(f"not of type {kind.__name__}")
    return raw


_READERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Instant, _moment),
    (CanonicalJson, _json),
    (Boolean, _truth),
    (Integer, lambda raw: _only(int, raw)),
    (String, lambda raw: _only(str, raw)),
    (LargeBinary, lambda raw: _only(bytes, raw)),
)
