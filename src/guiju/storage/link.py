# SPDX-License-Identifier: Apache-2.0
"""One pooled connection in one transaction: bare for the hottest paths, SQLAlchemy's for all else.

To set SQLAlchemy's own connection up, to begin with it and to put it away takes about as long as to
add eight rows. So it is laid over the bare one only for whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

BEGUN = "guiju_begun"
"""The execution option of a connection that was laid over a transaction that has begun."""


class Link:
    """A connection from the pool, whose transaction begins when it is first used.

    All that fails raises DBAPIError, as it would with SQLAlchemy.
    """

    __slots__ = ("_begin", "_begun", "_engine", "_laid", "_pooled", "dialect", "driver")

    def __init__(self, engine: Engine, begin: str) -> None:
        """Take a connection; `begin` is for SQLite: the driver of PostgreSQL begins by itself."""
        self.dialect: Dialect = engine.dialect
        self._engine = engine
        self._begin = begin
        self._begun = False
        self._laid: Connection | None = None
        self._pooled: PoolProxiedConnection = self._told("connect", engine.raw_connection)
        self.driver: Any = self._pooled.driver_connection

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection, in the same transaction."""
        if self._laid is None:
            self._start()
            self._laid = Connection(self._engine, self._pooled).execution_options(**{BEGUN: True})
        return self._laid

    def execute(self, query: str, *values: tuple[Any, ...] | Mapping[str, Any]) -> Any:
        """Run a statement as the driver takes it; its cursor, which the caller closes."""
        self._start()
        return self._told(query, self.driver.execute, query, *values)

    def commit(self) -> None:
        """Make lasting what was done."""
        if self._laid is not None:
            self._laid.commit()
        elif self._begun:
            self._told("COMMIT", self.driver.commit)
        self._begun = False

    def rollback(self) -> None:
        """Undo what was not committed."""
        if self._laid is not None:
            self._laid.rollback()
        elif self._begun:
            self._told("ROLLBACK", self.driver.rollback)
        self._begun = False

    def close(self) -> None:
        """Give the connection back; the pool undoes what was not committed."""
        if self._laid is None:
            self._pooled.close()
        else:
            self._laid.close()

    def _start(self) -> None:
        if not self._begun:
            if self.dialect.name == "sqlite":
                self._told(self._begin, self.driver.execute, self._begin)
            self._begun = True

    def _told(self, query: str, do: Callable[..., Any], *given: Any) -> Any:
        """What `do` returns; an error of the driver's as SQLAlchemy has it."""
        errors = self.dialect.loaded_dbapi.Error
        try:
            return do(*given)
        except errors as error:
            raise DBAPIError.instance(query, None, error, errors, dialect=self.dialect) from error
