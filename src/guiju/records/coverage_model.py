# SPDX-License-Identifier: Apache-2.0
"""A gap in coverage: characters of a model that were delivered and that no verdict covers.

Each delivered character must be covered (Articles 4 and 14), so one that is not is an incident. It
stays open until a named person says what it was and closes it; software cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, NotFound, Text
from guiju.records import refusing

OFFICER = "safety-officer"
CONTROLS = ("coverage-incidents",)


class GapState(StrEnum):
    """Where an incident stands."""

    FOUND = "found"
    OPEN = "open"
    CLOSED = "closed"


GAPS = Machine(
    "coverage-gap",
    GapState.FOUND,
    [
        Transition(
            GapState.FOUND,
            "open",
            GapState.OPEN,
            Text(zh="登记审查缺口", en="open a coverage gap"),
            "coverage-gap-opened",
        ),
        Transition(
            GapState.OPEN,
            "close",
            GapState.CLOSED,
            Text(zh="关闭审查缺口", en="close a coverage gap"),
            "coverage-gap-closed",
            roles=(OFFICER,),
            by_person=True,
            needs_reason=True,
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Gap:
    """One incident: a route on which something was delivered without a verdict.

    `request` is the first that was, `exchanges` how many there were until it was closed,
    `characters` how many characters they delivered and `covered` how many of these have a verdict.
    """

    id: str
    route: str
    request: str
    state: GapState
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    reason: str | None
    exchanges: int = 0
    characters: int = 0
    covered: int = 0

    @property
    def missing(self) -> int:
        """Characters without a verdict."""
        return self.characters - self.covered


def no_such_gap(gap: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "coverage-gap-unknown",
        Text(zh=f"没有编号为 {gap[:40]} 的审查缺口。", en=f"There is no coverage gap {gap[:40]}."),
        Text(
            zh="请在运行页或用 guiju records gaps 查看。",
            en="See the traffic page or guiju records gaps.",
        ),
    )


def overtaken() -> Conflict:
    """Somebody else has just closed it."""
    return refusing.overtaken("coverage-gap-overtaken", Text(zh="这一缺口", en="this gap"))
