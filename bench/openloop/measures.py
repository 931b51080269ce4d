# SPDX-License-Identifier: Apache-2.0
"""What is measured of a subject, each by an open loop of its own."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import uvloop
from bench.gateway import cpu_seconds, memory_mib
from bench.openloop.arrivals import Arrivals, constant, poisson, scattered
from bench.openloop.load import Load, Request, Shot
from bench.openloop.streams import Streams, compared, leaked, sent_by
from bench.openloop.subjects import Subject

WAIT_MS = 60
FRAMES, FRAME_MS, STREAMS = 64, 20, 64
CROWD, STALL_MS = 2000, 200.0
PACES_MS = (1000, 500, 250)
BOUNDS_MS = (50.0, 10.0, 5.0)
_CLOSE_ENOUGH = 1.1
_TOGETHER = 3.0  # seconds that all of a crowd speak
_TRICKLE = 32  # so much less than what a subject should do
_MOST_PROBES = 24  # of one subject: on a busy machine answers contradict each other
_OK = 200


@dataclass(frozen=True)
class Length:
    """How long to measure (seconds), and how often."""

    rounds: int = 3
    round: float = 1.5
    probe: float = 1.0
    streams: float = 3.0
    many: float = 15.0
    crowd: float = 8.0
    away: float = 60.0
    total: float = 300.0


SHORT = Length(
    rounds=2, round=1.0, probe=0.6, streams=2.0, many=4.0, crowd=4.0, away=8.0, total=180.0
)


@dataclass
class Found:
    """The figures of one subject; what was not measured is not there."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)


def percentile(values: list[float], share: float) -> float:
    """The value that this share does not exceed; infinite when there is none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else math.inf


_numbers = iter(range(0, 1 << 40, 100_000))


def shots_of(
    port: int,
    request: Request,
    arrivals: Iterator[float],
    *,
    keep: bool = False,
    drain: float = 5.0,
    most: int = 5000,
) -> list[Shot]:
    """Send at these moments and collect what came; numbers are never used twice."""
    load = Load(port, request, keep=keep, most=most, numbers=next(_numbers))
    gc.collect()
    gc.disable()
    try:
        return uvloop.run(load.run(arrivals, drain))
    finally:
        gc.enable()


def whole(
    subject: Subject, rate: float, seconds: float, arrivals: Arrivals = poisson, mark: str = ""
) -> list[Shot]:
    """Whole answers at `rate` a second; gives up at a quarter second's worth of unanswered ones."""
    data = subject.request(mark)
    most = max(64, round(rate / 4))
    return shots_of(subject.port, lambda _: data, arrivals(rate, seconds), most=most)


def failures(shots: list[Shot]) -> int:
    """How many got no answer, or another one than a good one."""
    return sum(one.status != _OK for one in shots)


# -- one figure each -------------------------------------------------------------------------------


def cpu_micros(subject: Subject, rate: float, seconds: float) -> float:
    """Processor microseconds for a whole answer, all processes of the subject together."""
    before = cpu_seconds(subject.pid)
    shots = whole(subject, rate, seconds, constant)
    used = cpu_seconds(subject.pid) - before
    good = len(shots) - failures(shots)
    return used / good * 1e6 if good else math.inf


def added_latency(subject: Subject, rate: float, seconds: float) -> dict[str, float]:
    """Milliseconds beyond the fixed delay of the model, at little load."""
    shots = whole(subject, rate, seconds, constant, f"(wait {WAIT_MS})")
    added = [one.seconds * 1000 - WAIT_MS for one in shots if one.status == _OK]
    return {"p50_ms": percentile(added, 0.5), "p99_ms": percentile(added, 0.99)}


class Frontier:
    """The highest rate at which the 99th percentile keeps to a bound, without one failure."""

    def __init__(self, probe: Callable[[float], float], start: float) -> None:
        """`probe` gives the 99th percentile in ms at a rate, infinite when a request failed."""
        self._probe, self._start = probe, start
        self._points: dict[float, float] = {}
        self._left = _MOST_PROBES

    def below(self, bound: float) -> float:
        """Requests a second, within a tenth; 0 when not even a slow trickle keeps to it."""
        low = max((rate for rate, at in self._points.items() if at <= bound), default=0.0)
        high = min(
            (rate for rate, at in self._points.items() if at > bound and rate > low),
            default=math.inf,
        )
        while self._left and (low == 0.0 or high > low * _CLOSE_ENOUGH):
            self._left -= 1
            rate = self._between(low, high)
            if rate < self._start / _TRICKLE:
                return 0.0
            self._points[rate] = at = self._probe(rate)
            if at <= bound:
                low = rate
            else:
                high = rate
        return low

    def _between(self, low: float, high: float) -> float:
        if math.isinf(high):
            return low * 2 or self._start
        return math.sqrt(low * high) if low else high / 2


