# SPDX-License-Identifier: Apache-2.0
"""How much a picture may ask of whoever decodes it, and the errors if it asks more (Article 4)."""

from __future__ import annotations

from dataclasses import dataclass

from guiju.kernel import Invalid, Text
from guiju.screening.images.formats import Header, Walk, bomb, broken, measured
from guiju.screening.images.sniff import SCREENED, Kind, sniff

# What Pillow warns of by itself: beyond this its own guard and ours would contradict each other.
MOST_PIXELS_EVER = 89_478_485
# Below this many pixels even a flat picture, which packs a thousandfold, costs nothing.
_CHEAP = 4_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one picture; each has a name of its own in a policy."""

    bytes: int = 20 * 1024 * 1024
    pixels: int = 25_000_000
    side: int = 32_768
    frames: int = 500
    pixels_in_all: int = 200_000_000
    pixels_per_byte: int = 1_000
    steps: int = 200_000
    """Chunks, segments and blocks walked through to find the size."""
    passes: int = 64
    """Scans of a progressive JPEG: each one costs a walk over the whole picture."""


def admitted(data: bytes, limits: Limits) -> Header:
    """What the headers of `data` say, when it keeps to all limits; nothing is decoded.

    Raises:
        Invalid: `image-too-large`, `image-format`, `image-broken` or `image-bomb`.
    """
    if len(data) > limits.bytes:
        raise _too_large("字节数", "bytes", len(data), limits.bytes)
    kind = _screened_kind(data)
    header = measured(kind, Walk(data, limits.steps))
    _check_size(header, limits)
    _check_cost(header, len(data), limits)
    return header


def _screened_kind(data: bytes) -> Kind:
    kind = sniff(data)
    if kind and kind in SCREENED:
        return kind
    raise _format(kind.value if kind else "?")


def _format(name: str) -> Invalid:
    known = ", ".join(sorted(SCREENED))
    return Invalid(
        "image-format",
        Text(
            zh=f"图片格式（{name}）无法审查。",
            en=f"Pictures of this format ({name}) are not screened.",
        ),
        Text(zh=f"请转换为以下格式之一：{known}。", en=f"Convert it to one of: {known}."),
        article=4,
    )


def _check_size(header: Header, limits: Limits) -> None:
    if not (header.width and header.height):
        raise broken("its size is zero")
    if max(header.width, header.height) > limits.side:
        side = max(header.width, header.height)
        raise _too_large("边长", "pixels along one side", side, limits.side)
    if header.pixels > limits.pixels:
        raise _too_large("像素数", "pixels", header.pixels, limits.pixels)
    checked_frames(header, limits)


def checked_frames(header: Header, limits: Limits) -> None:
    """Refuse what has too many frames, or too much in all of them.

    Raises:
        Invalid: `image-too-large`.
    """
    if header.frames > limits.frames:
        raise _too_large("帧数", "frames", header.frames, limits.frames)
    if header.pixels * header.frames > limits.pixels_in_all:
        total = header.pixels * header.frames
        raise _too_large("总像素数", "pixels in all frames", total, limits.pixels_in_all)


def _check_cost(header: Header, size: int, limits: Limits) -> None:
    if header.pixels > _CHEAP and header.pixels > size * limits.pixels_per_byte:
        raise bomb(f"{header.pixels} pixels in {size} bytes")
    if header.passes > limits.passes:
        raise bomb(f"{header.passes} scans")


def _too_large(zh: str, en: str, count: int, most: int) -> Invalid:
    return Invalid(
        "image-too-large",
        Text(zh=f"图片{zh}为 {count}。", en=f"The picture has {count} {en}."),
        Text(zh=f"请缩小到不超过 {most}。", en=f"Make it smaller: at most {most}."),
        article=4,
    )
