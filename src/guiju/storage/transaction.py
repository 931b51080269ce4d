# SPDX-License-Identifier: Apache-2.0
"""The transaction a service works in: rows, keys, the time, and what must still be attested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Executable, Result, Row, Table, update
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ColumnElement, and_

from guiju.kernel import Keyring
from guiju.storage.inserting import add_rows, insertion, one_value
from guiju.storage.link import Link
from guiju.storage.question import Question
from guiju.storage.tables import (
    RowDigest,
    guard_of,
    named_key,
    row_code,
    row_digest,
    row_key,
    shape,
    span_key,
    span_of,
    table_name,
)
from guiju.storage.vault import Held, Vault

_NAME = attrgetter("table", "key")


class UnattestedChangeError(RuntimeError):
    """A room changed attested rows and appended no evidence: a fault in the room's code."""


class Tx:
    """One open transaction. Services receive it; only `Database` opens, commits or rolls back."""

    def __init__(self, link: Link, keys: Keyring, now: datetime, vault: Vault) -> None:
        """Wrap an open connection; `now` is the one time of everything done here."""
        self._link = link
        self.keys = keys
        self.now = now
        self._vault = vault
        self._noted: dict[tuple[str, str], RowDigest] = {}
        self.new_keys: dict[str, Held] = {}

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection, in this transaction."""
        return self._link.connection

    @property
    def dialect(self) -> str:
        """Which database this is: `sqlite` or `postgresql`."""
        return self._link.dialect.name

    # -- reading ---------------------------------------------------------------------------

    def execute(self, statement: Executable, values: Any = None) -> Result[Any]:
        """Run any statement; for changes prefer insert, update and delete below."""
        return self.connection.execute(statement, values)

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return self.connection.execute(statement).all()

    def row(self, statement: Executable) -> Row[Any] | None:
        """The first row of a query, or None."""
        return self.connection.execute(statement).first()

    def ask(self, question: Question, **values: Any) -> list[Any]:
        """All rows of a question that is asked every second, as named tuples."""
        return question.rows(self._link, values)

    def ask_first(self, question: Question, **values: Any) -> Any | None:
        """The first row of such a question, or None."""
        rows = question.rows(self._link, values)
        return rows[0] if rows else None

    # -- writing ---------------------------------------------------------------------------

    def insert(self, subject: Table, values: Mapping[str, Any]) -> None:
        """Add one row; columns not named are NULL."""
        self.insert_many(subject, [values])

    def insert_many(self, subject: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows in one statement; columns not named are NULL."""
        if rows:
            adding = insertion(subject, self._link.dialect)
            if not adding.names_all(rows):
                rows = [self._completed(subject, row) for row in rows]
            taken, changed = adding.taken(rows, self.keys.code)
            self._noted.update(zip(map(_NAME, changed), changed, strict=True))
            add_rows(self._link, adding.head, taken)

    def one_value(self, query: str) -> Any:
        """The only value of a fixed query, None for no row; for the hottest paths."""
        return one_value(self._link, query)

    def insert_plain(self, head: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run `head` ("INSERT INTO t (a, b)") for rows the driver takes as they are.

        For rows that prove themselves: they are not noted as attested ones are.
        """
        add_rows(self._link, head, rows)

    def insert_if_absent(self, subject: Table, values: Mapping[str, Any]) -> bool:
        """Add one row unless its key is taken; False when it is, also by someone just now."""
        row = self._complete(subject, values)
        statement = _inserting(subject, row, self.dialect)
        added = self.connection.execute(statement.returning(*subject.primary_key)).first()
        if added is not None:
            self._note(subject, row)
        return added is not None

    def update(
        self,
        subject: Table,
        key: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        expect: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change the row of `key`, if it still reads as `expect`; False when none matched."""
        where = _matches(subject, {**key, **(expect or {})})
        statement = update(subject).where(where).values(**changes).returning(*subject.columns)
        found = self.connection.execute(statement).first()
        if found is None:
            return False
        row = dict(found._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
        if guard_of(subject) == "coded":
            code = {"code": row_code(subject, row, self.keys)}
            self.connection.execute(update(subject).where(_matches(subject, key)).values(**code))
        self._note(subject, row)
        return True

    def update_all(
        self, subject: Table, where: ColumnElement[bool], changes: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        """Change every row of an attested table that matches, in one statement; the new rows.

        For many at a time: evidence names each row, and a leaf has room for about 400.
        """
        if guard_of(subject) != "attested":
            raise TypeError(f"{subject.name} is not attested")
        statement = update(subject).where(where).values(**changes).returning(*subject.columns)
        found = self.connection.execute(statement).all()
        for row in found:
            self._note(subject, dict(row._mapping))  # noqa: SLF001 - as above
        return found

    def delete(self, subject: Table, key: Mapping[str, Any]) -> bool:
        """Remove the row of `key` (all columns of its primary key); False when there was none."""
        gone = self.connection.execute(delete_from(subject).where(_matches(subject, key))).rowcount
        if gone and guard_of(subject) == "attested":
            self._remember(RowDigest(table_name(subject), row_key(subject, key), None))
        return bool(gone)

    def delete_span(self, subject: Table, first: str, last: str) -> int:
        """Remove all rows whose key lies from `first` up to, not including, `last`; how many.

        Evidence names the span and not each row, so millions that expire cost one leaf.
        """
        (key,) = subject.primary_key
        gone = self.connection.execute(
            delete_from(subject).where(key >= first, key < last)
        ).rowcount
        if gone and guard_of(subject) == "attested":
            self._remember(RowDigest(table_name(subject), span_key(first, last), None))
        return gone

    def delete_named(self, subject: Table, key: str) -> int:
        """Remove what evidence calls gone by `key`, a row or a span of rows; how many went."""
        span = span_of(key)
        if span is not None:
            return self.delete_span(subject, *span)
        named = named_key(subject, key)
        return 0 if named is None else int(self.delete(subject, named))

    def overwrite_deleted(self) -> None:
        """Have SQLite write zeros over whatever this connection deletes or changes from now on.

        PostgreSQL has no such thing; see `guiju.storage.scrubbing`.
        """
        if self.dialect == "sqlite":
            self.connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def _complete(self, subject: Table, values: Mapping[str, Any]) -> Mapping[str, Any]:
        row = self._completed(subject, values)
        if guard_of(subject) == "coded":
            row["code"] = row_code(subject, row, self.keys)
        return row

    @staticmethod
    def _completed(subject: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """With every column but a code, which is of all others."""
        row: dict[str, Any] = dict.fromkeys(shape(subject).columns)
        row.update(values)
        if len(row) != len(shape(subject).columns):
            raise TypeError(
                f"{subject.name} has no column {set(row) - set(shape(subject).columns)}"
            )
        return row

    # -- what evidence must still cover ------------------------------------------------------

    def _note(self, subject: Table, row: Mapping[str, Any]) -> None:
        if shape(subject).guard == "attested":
            digest = row_digest(subject, row)
            self._remember(RowDigest(table_name(subject), row_key(subject, row), digest))

    def _remember(self, changed: RowDigest) -> None:
        self._noted[_NAME(changed)] = changed

    def take_noted(self) -> list[RowDigest]:
        """The rows changed since the last leaf: `ledger.append` puts them into the next one."""
        noted = list(self._noted.values())
        self._noted.clear()
        return noted

    def check_attested(self) -> None:
        """Raise UnattestedChangeError when rows changed that no leaf covers."""
        if self._noted:
            names = sorted({name for name, _ in self._noted})
            raise UnattestedChangeError(f"rows changed without evidence: {', '.join(names)}")

    # -- sealing -----------------------------------------------------------------------------

    def seal(self, subject: str, plain: bytes, context: str) -> bytes:
        """`plain` under the key of person `subject`, made on first use; bound to `context`."""
        return self._vault.seal(self, subject, plain, context)

    def unseal(self, subject: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes; raises NotFound `key-destroyed` once the person was erased."""
        return self._vault.unseal(self, subject, sealed, context)

    def opener(self, subject: str) -> Callable[[bytes, str], bytes]:
        """Opens many seals of one person, whose key is asked for once, now.

        For a page of them in one short transaction: an erasure counts from the next one on. Raises
        NotFound `key-destroyed` once the person was erased.
        """
        return self._vault.opener(self, subject)

    def forget_key(self, subject: str) -> None:
        """Let no remembered copy of the subject's key seal anything more."""
        self.new_keys.pop(subject, None)
        self._vault.forget(subject)


def _inserting(subject: Table, row: Mapping[str, Any], dialect: str) -> Any:
    """A statement that adds the row unless its key is taken."""
    insert_into: Callable[..., Any] = sqlite.insert
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - not for who has SQLite

        insert_into = postgresql.insert
    return insert_into(subject).values(row).on_conflict_do_nothing()


def _matches(subject: Table, values: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(subject.c[name] == value for name, value in values.items()))
