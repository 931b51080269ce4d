# SPDX-License-Identifier: Apache-2.0
"""A query that is asked again every second: put into the database's words once, then only asked.

SQLAlchemy makes, hashes, looks up and wraps a statement each time, over many pages of code. Beside
a busy event loop, which has filled the caches with other things meanwhile, that takes several times
what it takes alone, and stands in the way of whoever comes just then.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select

from guiju.storage.link import Link

Convert = Callable[[Any], Any]


class Question:
    """One SELECT; what differs from time to time are bound parameters with a name."""

    __slots__ = ("_asking", "_query")

    def __init__(self, query: Select[Any]) -> None:
        """Take the query; a parameter without a value of its own is given whenever it is asked."""
        self._query = query
        self._asking: dict[str, _Asking] = {}

    def rows(self, link: Link, values: Mapping[str, Any]) -> list[Any]:
        """All rows, as named tuples of converted values.

        Raises:
            DBAPIError: as SQLAlchemy itself would.
            KeyError: a parameter has no value.
        """
        dialect = link.dialect
        asking = self._asking.get(dialect.name)
        if asking is None:
            asking = self._asking[dialect.name] = _asking(self._query, dialect)
        cursor = link.execute(asking.text, asking.given(values))
        found = cursor.fetchall()
        cursor.close()
        return [asking.row(one) for one in found]


class _Asking(NamedTuple):
    """A query in the words of one kind of database."""

    text: str
    names: Sequence[str]
    by_name: bool
    fixed: Mapping[str, Any]
    binds: Mapping[str, Convert]
    reads: Sequence[tuple[int, Convert]]
    make: Callable[[Sequence[Any]], Any]

    def given(self, values: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them: in their order, or by name."""
        every = {**self.fixed, **values}
        for name, convert in self.binds.items():
            every[name] = convert(every[name])
        if self.by_name:
            return {name: every[name] for name in self.names}
        return tuple([every[name] for name in self.names])

    def row(self, found: Sequence[Any]) -> Any:
        if self.reads:
            found = list(found)
            for at, convert in self.reads:
                found[at] = convert(found[at])
        return self.make(found)


def _asking(query: Select[Any], dialect: Dialect) -> _Asking:
    compiled: Any = query.compile(dialect=dialect)
    binds, fixed = {}, {}
    for bind, name in compiled.bind_names.items():
        if not bind.required:
            fixed[name] = compiled.params[name]
        if convert := bind.type.dialect_impl(dialect).bind_processor(dialect):
            binds[name] = convert
    reads = []
    columns = list(query.selected_columns)
    for at, column in enumerate(columns):
        kind: Any = column.type.dialect_impl(dialect)
        if convert := kind.result_processor(dialect, None):
            reads.append((at, convert))
    names = [str(one.name) for one in columns]
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - its names are those of the query
    return _Asking(
        text=str(compiled),
        names=compiled.positiontup or list(compiled.bind_names.values()),
        by_name=compiled.positiontup is None,
        fixed=fixed,
        binds=binds,
        reads=reads,
        make=row._make,
    )
