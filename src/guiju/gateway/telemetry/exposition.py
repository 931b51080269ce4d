# SPDX-License-Identifier: Apache-2.0
"""Counts in the text form that Prometheus reads (version 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guiju.gateway.telemetry.lines import buckets, family, line
from guiju.gateway.telemetry.tallies import Gauges, Tallies
from guiju.gateway.telemetry.upstream_exposition import upstreams

_SECONDS = {
    "request": "From a request's arrival to the end of its answer.",
    "upstream": "Waiting for the model, within one exchange.",
    "gateway": "What guiju itself took of an exchange: neither model, nor disk, nor client.",
    "screening": "Judging and labelling, guard models included, within one exchange.",
    "record": "Waiting until the record of an exchange was durable.",
    "first_token": "From a request's arrival to the first piece of its stream.",
}


def exposition(tallies: Tallies, gauges: Gauges) -> str:
    """All counts as exposition text."""
    lines: list[str] = []
    for part in (
        _counts(tallies),
        _coverage(tallies),
        _times(tallies),
        upstreams(tallies, gauges),
        _gauges(gauges),
    ):
        lines += part
    return "\n".join(lines) + "\n"


def _counts(tallies: Tallies) -> Iterator[str]:
    yield from family("guiju_requests_total", "Requests answered, by route and HTTP status.")
    for route, statuses in sorted(tallies.answered.items()):
        for status, count in sorted(statuses.items()):
            yield line("guiju_requests_total", (("route", route), ("status", status)), count)
    yield from family("guiju_refusals_total", "Errors that were told, by code.")
    for code, count in sorted(tallies.refused.items()):
        yield line("guiju_refusals_total", (("code", code),), count)
    yield from family("guiju_stopped_total", "Answers that a verdict ended, by route.")
    for route, count in sorted(tallies.stopped.items()):
        yield line("guiju_stopped_total", (("route", route),), count)
    yield from family("guiju_tokens_total", "Tokens as models counted them.")
    for route, tokens in sorted(tallies.tokens.items()):
        for kind, count in (("prompt", tokens.prompt), ("completion", tokens.completion)):
            yield line("guiju_tokens_total", (("route", route), ("kind", kind)), count)


def _coverage(tallies: Tallies) -> Iterator[str]:
    yield from family("guiju_characters_total", "Characters of models that were delivered.")
    for route, one in sorted(tallies.coverage.items()):
        yield line("guiju_characters_total", (("route", route),), one.delivered)
    yield from family("guiju_characters_covered_total", "Those that a verdict covered.")
    for route, one in sorted(tallies.coverage.items()):
        yield line("guiju_characters_covered_total", (("route", route),), one.covered)
    yield from family("guiju_coverage_ratio", "Covered of delivered characters.", "gauge")
    for route, one in sorted(tallies.coverage.items()):
        yield line("guiju_coverage_ratio", (("route", route),), one.share)


def _times(tallies: Tallies) -> Iterator[str]:
    for what, help_ in _SECONDS.items():
        name = f"guiju_{what}_seconds"
        yield from family(name, help_, "histogram")
        for route, histogram in sorted(tallies.seconds.get(what, {}).items()):
            yield from buckets(name, ("route", route), histogram)


def _gauges(gauges: Gauges) -> Iterator[str]:
    values: Mapping[str, tuple[str, int]] = {
        "guiju_requests_in_flight": ("Requests under way.", gauges.in_flight),
        "guiju_workers_stalled": ("Workers whose records wait on disk.", gauges.stalled),
    }
    for name, (help_, value) in values.items():
        yield from family(name, help_, "gauge")
        yield f"{name} {value}"
