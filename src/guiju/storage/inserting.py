# SPDX-License-Identifier: Apache-2.0
"""Adding rows on the hot path: statement and conversions made once a table, then only used.

SQLAlchemy compiles and converts for every execution; with a few rows in each of thousands of
transactions that costs more than the insertion itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Dialect, Table, insert

from guiju.storage.tables import shape

Convert = Callable[[Any], Any]


class Insertion:
    """How one table takes rows on one kind of database."""

    def __init__(self, subject: Table, dialect: Dialect) -> None:
        """Compile the statement and find each column's conversion."""
        self._names = shape(subject).columns
        self._convert: list[tuple[int, Convert]] = []
        for at, column in enumerate(subject.columns):
            convert = column.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                self._convert.append((at, convert))
        place = "?" if dialect.paramstyle == "qmark" else "%s"
        text = str(insert(subject).compile(dialect=dialect, column_keys=list(self._names)))
        head, _, _ = text.partition(" VALUES ")
        self.statement = f"{head} VALUES ({', '.join(place for _ in self._names)})"

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The row as the driver takes it, in the order of the columns."""
        found = [row[name] for name in self._names]
        for at, convert in self._convert:
            found[at] = convert(found[at])
        return tuple(found)


_known: dict[tuple[Table, str], Insertion] = {}


def insertion(subject: Table, dialect: Dialect) -> Insertion:
    """The insertion into `subject`, made at first use."""
    found = _known.get((subject, dialect.name))
    if found is None:
        found = _known[subject, dialect.name] = Insertion(subject, dialect)
    return found
