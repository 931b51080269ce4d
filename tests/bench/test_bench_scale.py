# SPDX-License-Identifier: Apache-2.0
"""The capacity model against a simulation that knows none of its formulas."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from bench.scaling.capacity import (
    BUSY,
    Costs,
    Demand,
    Service,
    cycle,
    fullest,
    mean_wait,
    most_busy,
    plan,
    record_delay,
    records_a_second,
    waits_longer,
    work_of,
)
from bench.scaling.page import costs_of, demands, page
from bench.scaling.simulation import Cell, fullest_of

COSTS = Costs(
    whole=500e-6,
    piece=120e-6,
    commit=0.5e-3,
    record=80e-6,
    flush=2e-3,
    leaves_a_second=24_000,
    verify_leaf=11e-6,
    record_bytes=2500,
    leaf_bytes=700,
)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
@pytest.mark.parametrize("variation", [0.0, 1.0, 3.0])
def test_waiting_for_a_worker_is_as_predicted(busy: float, variation: float) -> None:
    """Mean wait and the share beyond a bound, from a quiet worker to a busy one."""
    service = Service(500e-6, variation)
    rate, bound = busy / service.mean, 4e-3
    seen = Cell(rate, 1, service, COSTS).run(60_000 / rate, bound)
    assert seen.worker_busy == pytest.approx(busy, rel=0.05)
    assert seen.mean_wait == pytest.approx(mean_wait(rate, service), rel=0.25)
    # The tail is exponential in the model only: what varies more has a share that is smaller.
    said = waits_longer(rate, service, bound)
    assert said * 0.8 - 0.02 < seen.waited_longer < said + 0.02


def test_a_worker_that_is_as_busy_as_it_may_be_keeps_to_the_bound() -> None:
    """The highest load that the model allows leaves about one in a hundred beyond the bound."""
    service = Service(500e-6, 1.0)
    busy = most_busy(service, 10e-3)
    assert 0.5 < busy < 0.9
    seen = Cell(busy / service.mean, 1, service, COSTS).run(60, 10e-3)
    assert 0.002 < seen.waited_longer < 0.025


@pytest.mark.parametrize(("workers", "rate"), [(1, 400), (1, 1200), (4, 2400), (8, 4000)])
def test_the_delay_of_records_is_as_predicted(workers: int, rate: float) -> None:
    """Half a round and the batch, with the database's queue in it; and how busy that makes it."""
    seen = Cell(rate, workers, Service(100e-6, 1.0), COSTS).run(20_000 / rate, 1)
    assert seen.unrecorded == 0
    assert seen.database_busy == pytest.approx(cycle(rate, workers, COSTS)[1], rel=0.2)
    assert seen.mean_record_delay == pytest.approx(record_delay(rate, workers, COSTS), rel=0.25)


def test_a_plan_holds_when_one_of_its_cells_is_simulated() -> None:
    """The waits and the database of a cell as planned for 100,000 requests a second."""
    demand = Demand(rate=100_000)
    made = plan(demand, COSTS)
    assert made.cells * made.rate_a_cell == pytest.approx(demand.rate)
    assert made.rate_a_cell <= BUSY * records_a_second(COSTS)
    _, service = work_of(demand, COSTS)
    seen = Cell(made.rate_a_cell, made.workers_a_cell, service, COSTS).run(5, demand.bound)
    assert seen.waited_longer < 0.02
    assert seen.database_busy < BUSY * 1.1
    assert seen.mean_record_delay == pytest.approx(made.record_delay, rel=0.3)


def test_streams_cost_by_the_piece() -> None:
    """With every answer in 64 pieces the workers grow as the pieces do, the records do not."""
    whole, streamed = (
        plan(Demand(100_000, streamed=share, pieces=64), COSTS) for share in (0.0, 1.0)
    )
    ratio = (COSTS.whole + COSTS.piece * 64) / COSTS.whole
    assert streamed.workers / whole.workers == pytest.approx(ratio, rel=0.3)
    assert streamed.bytes_a_day == whole.bytes_a_day


@pytest.mark.parametrize(("cells", "variation"), [(4, 0.0), (40, 0.0), (40, 20.0)])
def test_the_fullest_cell_is_as_full_as_predicted(cells: int, variation: float) -> None:
    """People fall on cells by a hash; a few who ask for much make it worse, as predicted."""
    people = 20_000
    drawn = [fullest_of(people, cells, variation, seed) - 1 for seed in range(3)]
    found, said = sum(drawn) / len(drawn), fullest(people, cells, variation) - 1
    assert 0.4 * said < found < 1.5 * said


def test_what_cannot_be_done_is_not_promised() -> None:
    """A lost queue has no mean, and a worker without time has no share left."""
    assert mean_wait(3000, Service(500e-6, 1)) == math.inf
    assert waits_longer(3000, Service(500e-6, 1), 9) == 1
    assert most_busy(Service(1.0, 1), 1e-6) < 0.02


def test_the_page_is_written_from_the_results() -> None:
    """Each figure is where it belongs, no place is open, other results give another page."""
    micros = {"guiju, all stations": {"whole": 500.0, "stream": 2500.0}}
    ledger = {"appends_per_second": 24_000, "verify_seconds_per_million": 11.0}
    kept = {"commit": 5e-4, "record": 8e-5, "flush": 2e-3, "record_bytes": 2500, "leaf_bytes": 700}
    costs = costs_of({"micros": micros}, ledger, {"SQLite": {}, "PostgreSQL": kept})
    assert costs.piece == pytest.approx(100e-6)
    text = page(costs, "a machine", seconds=0.2)
    assert not re.findall("<[a-z_]+>", text)
    for name, demand in demands().items():
        made = plan(demand, costs)
        assert f"| {name} | {made.workers:,} | {made.cells:,} |" in text
    dearer = replace(costs, whole=costs.whole * 2)
    assert page(dearer, "a machine", seconds=0.2) != text
