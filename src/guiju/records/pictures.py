# SPDX-License-Identifier: Apache-2.0
"""That a picture was judged, and how: digest and verdict, never the picture (Article 14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from guiju.kernel import software
from guiju.ledger import Evidence, append
from guiju.measures import enforces
from guiju.records.model import PictureScreening
from guiju.storage import Tx

if TYPE_CHECKING:
    from guiju.screening import Direction
    from guiju.screening.images import ImageVerdict


def picture_screening(
    verdict: ImageVerdict, picture: str, direction: Direction, request: str = ""
) -> PictureScreening:
    """How the picture with this digest was judged, as it stands in evidence."""
    return PictureScreening(
        picture=picture,
        direction=direction,
        verdict=verdict.outcome.value,
        screened=verdict.screened,
        policy=verdict.policy,
        found=verdict.found,
        harms=sorted(verdict.harms),
        parts=dict(verdict.parts),
        request=request,
    )


@enforces("picture-screening")
def note_picture(tx: Tx, one: PictureScreening) -> None:
    """Append the evidence of one verdict."""
    append(
        tx,
        "picture-screened",
        controls=("picture-screening",),
        actor=software("screen"),
        subject=f"sha256:{one.picture}",
        facts=msgspec.to_builtins(one),
    )


def evidence_of(pictures: Iterable[PictureScreening]) -> Iterator[Evidence]:
    """The same of the pictures of a request, beside the evidence of the request itself."""
    for one in pictures:
        yield Evidence(
            kind="picture-screened",
            controls=("picture-screening",),
            actor=software("gateway"),
            subject=f"sha256:{one.picture}",
            facts=msgspec.to_builtins(one),
            rows=(),
        )
