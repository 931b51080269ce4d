# SPDX-License-Identifier: Apache-2.0
"""Putting right what made the model say it: values (Article 14, first paragraph).

A sample is a text with what is expected of it. What was wrongly stopped counts as much as what was
wrongly let through: a cure that stops everything passes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from guiju.screening import Direction, Verdict

Judge: TypeAlias = Callable[[str, Direction], Verdict]
"""Judges a whole text by the policy in force: `Screen.judge`."""
Recall: TypeAlias = Callable[[bytes, bytes], Sequence[tuple[Direction, str]]]
"""The texts behind the input and the output of a record, as they were judged then."""

MOST_SAMPLES = 200
LONGEST_TEXT = 100_000  # characters


class Cure(StrEnum):
    """What is changed so that it does not come back."""

    RULE = "rule"
    KEYWORD = "keyword"
    PROMPT = "prompt"
    DATA_REMOVAL = "data-removal"
    FINE_TUNE = "fine-tune"


class Expected(StrEnum):
    """What is to become of a sample."""

    STOPPED = "stopped"
    PASSED = "passed"

    def is_met(self, verdict: Verdict) -> bool:
        """Whether the verdict is as expected; what was not screened whole was not passed."""
        if self is Expected.STOPPED:
            return verdict.stops
        return not verdict.stops and verdict.screened == "full"


class Phase(StrEnum):
    """When a regression ran: before the cure, after it, and again once it has been verified."""

    BEFORE = "before"
    AFTER = "after"
    RETEST = "re-test"


class Wanted(NamedTuple):
    """Which side of an exchange a sample is, and what is to become of it."""

    direction: Direction
    expected: Expected


class Words(NamedTuple):
    """The words of a sample; `asked` and `answer` may be empty.

    `text` is judged. `asked`: what a sampled output answers. `answer`: a better one, for training.
    """

    text: str
    asked: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that is judged again and again; its words stay sealed under the key of `owner`.

    `request`: the record it is from, whose person is the owner; None: staff wrote it, and the key
    is one of the case's own.
    """

    id: str
    case: str
    owner: str
    request: str | None
    direction: Direction
    expected: Expected
    kept_by: str
    kept_at: datetime


class Tally(NamedTuple):
    """How many of how many came out as expected; `gone`: no longer readable, and not judged."""

    samples: int
    gone: int
    to_stop: int
    stopped: int
    to_pass: int
    passed: int

    @property
    def is_met(self) -> bool:
        """Whether all that can be judged is as expected; nothing judged is nothing shown."""
        judged = self.to_stop + self.to_pass
        return judged > 0 and judged == self.stopped + self.passed


@dataclass(frozen=True, slots=True)
class Run:
    """A regression: all samples of a case judged by one policy.

    `round` counts the steps that make an earlier run worthless. `results`: SHA-256 over the
    canonical list of sample, verdict and whether it was expected. `differ`: the samples that came
    out otherwise.
    """

    id: str
    case: str
    round: int
    phase: Phase
    policy: str
    tally: Tally
    results: str
    differ: tuple[str, ...]
    ran_by: str
    ran_at: datetime

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it."""
        return {
            "run": self.id,
            "phase": self.phase.value,
            "policy": self.policy,
            **self.tally._asdict(),
            "met": self.tally.is_met,
            "results": self.results,
            "differ": list(self.differ),
        }


@dataclass(frozen=True, slots=True)
class Rectification:
    """What a case is about: the findings it rests on; the cure, and the round it was chosen in."""

    case: str
    number: str
    findings: tuple[str, ...]
    cure: Cure | None = None
    round: int | None = None
