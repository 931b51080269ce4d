# SPDX-License-Identifier: Apache-2.0
"""How long a queue page, a claim, a step and a sweep take among 100,000 open cases.

On SQLite and on PostgreSQL, with rows, events, clocks and evidence as in service. Prints one line
for each; bench/results/cases.json keeps those of all 100,000. Limits: 100 ms for a page and a claim
(95th percentile), 10 s to mark 100,000 deadlines as late.
"""

from __future__ import annotations

import json
import os
import random  # noqa: TID251 - seeded: the same cases each time
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import text
from tests.conftest import PostgresServer, _postgres_programs
from tests.unit.casework.sample import CLERK, KEEPER, KINDS, OBJECTION, RULING
from tools.make_migration import import_every_table

from guiju import ledger
from guiju.casework import (
    Case,
    Limit,
    Origin,
    Severity,
    Unit,
    advance,
    claim,
    claim_next,
    open_case,
    page,
    sweep,
    waiting,
)
from guiju.kernel import Actor, ActorKind, FixedClock, Keyring, LocalMasterKey, monotonic
from guiju.storage import Database, metadata

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
QUEUE = "objections"
TOGETHER, ROUNDS, TIMERS = 200, 300, 600
FEWEST, FULL = 20, 100_000
P95_LIMIT_MS, SWEEP_LIMIT_S = 100.0, 10.0
RESULTS = Path(__file__).parent / "results" / "cases.json"


def seconds(work: Callable[[], Any]) -> float:
    """By the clock on the wall."""
    start = monotonic()
    work()
    return monotonic() - start


def spread(work: Callable[[int], Any], rounds: int) -> dict[str, float]:
    """Median and 95th percentile of one call, in milliseconds; the first is not counted."""
    work(0)
    taken = []
    for number in range(1, rounds + 1):
        start = monotonic()
        work(number)
        taken.append((monotonic() - start) * 1000)
    cuts = quantiles(taken, n=20)
    return {"p50_ms": round(cuts[9], 2), "p95_ms": round(cuts[18], 2)}


