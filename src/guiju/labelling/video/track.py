# SPDX-License-Identifier: Apache-2.0
"""The track of pictures of a film in MP4 or QuickTime, as far as its samples can be replaced.

Source: ISO/IEC 14496-12, 8.3.2 (tkhd), 8.5.2 (stsd), 8.6.6 (elst), 12.1.3 (visual entries).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guiju.labelling.containers.boxes import Box, boxes, inside
from guiju.labelling.containers.walking import Budget, StopsError, number, take
from guiju.labelling.video import h264
from guiju.labelling.video.tables import Tables, tables

_MOST = 500_000  # boxes
_FULL = 4  # version and flags
_LIST = 8  # the same and a count
_ENTRY = 78  # bytes of the description of pictures before its boxes
_TABLE_PATH = (b"mdia", b"minf", b"stbl")
# Tables that tell of samples by their number and are not rewritten, and those of encryption.
_LEFT_OUT = frozenset(
    {b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"senc", b"stsh", b"stdp", b"padb"}
)
_TURNS = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}


@dataclass(frozen=True, slots=True)
class Track:
    """What is needed to replace samples.

    `top` are the boxes of the file; `parents` lead from the film down to the table of samples,
    whose boxes are `parts`; `setup` is the box of the configuration `config`, in `entry`. `size` is
    that of the stored pictures, which are shown turned clockwise by `turn` degrees. The film begins
    to show at `start` in units of which a second has `scale`.
    """

    top: tuple[Box, ...]
    parents: tuple[Box, ...]
    parts: dict[bytes, Box]
    entry: Box
    setup: Box
    config: h264.Config
    tables: Tables
    size: tuple[int, int]
    turn: int
    scale: int
    start: int

    def sample(self, data: bytes, one: int) -> bytes:
        """The bytes of one sample."""
        return take(data, self.tables.places[one], self.tables.sizes[one])


def picture_track(data: bytes) -> Track:
    """The first track of pictures, in H.264.

    Raises:
        StopsError: "unsupported:film", when its samples cannot be replaced, or it is broken.
    """
    budget = Budget(_MOST)
    top = tuple(boxes(data, 0, len(data), budget))
    film = _only(one for one in top if one.kind == b"moov")
    if any(one.kind == b"moof" for one in top):
        raise _other()
    for one in inside(data, film, budget):
        if one.kind == b"trak" and _handler(data, one, budget) == b"vide":
            return _track(data, top, film, one, budget)
    raise _other()


def _track(data: bytes, top: tuple[Box, ...], film: Box, one: Box, budget: Budget) -> Track:
    parents = [film, one]
    for kind in _TABLE_PATH:
        parents.append(_child(data, parents[-1], kind, budget))
    parts = {part.kind: part for part in inside(data, parents[-1], budget)}
    if _LEFT_OUT & parts.keys() or b"stsd" not in parts:
        raise _other()
    entry = _only(inside(data, parts[b"stsd"], budget, _LIST))
    if entry.kind not in {b"avc1", b"avc3"}:
        raise _other()
    setup = _only(part for part in inside(data, entry, budget, _ENTRY) if part.kind == b"avcC")
    config = h264.config(data[setup.body : setup.end])
    if config.length != h264.LENGTH:
        raise _other()
    size = number(data, entry.body + 24, 2), number(data, entry.body + 26, 2)
    return Track(
        top,
        tuple(parents),
        parts,
        entry,
        setup,
        config,
        tables(data, parts),
        size,
        _turn(data, _child(data, one, b"tkhd", budget)),
        _scale(data, _child(data, parents[2], b"mdhd", budget)),
        _start(data, one, budget),
    )


def _handler(data: bytes, track: Box, budget: Budget) -> bytes:
    media = _child(data, track, b"mdia", budget)
    return take(data, _child(data, media, b"hdlr", budget).body + _LIST, 4)


def _scale(data: bytes, one: Box) -> int:
    return max(1, number(data, one.body + (20 if data[one.body] else 12), 4))


def _turn(data: bytes, one: Box) -> int:
    """How far the pictures are turned clockwise when they are shown."""
    at = one.body + (52 if data[one.body] else 40)
    matrix = tuple(
        int.from_bytes(take(data, at + place, 4), signed=True) / (1 << 16)
        for place in (0, 4, 12, 16)
    )
    turn = next((turn for known, turn in _TURNS.items() if known == matrix), None)
    if turn is None:
        raise _other()
    return turn


def _start(data: bytes, track: Box, budget: Budget) -> int:
    """The time of the first picture that is shown, by the list of edits."""
    edits = [one for one in inside(data, track, budget) if one.kind == b"edts"]
    if not edits:
        return 0
    one = _child(data, edits[0], b"elst", budget)
    wide = 8 if data[one.body] else 4
    step = 2 * wide + 4
    times = []
    for at in range(one.body + _LIST, one.end - step + 1, step):
        time = int.from_bytes(take(data, at + wide, wide), signed=True)
        if number(data, at + 2 * wide, 4) != 1 << 16:
            raise _other()
        times.append(time)
    shown = [time for time in times if time >= 0]
    if len(shown) != 1:
        raise _other()
    return shown[0]


def _child(data: bytes, one: Box, kind: bytes, budget: Budget) -> Box:
    return _only(part for part in inside(data, one, budget) if part.kind == kind)


def _only(found: Iterable[Box]) -> Box:
    """The one box that there is; several or none are another kind of film."""
    every = list(found)
    if len(every) != 1:
        raise _other()
    return every[0]


def _other() -> StopsError:
    return StopsError("unsupported:film")
