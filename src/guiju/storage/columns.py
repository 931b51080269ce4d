# SPDX-License-Identifier: Apache-2.0
"""Column types that read back the same from SQLite and PostgreSQL, byte for byte."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from guiju.kernel import canonical, from_micros, micros, parse


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as microseconds since 1970: no time zone can be lost on the way."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy asks so
        """Moments go in as integers."""
        return None if value is None else micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """And come out with their zone."""
        return None if value is None else from_micros(value)


class CanonicalJson(TypeDecorator[Any]):
    """A value kept as its canonical JSON text, so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Values go in as canonical text."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002 - as above
        """And come out as values."""
        return None if value is None else parse(value.encode())
