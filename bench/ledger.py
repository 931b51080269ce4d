# SPDX-License-Identifier: Apache-2.0
"""How fast evidence is put on record, and how long a million leaves take to verify.

Prints one line for each and writes bench/results/ledger.json. Limits: 20,000 durable appends a
second in batches of 500 (a commit each, integration included), 15 s for a million leaves.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guiju.kernel import Keyring, LocalMasterKey, Statement, monotonic, software
from guiju.ledger import Evidence, append_many, integrate, publish, verify
from guiju.ledger.bundlecheck import cores
from guiju.ledger.store import CHECKPOINT, ENTRY, KEY
from guiju.storage import Database
from guiju.storage.marks import META

BATCH = 500
INTEGRATE_EVERY = 10  # batches: a worker that integrates several times a second
APPEND_LIMIT = 20_000
VERIFY_LIMIT = 15.0
RESULTS = Path(__file__).parent / "results" / "ledger.json"


class Facts(Statement, frozen=True):
    """Facts of declared kinds, as the recorder's are."""

    request: str
    policy: str
    digest: str
    characters: int
    outcome: str


def evidence() -> list[Evidence]:
    """One batch as the recorder makes it: ids, digests and numbers, some 500 bytes a leaf."""
    gateway = software("gateway")
    return [
        Evidence(
            kind="service-started",
            controls=("evidence-ledger",),
            actor=gateway,
            subject=f"pe_{number:026}",
            facts=Facts(f"rq_{number:026}", "ab" * 32, "cd" * 32, 1_234, "pass"),
            rows=(),
        )
        for number in range(BATCH)
    ]


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock on the wall, and by this process alone."""
    wall, own = monotonic(), time.process_time()
    work()
    return monotonic() - wall, time.process_time() - own


def append_all(db: Database, leaves: int) -> None:
    """Append in batches with a commit each, integrating on the way."""
    items = evidence()
    for number in range(leaves // BATCH):
        with db.write() as tx:
            append_many(tx, items)
        if number % INTEGRATE_EVERY == INTEGRATE_EVERY - 1:
            integrate(db)
    integrate(db)


def measure(leaves: int) -> dict[str, Any]:
    """All figures for one ledger of so many leaves."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("GUIJU_BENCH_DIR")) as place:
        keys = Keyring(LocalMasterKey(bytes(32)))
        db = Database.open(f"sqlite:///{place}/ledger.db", keys)
        for one in (ENTRY, CHECKPOINT, KEY, META):
            one.create(db.engine)
        append_all(db, BATCH)  # what is compiled and loaded once
        appending = timed(lambda: append_all(db, leaves - BATCH))
        tiles = Path(place) / "tiles"
        publishing = timed(lambda: publish(db, tiles))
        problems: list[str] = []
        verifying = timed(lambda: problems.extend(str(one) for one in relevant(db, tiles)))
        db.close()
    if problems:
        raise SystemExit(f"the ledger does not verify: {problems[:3]}")
    rate = (leaves - BATCH) / appending[0]
    million = verifying[0] * 1_000_000 / leaves
    return {
        "leaves": leaves,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "appends_per_second": round(rate),
        "appends_per_second_of_own_time": round((leaves - BATCH) / appending[1]),
        "appends_ratio_to_limit": round(rate / APPEND_LIMIT, 2),
        "publish_seconds": round(publishing[0], 2),
        "verify_seconds_per_million": round(million, 2),
        "verify_ratio_to_limit": round(VERIFY_LIMIT / million, 2),
    }


def relevant(db: Database, tiles: Path) -> list[Any]:
    """Problems, but for tables of other rooms, which this ledger has none of."""
    ours = {"ledger_entry", "ledger_checkpoint", "ledger_key", "tile", "checkpoint"}
    found = verify(db, tiles, processes=cores()).problems
    return [one for one in found if one.where.partition(" ")[0].partition("/")[0] in ours]


def main() -> int:
    """Measure, print and write; the first argument is how many leaves, or a million."""
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    found = measure(leaves)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    print(
        f"ledger append  {found['appends_per_second']:>8} /s   ratio to the limit"
        f" {found['appends_ratio_to_limit']} (>= 1 is good)"
    )
    print(
        f"ledger verify  {found['verify_seconds_per_million']:>8} s per million leaves   ratio to"
        f" the limit {found['verify_ratio_to_limit']} (>= 1 is good)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
