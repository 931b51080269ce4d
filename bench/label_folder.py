# SPDX-License-Identifier: Apache-2.0
"""How fast a folder of 10,000 labelled pictures is checked, beside only reading it from the disk.

Each run begins with the files out of memory. exiftool, which reads one property, is the peer.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.labels import picture  # noqa: E402 - its folder is known only now

from guiju.labelling import first_write, mark  # noqa: E402 - as above

FILES, PER_FOLDER, KINDS, RUNS = 10_000, 100, 20, 3
PRODUCER = "001191110102MAD55U9H0F10002"
RESULT = Path(__file__).parent / "results" / "label_folder.json"


def fill(folder: Path) -> int:
    """Labelled JPEGs of about 0.3 MB, each with a number of its own; how many bytes they are."""
    kinds = [picture(1024, "JPEG", quality=92) for _ in range(KINDS)]
    size = 0
    for number in range(FILES):
        label = first_write(PRODUCER, f"number-{number}")
        data = mark(kinds[number % KINDS], label).data
        below = folder / f"{number // PER_FOLDER:03}"
        below.mkdir(exist_ok=True)
        (below / f"{number:05}.jpg").write_bytes(data)
        size += len(data)
    return size


def forget(folder: Path) -> None:
    """Have the system drop what it holds of these files in memory."""
    os.sync()
    for file in folder.rglob("*.jpg"):
        handle = os.open(file, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def seconds(act: Callable[[], object], folder: Path, *, cold: bool) -> float:
    """By the clock, the best of several runs."""
    took = []
    for _ in range(RUNS):
        if cold:
            forget(folder)
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return round(min(took), 2)


def read_all(folder: Path) -> None:
    """Every byte of every file, one file after the other."""
    for file in sorted(folder.rglob("*.jpg")):
        file.read_bytes()


def runs(*command: str) -> Callable[[], object]:
    """A program of its own, whose words are thrown away."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(folder: Path) -> dict[str, Any]:
    """Every figure of this page."""
    size = fill(folder)
    check = runs(sys.executable, "-m", "guiju.app", "label", "check", str(folder), "--json")
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "files": FILES,
        "megabytes": round(size / 1e6),
        "read_only_s": seconds(lambda: read_all(folder), folder, cold=True),
        "check_s": seconds(check, folder, cold=True),
        "check_in_memory_s": seconds(check, folder, cold=False),
    }
    tool = shutil.which("exiftool")
    if tool is not None:
        asked = runs(tool, "-q", "-r", "-json", "-XMP:all", str(folder))
        found["exiftool_reads_s"] = seconds(asked, folder, cold=True)
    return found


def main() -> None:
    """Print the table and keep the figures."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        figures = measure(Path(folder))
    for name, value in figures.items():
        print(f"{name:30} {value}")
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
