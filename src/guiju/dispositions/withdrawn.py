# SPDX-License-Identifier: Apache-2.0
"""What is withdrawn from all answers now, in memory: one object for as long as a process lives.

Whoever hands an answer out asks it. What is usual, that nothing is withdrawn, costs one look at an
empty mapping; a newer state replaces an older one and never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from guiju.dispositions import withdrawal_store
from guiju.dispositions.withdrawal_store import Mark
from guiju.storage import Tx


class Entry(NamedTuple):
    """By which case, by its number, and for which harm something is withdrawn."""

    number: str
    harm: str


class Withdrawn:
    """Digests of withdrawn content, and of the beginnings of withdrawn texts."""

    __slots__ = ("_as_of", "_mark", "_starts", "_whole")

    def __init__(self) -> None:
        """Nothing is known to be withdrawn."""
        self._as_of: datetime | None = None
        self._mark: Mark | None = None
        self._whole: Mapping[str, Entry] = MappingProxyType({})
        self._starts: tuple[frozenset[str], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is withdrawn."""
        return bool(self._whole)

    def of(self, digest: str | None) -> Entry | None:
        """Why content with this digest is withdrawn; None: it is not."""
        return None if digest is None else self._whole.get(digest)

    def begins(self, step: int, digest: str) -> bool:
        """Whether a withdrawn text has this beginning; `step`: the how manyth of its beginnings."""
        return step < len(self._starts) and digest in self._starts[step]

    def is_at(self, mark: Mark) -> bool:
        """Whether this is what is withdrawn at this mark of the table."""
        return mark == self._mark

    def become(
        self,
        mark: Mark,
        found: Iterable[tuple[str, Entry, tuple[str, ...]]],
        as_of: datetime,
    ) -> None:
        """Take up what was read at `as_of`: digests, why, and beginnings of each."""
        if self._as_of is not None and as_of < self._as_of:
            return
        whole, starts = {}, list[set[str]]()
        for digest, why, beginnings in found:
            whole[digest] = why
            for step, one in enumerate(beginnings):
                if step == len(starts):
                    starts.append(set())
                starts[step].add(one)
        self._as_of, self._mark = as_of, mark
        self._starts = tuple(map(frozenset, starts))
        self._whole = MappingProxyType(whole)


def take_up_withdrawn(tx: Tx, withdrawn: Withdrawn) -> None:
    """Bring `withdrawn` to what the database says; one question where nothing has changed."""
    mark = withdrawal_store.mark(tx)
    if not withdrawn.is_at(mark):
        rows = withdrawal_store.standing(tx)
        found = [(row.digest, Entry(row.number, row.harm), tuple(row.starts)) for row in rows]
        withdrawn.become(mark, found, tx.now)
