# SPDX-License-Identifier: Apache-2.0
"""How many of a film's first pictures carry the label, and how many must be made anew for that."""

from __future__ import annotations

from dataclasses import dataclass

from guiju.labelling.video.h264 import is_idr
from guiju.labelling.video.track import Track
from guiju.measures import rule


@dataclass(frozen=True, slots=True)
class Extent:
    """So many pictures carry the label, for `seconds`, and so many are encoded anew for that."""

    labelled: int
    encoded: int
    seconds: float


def extent(data: bytes, track: Track) -> Extent:
    """The first pictures that are shown for two seconds, up to where the film can be entered again.

    Raises:
        StopsError: the samples cannot be read.
    """
    shown = track.tables.shown
    begin = max(track.start, min(shown))
    end = begin + rule("labels.video.seconds").number * track.scale
    labelled = sum(1 for time in shown if time < end)
    encoded = next(
        (
            one
            for one in track.tables.sync
            if one and shown[one] >= end and _parts(data, track, one)
        ),
        len(shown),
    )
    last = min((time for time in shown if time >= end), default=max(shown))
    return Extent(labelled, encoded, (last - begin) / track.scale)


def _parts(data: bytes, track: Track, at: int) -> bool:
    """Whether what is decoded from here on is shown from here on, and needs nothing before it."""
    shown = track.tables.shown
    apart = max(shown[:at]) < shown[at] <= min(shown[at:])
    return apart and is_idr(track.sample(data, at))
