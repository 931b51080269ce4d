# SPDX-License-Identifier: Apache-2.0
"""One cell, event by event: workers with a queue each, and a database that takes their batches.

It knows nothing of the formulas in `capacity`: it draws arrivals and times, and counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random  # noqa: TID251 - arrivals and times, no ids

from bench.scaling.capacity import BATCH, LINGER, Costs, Service


@dataclass(frozen=True)
class Seen:
    """What became of the requests of one run, in seconds; `busy` are shares of the time."""

    mean_wait: float
    waited_longer: float
    mean_record_delay: float
    worker_busy: float
    database_busy: float
    largest_batch: int
    unrecorded: int


class Cell:
    """Workers before one database, for some seconds of Poisson arrivals."""

    def __init__(self, rate: float, workers: int, service: Service, costs: Costs) -> None:
        """`rate` is that of the whole cell; nothing has happened yet."""
        self._rate, self._service, self._costs = rate, service, costs
        self._draws = Random(workers)
        self._free_at = [0.0] * workers
        self._gathered: list[list[float]] = [[] for _ in range(workers)]
        self._committing = [False] * workers
        self._database_free = 0.0
        self._events: list[tuple[float, int, int]] = []
        self._waits: list[float] = []
        self._delays: list[float] = []
        self._busy, self._database_busy, self._largest = 0.0, 0.0, 0

    def run(self, seconds: float, bound: float) -> Seen:
        """All that came within `seconds`; `bound` is the wait that is counted beyond."""
        self._arrive(0.0)
        while self._events:
            at, kind, worker = heappop(self._events)
            if kind == _ARRIVES:
                self._serve(at, worker)
                if at < seconds:
                    self._arrive(at)
            elif kind == _SERVED:
                self._gathered[worker].append(at)
                if not self._committing[worker]:
                    self._commit(at, worker)
            else:
                self._committed(at, worker)
        waits = self._waits
        return Seen(
            mean_wait=sum(waits) / len(waits),
            waited_longer=sum(one > bound for one in waits) / len(waits),
            mean_record_delay=sum(self._delays) / len(self._delays),
            worker_busy=self._busy / seconds / len(self._free_at),
            database_busy=self._database_busy / seconds,
            largest_batch=self._largest,
            unrecorded=len(waits) - len(self._delays),
        )

    def _arrive(self, after: float) -> None:
        worker = self._draws.randrange(len(self._free_at))
        heappush(self._events, (after + self._draws.expovariate(self._rate), _ARRIVES, worker))

    def _serve(self, at: float, worker: int) -> None:
        begins = max(at, self._free_at[worker])
        takes = self._time()
        self._waits.append(begins - at)
        self._busy += takes
        self._free_at[worker] = begins + takes
        heappush(self._events, (begins + takes, _SERVED, worker))

    def _time(self) -> float:
        """Log-normal, with the mean and the variation that were asked for."""
        spread = math.log(1 + self._service.variation)
        middle = math.log(self._service.mean) - spread / 2
        return self._draws.lognormvariate(middle, math.sqrt(spread))

    def _commit(self, at: float, worker: int) -> None:
        """Hand a batch over: it waits its turn at the database."""
        gathered = self._gathered[worker]
        batch, self._gathered[worker] = gathered[:BATCH], gathered[BATCH:]
        self._committing[worker] = bool(batch)
        if not batch:
            return
        takes = self._costs.commit + len(batch) * self._costs.record
        begins = max(at, self._database_free)
        self._database_free = done = begins + takes
        self._database_busy += takes
        self._largest = max(self._largest, len(batch))
        flushed = done + self._costs.flush
        self._delays += [flushed - one for one in batch]
        heappush(self._events, (flushed + LINGER, _COMMITTED, worker))

    def _committed(self, at: float, worker: int) -> None:
        self._committing[worker] = False
        if self._gathered[worker]:
            self._commit(at, worker)


_ARRIVES, _SERVED, _COMMITTED = range(3)


def fullest_of(people: int, cells: int, variation: float, seed: int = 1) -> float:
    """How much more than its share the fullest cell has, in one draw of people and their wants."""
    draws = Random(seed)
    spread = math.log(1 + variation)
    sums = [0.0] * cells
    for _ in range(people):
        asked = draws.lognormvariate(-spread / 2, math.sqrt(spread)) if variation else 1.0
        sums[draws.randrange(cells)] += asked
    return max(sums) * cells / sum(sums)
