# SPDX-License-Identifier: Apache-2.0
"""The visible label that a text shows: words near either end of it (Article 12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.labelling.report import ExplicitFound
from guiju.labelling.text import Place, has_elements, has_english_elements

WINDOW = 64
"""A label is looked for in so many characters from either end."""

_SENTENCE = re.compile(r"[^\n\r。！？!?；;]+")


def explicit_in(text: str) -> ExplicitFound | None:
    """The visible label of a text, the standard's form before any other; None: there is none."""
    shown = text.strip()
    found = [
        ExplicitFound(words, place, has_elements(words))
        for words, place in _edges(shown)
        if has_elements(words) or has_english_elements(words)
    ]
    return max(found, key=lambda one: one.standard, default=None)


def _edges(shown: str) -> Iterator[tuple[str, Place]]:
    """The sentences near either end, each with the end it is nearer to."""
    bases = (0, len(shown) - WINDOW) if len(shown) > WINDOW else (0,)
    for base in bases:
        for one in _SENTENCE.finditer(shown, base, base + WINDOW):
            place = Place.START if one.start() + one.end() < len(shown) else Place.END
            yield one[0].strip(), place


def without_labels(text: str) -> str:
    """`text` without its visible labels, so that what it says can be compared."""
    shown = text.strip()
    cut = shown
    for base in (0, max(0, len(shown) - WINDOW)):
        for one in _SENTENCE.finditer(shown, base, base + WINDOW):
            words = one[0].strip()
            if has_elements(words) or has_english_elements(words):
                cut = cut.replace(words, "")
    return cut.strip()
