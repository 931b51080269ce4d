# SPDX-License-Identifier: Apache-2.0
"""The verdict on a picture in the making: the worst of all sights, every gap, few findings."""

from __future__ import annotations

from guiju.kernel import GuijuError
from guiju.screening.images.formats import Header
from guiju.screening.images.model import NOT_SCREENED, ImageFinding, ImageVerdict, Sight
from guiju.screening.images.policy import ImagePolicy
from guiju.screening.model import FULL, Outcome
from guiju.screening.tally import MOST_FINDINGS

FRAMES_LEFT_OUT = "frames-left-out"
_UNSEEN = ("unseen",)


class Sum:
    """What was seen so far."""

    def __init__(self, policy: ImagePolicy) -> None:
        """Nothing was seen yet."""
        self._policy = policy
        self._found: dict[ImageFinding, ImageFinding] = {}
        self._outcome = Outcome.PASS
        self._gaps: dict[str, dict[str, None]] = {}
        self._left_out = ""
        self._error: GuijuError | None = None

    def add(self, part: str, sight: Sight) -> None:
        """What one part made of one view; what it saw in an earlier view as well counts once."""
        gaps = self._gaps.setdefault(part, {})
        if sight.gap:
            gaps[sight.gap] = None
        self._outcome = max(self._outcome, self._meant(sight.outcome))
        for one in sight.findings:
            meant = one._replace(outcome=self._meant(one.outcome))
            self._found.setdefault(meant._replace(frame=0, backdrop="none"), meant)

    def leave_out(self, why: str) -> None:
        """Note that no part looked at some of it."""
        self._left_out = why

    def stop(self, error: GuijuError) -> None:
        """Note that nobody could look any further; what was found until then still counts."""
        self._error = error
        self._left_out = error.code

    def verdict(self, digest: str, picture: Header | None) -> ImageVerdict:
        """What follows from all that was seen."""
        worst_first = sorted(self._found.values(), key=lambda one: -one.outcome.rank)
        reasons = self._reasons()
        unscreened = self._policy.unscreened if reasons else Outcome.PASS
        return ImageVerdict(
            outcome=max(self._outcome, unscreened),
            findings=tuple(worst_first[:MOST_FINDINGS]),
            policy=digest,
            screened=f"{NOT_SCREENED}: {', '.join(reasons)}" if reasons else FULL,
            found=len(self._found),
            harms=frozenset(one.harm for one in self._found.values()),
            parts={part: self._state(part) for part in (*self._policy.require, *self._gaps)},
            picture=picture,
            refusal=self._error,
        )

    def _meant(self, outcome: Outcome) -> Outcome:
        return self._policy.mask if outcome is Outcome.MASK else outcome

    def _reasons(self) -> list[str]:
        # Of a picture that nobody could look at, the error says it all.
        unseen = () if self._error else _UNSEEN
        gaps = [
            f"{part}-{gap}" for part in self._policy.require for gap in self._gaps.get(part, unseen)
        ]
        return [self._left_out, *gaps] if self._left_out else gaps

    def _state(self, part: str) -> str:
        return ", ".join(self._gaps.get(part, _UNSEEN)) or FULL
