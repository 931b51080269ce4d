# SPDX-License-Identifier: Apache-2.0
"""Which decisions get a second look, and what the looks say: pure, and the same for everybody.

A draw is by the digest of a seed and the decision's id. The seed is a root of the ledger that was
signed after the last of the decisions was made, so nobody could know it while deciding, and anybody
can draw again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt

_THOUSAND = 1000
# The normal quantile of a two-sided interval at 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with the Wilson interval at 95 %; without a total there is none."""

    hits: int
    total: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound of the share."""
        if not self.total:
            return None
        share, room = self.hits / self.total, _Z * _Z / self.total
        middle = share + room / 2
        half = _Z * sqrt(share * (1 - share) / self.total + room / (4 * self.total))
        low, high = (middle - half) / (1 + room), (middle + half) / (1 + room)
        # Rounding must not put the share itself outside: none of some, or all of them.
        return max(0.0, min(low, share)), min(1.0, max(high, share))


def drawn(population: Collection[str], seed: str, permille: int) -> list[str]:
    """So many in a thousand of `population`, rounded up, in the order of the draw."""
    wanted = -(-len(population) * permille // _THOUSAND)
    return sorted(population, key=lambda one: _lot(seed, one))[:wanted]


def _lot(seed: str, name: str) -> str:
    return sha256(f"{seed}/{name}".encode()).hexdigest()
