# SPDX-License-Identifier: Apache-2.0
"""What screening says of a picture: findings with their place in it, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from guiju.kernel import GuijuError
from guiju.screening.images.formats import Header
from guiju.screening.images.pixels import Box
from guiju.screening.model import FULL, Outcome

PARTS = ("hashes", "codes", "ocr", "vision")
"""The parts of image screening, the cheap ones first."""

NOT_SCREENED = "not-screened"
_NONE: Mapping[str, str] = MappingProxyType({})


class ImageFinding(NamedTuple):
    """Something found in a picture by one of `PARTS`.

    Of text that was read, `start` and `end` are offsets in what was read, and `view` how it was
    found there; of a hash, `view` is how the picture lay and `distance` how many bits differ.
    """

    part: str
    rule: str
    harm: str
    detector: str
    outcome: Outcome
    score: int
    view: str = ""
    frame: int = 0
    backdrop: str = "none"
    box: Box | None = None
    distance: int | None = None
    start: int | None = None
    end: int | None = None

    def as_json(self) -> dict[str, object]:
        """The public form: that of a finding in text, and where in the picture it is."""
        return {
            "part": self.part,
            "harm": self.harm,
            "detector": self.detector,
            "rule": self.rule,
            "view": self.view,
            "start": self.start,
            "end": self.end,
            "score": self.score,
            "frame": self.frame,
            "backdrop": self.backdrop,
            "box": list(self.box) if self.box else None,
            "distance": self.distance,
        }


class Sight(NamedTuple):
    """What one part made of one view: `gap` says why it could not tell, and is empty if it could.

    `outcome` may be worse than that of the findings, e.g. when a guard gave no answer.
    """

    findings: tuple[ImageFinding, ...] = ()
    outcome: Outcome = Outcome.PASS
    gap: str = ""


class ImageVerdict(NamedTuple):
    """What is to be done with a picture and why.

    `screened` is "full" only when every part that the policy requires has looked at every view;
    else it says which did not and why. `parts` says of each part whether it was `full`. When
    nothing could be looked at, `refusal` is the error to tell whoever sent the picture.
    """

    outcome: Outcome
    findings: tuple[ImageFinding, ...]
    policy: str
    screened: str = FULL
    found: int = 0
    harms: frozenset[str] = frozenset()
    parts: Mapping[str, str] = _NONE
    picture: Header | None = None
    refusal: GuijuError | None = None

    @property
    def stops(self) -> bool:
        """Whether the picture must not be delivered."""
        return self.outcome.stops

    def as_json(self) -> dict[str, object]:
        """The public form."""
        return {
            "verdict": self.outcome.value,
            "screened": self.screened,
            "policy": self.policy,
            "findings": [one.as_json() for one in self.findings],
            "parts": dict(self.parts),
            "picture": self.picture and _described(self.picture),
        }


def _described(header: Header) -> dict[str, object]:
    return {
        "format": header.kind.value,
        "width": header.width,
        "height": header.height,
        "frames": header.frames,
    }
