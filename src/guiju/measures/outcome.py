# SPDX-License-Identifier: Apache-2.0
"""The nine outcomes and four strengths of standing: words with an order, never a percentage."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from guiju.kernel import Text


class Outcome(IntEnum):
    """What the evidence says of a control or an article; the smaller, the worse."""

    NOT_MET = 1
    NO_EVIDENCE = 2
    STALE = 3
    CHECK_ERROR = 4
    NOT_EXERCISED = 5
    ATTESTED_ONLY = 6
    MET_WITH_EXCEPTIONS = 7
    MET = 8
    NOT_APPLICABLE = 9

    @property
    def text(self) -> Text:
        """The outcome as people read it."""
        return _WORDS[self]


_WORDS = {
    Outcome.NOT_MET: Text(zh="未满足", en="Not met"),
    Outcome.NO_EVIDENCE: Text(zh="无证据", en="No evidence"),
    Outcome.STALE: Text(zh="证据过期", en="Stale"),
    Outcome.CHECK_ERROR: Text(zh="检查出错", en="Check error"),
    Outcome.NOT_EXERCISED: Text(zh="尚未触发", en="Not exercised"),
    Outcome.ATTESTED_ONLY: Text(zh="仅有声明", en="Attested only"),
    Outcome.MET_WITH_EXCEPTIONS: Text(zh="满足，有例外", en="Met with exceptions"),
    Outcome.MET: Text(zh="满足", en="Met"),
    Outcome.NOT_APPLICABLE: Text(zh="不适用", en="Not applicable"),
}


class Strength(StrEnum):
    """How much stands behind an outcome, from a written rule to a proven result."""

    DESIGNED = "designed"
    IMPLEMENTED = "implemented"
    OPERATING = "operating"
    EFFECTIVE = "effective"


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of several; of none at all, that there is no evidence."""
    return min(outcomes, default=Outcome.NO_EVIDENCE)
