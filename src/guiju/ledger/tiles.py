# SPDX-License-Identifier: Apache-2.0
"""The file layout of C2SP tlog-tiles: which files a tree of a size has, and what stands in them.

Pure. A hash tile holds up to 256 hashes of one level (levels count in steps of eight), an entry
bundle up to 256 leaves, each after its length in two bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guiju.ledger.tree import HASH

WIDTH = 256
_SHIFT = 8
ENTRIES = -1  # the "level" of entry bundles, which lie beside the hash tiles

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})((?:/x[0-9]{3})*/[0-9]{3})(?:\.p/([0-9]{1,3}))?")


class Tile(NamedTuple):
    """One file: its level (or ENTRIES), its number on that level, and how many things it holds."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the folder, e.g. `tile/0/x001/x234/067.p/8`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{_number(self.number)}{self._partial}"

    @property
    def _partial(self) -> str:
        return "" if self.width == WIDTH else f".p/{self.width}"


def _number(number: int) -> str:
    parts = [f"{number % 1000:03}"]
    while number >= 1000:  # noqa: PLR2004 - three digits to a folder, as C2SP has it
        number //= 1000
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts))


def read_path(path: str) -> Tile | None:
    """The tile that lies at `path`; None when no tile does."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level, digits, width = found.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(digits.replace("/", "").replace("x", "")),
        WIDTH if width is None else int(width),
    )
    # Other spellings of the same number are not this file.
    return tile if tile.path == path and 1 <= tile.width <= WIDTH else None


def levels(size: int) -> Iterator[int]:
    """The levels on which a tree of `size` leaves has hash tiles."""
    level = 0
    while size >> (_SHIFT * level):
        yield level
        level += 1


def count_at(level: int, size: int) -> int:
    """How many hashes (or leaves) a tree of `size` has on `level`."""
    return size >> (_SHIFT * max(level, 0))


def needed(size: int) -> Iterator[Tile]:
    """Every file that a tree of `size` leaves must have."""
    for level in (ENTRIES, *levels(size)):
        full, rest = divmod(count_at(level, size), WIDTH)
        for number in range(full):
            yield Tile(level, number)
        if rest:
            yield Tile(level, full, rest)


def tile_at(level: int, number: int, size: int) -> Tile:
    """The file in which a tree of `size` keeps tile `number` of `level`."""
    return Tile(level, number, min(WIDTH, count_at(level, size) - number * WIDTH))


def split(tile: bytes) -> list[bytes]:
    """The hashes of a hash tile."""
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def bundle(leaves: Sequence[bytes]) -> bytes:
    """An entry bundle."""
    return b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves])


def unbundle(data: bytes) -> list[bytes]:
    """The leaves of an entry bundle, as far as it can be read."""
    leaves, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        leaves.append(data[at + 2 : end])
        at = end
    return leaves
