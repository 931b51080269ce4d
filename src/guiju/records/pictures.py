# SPDX-License-Identifier: Apache-2.0
"""That a picture was judged, and how: digest and verdict, never the picture (Article 14)."""

from __future__ import annotations

import msgspec

from guiju.kernel import software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx


class PictureScreening(msgspec.Struct, frozen=True):
    """One judged picture; `parts` says of each part of screening whether it looked, or why not."""

    picture: str
    direction: str
    verdict: str
    screened: str
    policy: str
    found: int
    harms: list[str]
    parts: dict[str, str]


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
