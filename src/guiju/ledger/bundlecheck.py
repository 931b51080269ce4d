# SPDX-License-Identifier: Apache-2.0
"""One look at a bundle: is every row whole and in its place, and are its files those of its rows?

Bundles need nothing of each other, so this is what a check of a large ledger spreads over the
cores. Whatever is not plainly sound is left to the walk, which finds the words for it.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, text

from guiju.ledger.folder import Folder
from guiju.ledger.service import entry_code
from guiju.ledger.tiles import ENTRIES, WIDTH, Tile, bundle, split
from guiju.ledger.tree import leaf_hashes, perfect_root, root_of
from guiju.storage import engine_at

# Plain text, so that values come as the database holds them.
COLUMNS = "SELECT arrival, id, position, subject, leaf, code FROM ledger_entry WHERE "
_BETWEEN = text(COLUMNS + "position >= :low AND position < :high ORDER BY position")
_PLACE = attrgetter("position")
_AHEAD = 2  # pages for each process, so that none waits for the next

Rows = Sequence[Any]


class Page(NamedTuple):
    """The places [begin, end), and how many bundles of the whole ledger have their files alone.

    `begin` starts a bundle; only the last one may end before the next does.
    """

    begin: int
    end: int
    published: int


class Sound(NamedTuple):
    """What a bundle in which nothing is wrong holds: its leaves' hashes, and the rows attested."""

    joined: bytes
    root: bytes
    attested: list[Any]

    @property
    def hashes(self) -> list[bytes]:
        """The hash of each leaf."""
        return split(self.joined)


class Looker:
    """Looks at the bundles of one ledger."""

    def __init__(self, rows: Callable[[int, int], Rows], key: bytes, folder: Path | None) -> None:
        """With the rows between two places, the key of their codes, and where files are."""
        self._rows = rows
        self._key = key
        self._folder = None if folder is None else Folder(folder)

    def look(self, page: Page) -> list[Sound | None]:
        """What is in each bundle; None unless everything about it is as it was made."""
        rows = self._rows(page.begin, page.end)
        seen, begin = [], 0
        for first in range(page.begin, page.end, WIDTH):
            width = min(WIDTH, page.end - first)
            end = bisect_left(rows, first + width, begin, key=_PLACE)
            mine = rows[begin:end]
            seen.append(self._look(first, mine, page) if len(mine) == width else None)
            begin = end
        return seen

    def _look(self, first: int, rows: Rows, page: Page) -> Sound | None:
        attested: list[Any] = []
        leaves = _sound_leaves(self._key, first, rows, attested)
        if leaves is None:
            return None
        hashes = leaf_hashes(leaves)
        joined, number = b"".join(hashes), first // WIDTH
        if number < page.published and not self._is_published(number, leaves, joined):
            return None
        root = perfect_root(hashes) if len(hashes) == WIDTH else root_of(hashes)
        return Sound(joined, root, attested)

    def _is_published(self, number: int, leaves: Sequence[bytes], joined: bytes) -> bool:
        return (
            self._folder is not None
            and self._folder.read(Tile(ENTRIES, number).path) == bundle(leaves)
            and self._folder.read(Tile(0, number).path) == joined
        )


def rows_between(connection: Connection, low: int, high: int) -> Rows:
    """The entries at the places [low, high), as far as they are there."""
    return connection.execute(_BETWEEN, {"low": low, "high": high}).all()


def _sound_leaves(key: bytes, first: int, rows: Rows, attested: list[Any]) -> list[bytes] | None:
    """The leaves, with the rows they name put to `attested`; None when one is not as it was."""
    leaves: list[bytes] = []
    for expected, row in enumerate(rows, first):
        arrival, name, place, subject, leaf, code = row
        if type(place) is not int or place != expected or type(leaf) is not bytes:
            return None
        value = canonical_leaf(leaf) if entry_code(key, arrival, leaf) == code else None
        if value is None or value["id"] != name or value["subject"] != subject:
            return None
        leaves.append(leaf)
        attested += value["rows"]
    return leaves


def _refuse_fraction(said: str) -> float:
    raise ValueError(f"evidence holds no fractions: {said}")


_decode = msgspec.json.Decoder(dict[str, Any], float_hook=_refuse_fraction).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def canonical_leaf(leaf: bytes) -> dict[str, Any] | None:
    """The leaf as a value; None when these are not the bytes that such a value has."""
    try:
        value = _decode(leaf)
    except (ValueError, RecursionError):
        return None
    whole = "id" in value and "subject" in value and type(value.get("rows")) is list
    return value if whole and _encode(value) == leaf else None


# -- on all cores --------------------------------------------------------------------------------


class Place(NamedTuple):
    """What a process needs to look at a ledger by itself."""

    url: str
    key: bytes
    folder: Path | None


def cores() -> int:
    """How many processes can work at once here."""
    return len(os.sched_getaffinity(0))


Looked = Iterator[tuple[Page, list[Sound | None]]]


def looked_here(looker: Looker, pages: Iterable[Page]) -> Looked:
    """Each page with what is in it."""
    return ((page, looker.look(page)) for page in pages)


def looked_apart(looker: Looker, place: Place, pages: Iterable[Page], processes: int) -> Looked:
    """The same from so many processes, in the same order.

    What is on record does not change, so it does not matter that each looks at its own moment. If
    one is killed, for want of memory perhaps, its pages are looked at here.
    """
    # Started afresh: a copy of a process with threads may hold their locks for ever.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for page, asked in _ahead(pool, place, pages, _AHEAD * processes):
            try:
                seen = None if asked is None else asked.result()
            except BrokenExecutor:
                seen = None
            yield page, looker.look(page) if seen is None else seen


def _ahead(
    pool: Executor, place: Place, pages: Iterable[Page], most: int
) -> Iterator[tuple[Page, Future[list[Sound | None]] | None]]:
    waiting: deque[tuple[Page, Future[list[Sound | None]] | None]] = deque()
    for page in pages:
        try:
            waiting.append((page, pool.submit(_look_at, place, page)))
        except BrokenExecutor:
            waiting.append((page, None))
        if len(waiting) > most:
            yield waiting.popleft()
    yield from waiting


def _look_at(place: Place, page: Page) -> list[Sound | None]:
    return _looker(place).look(page)


@lru_cache(maxsize=1)
def _looker(place: Place) -> Looker:
    engine = engine_at(place.url)

    def rows(low: int, high: int) -> Rows:
        with engine.connect() as connection:
            return rows_between(connection, low, high)

    return Looker(rows, place.key, place.folder)
