# SPDX-License-Identifier: Apache-2.0
"""How retention walks through millions of usage records, and what the gateway feels of it.

Builds a database of expired metadata rows (bulk SQL, which is no part of what is measured), then
records exchanges as the gateway does, first alone and then beside retention. Prints one table and
writes bench/results/retention.json. Limits: the 99th percentile of a recording shifts by less than
5 ms, and memory does not grow with the number of rows (under 32 MiB more at the end).

GUIJU_BENCH_ROWS says how many rows (10,000,000 unless BENCH_SHORT is set, then 200,000);
GUIJU_BENCH_SECONDS how long each side is measured (20).
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from guiju import records
from guiju.kernel import (
    Keyring,
    LocalMasterKey,
    canonical,
    micros,
    monotonic,
    new_id,
    software,
)
from guiju.records import Exchange, Label, Screening, Usage
from guiju.storage import Database, migrate

SHORT = bool(os.environ.get("BENCH_SHORT"))
ROWS = int(os.environ.get("GUIJU_BENCH_ROWS") or (200_000 if SHORT else 10_000_000))
SECONDS = float(os.environ.get("GUIJU_BENCH_SECONDS") or (5 if SHORT else 20))
A_DAY = 100_000
USAGE_DAYS = 190
EVERY = 0.01
TURN_SECONDS = 0.0005
SHIFT_LIMIT, MEMORY_LIMIT = 5.0, 32.0
RESULTS = Path(__file__).parent / "results" / "retention.json"
KEEPER = software("keeper")
INDEX = "ix_exchange_person"
# A number as `first_id` writes it: the milliseconds in base 32, the highest first.
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
STAMP = " || ".join(
    f"substr('{DIGITS}', ((at / 1000 >> {shift}) & 31) + 1, 1)" for shift in range(45, -1, -5)
)
FILL = f"""
WITH RECURSIVE
  numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count),
  heads(n, at) AS (SELECT n, :first + n * :step FROM numbers)
INSERT INTO exchange (
  request, at, person, key, route, stream, service, model, policy, agreement, finish, detail
)
SELECT 'req_' || {STAMP} || printf('%016d', n), at, 'pe_' || printf('%026d', n % 9973), 'key_1',
  '/v1/chat/completions', 0, 'service', 'm', :policy, 1, 'stop', :detail
FROM heads
"""


def exchange(at: datetime) -> Exchange:
    """One as the gateway records it, without content: what is timed is the write."""
    return Exchange(
        request=new_id("req"),
        at=at,
        route="/v1/chat/completions",
        stream=False,
        service="service",
        person="pe_bench",
        key="key_bench",
        model="m",
        policy="d" * 64,
        agreement=1,
        incoming=Screening("pass", "full"),
        outgoing=Screening("pass", "full"),
        label=Label("p-1", "end", implicit=True),
        usage=Usage(10, 100, 300, 300),
        finish="stop",
        retention_days=183,
        input=b'{"messages":[]}' * 10,
        output=b'{"delivered":"ok"}' * 10,
    )


def build(db: Database, path: str, count: int) -> float:
    """Fill in a process of its own, so that its memory is not counted here; seconds."""
    begun = monotonic()
    db.close()  # gives connections back; whoever asks next opens another
    command = [sys.executable, __file__, "--fill", path, str(count)]
    subprocess.run(command, check=True)
    return monotonic() - begun


def fill(path: str, count: int) -> None:
    """Heads of days long gone, in the order of their numbers, made by SQLite itself.

    The index is made when all rows are there: one sorted run, and no page is written twice.
    """
    first = datetime.now(UTC) - timedelta(days=USAGE_DAYS + count / A_DAY + 40)  # noqa: TID251
    values = {
        "count": count,
        "first": micros(first),
        "step": 86_400_000_000 // A_DAY,
        "policy": "d" * 64,
        "detail": canonical(exchange(first).detail()).decode(),
    }
    raw = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):
        raw.execute(f"PRAGMA {setting}")
    (index,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", [INDEX]).fetchone()
    raw.execute(f"DROP INDEX {INDEX}")
    raw.execute("BEGIN")
    raw.execute(FILL, values)
    raw.execute("COMMIT")
    raw.execute(index)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()


def recorded(db: Database, seconds: float) -> list[float]:
    """Record one exchange every hundredth of a second, as a commit; milliseconds of each."""
    took, until = [], monotonic() + seconds
    while (begun := monotonic()) < until:
        with db.write() as tx:
            records.record(tx, [exchange(tx.now)])
        took.append((monotonic() - begun) * 1000)
        time.sleep(max(0.0, EVERY - (monotonic() - begun)))
    return took


class Keeper(threading.Thread):
    """Deletes as the service's keeper does, without its pauses of a second."""

    def __init__(self, db: Database) -> None:
        """Nothing goes before `start`."""
        super().__init__()
        self.db, self.stop = db, threading.Event()

    def run(self) -> None:
        """Until stopped, or nothing is due any more."""
        while not self.stop.is_set():
            if records.expire_gently(self.db, KEEPER, USAGE_DAYS, 0.5):
                return


