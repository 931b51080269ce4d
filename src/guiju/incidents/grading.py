# SPDX-License-Identifier: Apache-2.0
"""From stated facts to the grade that they reach: pure, each threshold a rule of the law data.

A person signs the grade. It may be graver than what is reached, for the annex counts things that no
number shows; it is never milder. An outage is stated and has no threshold in the rules we hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from guiju.incidents.model import Facts, Grade, Measure
from guiju.measures import Rule, law, rule

_MINUTES = {"minutes": 1, "hours": 60}
_PREFIX = "incidents.grade-"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold: from `value` on, in the unit of its measure, it is at least this grade."""

    grade: Grade
    measure: Measure
    value: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the facts reach: the gravest grade, and every threshold that is reached."""

    grade: Grade
    reached: tuple[Threshold, ...]


def thresholds() -> tuple[Threshold, ...]:
    """Every threshold of the law data, the gravest first.

    Raises:
        ValueError: a rule that names a grade or measure that nobody knows.
    """
    rules = [one for name, one in law().rules.items() if name.startswith(_PREFIX)]
    found = [_threshold(one) for one in rules]
    return tuple(sorted(found, key=lambda one: (-one.grade.rank, list(Measure).index(one.measure))))


def assess(facts: Facts) -> Assessment:
    """The grade that these facts reach."""
    reached = tuple(one for one in thresholds() if facts.get(one.measure, -1) >= one.value)
    return Assessment(reached[0].grade if reached else Grade.GENERAL, reached)


def reportable(grade: Grade | None) -> bool:
    """Whether an incident of this grade is reported; one that nobody has graded counts as none."""
    least = Grade(str(rule("incidents.threshold.grade").value))
    return grade is not None and grade.rank >= least.rank


def _threshold(found: Rule) -> Threshold:
    grade, _, measure = found.id.removeprefix(_PREFIX).partition(".")
    factor = _MINUTES.get(found.unit, 1)
    return Threshold(Grade(grade), Measure(measure), found.number * factor, found)
