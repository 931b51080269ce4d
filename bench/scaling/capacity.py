# SPDX-License-Identifier: Apache-2.0
"""The capacity model: from the measured cost of one request to the machines for very many.

A worker is one core with one queue (M/G/1). Its records go to the database of its cell in batches.
Nothing is shared between cells, so a rate is served by as many cells as it takes. All times are in
seconds, all rates a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

BATCH = 512
"""Records that one commit takes at most (gateway/recorder.py)."""

LINGER = 0.010
"""How long a worker gathers records before it commits the next batch (gateway/recorder.py)."""

BUSY = 0.6
"""The share of its time that a database may be busy: half as much again is left for a bad day."""

_DAY = 86_400


@dataclass(frozen=True)
class Costs:
    """What was measured: processor seconds of a worker, seconds of a database, bytes.

    `whole` is a request with its answer in one piece, `piece` what each piece of a stream adds.
    A batch keeps the database to itself for `commit` and a `record` each, then waits for the disk
    for `flush`, as others may at the same time.
    """

    whole: float
    piece: float
    commit: float
    record: float
    flush: float
    leaves_a_second: float
    verify_leaf: float
    record_bytes: float
    leaf_bytes: float


@dataclass(frozen=True)
class Demand:
    """What is asked for: `rate` requests, of which `streamed` come in so many `pieces`.

    `bound` is how long one of a hundred pieces of work may wait for its worker.
    """

    rate: float
    streamed: float = 0.0
    pieces: int = 0
    bound: float = 0.010


@dataclass(frozen=True)
class Plan:
    """What that takes; `cell` is one database with the workers before it."""

    busy: float
    workers: int
    cells: int
    workers_a_cell: int
    rate_a_cell: float
    record_delay: float
    bytes_a_day: float
    verify_a_day: float


@dataclass(frozen=True)
class Service:
    """Times of one piece of work: their mean, and their squared coefficient of variation."""

    mean: float
    variation: float

    @property
    def longest(self) -> float:
        """The mean time that whoever is served still takes, seen by one who comes (renewal)."""
        return self.mean * (1 + self.variation) / 2


def mean_wait(rate: float, service: Service) -> float:
    """Pollaczek and Khinchine: the mean wait at a server of one queue; infinite when it is lost."""
    busy = rate * service.mean
    return busy * service.longest / (1 - busy) if busy < 1 else math.inf


def waits_longer(rate: float, service: Service, bound: float) -> float:
    """The share that waits longer than `bound`, by the exponential tail of the same queue."""
    busy = rate * service.mean
    return busy * math.exp(-(1 - busy) * bound / service.longest) if busy < 1 else 1.0


def most_busy(service: Service, bound: float, share: float = 0.01) -> float:
    """How busy a worker may be so that no more than `share` waits longer than `bound`."""
    return _last(lambda busy: waits_longer(busy / service.mean, service, bound) <= share)


def work_of(demand: Demand, costs: Costs) -> tuple[float, Service]:
    """Pieces of work a second, and their times: a request each, and the pieces of its stream.

    Within a kind times are taken to vary as much as they are long (exponential), which is more
    than they do.
    """
    kinds = [(demand.rate, costs.whole)]
    kinds.append((demand.rate * demand.streamed * demand.pieces, costs.piece))
    rate = sum(one for one, _ in kinds)
    mean = sum(one * time for one, time in kinds) / rate
    square = sum(one * 2 * time * time for one, time in kinds) / rate
    return rate, Service(mean, square / mean**2 - 1)


def records_a_second(costs: Costs) -> float:
    """What one writer puts on record, in full batches; also what one tree takes up."""
    return min(BATCH / (costs.commit + BATCH * costs.record), costs.leaves_a_second)


def cycle(rate: float, workers: int, costs: Costs) -> tuple[float, float]:
    """How long a worker's round of gathering and committing takes, and how busy the database is.

    A round is the linger, a batch and its flush, or as long as the batches of all workers one after
    another, whatever is longer: rounds of one length fall into step, so that below that nobody
    waits. The more that come in a round the longer it takes: it lasts as long as the two agree on.
    """
    lasts = LINGER + costs.commit
    for _ in range(200):
        size = min(BATCH, rate / workers * lasts)
        batch = costs.commit + size * costs.record
        lasts = (lasts + max(LINGER + batch + costs.flush, workers * batch)) / 2
    return lasts, workers * batch / lasts


def record_delay(rate: float, workers: int, costs: Costs) -> float:
    """Mean seconds from a record's being handed over to its being durable.

    Half a round until its batch is, and the batch with whatever the round has besides the linger.
    """
    lasts, _ = cycle(rate, workers, costs)
    return lasts / 2 + (lasts - LINGER)


def plan(demand: Demand, costs: Costs) -> Plan:
    """Workers and cells for `demand`, and what they keep in a day."""
    work, service = work_of(demand, costs)
    busy = most_busy(service, demand.bound)
    workers = math.ceil(work * service.mean / busy)
    cells = max(1, math.ceil(demand.rate / (BUSY * records_a_second(costs))))
    each = math.ceil(workers / cells)
    while _database_busy(demand.rate / cells, each, costs) > BUSY:
        cells += 1
        each = math.ceil(workers / cells)
    rate = demand.rate / cells
    return Plan(
        busy=busy,
        workers=each * cells,
        cells=cells,
        workers_a_cell=each,
        rate_a_cell=rate,
        record_delay=record_delay(rate, each, costs),
        bytes_a_day=demand.rate * _DAY * (costs.record_bytes + costs.leaf_bytes),
        verify_a_day=rate * _DAY * costs.verify_leaf,
    )


def _database_busy(rate: float, workers: int, costs: Costs) -> float:
    return cycle(rate, workers, costs)[1]


def fullest(people: int, cells: int, variation: float = 0.0) -> float:
    """How much more than its share the fullest cell has, when people fall on cells by a hash.

    `variation` is the squared coefficient of variation of what people ask for. The sum over many
    people is close to normal, and the fullest of so many normal ones is known.
    """
    spread = math.sqrt((1 + variation) * (cells - 1) / people)
    return 1 + spread * math.sqrt(2 * math.log(cells)) if cells > 1 else 1.0


def _last(holds: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
