# SPDX-License-Identifier: Apache-2.0
"""Other samples in the place of a film's first ones; all others stay byte by byte (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guiju.labelling.containers.boxes import Box, box, resized
from guiju.labelling.containers.mp4_offsets import following
from guiju.labelling.containers.walking import Budget, Edit, StopsError, moved_by, spliced
from guiju.labelling.video.h264 import Config
from guiju.labelling.video.tables import offset_table, size_table, sync_table
from guiju.labelling.video.track import Track

_MOST = 500_000
_FULL = 4


@dataclass(frozen=True, slots=True)
class Span:
    """New samples for the beginning of a film, in the order in which they are shown.

    `sync` holds the numbers of those that need no other, `config` what they need to be decoded.
    """

    samples: Sequence[bytes]
    sync: Sequence[int]
    config: Config


def with_span(data: bytes, track: Track, span: Span) -> bytes:
    """The film with `span` in the place of as many samples, at the times of these.

    Raises:
        StopsError: its tables cannot say so.
        Invalid: `label-not-supported`, when a place has no room in its table.
    """
    samples = list(_samples(track, span))
    setup = _changed(track.setup, bytes(track.config.joined(span.config)))
    description = _heads(data, (track.parts[b"stsd"], track.entry), _growth([setup]))
    inner = [setup, *_tables(track, span)]
    film = [*inner, *description, *_heads(data, track.parents, _growth(inner))]
    edits = [*samples, *film, *_media_heads(data, track, samples)]
    moved = moved_by(edits)
    return spliced(data, [*edits, *following(data, track.top, moved, Budget(_MOST))])


def _samples(track: Track, span: Span) -> Iterator[Edit]:
    for number, new in enumerate(span.samples):
        place, size = track.tables.places[number], track.tables.sizes[number]
        if not size:
            raise StopsError("unsupported:film")
        yield place, place + size, new


def _tables(track: Track, span: Span) -> Iterator[Edit]:
    """The tables of sizes, times and entry points for the new samples."""
    old, count = track.tables, len(span.samples)
    # What is decoded in the order of showing is shown at the same times as before.
    shown = [*sorted(old.shown[:count]), *old.shown[count:]]
    offsets = [a - b for a, b in zip(shown, old.decoded, strict=True)]
    sizes = [*map(len, span.samples), *old.sizes[count:]]
    sync = [*span.sync, *(one for one in old.sync if one >= count)]
    new = {b"stsz": size_table(sizes), b"ctts": offset_table(offsets)}
    if len(sync) < len(sizes) or b"stss" in track.parts:
        new[b"stss"] = sync_table(sync)
    for kind, content in new.items():
        part = track.parts.get(kind)
        end = track.parts[b"stsz"].end
        yield (part.start, part.end, content) if part else (end, end, content)
    if b"sdtp" in track.parts:
        # What depends on what is not said of the new ones.
        at = track.parts[b"sdtp"].body + _FULL
        yield at, min(at + count, track.parts[b"sdtp"].end), bytes(count)


def _changed(one: Box, content: bytes) -> Edit:
    return one.start, one.end, box(one.kind, content)


def _heads(data: bytes, parents: Sequence[Box], growth: int) -> Iterator[Edit]:
    for one in parents:
        yield one.start, one.body, resized(data, one, one.size + growth)


def _media_heads(data: bytes, track: Track, samples: Sequence[Edit]) -> Iterator[Edit]:
    """The sizes of the boxes that hold the samples."""
    for one in track.top:
        own = [edit for edit in samples if one.start <= edit[0] < one.end]
        if own and one.kind != b"mdat":
            raise StopsError("unsupported:film")
        if own:
            yield from _heads(data, (one,), _growth(own))


def _growth(edits: Sequence[Edit]) -> int:
    return sum(len(new) - (end - start) for start, end, new in edits)