def fill(db: Database, count: int) -> list[Case]:
    """Open so many cases of people, with dates and severities as they come; some of them."""
    draw, some = random.Random(14), []
    for start in range(0, count, TOGETHER):
        with db.write() as tx:
            for number in range(start, min(start + TOGETHER, count)):
                case = open_case(
                    tx,
                    KEEPER,
                    OBJECTION,
                    origin=Origin.SCREENING,
                    subject=f"person_{number % 40_000}",
                    severity=Severity(draw.choice((1, 2, 3, 3, 3, 4))),
                    limits={"answer": Limit.internal(draw.randint(1, 480), Unit.HOURS, "x@1")},
                )
                if number % (count // (4 * ROUNDS) or 1) == 0:
                    some.append(case)
    if db.engine.dialect.name == "postgresql":
        with db.write() as tx:
            tx.execute(text("ANALYZE"))
    draw.shuffle(some)
    return some


def paging(db: Database) -> Callable[[int], None]:
    """The next page of the queue, by turns by date and by severity."""
    marks: dict[bool, str | None] = {True: None, False: None}

    def work(number: int) -> None:
        worst = bool(number % 2)
        with db.read() as tx:
            marks[worst] = page(tx, KINDS, QUEUE, worst_first=worst, after=marks[worst]).next

    return work


def claiming(db: Database, some: list[Case]) -> Callable[[int], None]:
    """One case anywhere in the queue, each by another person."""

    def work(number: int) -> None:
        with db.write() as tx:
            claim(tx, _reviewer(number), some[number])

    return work


def taking(db: Database) -> Callable[[int], None]:
    """The first case that nobody has, each by another person: the more have one, the later."""

    def work(number: int) -> None:
        with db.write() as tx:
            claim_next(tx, _reviewer(number), KINDS, QUEUE)

    return work


def stepping(db: Database, some: list[Case]) -> Callable[[int], None]:
    """One step of a case, with event and evidence."""

    def work(number: int) -> None:
        with db.write() as tx:
            advance(tx, CLERK, some[-1 - number], "accept")

    return work


def counting(db: Database) -> Callable[[int], None]:
    """How many wait in each queue."""

    def work(_: int) -> None:
        with db.read() as tx:
            waiting(tx)

    return work


def _reviewer(number: int) -> Actor:
    return Actor(ActorKind.STAFF, f"staff_{number}", frozenset({"reviewer"}))


def measured(db: Database, clock: FixedClock, count: int) -> dict[str, Any]:
    """Every figure for one database."""
    some: list[Case] = []
    filling = seconds(lambda: some.extend(fill(db, count)))
    # Claims take from the front, steps from the end, timers from between: never the same case.
    rounds, timers = min(ROUNDS, len(some) // 4 - 1), min(TIMERS, len(some) // 2)
    found: dict[str, Any] = {"open_ms": round(filling * 1000 / count, 3)}
    found["page"] = spread(paging(db), rounds)
    found["claim"] = spread(claiming(db, some), rounds)
    found["next"] = spread(taking(db), rounds)
    clock.advance(minutes=31)
    found["step"] = spread(stepping(db, some), rounds)
    found["count"] = spread(counting(db), rounds)
    found["idle_sweep"] = spread(lambda _: sweep(db, KINDS), rounds)
    held = some[rounds + 1 : rounds + 1 + timers]
    for case in held:
        with db.write() as tx:
            advance(tx, KEEPER, case, "hold", ruling=RULING)
    clock.advance(days=30)
    found["late_sweep_s"] = round(seconds(lambda: check(sweep(db, KINDS, most=0).late, count)), 2)
    lapsing = seconds(lambda: check(sweep(db, KINDS, most=timers).stepped, len(held)))
    found["timers_per_second"] = round(len(held) / lapsing)
    ledger.integrate(db)
    problems = [one for one in ledger.verify(db).problems if not one.where.startswith("tile")]
    if problems:
        raise SystemExit(f"the ledger does not verify: {problems[:3]}")
    return found


def check(found: int, wanted: int) -> None:
    """Nothing was left out; otherwise a figure means nothing."""
    if found != wanted:
        raise SystemExit(f"{found} instead of {wanted}")


@contextmanager
def databases(place: str) -> Iterator[dict[str, str]]:
    """Addresses of an empty database of each kind."""
    addresses = {"SQLite": f"sqlite:///{place}/cases.db"}
    programs = _postgres_programs()
    if programs is None:
        yield addresses
        return
    server = PostgresServer(programs)
    server.start()
    try:
        yield addresses | {"PostgreSQL": server.new_database()}
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def main() -> int:
    """Measure, print and write; the first argument is how many cases, or 100,000."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FULL
    if count < FEWEST:
        raise SystemExit(f"{FEWEST} cases at least")
    import_every_table()
    found: dict[str, Any] = {"cases": count, "cores": os.cpu_count()}
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("GUIJU_BENCH_DIR")) as place,
        databases(place) as addresses,
    ):
        for name, address in addresses.items():
            clock = FixedClock(START)
            db = Database.open(address, Keyring(LocalMasterKey(bytes(32))), clock)
            metadata.create_all(db.engine)
            found[name] = measured(db, clock, count)
            db.close()
            say(name, found[name])
    found["load"] = round(os.getloadavg()[0], 2)
    if count >= FULL:  # a smaller run is a try, and its figures are no result
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    return 0


def say(name: str, found: dict[str, Any]) -> None:
    """One line for each figure with a limit, and one for the rest."""
    for what in ("page", "claim"):
        taken = found[what]["p95_ms"]
        print(f"{name:10} {what:6} p95 {taken:8.2f} ms  limit {P95_LIMIT_MS / taken:.1f}x")
    taken = found["late_sweep_s"]
    print(f"{name:10} sweep      {taken:8.2f} s   limit {SWEEP_LIMIT_S / taken:.1f}x")
    rest = {one: found[one] for one in ("open_ms", "next", "step", "count", "timers_per_second")}
    print(f"{name:10} {rest}")


if __name__ == "__main__":
    sys.exit(main())
