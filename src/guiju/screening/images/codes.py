# SPDX-License-Identifier: Apache-2.0
"""Codes in pictures: QR and the other kinds of bars and dots are text for whoever holds a phone."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote

from guiju.screening.images.optional import is_installed, library
from guiju.screening.images.pixels import Box, Pixels, grey

_MODULE, _EXTRA = "zxingcpp", "media"
# Without a word on the encoding a reader guesses, and the phone of the victim may guess otherwise.
_ENCODINGS = ("utf-8", "gb18030")


class Code(NamedTuple):
    """One code: each different way to read it, the likely one first, and where it is."""

    readings: tuple[str, ...]
    box: Box | None = None


class CodeReader(Protocol):
    """What finds codes in a picture."""

    def codes(self, pixels: Pixels) -> list[Code]:
        """All codes that can be read."""
        ...


class ZxingReader:
    """The codes that zxing-cpp reads (extra `media`): turned, inverted and scaled ones too."""

    def __init__(self) -> None:
        """Import it.

        Raises:
            Unavailable: `extra-missing`.
        """
        self._zxing = library(_MODULE, _EXTRA)

    @staticmethod
    def is_installed() -> bool:
        """Whether the extra is there."""
        return is_installed(_MODULE)

    def codes(self, pixels: Pixels) -> list[Code]:
        """All codes that can be read."""
        found = self._zxing.read_barcodes(grey(pixels), text_mode=self._zxing.TextMode.Plain)
        return [Code(readings(one.text, one.bytes), _box(one.position)) for one in found]


def readings(text: str, data: bytes) -> tuple[str, ...]:
    """The ways to read a code: as its reader did, in each encoding, with `%E7%A4%BA` undone."""
    read = [text]
    for encoding in _ENCODINGS:
        try:
            read.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return tuple(dict.fromkeys([*read, *map(unquote, read)]))


def _box(position: Any) -> Box:
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    across, down = [one.x for one in corners], [one.y for one in corners]
    return Box(min(across), min(down), max(across), max(down))
