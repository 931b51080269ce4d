# SPDX-License-Identifier: Apache-2.0
"""Adding rows on the hot path: statement and conversions made once a table, then only used.

SQLAlchemy compiles and converts for every execution; with a few rows in each of thousands of
transactions that costs more than the insertion itself. And many rows go in one statement: SQLite's
driver gives the interpreter away and asks for it back once for each row of an `executemany`, which
beside a busy event loop costs more than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, LargeBinary, Table, insert

from guiju.kernel import RowForm, canonical, digest, micros, part
from guiju.storage.columns import CanonicalJson, Instant
from guiju.storage.link import Link
from guiju.storage.tables import RowDigest, key_text, plain, row_bytes, shape

Convert = Callable[[Any], Any]


class Insertion:
    """How one table takes rows on one kind of database, and what evidence says of them."""

    def __init__(self, subject: Table, dialect: Dialect) -> None:
        """Compile the statement and find each column's conversion."""
        known = shape(subject)
        self._subject = subject
        self._known = known.names
        self._attested = known.guard == "attested"
        self._code = known.columns.index("code") if known.guard == "coded" else None
        self._name = known.name
        self._key = known.key
        self._convert: list[tuple[int, Convert]] = []
        self._moments: list[int] = []
        self._json: list[int] = []
        self._bytes: list[int] = []
        for at, column in enumerate(subject.columns):
            if isinstance(column.type, Instant):
                self._moments.append(at)
            elif isinstance(column.type, CanonicalJson):
                self._json.append(at)
            elif isinstance(column.type, LargeBinary):
                # Both drivers take bytes as they are.
                self._bytes.append(at)
            elif convert := column.type.dialect_impl(dialect).bind_processor(dialect):
                self._convert.append((at, convert))
        text = str(insert(subject).compile(dialect=dialect, column_keys=list(known.columns)))
        self.head, _, _ = text.partition(" VALUES ")
        proved = sorted(known.attested)
        self._later = known.later
        self._form = RowForm(proved)
        self._end = b',"table":%b}' % canonical(known.name)
        self._by_column = _all_of(known.columns)
        self._in_order = _all_of([known.columns.index(one) for one in proved])

    def names_all(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Whether each of these has a value for every column and nothing else."""
        # Rows that come together are made by the same lines, so there are few forms of them.
        return all(frozenset(form) == self._known for form in set(map(tuple, rows)))

    def taken(
        self, rows: Sequence[Mapping[str, Any]], code: Callable[[bytes], bytes]
    ) -> tuple[list[tuple[Any, ...]], list[RowDigest]]:
        """The rows as the driver takes them, in the order of the columns, and as evidence has them.

        Column by column, as a loop of ours over each value of each row is what costs most. The
        digests are those of `tables.row_digest`, from values converted once for both; none where
        rows are not attested. Those that carry a code instead get `code` of the same bytes.
        """
        found: list[Sequence[Any]] = list(zip(*map(self._by_column, rows), strict=True))
        for at in self._moments:
            found[at] = [None if one is None else micros(one) for one in found[at]]
        given = found.copy()
        for at in self._json:
            made = [None if one is None else canonical(one) for one in found[at]]
            given[at] = [None if one is None else part(one) for one in made]
            found[at] = [None if one is None else one.decode() for one in made]
        for at, convert in self._convert:
            found[at] = list(map(convert, found[at]))
        changed: list[RowDigest] = []
        if self._attested:
            name = self._name
            changed = [
                RowDigest(name, key, digest(proved))
                for key, proved in zip(self._keys(rows), self._proved(rows, given), strict=True)
            ]
        elif self._code is not None:
            found[self._code] = list(map(code, self._proved(rows, given)))
        return list(zip(*found, strict=True)), changed

    def _keys(self, rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
        if len(self._key) == 1:
            return map(str, map(itemgetter(self._key[0]), rows))
        return [key_text(self._key, row) for row in rows]

    def _proved(
        self, rows: Sequence[Mapping[str, Any]], given: list[Sequence[Any]]
    ) -> Iterable[bytes]:
        """`tables.row_bytes`, from values converted already where every column stands in them."""
        if self._later:
            return [row_bytes(self._subject, row) for row in rows]
        for at in self._bytes:
            given[at] = list(map(plain, given[at]))
        ordered = list(zip(*self._in_order(given), strict=True))
        end = self._end
        return [b'{"row":%b%b' % (row, end) for row in self._form.written_all(ordered)]


def _all_of(places: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What stands at these places, as a tuple also where there is but one."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda given: tuple(given[one] for one in places)


# Rows in one statement: far below the variables that SQLite (32,766) and PostgreSQL (65,535) take,
# and few enough sizes that the driver finds each statement prepared.
MOST_ROWS = 64


def add_rows(link: Link, head: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run `head` ("INSERT INTO t (a, b)") for all rows, many at a time.

    Raises:
        DBAPIError: as SQLAlchemy itself would.
    """
    place = "?" if link.dialect.paramstyle == "qmark" else "%s"
    for at in range(0, len(rows), MOST_ROWS):
        some = rows[at : at + MOST_ROWS]
        text = _text(head, len(some[0]), len(some), place)
        link.execute(text, tuple(chain.from_iterable(some))).close()


def one_value(link: Link, query: str) -> Any:
    """The only value of a fixed query.

    Raises:
        DBAPIError: as SQLAlchemy itself would.
    """
    cursor = link.execute(query)
    row = cursor.fetchone()
    cursor.close()
    return None if row is None else row[0]


@lru_cache(maxsize=4096)
def _text(head: str, width: int, size: int, place: str) -> str:
    row = f"({', '.join([place] * width)})"
    return f"{head} VALUES {', '.join([row] * size)}"


_known: dict[tuple[Table, str], Insertion] = {}


def insertion(subject: Table, dialect: Dialect) -> Insertion:
    """The insertion into `subject`, made at first use."""
    found = _known.get((subject, dialect.name))
    if found is None:
        found = _known[subject, dialect.name] = Insertion(subject, dialect)
    return found
