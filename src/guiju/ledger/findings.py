# SPDX-License-Identifier: Apache-2.0
"""What a check has found so far: problems in order, not without end."""

from __future__ import annotations

from guiju.kernel import Text
from guiju.ledger.model import Problem

_LIMIT = 1_000


class Findings:
    """Collects problems; past a limit it only counts them."""

    def __init__(self) -> None:
        """Nothing found yet."""
        self._problems: list[Problem] = []
        self._more = 0

    def add(self, where: str, zh: str, en: str) -> None:
        """One thing that does not hold."""
        if len(self._problems) < _LIMIT:
            self._problems.append(Problem(where, Text(zh=zh, en=en)))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        """Every problem, and how many were not listed."""
        if not self._more:
            return tuple(self._problems)
        what = Text(
            zh=f"另有 {self._more} 个问题未列出。",
            en=f"{self._more} more problems are not listed.",
        )
        return (*self._problems, Problem("...", what))
