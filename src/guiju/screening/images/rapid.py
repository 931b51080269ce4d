# SPDX-License-Identifier: Apache-2.0
"""RapidOCR behind the port `Reader` (extra `ocr`): small models that come with it, no network."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np

from guiju.screening.images.optional import is_installed, library
from guiju.screening.images.pixels import Box, Pixels
from guiju.screening.images.reading import TextBox

_MODULE, _EXTRA = "rapidocr", "ocr"
_QUIET = {"Global.log_level": "error"}


class RapidReader:
    """Reads printed Chinese and English in lines; loads its models, for seconds, when first asked.

    One reading at a time: the engine keeps state between its steps.
    """

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._engine: Any = None
        self._lock = Lock()

    @staticmethod
    def is_installed() -> bool:
        """Whether the extra is there."""
        return is_installed(_MODULE) and is_installed("onnxruntime")

    def read(self, pixels: Pixels) -> list[TextBox]:
        """All text that it sees.

        Raises:
            Unavailable: `extra-missing`.
        """
        with self._lock:
            if self._engine is None:
                self._engine = library(_MODULE, _EXTRA).RapidOCR(params=_QUIET)
            found = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))  # it wants blue first
        if found.boxes is None:
            return []
        seen = zip(found.txts, found.boxes, found.scores, strict=True)
        return [TextBox(text, _box(corners), round(1000 * score)) for text, corners, score in seen]


def _box(corners: Any) -> Box:
    left, top = np.floor(np.min(corners, axis=0))
    right, bottom = np.ceil(np.max(corners, axis=0))
    return Box(int(left), int(top), int(right), int(bottom))
