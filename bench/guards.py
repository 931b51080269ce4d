# SPDX-License-Identifier: Apache-2.0
"""What asking a guard model costs besides the guard: against a guard that answers at once.

Cloudflare states about 500 ms for Llama Guard 3 8B; ours must add less than 3 ms to that.
"""

from __future__ import annotations

import asyncio
import json
import platform
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guiju.gateway.guarding import Guarding
from guiju.screening import guards

LIMIT_US = 3_000
ROUNDS = 1_500
TEXT = "今天天气晴朗，适合出门散步，也可以在家读一本好书。" * 20  # 500 characters
RESULT = Path(__file__).parent / "results" / "guards.json"
ODDS = {"content": [{"top_logprobs": [{"token": "No", "logprob": -0.01}]}]}
SAYS = {
    "qwen3guard": "Safety: Safe\nCategories: None\nRefusal: No",
    "llama-guard": "\n\nsafe",
    "shieldgemma": "No",
    "shieldlm": "[答案] 安全\n[分析] 无",
    "judge": '{"level": "safe", "harms": [], "refusal": false}',
}


class Instant:
    """Answers every question at once with the same bytes."""

    def __init__(self, said: str) -> None:
        """The bytes of a chat completion that says `said`."""
        choice = {"message": {"role": "assistant", "content": said}, "logprobs": ODDS}
        self.answer = json.dumps({"choices": [choice]}).encode()

    async def __call__(
        self, _url: str, _body: bytes, _headers: Mapping[str, str], _within: float, /
    ) -> bytes:
        """The answer."""
        return self.answer


def no_secret(_name: str) -> str | None:
    """No guard here needs a key."""
    return None


def guarding(family: str) -> Guarding:
    """One guard of `family` that answers at once."""
    table = {"name": family, "family": family, "url": "http://guard/v1", "model": "m"}
    return Guarding(guards.read_guards({"guard": [table]}), Instant(SAYS[family]), no_secret)


async def timed(here: Guarding, texts: list[str], direction: str) -> list[float]:
    """Microseconds of each judgement."""
    taken = []
    for text in texts:
        start = time.perf_counter()
        found = await here.judge(text, direction, "请介绍一下今天的安排。")
        taken.append((time.perf_counter() - start) * 1e6)
        if found[0].verdict.is_error:
            raise RuntimeError(found[0].verdict.reason)
    return taken


def spread(name: str, taken: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    ordered = sorted(taken)
    return {
        f"{name}_p50_us": round(statistics.median(ordered), 1),
        f"{name}_p99_us": round(ordered[len(ordered) * 99 // 100], 1),
    }


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    figures: dict[str, Any] = {"python": platform.python_version(), "limit_us": LIMIT_US}
    fresh = [f"{at}{TEXT}" for at in range(ROUNDS)]
    for family in SAYS:
        figures |= spread(family, asyncio.run(timed(guarding(family), fresh, "output")))
    figures |= spread(
        "remembered", asyncio.run(timed(guarding("qwen3guard"), [TEXT] * ROUNDS, "output"))
    )
    long = [f"{at}" + TEXT * 80 for at in range(100)]  # 40,000 characters
    count = len(guards.windows(long[0], 4_000))
    taken = asyncio.run(timed(guarding("qwen3guard"), long, "output"))
    figures["each_of_many_windows_us"] = round(statistics.median(taken) / count, 1)
    worst = max(value for name, value in figures.items() if name.endswith("_p99_us"))
    figures["met"] = worst < LIMIT_US
    return figures


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    for name, value in figures.items():
        print(f"{name:24} {value}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