def frontier(subject: Subject, micros: float, seconds: float) -> tuple[dict[str, float], int]:
    """The highest rate within each bound, and how many requests that took to find out."""
    asked = 0

    def probe(rate: float) -> float:
        nonlocal asked
        # A percentile of few values is one value: slow subjects are asked for longer.
        shots = whole(subject, rate, min(2.5, max(seconds, 150 / rate)))
        asked += len(shots)
        if failures(shots):
            sleep(0.2)  # for the subject to notice that everybody left
            return math.inf
        return percentile([one.seconds * 1000 for one in shots], 0.99)

    search = Frontier(probe, 0.4e6 / micros)
    return {f"p99 <= {bound:.0f} ms": search.below(bound) for bound in BOUNDS_MS}, asked


def paced(
    subject: Subject, model: int, streams: int, seconds: float, arrivals: Arrivals = scattered
) -> dict[str, float]:
    """So many streams at once, pieces 20 ms apart: what is added, and the processor time.

    Those that begin before there are so many are not counted: their connections are new, on both
    sides of the subject, which takes the kernel some milliseconds now and then, whoever serves.
    """
    sent_by(model)
    before = cpu_seconds(subject.pid)
    rate = streams / (FRAMES * FRAME_MS / 1000)
    shots = shots_of(
        subject.port,
        lambda number: subject.request(f"({FRAMES}x{FRAME_MS}#{number})", stream=True),
        arrivals(rate, seconds),
        keep=True,
        most=streams * 4,
    )
    used = cpu_seconds(subject.pid) - before
    log = sent_by(model)
    full = shots[0].intended + FRAMES * FRAME_MS / 1000 if shots else math.inf
    found = compared([one for one in shots if one.intended >= full], log)
    good = len(shots) - compared(shots, log).failed
    return {
        "streams": len(shots),
        "counted": len(found.first),
        "failed": len(shots) - good,
        "first_p50_ms": percentile(found.first, 0.5),
        "first_p99_ms": percentile(found.first, 0.99),
        "gap_p50_ms": percentile(found.gaps, 0.5),
        "gap_p99_ms": percentile(found.gaps, 0.99),
        "cpu_micros_per_frame": used / (good * FRAMES) * 1e6 if good else math.inf,
    }


def in_step(subject: Subject, model: int, seconds: float) -> dict[str, float]:
    """The hardest case: 64 streams begun 20 ms apart, so that all of their pieces come at once."""
    return paced(subject, model, STREAMS, seconds, constant)


def crowd(subject: Subject, model: int, gap_ms: int, seconds: float) -> dict[str, float]:
    """Two thousand streams, begun in so many seconds, a piece every `gap_ms`: the longest stall."""
    sent_by(model)
    frames = round((seconds + _TOGETHER) * 1000 / gap_ms)
    shots = shots_of(
        subject.port,
        lambda number: subject.request(f"({frames}x{gap_ms}#{number})", stream=True),
        constant(CROWD / seconds, seconds),
        keep=True,
        drain=seconds + _TOGETHER + 6,
    )
    found: Streams = compared(shots, sent_by(model))
    return {
        "gap_ms": gap_ms,
        "failed": found.failed,
        "longest_stall_ms": max(found.stalls, default=math.inf),
        "first_p99_ms": percentile(found.first, 0.99),
    }


def crowds(subject: Subject, model: int, seconds: float) -> list[dict[str, float]]:
    """Faster and faster, until there is a failure or a stall beyond the bound."""
    found: list[dict[str, float]] = []
    for gap in PACES_MS:
        found.append(crowd(subject, model, gap, seconds))
        if found[-1]["failed"] or found[-1]["longest_stall_ms"] > STALL_MS:
            break
    return found


def leaks(subject: Subject, seconds: float) -> dict[str, float]:
    """In what share of streams a forbidden phrase, cut anywhere, could be read."""
    shots = shots_of(
        subject.port,
        lambda number: subject.request(f"(leak#{number})", stream=True),
        constant(4, seconds * 2),
        keep=True,
    )
    told, read = leaked(shots)
    return {
        "streams": len(shots),
        "answered": told,
        "leaked": read,
        "rate": read / told if told else 0.0,
    }


def resident(subject: Subject) -> float:
    """MiB of all processes of the subject."""
    return memory_mib(subject.pid)
