# SPDX-License-Identifier: Apache-2.0
"""Counts of what guard models said and did not say, in the text form that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from guiju.gateway.exposition import OPENNESS, family, series
from guiju.screening import guards


class Counts:
    """Verdicts by guard and result; unparsed ones by reason besides."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.results: Counter[tuple[str, str]] = Counter()
        self.unparsed: Counter[tuple[str, str]] = Counter()
        self.hits: Counter[str] = Counter()
        self.cancelled: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def verdict(self, guard: str, verdict: guards.GuardVerdict) -> None:
        """One question had this end."""
        if verdict.status == "judged":
            result = str(verdict.level)
        else:
            result = verdict.reason if verdict.status == "failed" else "unparsed"
        self.results[guard, result] += 1
        if verdict.status == "unparsed":
            self.unparsed[guard, verdict.reason] += 1

    def answered(self, guard: str, microseconds: int) -> None:
        """A question left this house and came to an end after so long."""
        self.asked[guard] += 1
        self.seconds[guard] += microseconds

    def text(self, states: Mapping[str, str]) -> str:
        """The counts as Prometheus exposition text; `states` are those of the circuits."""
        lines = [
            *_family("verdicts_total", "Verdicts, by guard and result."),
            *(
                f'guiju_guard_verdicts_total{{guard="{guard}",result="{result}"}} {count}'
                for (guard, result), count in sorted(self.results.items())
            ),
            *_family("unparsed_total", "Replies that could not be read, by reason."),
            *(
                f'guiju_guard_unparsed_total{{guard="{guard}",reason="{reason}"}} {count}'
                for (guard, reason), count in sorted(self.unparsed.items())
            ),
            *_counts("cache_hits_total", "Verdicts taken from memory.", self.hits),
            *_counts("cancelled_total", "Questions given up.", self.cancelled),
            *_counts("asked_total", "Questions sent.", self.asked),
            *_counts(
                "seconds_total",
                "Seconds that questions took.",
                {guard: f"{micros / 1e6:.6f}" for guard, micros in self.seconds.items()},
            ),
            *series(
                "guiju_guard_circuit",
                "gauge",
                "0 closed, 1 half open, 2 open.",
                "guard",
                {guard: OPENNESS[state] for guard, state in states.items()},
            ),
        ]
        return "\n".join(lines) + "\n"


def _family(name: str, what: str) -> list[str]:
    return family(f"guiju_guard_{name}", "counter", what)


def _counts(name: str, what: str, values: Mapping[str, object]) -> list[str]:
    return series(f"guiju_guard_{name}", "counter", what, "guard", values)
