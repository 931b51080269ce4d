# SPDX-License-Identifier: Apache-2.0
"""When requests are meant to be sent, decided before anything is measured.

A closed loop waits for an answer before it asks again, so a server that stalls is asked less and
its stall is counted once ("coordinated omission"). Here the moments are fixed first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random  # noqa: TID251 - moments to send at, no ids

Arrivals = Callable[[float, float], Iterator[float]]
"""From requests a second and seconds, the moments in seconds after the start, rising."""


def constant(rate: float, seconds: float) -> Iterator[float]:
    """`rate` moments a second at even distances."""
    return (number / rate for number in range(round(rate * seconds)))


def scattered(rate: float, seconds: float) -> Iterator[float]:
    """`rate` moments a second, one anywhere in each of as many equal parts; the same each time.

    For streams of a fixed pace: at even distances that its pace divides, every piece of every one
    would come at the same moment, as those of independent people never do.
    """
    draws = Random(round(rate))
    return ((number + draws.random()) / rate for number in range(round(rate * seconds)))


def poisson(rate: float, seconds: float) -> Iterator[float]:
    """Moments of independent people, `rate` a second on average; the same ones each time."""
    draws, at = Random(round(rate)), 0.0
    while (at := at + draws.expovariate(rate)) < seconds:
        yield at
