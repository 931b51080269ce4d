# SPDX-License-Identifier: Apache-2.0
"""Figures in the text form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Mapping

OPENNESS = {"closed": 0, "half-open": 1, "open": 2}
"""The states of a circuit as numbers."""


def family(name: str, kind: str, what: str) -> list[str]:
    """The two lines that stand before the figures of one name."""
    return [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]


def series(name: str, kind: str, what: str, label: str, values: Mapping[str, object]) -> list[str]:
    """One family with a figure for each value of one label; labels hold no sign to be escaped."""
    return [
        *family(name, kind, what),
        *(f'{name}{{{label}="{one}"}} {value}' for one, value in sorted(values.items())),
    ]
