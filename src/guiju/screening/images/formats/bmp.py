# SPDX-License-Identifier: Apache-2.0
"""BMP: one header in two sizes; its packed forms, which nobody uses, are refused."""

from __future__ import annotations

from guiju.screening.images.formats.walk import Header, Walk, bomb
from guiju.screening.images.sniff import Kind

_HEADER = 14
_OLD = 12
_PLAIN = frozenset({0, 3, 6})
"""Plain pixels, without and with masks that say which bits are which colour."""
_SIGN = 1 << 31


def measure(walk: Walk) -> Header:
    """The size; the height is negative when the first row is the upper one."""
    if walk.number(_HEADER, 4, "little") == _OLD:
        return Header(Kind.BMP, *(walk.number(_HEADER + at, 2, "little") for at in (4, 6)))
    width, height = (walk.number(_HEADER + at, 4, "little") for at in (4, 8))
    if walk.number(_HEADER + 16, 4, "little") not in _PLAIN:
        # Unpacked step by step, some cost seconds for a handful of bytes.
        raise bomb("a packed BMP")
    return Header(Kind.BMP, width, 2 * _SIGN - height if height >= _SIGN else height)
