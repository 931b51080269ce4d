# SPDX-License-Identifier: Apache-2.0
"""From bytes to what there is to see: upright, with nothing behind it hidden (Article 4).

Decodes through Pillow, only what `limits` has admitted, and only if both read the same size.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from io import BytesIO
from typing import Any

import numpy as np

from guiju.kernel import GuijuError
from guiju.screening.images.formats import Header, broken
from guiju.screening.images.limits import Limits
from guiju.screening.images.optional import library
from guiju.screening.images.pixels import Pixels, View
from guiju.screening.images.sniff import Kind

_BACKDROPS = (("white", (255, 255, 255)), ("black", (0, 0, 0)))
_OPAQUE = 255
_DEEP = 256  # values of sixteen bits for one of eight
_QUALITY = 90
# A phone or a camera puts a second picture behind the first, so Pillow calls the file by this name.
_MULTI = "MPO"


def sampled(count: int, most: int) -> tuple[int, ...]:
    """At most `most` of `count` frames: the first, the last and evenly between."""
    if count <= most:
        return tuple(range(count))
    if most <= 1:
        return (0,)
    return tuple(at * (count - 1) // (most - 1) for at in range(most))


def views(data: bytes, header: Header, limits: Limits, frames: tuple[int, ...]) -> Iterator[View]:
    """Each different way to see these frames.

    A picture with transparency is seen on white, on black, and bare: some readers, models among
    them, drop the transparency and see colours that people do not.

    Raises:
        Invalid: `image-broken`; as late as at the frame that is.
        Unavailable: `extra-missing`, without Pillow.
    """
    pillow = library("PIL.Image", "media")
    try:
        yield from _different(_frames(pillow, data, header, limits, frames))
    except GuijuError:
        raise
    except Exception as error:  # a decoder may raise anything over bytes that lie
        raise broken("it cannot be decoded") from error


def frames_of(data: bytes, header: Header) -> int:
    """How many frames can be decoded, which is not always as many as others may see."""
    pillow = library("PIL.Image", "media")
    try:
        with _opened(pillow, data, header) as image:
            return 1 if header.kind is Kind.JPEG else max(1, int(getattr(image, "n_frames", 1)))
    except GuijuError:
        raise
    except Exception as error:
        raise broken("its frames cannot be counted") from error


def jpeg(pixels: Pixels, longest: int) -> bytes:
    """The picture packed anew, without what came with it (place, device, comments)."""
    pillow = library("PIL.Image", "media")
    image = pillow.fromarray(pixels)
    image.thumbnail((longest, longest))
    packed = BytesIO()
    image.save(packed, "JPEG", quality=_QUALITY)
    return packed.getvalue()


def _opened(pillow: Any, data: bytes, header: Header) -> Any:
    image = pillow.open(BytesIO(data), formats=[header.kind.value.upper()])
    if image.format not in {header.kind.value.upper(), _MULTI}:
        raise broken("it is not what it says")
    return image


def _frames(
    pillow: Any, data: bytes, header: Header, limits: Limits, frames: tuple[int, ...]
) -> Iterator[View]:
    with _opened(pillow, data, header) as image:
        for frame in frames:
            if frame:
                image.seek(frame)
            _check(image.size, header, limits)
            image.load()
            for backdrop, pixels in _backdrops(pillow, _upright(image)):
                yield View(pixels, frame, backdrop)


def _check(size: tuple[int, int], header: Header, limits: Limits) -> None:
    """A header that promised less than comes was meant to."""
    width, height = size
    if width > header.width or height > header.height or width * height > limits.pixels:
        raise broken("it is larger than its header says")


def _upright(image: Any) -> Any:
    """Turned as its metadata ask; when they cannot be read, as it is."""
    try:
        return library("PIL.ImageOps", "media").exif_transpose(image)
    except Exception:  # noqa: BLE001 - metadata are bytes that lie, too, and no reason to look away
        return image


def _backdrops(pillow: Any, image: Any) -> Iterator[tuple[str, Pixels]]:
    if not image.has_transparency_data:
        yield "none", _rgb(image)
        return
    clear = image.convert("RGBA")
    alpha = clear.getchannel("A")
    bare = clear.convert("RGB")
    if alpha.getextrema() == (_OPAQUE, _OPAQUE):
        yield "none", np.asarray(bare)
        return
    for name, colour in _BACKDROPS:
        ground = pillow.new("RGB", clear.size, colour)
        ground.paste(bare, mask=alpha)
        yield name, np.asarray(ground)
    yield "bare", np.asarray(bare)


def _rgb(image: Any) -> Pixels:
    """Eight bits a colour; Pillow alone would clip deeper brightness to white."""
    if image.mode.startswith("I;16"):
        return _as_colours(np.asarray(image) // _DEEP)
    if image.mode in {"I", "F"}:
        return _as_colours(_stretched(np.asarray(image, np.float64)))
    pixels: Pixels = np.asarray(image.convert("RGB"))
    return pixels


def _stretched(values: Any) -> Any:
    finite = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = finite.min(), finite.max()
    return (finite - low) * (255 / (high - low)) if high > low else finite * 0


def _as_colours(brightness: Any) -> Pixels:
    return np.repeat(brightness.astype(np.uint8)[:, :, None], 3, axis=2)


def _different(seen: Iterator[View]) -> Iterator[View]:
    """The views without those that look exactly like one before."""
    known: set[bytes] = set()
    for view in seen:
        mark = blake2b(np.ascontiguousarray(view.pixels).data, digest_size=16)
        mark.update(str(view.pixels.shape).encode())
        if mark.digest() not in known:
            known.add(mark.digest())
            yield view
