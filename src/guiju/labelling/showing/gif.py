# SPDX-License-Identifier: Apache-2.0
"""A GIF with other pixels: exactly its colours, while a frame has no more than 256 (Article 12)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from guiju.labelling.containers.gif_blocks import (
    APPLICATION,
    COMMENT,
    TRAILER,
    Block,
    blocks,
)

_MOST_COLOURS = 256
_LOOPING = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")
_RESTORE = 2  # each frame over nothing, not over the last one
_HALF = 128


def encode(
    data: bytes, image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn frames, each over the whole canvas, and every comment and extension as it was."""
    clear = any(one.has_transparency_data for one in frames)
    indexed = [_indexed(one, clear=clear) for one in frames]
    how: dict[str, Any] = {"save_all": True, "append_images": indexed[1:], "optimize": False}
    if clear:
        how |= {"transparency": 0, "disposal": _RESTORE}
    if len(frames) > 1:
        how["duration"] = [one.info.get("duration", 0) for one in frames]
    if "loop" in image.info:
        how["loop"] = image.info["loop"]
    packed = BytesIO()
    indexed[0].save(packed, "GIF", **how)
    return _put_together(data, packed.getvalue())


def _indexed(frame: Image.Image, *, clear: bool) -> Image.Image:
    """A frame with a palette of its own; with `clear` its first entry stands for nothing."""
    most = _MOST_COLOURS - clear
    colours = np.asarray(frame.convert("RGB"), np.uint32)
    packed = colours[..., 0] << 16 | colours[..., 1] << 8 | colours[..., 2]
    different, places = np.unique(packed, return_inverse=True)
    if len(different) > most:
        return _reduced(frame, clear=clear)
    palette = np.stack([different >> 16, different >> 8 & 255, different & 255], -1)
    indices = places.reshape(packed.shape).astype(np.uint8) + np.uint8(clear)
    return _with_palette(frame, indices, palette.astype(np.uint8).tobytes(), clear=clear)


def _reduced(frame: Image.Image, *, clear: bool) -> Image.Image:
    """The colours nearest to those of the frame; dots in between would move from frame to frame."""
    few = frame.convert("RGB").quantize(
        _MOST_COLOURS - clear, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    palette = bytes(few.getpalette() or b"")
    return _with_palette(frame, np.asarray(few, np.uint8) + np.uint8(clear), palette, clear=clear)


def _with_palette(frame: Image.Image, indices: Any, palette: bytes, *, clear: bool) -> Image.Image:
    if clear:
        alpha = np.asarray(frame.convert("RGBA").getchannel("A"))
        indices = np.where(alpha < _HALF, 0, indices).astype(np.uint8)
        palette = bytes(3) + palette
    indexed = Image.fromarray(indices).convert("P")
    indexed.putpalette(palette[: 3 * _MOST_COLOURS])
    return indexed


def _put_together(old: bytes, new: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The new frames, and behind them what the old file said besides."""
    kept, end = b"", 0
    for one in blocks(old):
        end = one.end
        if _is_said_besides(old, one):
            kept += old[one.at : one.end]
    trailer = next(one.at for one in blocks(new) if one.kind == TRAILER)
    left_out = ("behind-the-end",) if end < len(old) else ()
    return new[:trailer] + kept + new[trailer:], left_out


def _is_said_besides(old: bytes, one: Block) -> bool:
    looping = one.kind == APPLICATION and old.startswith(_LOOPING, one.start)
    return one.kind in {APPLICATION, COMMENT} and not looping
