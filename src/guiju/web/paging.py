# SPDX-License-Identifier: Apache-2.0
"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` (from 1) of `total` things, with what else the address says."""

    number: int
    total: int
    path: str
    query: tuple[tuple[str, str], ...] = ()
    per_page: int = PER_PAGE

    @classmethod
    def of(
        cls, wanted: int, total: int, path: str, *, per_page: int = PER_PAGE, **query: str | None
    ) -> Paging:
        """The page nearest to `wanted` that exists; filters without a value are left out."""
        last = max(1, -(-total // per_page))
        kept = tuple((name, value) for name, value in query.items() if value)
        return cls(min(max(wanted, 1), last), total, path, kept, per_page)

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def start(self) -> int:
        """How many things come before this page."""
        return (self.number - 1) * self.per_page

    @property
    def stop(self) -> int:
        """How many things come before the next page."""
        return min(self.start + self.per_page, self.total)

    @property
    def before(self) -> str | None:
        """The address of the page before."""
        return self.address(self.number - 1) if self.number > 1 else None

    @property
    def after(self) -> str | None:
        """The address of the next page."""
        return self.address(self.number + 1) if self.number < self.pages else None

    def address(self, number: int) -> str:
        """The address of page `number` with the same filters."""
        return f"{self.path}?{urlencode([*self.query, ('page', str(number))])}"
