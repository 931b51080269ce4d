# SPDX-License-Identifier: Apache-2.0
"""PNG and its animations: chunks with a length in front and a checksum behind."""

from __future__ import annotations

from guiju.screening.images.formats.walk import Header, Walk, broken
from guiju.screening.images.sniff import Kind

_SIGNATURE = 8
_AROUND = 12  # length, name and checksum


def measure(walk: Walk) -> Header:
    """The size from the first chunk; the frames as announced and as there are."""
    if walk.take(_SIGNATURE + 4, 4) != b"IHDR":
        raise broken("its first chunk is not the header")
    width, height = (walk.number(_SIGNATURE + at, 4, "big") for at in (8, 12))
    announced = there = apart = 0
    at, name = _SIGNATURE, b""
    while name != b"IEND" and at < len(walk.data):
        walk.step()
        length, name = walk.number(at, 4, "big"), walk.take(at + 4, 4)
        if name == b"acTL":
            announced = walk.number(at + 8, 4, "big")
        elif name == b"fcTL":
            there += 1
        elif name == b"IDAT" and not there:
            apart = 1  # what those see who know no animation is none of its frames
        at += length + _AROUND
    if at > len(walk.data):
        raise broken("its last chunk is cut off")
    frames = max(announced, there)
    return Header(Kind.PNG, width, height, frames + apart if frames else 1)
