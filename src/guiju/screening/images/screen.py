# SPDX-License-Identifier: Apache-2.0
"""The screen for pictures: what the policy requires looks at every view (Articles 4 and 14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guiju.kernel import GuijuError
from guiju.measures import enforces
from guiju.screening.images.codes import CodeReader, ZxingReader
from guiju.screening.images.decode import frames_of, sampled, views
from guiju.screening.images.formats import Header
from guiju.screening.images.hashes import PdqList
from guiju.screening.images.limits import Limits, admitted, checked_frames
from guiju.screening.images.looking import (
    KnownPictures,
    Missing,
    Part,
    Seen,
    TextJudge,
    code_part,
    ocr_part,
)
from guiju.screening.images.model import PARTS, ImageVerdict
from guiju.screening.images.pdq import Pdq, pdq
from guiju.screening.images.policy import ImagePolicy, read_image_policy
from guiju.screening.images.rapid import RapidReader
from guiju.screening.images.reading import Reader
from guiju.screening.images.seeing import Asker
from guiju.screening.images.summing import FRAMES_LEFT_OUT, Sum
from guiju.screening.model import Direction, Outcome


@dataclass(frozen=True, slots=True)
class Eyes:
    """The adapters that are there; one that is not makes its part answer "not screened"."""

    known: PdqList | None = None
    codes: CodeReader | None = None
    ocr: Reader | None = None
    ask: Asker | None = None

    @classmethod
    def installed(cls, *, known: PdqList | None = None, ask: Asker | None = None) -> Eyes:
        """Those whose extras are installed, with the operator's list and way to ask a model."""
        codes = ZxingReader() if ZxingReader.is_installed() else None
        ocr = RapidReader() if RapidReader.is_installed() else None
        return cls(known, codes, ocr, ask)


class ImageScreen:
    """Judges pictures by one policy; immutable, shared by all threads."""

    def __init__(self, policy: ImagePolicy, digest: str, text_judge: TextJudge, eyes: Eyes) -> None:
        """`digest` is that of the whole policy; `text_judge` judges what is read."""
        self._settings = policy
        self.policy = digest
        self._parts = _parts(policy, text_judge, eyes)

    @classmethod
    def load(
        cls, policy: Mapping[str, Any], digest: str, text_judge: TextJudge, eyes: Eyes
    ) -> ImageScreen:
        """Read the `images` table of the `screening` table of the policy with this digest.

        Raises:
            Invalid: `image-policy-broken`, with the place.
        """
        return cls(read_image_policy(policy.get("images", {})), digest, text_judge, eyes)

    @property
    def unscreened(self) -> Outcome:
        """What happens to a picture that a required part could not look at."""
        return self._settings.unscreened

    @property
    def most_bytes(self) -> int:
        """How many bytes a picture may have."""
        return self._settings.limits.bytes

    @enforces("input-screening", "output-screening", "picture-screening")
    def judge(self, data: bytes, direction: Direction) -> ImageVerdict:
        """The verdict on the picture in `data`, whatever these bytes are; never raises over them.

        A required part that could not look makes it "not-screened", and the policy's answer to
        that is in the outcome.
        """
        total = Sum(self._settings)
        header: Header | None = None
        try:
            header = admitted(data, self._settings.limits)
            count = frames_of(data, header)
            header = header._replace(frames=max(count, header.frames))
            checked_frames(header, self._settings.limits)
            self._look(total, data, header, count, direction)
        except GuijuError as error:
            total.stop(error)
        return total.verdict(self.policy, header)

    def _look(
        self, total: Sum, data: bytes, header: Header, count: int, direction: Direction
    ) -> None:
        policy = self._settings
        frames = sampled(count, _most_frames(policy, header))
        if len(frames) < header.frames and not policy.accepts_sampling:
            total.leave_out(FRAMES_LEFT_OUT)
        for view in views(data, header, policy.limits, frames):
            for part in self._parts:
                total.add(part.name, part.look(view, direction))


def hashed(data: bytes, limits: Limits | None = None) -> Pdq:
    """The hashes of the picture in `data`, of an animation those of its first frame.

    Raises:
        Invalid: `image-too-large`, `image-format`, `image-broken` or `image-bomb`.
        Unavailable: `extra-missing`, without Pillow.
    """
    limits = limits or Limits()
    return pdq(next(views(data, admitted(data, limits), limits, (0,))).pixels)


def judge_file(screen: ImageScreen, path: Path, direction: Direction) -> ImageVerdict:
    """The verdict on a file, of which no more is read than a picture may have.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        return screen.judge(file.read(screen.most_bytes + 1), direction)


def _most_frames(policy: ImagePolicy, header: Header) -> int:
    return max(1, min(policy.frames, policy.pixels // header.pixels))


def _parts(policy: ImagePolicy, judge: TextJudge, eyes: Eyes) -> Sequence[Part]:
    """Every part that is there, and in place of each required one that is not, the word of it."""
    there: dict[str, Part] = {}
    if eyes.known is not None:
        there["hashes"] = KnownPictures(eyes.known, policy)
    if eyes.codes is not None:
        there["codes"] = code_part(eyes.codes, judge)
    if eyes.ocr is not None:
        there["ocr"] = ocr_part(eyes.ocr, judge)
    if policy.vision is not None and eyes.ask is not None:
        there["vision"] = Seen(policy.vision, eyes.ask)
    wanted = [one for one in PARTS if one in there or one in policy.require]
    return tuple(there.get(one) or Missing(one) for one in wanted)
