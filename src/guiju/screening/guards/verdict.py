# SPDX-License-Identifier: Apache-2.0
"""What a guard model said, or why nothing it said can be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Status = Literal["judged", "unparsed", "failed"]


class Level(StrEnum):
    """The three levels that all families are read into, from mild to grave."""

    SAFE = "safe"
    CONTROVERSIAL = "controversial"
    UNSAFE = "unsafe"

    @property
    def rank(self) -> int:
        """How grave it is, from 0."""
        return _RANKS.index(self)


_RANKS = tuple(Level)


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """One verdict of one guard on one window.

    `unparsed` means that the model answered with something unreadable, `failed` that it did not
    answer; `reason` says why, in a word of ours. An unparsed verdict may still have a level: what
    could be read of it. `raw` is the digest of the reply, which itself is kept nowhere.
    """

    status: Status
    level: Level | None
    categories: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    refusal: bool | None = None
    score: float | None = None
    reason: str = ""
    raw: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the policy, and not the guard, must say what happens."""
        return self.status != "judged"


class UnreadableError(Exception):
    """The reply does not have the family's form; `level` is what could be read all the same."""

    def __init__(self, reason: str, level: Level | None = None) -> None:
        """`reason` is a word of ours, never one of the reply's."""
        super().__init__(reason)
        self.reason = reason
        self.level = level


def judged(
    level: Level,
    categories: Sequence[str] = (),
    harms: Iterable[str] = (),
    *,
    refusal: bool | None = None,
    score: float | None = None,
) -> GuardVerdict:
    """A verdict that was read whole; each harm once, the closest first."""
    once = tuple(dict.fromkeys(harms))
    return GuardVerdict("judged", level, tuple(categories), once, refusal, score)


def failed(reason: str) -> GuardVerdict:
    """The verdict when no answer came."""
    return GuardVerdict("failed", None, reason=reason)


def worst(verdicts: Sequence[GuardVerdict]) -> GuardVerdict:
    """The verdict on a window of which several questions were asked, at least one.

    The gravest level counts, with what was found at it; a question without a readable answer makes
    the whole an error.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    level = max((one.level for one in verdicts if one.level), key=_rank, default=None)
    found = [one for one in verdicts if one.level is level]
    error = next((one for one in verdicts if one.is_error), None)
    return GuardVerdict(
        status=error.status if error else "judged",
        level=level,
        categories=_union(one.categories for one in found),
        harms=_union(one.harms for one in found),
        score=max((one.score for one in found if one.score is not None), default=None),
        reason=error.reason if error else "",
        raw=(error or found[0]).raw,
    )


def _rank(level: Level) -> int:
    return level.rank


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for each in lists for one in each))
