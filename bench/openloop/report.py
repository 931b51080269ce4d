# SPDX-License-Identifier: Apache-2.0
"""The tables of the open loop, with guiju's ratios and the goals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from bench.gateway import _cpu as processor
from bench.openloop.measures import CROWD, FRAME_MS, FRAMES, STALL_MS, STREAMS, WAIT_MS
from bench.openloop.subjects import DIRECT, GUIJU

__all__ = ["processor", "tables"]

_NEAR = 0.8
_GOALS = f"""\
goals: processor time at most 2 x bare; 20 x LiteLLM's rate with its guard; first piece p99 at most
5 ms, gap p99 at most 2 ms beyond the held tail; no leak; {CROWD} streams without a stall over \
{STALL_MS:.0f} ms"""

Figures = dict[str, Any]


def tables(results: Figures) -> str:
    """All of them, ready to print."""
    subjects: dict[str, Figures] = results["subjects"]
    parts = [
        *_whole(subjects),
        *_streams(subjects),
        *_steps(subjects),
        *_crowds(subjects),
        *_away(results["database_away"]),
        _GOALS,
        *(f"not installed: {one}" for one in results["missing"]),
        *(f"not measured, for want of time: {one}" for one in results["out_of_time"]),
    ]
    if results["short"]:
        parts.append("a short run: every figure was measured, none is to be quoted")
    return "\n".join(parts)


_WHOLE = ("guiju/x", "+p50 ms", "+p99 ms", "MiB", "later")
_STREAM = (
    *("first", "p99", "gap p50", "gap p99"),
    *("failed", "counted", "us/piece", "guiju/x", "leaked"),
)


def _row(name: str, cells: Iterable[str], width: int = 11) -> str:
    return f"{name:24}" + "".join(f"{one:>{width}}" for one in cells)


def _number(value: float | None, digits: int = 0) -> str:
    if value is None:
        return "-"
    return "none" if math.isinf(value) else f"{value:,.{digits}f}"


def _ratio(own: float | None, other: float | None) -> str:
    return "-" if not own or not other or math.isinf(own + other) else f"{own / other:.2f}"


def _whole(subjects: dict[str, Figures]) -> list[str]:
    """Whole answers: processor time, the rates within bounds, what is added, memory."""
    bounds = list(subjects[DIRECT]["frontier"])
    guiju = subjects.get(GUIJU, {})
    lines = [
        "\nWhole answers, Poisson arrivals, one core; requests a second within each bound",
        _row(
            "",
            ["CPU us", "guiju/x", *(one[4:] for one in bounds), *_WHOLE],
        ),
    ]
    ceiling = subjects[DIRECT]["frontier"]
    for name, one in subjects.items():
        limits = one.get("frontier", {})
        rates = [
            _number(limits.get(bound))
            + ("*" if name != DIRECT and limits.get(bound, 0) > _NEAR * ceiling[bound] else "")
            for bound in bounds
        ]
        added, rss = one["added"], one.get("rss", {})
        lines.append(
            _row(
                name,
                [
                    _number(one["cpu_micros"]),
                    _ratio(guiju.get("cpu_micros"), one["cpu_micros"]),
                    *rates,
                    _ratio(guiju.get("frontier", {}).get(bounds[0]), limits.get(bounds[0])),
                    _number(added["p50_ms"], 1),
                    _number(added["p99_ms"], 1),
                    _number(rss.get("before_mib")),
                    _number(rss.get("after_mib")),
                ],
            )
        )
    lines.append(f"* near the generator's own bound. +ms: a model takes {WAIT_MS} ms, 20 a second.")
    return lines


def _streams(subjects: dict[str, Figures]) -> list[str]:
    """What is added to streams of one pace, and whether the phrase could be read."""
    lines = [
        f"\nStreams of {FRAMES} pieces {FRAME_MS} ms apart: ms beyond the model and the held tail,",
        "of those that begin once all are there; processor time of all",
        _row(
            "",
            ["4: first", "p99", "gap p99", f"{STREAMS}: first", *_STREAM[1:]],
        ),
    ]
    guiju = subjects.get(GUIJU, {}).get("paced", {})
    for name, one in subjects.items():
        if "paced" not in one:
            continue
        calm, full, leaks = one["calm"], one["paced"], one["leaks"]
        lines.append(
            _row(
                name,
                [
                    _number(calm["first_p50_ms"], 1),
                    _number(calm["first_p99_ms"], 1),
                    _number(calm["gap_p99_ms"], 1),
                    _number(full["first_p50_ms"], 1),
                    _number(full["first_p99_ms"], 1),
                    _number(full["gap_p50_ms"], 1),
                    _number(full["gap_p99_ms"], 1),
                    f"{full['failed']}/{full['streams']}",
                    f"{full['counted']}",
                    _number(full["cpu_micros_per_frame"]),
                    _ratio(guiju.get("cpu_micros_per_frame"), full["cpu_micros_per_frame"]),
                    f"{leaks['leaked']}/{leaks['answered']}",
                ],
            )
        )
    return lines


def _steps(subjects: dict[str, Figures]) -> list[str]:
    lines = [f"\n{STREAMS} streams in step, all pieces at the same moment: first p50, p99, gap p99"]
    for name, one in subjects.items():
        if "in_step" in one:
            keys = ("first_p50_ms", "first_p99_ms", "gap_p99_ms")
            lines.append(_row(name, [_number(one["in_step"][key], 1) for key in keys]))
    return lines


def _crowds(subjects: dict[str, Figures]) -> list[str]:
    lines = [f"\n{CROWD} streams at once: the longest stall of any (ms), by the pace of each"]
    for name, one in subjects.items():
        for crowd in one.get("crowds", ()):
            stall, failed = _number(crowd["longest_stall_ms"]), crowd["failed"]
            said = f"{stall:>8} ms" + (f", {failed} failed" if failed else "")
            lines.append(f"{name:24} a piece every {crowd['gap_ms']:>4} ms {said}")
    return lines


def _away(away: Figures | None) -> list[str]:
    if away is None:
        return ["\nThe database stopped: not measured"]
    return [
        f"\nThe database stopped for {away['seconds']:.0f} s, {away['requests']} requests:",
        f"{away['before_mib']:.0f} MiB before, {away['highest_mib']:.0f} at most,",
        f"{away['after_mib']:.0f} later; {away['refused']} refused;",
        f"all on record {away['caught_up_seconds']:.1f} s after it was back",
    ]
