# SPDX-License-Identifier: Apache-2.0
"""Who is asked for a model: the first order that has somebody well, there in proportion to weights.

Pure: who is well is asked at one moment, chance comes from a sequence that is the same for a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from guiju.gateway.upstreams.asking import Limits
from guiju.gateway.upstreams.endpoint import Endpoint
from guiju.records import Source

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One who can answer: where, by which name there, and how often compared to others.

    `source` is what a record says of it when it answers at the first attempt, `head` how a question
    to it begins.
    """

    endpoint: Endpoint
    model: str
    weight: int
    order: int
    source: Source
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Route:
    """A model by its name: who can answer, by order, and which other models can.

    `first` are those of the lowest order, `shares` their parts of the whole, added up; a question
    for it comes in with `head`.
    """

    name: str
    owner: str
    members: tuple[Member, ...]
    first: tuple[Member, ...]
    shares: tuple[float, ...]
    fallback: tuple[str, ...]
    head: bytes
    retries: int
    limits: Limits


class Chance:
    """Numbers from 0 to 1 that keep apart from each other, so that shares come out soon.

    The additive recurrence of the golden ratio: any few in a row are spread evenly.
    """

    def __init__(self, seed: float) -> None:
        """Start at `seed`, from 0 to 1."""
        self._at = seed % 1.0

    def __call__(self) -> float:
        """The next number, at least 0 and below 1."""
        self._at = (self._at + _GOLDEN) % 1.0
        return self._at


def usual(route: Route, chance: Callable[[], float]) -> Member | None:
    """Who is asked first while all is well; None when somebody of the first order is not."""
    first = route.first
    if len(first) == 1:
        return first[0] if first[0].endpoint.well else None
    for one in first:
        if not one.endpoint.well:
            return None
    return _drawn(first, route.shares, chance())


def chosen(
    members: Sequence[Member], tried: Collection[Member], now: float, chance: Callable[[], float]
) -> Member | None:
    """Who is to be asked now, nobody of `tried`; None when nobody is well.

    `members` stand in the order of their `order`.
    """
    ready: list[Member] = []
    for one in members:
        if ready and one.order != ready[0].order:
            break
        if one not in tried and not one.endpoint.wait(now):
            ready.append(one)
    if len(ready) <= 1:
        return ready[0] if ready else None
    return _drawn(ready, shares_of(ready), chance())


def _drawn(members: Sequence[Member], shares: Sequence[float], drawn: float) -> Member:
    for at, share in enumerate(shares):
        if drawn < share:
            return members[at]
    return members[-1]


def shares_of(members: Sequence[Member]) -> tuple[float, ...]:
    """Up to which number between 0 and 1 each has its part; the last one's is 1."""
    total = sum(one.weight for one in members)
    return tuple(added / total for added in accumulate(one.weight for one in members))
