# SPDX-License-Identifier: Apache-2.0
"""Puts the visible label on the opening of a film, with ffmpeg (Article 12).

In MP4 and QuickTime with H.264 only the pictures up to the first point of entry behind the label
are encoded anew; later ones and the sound stay byte by byte. Of other films all pictures are.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from guiju.kernel import Invalid, Text
from guiju.labelling.containers import Container, container_of
from guiju.labelling.containers.model import Medium
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.ffmpeg import Ffmpeg, missing
from guiju.labelling.showing.plate import Box
from guiju.labelling.transplanting import with_labels_of
from guiju.labelling.video.encoding import Encoding, Look
from guiju.labelling.video.overlay import Overlay, overlay, size_of
from guiju.labelling.video.replacing import Span, with_span
from guiju.labelling.video.span import extent
from guiju.labelling.video.track import picture_track
from guiju.measures import rule

_REPACKED = frozenset({"mp4", "mov", "mkv", "flv"})
_PIXELS = frozenset(
    f"yuv{one}p{deep}" for one in ("420", "422", "444") for deep in ("", "10le")
) | {"yuvj420p"}


@dataclass(frozen=True, slots=True)
class ShownFilm:
    """A film with its visible label.

    `box` lies on the pictures as they are shown, in pixels; `inked` is the measured height of the
    words in pixels, `share` the same in percent of the shortest side; `seconds` is how long they
    are shown at least. So many pictures were `encoded` anew; None: all. `already`: it showed the
    label before and is unchanged.
    """

    data: bytes
    words: str
    box: Box
    inked: int
    share: float
    seconds: float
    encoded: int | None
    already: bool = False

    def as_json(self) -> dict[str, object]:
        """What was measured, without the film."""
        return {
            "words": self.words,
            "box": list(self.box),
            "inked": self.inked,
            "share": round(self.share, 2),
            "seconds": round(self.seconds, 2),
            "encoded": "all" if self.encoded is None else self.encoded,
        }


def explicit_video(data: bytes, words: str, *, ffmpeg: Ffmpeg | None = None) -> ShownFilm:
    """The film with `words` in a corner of its opening, for two seconds if it is so long.

    Raises:
        Invalid: `video-not-supported`, `media-unreadable`, `picture-too-small`,
            `label-glyph-missing`.
        Unavailable: `ffmpeg-missing`, `ffmpeg-too-slow`: the film may not be given out unlabelled.
    """
    container = container_of(data)
    if container is None or container.medium is not Medium.VIDEO:
        raise _not_supported(container.name if container else "?")
    program = ffmpeg or Ffmpeg()
    if not program.is_installed:
        raise missing()
    with tempfile.TemporaryDirectory(prefix="guiju-video-") as folder:
        encoding = Encoding(Path(folder), program, container.name, data)
        return _Film(data, words, container, encoding).shown()


class _Film:
    """One film that is given its label."""

    def __init__(self, data: bytes, words: str, container: Container, encoding: Encoding) -> None:
        self._data, self._words, self._container = data, words, container
        self._encoding = encoding

    def shown(self) -> ShownFilm:
        """The film with the label, by the least that has to be encoded."""
        look = self._encoding.look()
        if look is None or not look.pictures:
            raise _not_supported(f"{self._container.name}, no pictures")
        label = overlay(self._words, size_of(look.pictures[0]), 0)
        seconds = float(rule("labels.video.seconds").number)
        if all(map(label.lies_on, look.pictures)):
            return _told(self._data, label, seconds, 0, already=True)
        for way in (self._in_place, self._repacked):
            with suppress(StopsError):
                return way(look)
        return self._in_all(look, label, seconds)

    def _in_place(self, look: Look) -> ShownFilm:
        """With only the opening encoded; raises StopsError where that cannot be."""
        return self._opened(self._data, self._encoding, look)

    def _repacked(self, look: Look) -> ShownFilm:
        """The same by way of a plain MP4, which fragments and other formats are packed into."""
        if look.codec != "h264" or self._container.name not in _REPACKED:
            raise StopsError("unsupported:film")
        try:
            plain = self._encoding.repacked("mp4")
        except Invalid as error:
            raise StopsError("unsupported:film") from error
        shown = self._opened(plain, self._encoding.of("mp4", plain), look)
        data = shown.data
        if self._container.name not in {"mp4", "mov"}:
            data = self._encoding.of("mp4", data).repacked(self._container.name)
        return replace(shown, data=with_labels_of(self._data, data))

    def _opened(self, data: bytes, encoding: Encoding, look: Look) -> ShownFilm:
        track = picture_track(data)
        if look.codec != "h264" or look.pixels not in _PIXELS or not track.config.can_be_joined:
            raise StopsError("unsupported:film")
        label = overlay(self._words, track.size, track.turn)
        reach = extent(data, track)
        span = _span(encoding.opening(track, label, reach, look.pixels), reach.encoded)
        return _told(with_span(data, track, span), label, reach.seconds, reach.encoded)

    def _in_all(self, look: Look, label: Overlay, seconds: float) -> ShownFilm:
        if not self._encoding.can_encode(look.codec):
            raise _not_supported(f"{self._container.name}, {look.codec}")
        data = self._encoding.whole(label, seconds, look)
        return _told(with_labels_of(self._data, data), label, seconds, None)


def _told(
    data: bytes, label: Overlay, seconds: float, encoded: int | None, *, already: bool = False
) -> ShownFilm:
    plate = label.plate
    share = 100 * plate.inked / min(label.size)
    return ShownFilm(data, plate.words, plate.box, plate.inked, share, seconds, encoded, already)


def _span(opening: bytes, count: int) -> Span:
    made = picture_track(opening)
    if len(made.tables.sizes) != count:
        raise StopsError("unsupported:film")
    samples = [made.sample(opening, one) for one in range(count)]
    return Span(samples, made.tables.sync, made.config)


def _not_supported(what: str) -> Invalid:
    return Invalid(
        "video-not-supported",
        Text(
            zh=f"此视频（{what}）无法加入显式标识。",
            en=f"No visible label can be put on this film ({what}).",
        ),
        Text(
            zh="请提供 MP4、MOV、MKV、WebM、AVI 或 FLV，"
            "编码为 H.264、H.265、VP8、VP9、AV1 或 MPEG-4。",
            en="Give MP4, MOV, MKV, WebM, AVI or FLV in H.264, H.265, VP8, VP9, AV1 or MPEG-4.",
        ),
        article=12,
    )
