# SPDX-License-Identifier: Apache-2.0
"""What screening says: outcomes in order, findings with their place in the text, the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple

Direction = Literal["input", "output", "training"]
DIRECTIONS: tuple[Direction, ...] = ("input", "output", "training")

FULL = "full"
MASK_SIGN = "*"


class Outcome(StrEnum):
    """What is to be done with a text, from nothing to stopping it; the worse is the greater."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    MASK = "mask"
    REVIEW = "review"
    REFUSE = "refuse"
    BLOCK = "block"

    def __init__(self, value: str) -> None:
        """Note how bad it is, from 0, and whether a text with it must not be delivered."""
        self.rank = len(type(self).__members__)
        self.stops = value in {"refuse", "block"}

    def __lt__(self, other: str) -> bool:
        return self.rank < _rank(other)

    def __le__(self, other: str) -> bool:
        return self.rank <= _rank(other)

    def __gt__(self, other: str) -> bool:
        return self.rank > _rank(other)

    def __ge__(self, other: str) -> bool:
        return self.rank >= _rank(other)


def _rank(outcome: str) -> int:
    return (outcome if isinstance(outcome, Outcome) else Outcome(outcome)).rank


class Finding(NamedTuple):
    """Something found: `start` and `end` are character offsets in the text as given.

    `rule` names the entry without telling its term, `view` says whether the text held the term as
    written or only when folded, `score` is per mille; `by` is the operator's named rule that has
    decided the outcome, None where it is what the entry itself asks for; `entry` is the id that
    the operator gave the entry, if any.
    """

    start: int
    end: int
    rule: str
    harm: str
    detector: str
    view: str
    score: int
    outcome: Outcome
    by: str | None = None
    entry: str = ""

    def as_json(self) -> dict[str, object]:
        """The public form; who decided and the id are told where there is one."""
        told = {
            "harm": self.harm,
            "detector": self.detector,
            "rule": self.rule,
            "view": self.view,
            "start": self.start,
            "end": self.end,
            "score": self.score,
        }
        told |= {"by": self.by} if self.by is not None else {}
        return told | ({"entry": self.entry} if self.entry else {})


class Verdict(NamedTuple):
    """What is to be done with a text and why.

    `screened` is "full" or the reason why not: a skipped screen is never a passed one. `covered` is
    the number of characters that were judged, `policy` the digest of the rules they were judged by.
    Of a flood `findings` are a part, while `found` counts all hits, `harms` are those of all, and
    `masks` (starts and ends in turn) tell all that is to be starred out.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    policy: str
    covered: int
    screened: str = FULL
    found: int = 0
    harms: frozenset[str] = frozenset()
    masks: Sequence[int] = ()

    @property
    def stops(self) -> bool:
        """Whether the text must not be delivered."""
        return self.outcome.stops

    def masked(self, text: str) -> str:
        """`text`, which must be the one judged, with the spans to be masked starred out."""
        bounds = iter(self.masks)
        return masked(text, zip(bounds, bounds, strict=True))

    def as_json(self) -> dict[str, object]:
        """The public form."""
        return {
            "verdict": self.outcome.value,
            "screened": self.screened,
            "policy": self.policy,
            "findings": [one.as_json() for one in self.findings],
        }


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with a star for each character in `spans`, which stand in its order and apart.

    What reaches over the end is left out: the length does not change.
    """
    pieces: list[str] = []
    done, length = 0, len(text)
    for start, end in spans:
        if start >= length:
            break
        pieces.append(text[done:start])
        pieces.append(MASK_SIGN * (end - start))
        done = end
    pieces.append(text[done:])
    return "".join(pieces)[:length]
