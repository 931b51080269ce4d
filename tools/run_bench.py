# SPDX-License-Identifier: Apache-2.0
"""Runs every `bench/*.py` in order and prints one table of what they have measured.

A bench is a program that writes `bench/results/<its name>.json`: `{"rows": [{"name", "value",
"unit", "peer", "ratio", "limit", "ok"}]}`; what does not apply is left out. A bench that fails, or
a row that is not `ok`, makes the exit status 1. Files that begin with `_` are parts of others.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench"
COLUMNS = ("bench", "name", "value", "unit", "peer", "ratio", "limit", "ok")


def benches() -> list[Path]:
    """The programs, in order of their names."""
    return sorted(path for path in BENCH.glob("*.py") if not path.name.startswith("_"))


def rows_of(program: Path) -> Iterator[dict[str, Any]]:
    """Run one bench; yield its rows, or one that says it failed."""
    print(f"== {program.stem}", flush=True)
    result = BENCH / "results" / f"{program.stem}.json"
    result.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, str(program)], cwd=ROOT, check=False)
    if done.returncode != 0 or not result.exists():
        yield {"bench": program.stem, "name": f"exit status {done.returncode}", "ok": False}
    if result.exists():
        for row in json.loads(result.read_text(encoding="utf-8"))["rows"]:
            yield {"bench": program.stem, **row}


def shown(row: dict[str, Any], column: str) -> str:
    """One cell: numbers to three digits, yes and no in words."""
    value = row.get(column, "")
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """All rows under one heading, in columns."""
    lines = [COLUMNS, *(tuple(shown(row, column) for column in COLUMNS) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main() -> int:
    """Run all, print the table."""
    (BENCH / "results").mkdir(parents=True, exist_ok=True)
    rows = [row for program in benches() for row in rows_of(program)]
    print(table(rows))
    return int(any(row.get("ok") is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
