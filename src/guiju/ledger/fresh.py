# SPDX-License-Identifier: Apache-2.0
"""Leaves that were just given their places, for whoever publishes them next.

They were checked when they got their places; to read, check and hash them again from the database
would cost more than to publish them.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju.ledger.tiles import WIDTH

_MOST = 60_000


class Fresh:
    """The newest leaves and their hashes, as far as one process has placed them without a gap."""

    def __init__(self) -> None:
        """None yet."""
        self._begin = 0
        self._leaves: list[bytes] = []
        self._hashes: list[bytes] = []

    def add(self, begin: int, leaves: Sequence[bytes], hashes: Sequence[bytes]) -> None:
        """Take leaves whose places, from `begin` on, are committed."""
        if begin != self._begin + len(self._leaves):
            self._begin, self._leaves, self._hashes = begin, [], []
        self._leaves += leaves
        self._hashes += hashes
        if len(self._leaves) > _MOST:
            # Nobody publishes: better read again one day than remember for ever.
            self._begin, self._leaves, self._hashes = begin + len(leaves), [], []

    def begin(self, end: int) -> int:
        """From where on all leaves up to `end` are known; `end` when that one is not."""
        last = self._begin + len(self._leaves)
        return self._begin if self._begin <= end <= last else end

    def between(self, begin: int, end: int) -> list[tuple[bytes, bytes]]:
        """Leaves and hashes of the positions [begin, end), which must be known."""
        low, high = begin - self._begin, end - self._begin
        return list(zip(self._leaves[low:high], self._hashes[low:high], strict=True))

    def forget(self, size: int) -> None:
        """Keep only what is not published, and the last tile, which will be written again."""
        count = min(max(size // WIDTH * WIDTH - self._begin, 0), len(self._leaves))
        self._begin += count
        del self._leaves[:count]
        del self._hashes[:count]
