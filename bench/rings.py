# SPDX-License-Identifier: Apache-2.0
"""Lexicon, personal information and classifier together on 500 characters, one thread.

Goal: the slowest of a hundred texts in at most 2 ms. Texts are synthetic, a third of them with
numbers; of each the best of some rounds counts, in the thread's own time, so that what else the
machine does counts as little as it can. Writes bench/results/rings.json.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# What benches share is found from the project's root, however they are started.
from bench.screening import COMMON, words  # noqa: E402 - see above

from guiju.screening import Screen  # noqa: E402 - see above
from guiju.screening.classifier import shipped  # noqa: E402 - see above
from guiju.screening.personal import KINDS  # noqa: E402 - see above

ENTRIES = 60_000
LENGTH = 500
TEXTS = 600
ROUNDS = 5
GOAL_US = 2_000
RESULT = ROOT / "bench" / "results" / "rings.json"
NUMBERS = "电话13800138000，邮箱someone@example.com。"


def screen() -> Screen:
    """Synthetic terms in their usual views, and every kind of personal information."""
    entries = [
        {"term": one, "harm": "A1f", "action": "review"}
        for one in words("lexicon", COMMON, ENTRIES, 4, 8)
    ]
    personal = {kind: {"output": "mask"} for kind in KINDS}
    return Screen.load({"entry": entries, "personal": personal}, "0" * 64)


def texts() -> list[str]:
    """Sentences of fourteen characters; every third text says how somebody is reached."""
    made = words("texts", COMMON, TEXTS, LENGTH, LENGTH)
    parted = ["，".join(one[at : at + 14] for at in range(0, LENGTH, 15))[:LENGTH] for one in made]
    return [
        one[: -len(NUMBERS)] + NUMBERS if number % 3 == 0 else one
        for number, one in enumerate(parted)
    ]


def main() -> None:
    """Print the figures and keep them."""
    judge, score, given = screen().judge, shipped().score, texts()
    best = [float("inf")] * len(given)
    for _ in range(ROUNDS):
        for at, text in enumerate(given):
            start = time.thread_time()
            judge(text, "output")
            score(text)
            best[at] = min(best[at], (time.thread_time() - start) * 1e6)
    best.sort()
    figures = {
        "python": platform.python_version(),
        "entries": ENTRIES,
        "characters": LENGTH,
        "p50_us": round(best[len(best) // 2]),
        "p99_us": round(best[len(best) * 99 // 100]),
        "goal_us": GOAL_US,
    }
    for name, value in figures.items():
        print(f"{name:26} {value}")
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
