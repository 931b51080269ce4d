# SPDX-License-Identifier: Apache-2.0
"""guiju and its peers under an open loop: requests come when they are meant to, not when it suits.

Each server runs on one core; the generator and the model service share the others. The first row
is the generator against the model service itself: what comes near it was bounded by them. Writes
bench/results/open_loop.json. BENCH_SHORT=1 measures everything, but too short for figures to quote;
BENCH_ONLY takes the beginnings of names, separated by commas.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# The folder that holds these is known only now.
from bench.openloop import measures, report  # noqa: E402 - see above
from bench.openloop.away import database_away  # noqa: E402 - see above
from bench.openloop.subjects import (  # noqa: E402 - see above
    BARE,
    DIRECT,
    GUIJU,
    Subject,
    cores,
    subjects,
)

from guiju.kernel import monotonic  # noqa: E402 - see above

RESULTS = ROOT / "bench" / "results" / "open_loop.json"
FAST, SLOW = 600.0, 15.0
"""Requests a second at which processor time is measured: LiteLLM and Portkey take the second."""


def measured(found: list[Subject], length: measures.Length) -> dict[str, dict[str, Any]]:
    """All figures of all subjects, by name; whoever's turn has not come by then has none."""
    until = monotonic() + length.total
    figures: dict[str, dict[str, Any]] = {one.name: {} for one in found}
    for subject in found:
        measures.whole(subject, SLOW, 2.0)
        figures[subject.name]["cpu_rate"] = SLOW if _slow(subject) else FAST
    _processor_time(found, figures, length)
    model = found[0].port
    for subject in found:
        began = monotonic()
        if began > until:
            del figures[subject.name]
            continue
        figures[subject.name] |= _one(subject, figures[subject.name], model, length)
        print(f"  {subject.name}: {monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return figures


def _slow(subject: Subject) -> bool:
    return subject.name.startswith(("LiteLLM", "Portkey"))


def _processor_time(
    found: list[Subject], figures: dict[str, dict[str, Any]], length: measures.Length
) -> None:
    """Rounds in turn, so that what the machine does besides falls on all alike."""
    rounds: dict[str, list[float]] = {one.name: [] for one in found}
    for _ in range(length.rounds):
        for one in found:
            rate = figures[one.name]["cpu_rate"]
            rounds[one.name].append(measures.cpu_micros(one, rate, length.round))
    for name, values in rounds.items():
        figures[name]["cpu_micros"] = statistics.median(values)


def _one(
    subject: Subject, known: dict[str, Any], model: int, length: measures.Length
) -> dict[str, Any]:
    """The figures that each subject is alone for."""
    found: dict[str, Any] = {"added": measures.added_latency(subject, 20.0, length.round)}
    before = measures.resident(subject)
    if not subject.extra or subject.extra == {"guardrails": ["default"]}:
        # A whole answer is the same to each of LiteLLM's three guardrails.
        limits, asked = measures.frontier(subject, known["cpu_micros"], length.probe)
        found["frontier"] = limits
        found["rss"] = {
            "before_mib": before,
            "after_mib": measures.resident(subject),
            "requests": asked,
        }
    if subject.streams:
        # The heavy one last: a slow subject is busy with it long after everybody has left.
        found["leaks"] = measures.leaks(subject, length.streams)
        # Who is slow is busy with so many for minutes, and has shown it long before.
        many = length.streams if _slow(subject) else length.many
        found["calm"] = measures.paced(subject, model, 4, length.many)
        found["paced"] = measures.paced(subject, model, measures.STREAMS, many)
        if subject.name in {DIRECT, GUIJU, BARE}:
            found["in_step"] = measures.in_step(subject, model, length.many)
    if subject.name == DIRECT:
        found["crowds"] = [measures.crowd(subject, model, measures.PACES_MS[-1], length.crowd)]
    elif subject.name in {GUIJU, BARE}:
        found["crowds"] = measures.crowds(subject, model, length.crowd)
    return found


def main() -> None:
    """Measure, print the tables, write the figures."""
    length = measures.SHORT if os.environ.get("BENCH_SHORT") else measures.Length()
    only = tuple(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
    with tempfile.TemporaryDirectory(prefix="guiju-bench-") as name:
        folder = Path(name)
        with subjects(folder) as (found, missing):
            os.sched_setaffinity(0, cores()[0])
            chosen = [
                one for one in found if one.name == DIRECT or not only or one.name.startswith(only)
            ]
            figures = measured(chosen, length)
            away = None if only else database_away(folder, found[0].port, length.away)
            late = [one.name for one in chosen if one.name not in figures]
    results = {
        "machine": {
            "cpu": report.processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 2),
        },
        "short": length is measures.SHORT,
        "missing": missing,
        "out_of_time": late,
        "subjects": figures,
        "database_away": away,
    }
    print(report.tables(results))
    if not only:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
