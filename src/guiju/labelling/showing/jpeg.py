# SPDX-License-Identifier: Apache-2.0
"""A JPEG with other pixels: the tables of its quality and all its metadata stay (Article 12)."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, JpegImagePlugin

from guiju.labelling.containers.jpeg_segments import APP0, APP15, COMMENT, Segment, segments
from guiju.labelling.containers.walking import Budget

_ADOBE, _C2PA, _PROFILE = APP0 + 14, APP0 + 11, APP0 + 2


def encode(
    data: bytes, image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn picture, packed with the tables of the original, between its metadata."""
    packed = BytesIO()
    frames[0].save(
        packed,
        "JPEG",
        qtables=getattr(image, "quantization", None),
        subsampling=JpegImagePlugin.get_sampling(image),
        progressive="progressive" in image.info,
        comment=b"",  # it is among the segments that are kept
    )
    return _put_together(data, packed.getvalue())


def _put_together(old: bytes, new: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The metadata of the old file and the picture of the new one.

    How colours are packed, JFIF and Adobe's segment say, so these are the new ones; but the
    resolution in JFIF stays.
    """
    heads, body = _heads(new)
    kept: list[bytes] = []
    left_out: dict[str, None] = {}
    end = 0
    for one in segments(old, 0, Budget()):
        end, piece = one.end, old[one.at : one.end]
        if not (APP0 <= one.marker <= APP15 or one.marker == COMMENT) or one.marker == _ADOBE:
            continue
        if one.marker == APP0 and old.startswith(b"JFIF\0", one.start):
            heads = [piece if head[1] == APP0 else head for head in heads]
        elif why := _outdated(old, one):
            left_out[why] = None
        else:
            kept.append(piece)
    if end < len(old):
        left_out["behind-the-end"] = None
    return b"".join((b"\xff\xd8", *heads[:1], *kept, *heads[1:], body)), tuple(left_out)


def _heads(new: bytes) -> tuple[list[bytes], bytes]:
    """The segments that say how colours are packed, and all that follows them."""
    heads: list[bytes] = []
    for one in segments(new, 0, Budget()):
        if not APP0 <= one.marker <= APP15:
            return heads, new[one.at :]
        heads.append(new[one.at : one.end])
    return heads, b""


def _outdated(old: bytes, one: Segment) -> str | None:
    """What speaks of other pixels: manifests, small copies, where further pictures are."""
    if one.marker == _C2PA:
        return "C2PA"
    if one.marker == APP0:
        return "thumbnail"
    if one.marker == _PROFILE and old.startswith(b"MPF\0", one.start):
        return "further-pictures"
    return None
