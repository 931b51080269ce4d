# SPDX-License-Identifier: Apache-2.0
"""Verdicts that were given a short while ago, by digest: no text is kept."""

from __future__ import annotations

from guiju.screening import guards


class Cache:
    """The verdicts used last, a bounded number of them for a bounded time."""

    def __init__(self, most: int = 4_096, seconds: float = 300.0) -> None:
        """Keep at most `most` verdicts, each for `seconds` after it was given."""
        self._most = most
        self._seconds = seconds
        self._kept: dict[bytes, tuple[float, guards.GuardVerdict]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes, now: float) -> guards.GuardVerdict | None:
        """The verdict under `key`, if it is there and fresh; it counts as used."""
        entry = self._kept.pop(key, None)
        if entry is None or entry[0] <= now:
            return None
        self._kept[key] = entry
        return entry[1]

    def put(self, key: bytes, verdict: guards.GuardVerdict, now: float) -> None:
        """Keep `verdict`; whoever was not used for longest makes room."""
        self._kept.pop(key, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now + self._seconds, verdict)