def heads(db: Database) -> int:
    """How many rows there are."""
    with db.read() as tx:
        return int(tx.one_value("SELECT count(*) FROM exchange"))


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    return quantiles(values, n=100)[98]


def memory() -> float:
    """The most this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int) -> dict[str, Any]:
    """All figures for so many rows."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("GUIJU_BENCH_DIR")) as place:
        path = f"{place}/guiju.db"
        db = Database.open(f"sqlite:///{path}", Keyring(LocalMasterKey(bytes(32))))
        migrate(db)
        db.check_master_key()
        built = build(db, path, count)
        recorded(db, 1)
        alone = recorded(db, SECONDS)
        before, full = memory(), heads(db)
        keeper = Keeper(db)
        keeper.start()
        beside = recorded(db, SECONDS)
        keeper.stop.set()
        keeper.join()
        gone = full + len(beside) - heads(db)
        flat_out, begun = 0, monotonic()
        while monotonic() - begun < SECONDS:
            with db.write() as tx:
                step = records.expire(tx, KEEPER, USAGE_DAYS)
            if step is None:
                break
            flat_out += step.records
        alone_rate = flat_out / (monotonic() - begun)
        size = Path(path).stat().st_size
        db.close()
    return {
        "rows": count,
        "database_mib": round(size / 2**20),
        "built_seconds": round(built, 1),
        "p99_alone_ms": round(p99(alone), 2),
        "p99_beside_ms": round(p99(beside), 2),
        "p50_alone_ms": round(quantiles(alone, n=2)[0], 2),
        "p50_beside_ms": round(quantiles(beside, n=2)[0], 2),
        "shift_ms": round(p99(beside) - p99(alone), 2),
        "shift_limit_ms": SHIFT_LIMIT,
        "deleted_beside": gone,
        "deleted_per_second_beside": round(gone / SECONDS),
        "deleted_per_second_alone": round(alone_rate),
        "memory_grew_mib": round(memory() - before, 1),
        "memory_limit_mib": MEMORY_LIMIT,
    }


def main() -> int:
    """Measure, print, write; 1 when a limit is not met."""
    if sys.argv[1:2] == ["--fill"]:
        fill(sys.argv[2], int(sys.argv[3]))
        return 0
    # As a serving process has it: at the usual 5 ms a thread would wait for Python, not for a lock.
    sys.setswitchinterval(TURN_SECONDS)
    found = measure(ROWS)
    for name, value in found.items():
        print(f"{name:28} {value:>14,}")
    if not SHORT:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    met = found["shift_ms"] < SHIFT_LIMIT and found["memory_grew_mib"] < MEMORY_LIMIT
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
