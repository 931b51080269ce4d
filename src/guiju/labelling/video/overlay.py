# SPDX-License-Identifier: Apache-2.0
"""The visible label as a picture that is laid over those of a film (Article 12)."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from guiju.labelling.showing.plate import Plate, laid_out, lies_on, painted

_TURNED = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, slots=True)
class Overlay:
    """The label for pictures that are shown in this size, for which stored ones are turned."""

    plate: Plate
    size: tuple[int, int]
    turn: int

    def png(self) -> bytes:
        """A picture as large as the stored ones, clear but for the label, turned as they are."""
        canvas = Image.new("RGBA", self.size, (0, 0, 0, 0))
        box = self.plate.box
        patch, _ = painted(canvas.crop(box), self.plate)
        canvas.paste(patch, box[:2])
        turned = canvas.transpose(_TURNED[self.turn]) if self.turn else canvas
        out = BytesIO()
        turned.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def lies_on(self, shown: bytes) -> bool:
        """Whether this picture, as it is shown, has the label already."""
        with Image.open(BytesIO(shown), formats=("PNG",)) as picture:
            if picture.size != self.size:
                return False
            return lies_on(picture.convert("RGB").crop(self.plate.box), self.plate)


def overlay(words: str, stored: tuple[int, int], turn: int) -> Overlay:
    """The label for pictures of this size that are turned clockwise to be shown.

    Raises:
        Invalid: `picture-too-small` or `label-glyph-missing`.
    """
    size = (stored[1], stored[0]) if turn % 180 else stored
    return Overlay(laid_out(words, size), size, turn)


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    with Image.open(BytesIO(picture), formats=("PNG",)) as opened:
        return opened.size
