# SPDX-License-Identifier: Apache-2.0
"""How fast the shipped classifier scores, and how well: latency and the table of its card.

Aims: p99 under a millisecond for 500 characters, p50 about a tenth of one for 50; macro-F1 of at
least .80 on COLD's test split. The evaluation is left out where the data sets are absent.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from guiju.screening.classifier import Classifier, measure, shipped

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.screening import COMMON, draws  # noqa: E402 - the path must be set first
from tools.train_classifier import DATA, cold, hatecheck, xstest  # noqa: E402 - as above

LENGTHS = (50, 120, 500)
ROUNDS = 3000
LARGE = 50_000_000
RESULT = Path(__file__).parent / "results" / "classifier.json"


def texts(length: int, count: int) -> list[str]:
    """Different texts of common characters."""
    number = draws(f"classifier {length}")
    return [
        "".join(COMMON[next(number) % len(COMMON)] for _ in range(length)) for _ in range(count)
    ]


def latency(classifier: Classifier, length: int) -> dict[str, float]:
    """The median and the 99th percentile of one text at a time, microseconds."""
    taken = []
    for one in texts(length, ROUNDS):
        start = time.thread_time()
        classifier.score(one)
        taken.append(time.thread_time() - start)
    p50, p99 = np.percentile(taken, [50, 99]) * 1e6
    return {f"score_{length}_p50_us": round(p50, 1), f"score_{length}_p99_us": round(p99, 1)}


def timed(act: Any) -> float:
    """How many seconds it takes."""
    start = time.thread_time()
    act()
    return time.thread_time() - start


def speed() -> dict[str, Any]:
    """Every figure that needs no data."""
    load = timed(shipped)
    classifier, many = shipped(), texts(50, ROUNDS)
    shown: dict[str, Any] = {"load_ms": round(load * 1000, 1)}
    classifier.score_many(many)
    for length in LENGTHS:
        shown |= latency(classifier, length)
    batched = timed(lambda: classifier.score_many(many)) / ROUNDS
    large = many[0] * (LARGE // len(many[0].encode()))
    return shown | {
        "score_many_50_us": round(batched * 1e6, 1),
        "score_50_mb_s": round(timed(lambda: classifier.score(large)), 2),
    }


def quality() -> dict[str, Any]:
    """What the card says, measured anew."""
    if not DATA.exists():
        return {}
    sets = {"cold_test": cold("test"), "hatecheck_zh": hatecheck(), "xstest_safe": xstest()}
    return {
        f"{name}_{label}": found
        for name, examples in sets.items()
        for label, found in measure(shipped(), examples).items()
    }


def main() -> None:
    """Print the table and keep the figures."""
    figures = {"python": platform.python_version(), "digest": shipped().digest}
    shipped.cache_clear()
    figures |= speed() | quality()
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:26} {value}")
            continue
        print(name)
        for part, of in value.items():
            if part != "groups":
                print(f"    {part:22} {of}")
        for group, of in value["groups"].items():
            raised = f"at triage {of['raised']:.3f}  at .5 {of['even']:.3f}"
            print(f"    {group:34} {of['texts']:5}  {raised}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
