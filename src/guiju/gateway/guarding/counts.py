# SPDX-License-Identifier: Apache-2.0
"""Counts of what guard models said and did not say, in the text form that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from guiju.screening import guards

_OPENNESS = {"closed": 0, "half-open": 1, "open": 2}


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
            *_family("verdicts_total", "counter", "Verdicts, by guard and result."),
            *(
                f'guiju_guard_verdicts_total{{guard="{guard}",result="{result}"}} {count}'
                for (guard, result), count in sorted(self.results.items())
            ),
            *_family("unparsed_total", "counter", "Replies that could not be read, by reason."),
            *(
                f'guiju_guard_unparsed_total{{guard="{guard}",reason="{reason}"}} {count}'
                for (guard, reason), count in sorted(self.unparsed.items())
            ),
            *_series("cache_hits_total", "counter", "Verdicts taken from memory.", self.hits),
            *_series("cancelled_total", "counter", "Questions given up.", self.cancelled),
            *_series("asked_total", "counter", "Questions sent.", self.asked),
            *_series(
                "seconds_total",
                "counter",
                "Seconds that questions took.",
                {guard: f"{micros / 1e6:.6f}" for guard, micros in self.seconds.items()},
            ),
            *_series(
                "circuit",
                "gauge",
                "0 closed, 1 half open, 2 open.",
                {guard: _OPENNESS[state] for guard, state in states.items()},
            ),
        ]
        return "\n".join(lines) + "\n"


def _family(name: str, kind: str, what: str) -> list[str]:
    return [f"# HELP guiju_guard_{name} {what}", f"# TYPE guiju_guard_{name} {kind}"]


def _series(name: str, kind: str, what: str, values: Mapping[str, object]) -> list[str]:
    lines = _family(name, kind, what)
    for guard, value in sorted(values.items()):
        lines.append(f'guiju_guard_{name}{{guard="{guard}"}} {value}')
    return lines
