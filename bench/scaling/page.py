# SPDX-License-Identifier: Apache-2.0
"""docs/scale.md, written from the files of results: no figure in it was typed by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.scaling.capacity import (
    BUSY,
    Costs,
    Demand,
    Plan,
    fullest,
    plan,
    records_a_second,
    work_of,
)
from bench.scaling.simulation import Cell

RESULTS = Path(__file__).parent.parent / "results"
RATE = 100_000.0
PIECES = (1, 16, 64, 256)
PEOPLE = 10_000_000
VARIATION = 20.0
_STREAM_PIECES = 20  # chunks of the stream in bench/upstream.py
_TERA = 1e12


def read(name: str) -> dict[str, Any]:
    """One file of results; raises FileNotFoundError when that benchmark has not run."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def costs_of(
    gateway: Mapping[str, Any], ledger: Mapping[str, Any], kept: Mapping[str, Any]
) -> Costs:
    """The model's input from what the benchmarks wrote; PostgreSQL's if it was measured."""
    micros = gateway["micros"]["guiju, all stations"]
    database = kept.get("PostgreSQL") or kept["SQLite"]
    return Costs(
        whole=micros["whole"] / 1e6,
        piece=(micros["stream"] - micros["whole"]) / _STREAM_PIECES / 1e6,
        commit=database["commit"],
        record=database["record"],
        flush=database["flush"],
        leaves_a_second=ledger["appends_per_second"],
        verify_leaf=ledger["verify_seconds_per_million"] / 1e6,
        record_bytes=database["record_bytes"],
        leaf_bytes=database["leaf_bytes"],
    )


def demands() -> dict[str, Demand]:
    """What is planned for, by a few words."""
    found = {"answers in one piece": Demand(RATE)}
    for pieces in PIECES[1:]:
        found[f"streams of {pieces} pieces"] = Demand(RATE, streamed=1.0, pieces=pieces)
    return found


def checked(made: Plan, demand: Demand, costs: Costs, seconds: float) -> list[str]:
    """One cell of a plan, as planned and as simulated."""
    _, service = work_of(demand, costs)
    whole = Cell(made.rate_a_cell, made.workers_a_cell, service, costs)
    seen = whole.run(seconds, demand.bound)
    return [
        _share(made.busy),
        _share(seen.worker_busy),
        _share(0.01, 1),
        _share(seen.waited_longer, 1),
        f"{made.record_delay * 1000:.1f}",
        f"{seen.mean_record_delay * 1000:.1f}",
        _share(seen.database_busy),
    ]


def page(costs: Costs, machine: str, seconds: float = 5.0) -> str:
    """The whole page; `seconds` is how long a cell is simulated."""
    plans = {name: plan(one, costs) for name, one in demands().items()}
    rows = [
        [
            name,
            f"{one.workers:,}",
            f"{one.cells:,}",
            f"{one.workers_a_cell:,}",
            f"{one.rate_a_cell:,.0f}",
            f"{one.bytes_a_day / _TERA:,.0f}",
            f"{one.verify_a_day / 3600:.1f}",
        ]
        for name, one in plans.items()
    ]
    first, demand = next(iter(plans.values())), next(iter(demands().values()))
    values = {
        "machine": machine,
        "whole": f"{costs.whole * 1e6:,.0f}",
        "piece": f"{costs.piece * 1e6:,.0f}",
        "commit": f"{costs.commit * 1e3:.1f}",
        "flush": f"{costs.flush * 1e3:.1f}",
        "record": f"{costs.record * 1e6:,.0f}",
        "record_bytes": f"{costs.record_bytes:,.0f}",
        "leaf_bytes": f"{costs.leaf_bytes:,.0f}",
        "leaves": f"{costs.leaves_a_second:,.0f}",
        "verify": f"{costs.verify_leaf * 1e6:,.1f}",
        "records": f"{records_a_second(costs):,.0f}",
        "busy": _share(BUSY),
        "cells": str(first.cells),
        "bound": f"{demand.bound * 1000:.0f}",
        "people": f"{PEOPLE:,}",
        "fullest": _share(fullest(PEOPLE, first.cells, VARIATION) - 1, 1),
        "plans": "\n".join(map(_line, rows)),
        "check": _line([f"one cell, {next(iter(plans))}", *checked(first, demand, costs, seconds)]),
    }
    text = (Path(__file__).parent / "scale.md.txt").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _share(value: float, digits: int = 0) -> str:
    return f"{value * 100:.{digits}f} %"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
