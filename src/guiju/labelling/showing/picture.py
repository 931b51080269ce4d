# SPDX-License-Identifier: Apache-2.0
"""Puts the visible label on a picture, on every frame, upright, and measures it (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from guiju.kernel import GuijuError, Invalid, Text
from guiju.labelling.containers import Container, Medium, container_of
from guiju.labelling.containers.errors import broken
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.refusals import not_read_through, not_supported
from guiju.labelling.showing import avif, gif, jpeg, png, tiff, webp
from guiju.labelling.showing.drawing import Drawn, drawn, marked, orientation_of
from guiju.labelling.showing.model import (
    MOST_PIXELS,
    MOST_PIXELS_IN_ALL,
    Encode,
    Hidden,
    Shown,
    not_drawable,
)
from guiju.labelling.showing.plate import LEAST_CONTRAST

_ENCODERS: dict[str, tuple[str, Encode]] = {
    "avif": ("AVIF", avif.encode),
    "gif": ("GIF", gif.encode),
    "jpeg": ("JPEG", jpeg.encode),
    "png": ("PNG", png.encode),
    "tiff": ("TIFF", tiff.encode),
    "webp": ("WEBP", webp.encode),
}
"""For each format, what Pillow calls it, and what packs the drawn frames."""

_STILL = frozenset({"JPEG", "MPO"})  # what stands behind the first picture is another one


def show(data: bytes, words: str, name: str = "", *, mark: bytes | None = None) -> Shown:
    """A picture with these words in its lower right corner, and what was measured.

    A `mark` is put into its brightness in the same go, where a still picture has room for one;
    `hidden` tells whether it was.

    Raises:
        Invalid: `medium-not-supported`, `file-broken`, `picture-too-large`, `picture-too-small`,
            `picture-not-drawable` or `label-glyph-missing`.
    """
    container = _picture(data, name)
    with _decoding():
        return _shown(data, words, container, mark)


def hide(data: bytes, mark: bytes, name: str = "") -> Hidden | None:
    """A picture with a mark in its brightness and no words; None where there is no room for one.

    Raises:
        Invalid: as `show`, for what cannot be decoded or packed anew.
    """
    container = _picture(data, name)
    kind, encode = _ENCODERS[container.name]
    with _decoding(), Image.open(BytesIO(data), formats=[kind]) as image:
        if not _is_still(image):
            return None
        _check_size(image, 1)
        image.load()
        made = marked(image, mark)
        if made is None:
            return None
        packed, left_out = encode(data, image, [made[0]])
        return Hidden(packed, made[1], left_out)


def _picture(data: bytes, name: str) -> Container:
    """The format of a picture that can be packed anew."""
    container = container_of(data, name)
    if container is None or container.medium is not Medium.IMAGE:
        raise not_supported(name)
    if container.name not in _ENCODERS:  # HEIC: packages bring x265, which is GPL
        raise not_drawable(
            f"{container.name.upper()} 需要 HEVC 编码器，本软件不附带",
            f"{container.name.upper()} needs an encoder of HEVC, and none comes with guiju",
        )
    if container.name == "avif":
        avif.check_installed()
    if stopped := container.read(data).stopped:
        raise not_read_through(stopped)
    return container


@contextmanager
def _decoding() -> Iterator[None]:
    """Whatever a decoder raises over bytes that lie is one of our errors."""
    try:
        yield
    except GuijuError:
        raise
    except StopsError as stop:
        raise not_read_through((stop.why,)) from stop
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        raise broken("it cannot be decoded") from error


def _shown(data: bytes, words: str, container: Container, mark: bytes | None) -> Shown:
    kind, encode = _ENCODERS[container.name]
    with Image.open(BytesIO(data), formats=[kind]) as image:
        parts = list(_drawn(image, words, mark if _is_still(image) else None))
        if all(one.already for one in parts):
            return _measured(data, parts, (), already=True)
        packed, left_out = encode(data, image, [one.frame for one in parts])
    return _measured(packed, parts, left_out, already=False)


def _is_still(image: Image.Image) -> bool:
    """Whether it is one picture in all its colours, and no animation or palette."""
    return image.format != "GIF" and _frames(image) == 1


def _frames(image: Image.Image) -> int:
    return 1 if image.format in _STILL else int(getattr(image, "n_frames", 1))


def _check_size(image: Image.Image, frames: int) -> None:
    pixels = image.width * image.height
    if pixels > MOST_PIXELS or pixels * frames > MOST_PIXELS_IN_ALL:
        raise _too_large()


def _drawn(image: Image.Image, words: str, mark: bytes | None) -> Iterator[Drawn]:
    """Every frame with the label, the first one first."""
    frames = _frames(image)
    _check_size(image, frames)
    # Pillow turns a TIFF upright by itself, each page as it says; `tiff` turns it back.
    orientation = 1 if image.format == "TIFF" else orientation_of(image)
    pixels = 0
    for number in range(frames):
        if number:
            image.seek(number)
        if tiff.is_copy(image):
            continue
        pixels += image.width * image.height  # pages may differ
        if pixels > MOST_PIXELS_IN_ALL:
            raise _too_large()
        _check_size(image, 1)
        image.load()
        few = image.format == "GIF"
        yield drawn(image, words, orientation, two_colours=few, mark=mark)


def _measured(
    data: bytes, parts: list[Drawn], left_out: tuple[str, ...], *, already: bool
) -> Shown:
    """What was measured, where it was least."""
    contrast = min(one.contrast for one in parts)
    if contrast < LEAST_CONTRAST:
        raise not_drawable("对比度不足", "the contrast is too small")
    plate, short = parts[0].plate, parts[0].short
    return Shown(
        data=data,
        words=plate.words,
        box=plate.box,
        inked=plate.inked,
        share=100 * plate.inked / short,
        contrast=contrast,
        frames=len(parts),
        left_out=left_out,
        already=already,
        hidden=parts[0].hidden,
    )


def _too_large() -> Invalid:
    return Invalid(
        "picture-too-large",
        Text(
            zh=f"图片超过 {MOST_PIXELS} 像素（所有帧合计 {MOST_PIXELS_IN_ALL}），未作绘制。",
            en=f"It has more than {MOST_PIXELS} pixels, or {MOST_PIXELS_IN_ALL} in all its frames.",
        ),
        Text(zh="请缩小图片或减少帧数。", en="Scale it down, or take out frames."),
        article=12,
    )
