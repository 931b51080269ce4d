# SPDX-License-Identifier: Apache-2.0
"""Text that a person reads, always in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in Chinese and English; neither may be missing."""

    zh: str
    en: str

    def to(self, language: str) -> str:
        """The sentence in `language` ("zh" or "en"; anything else reads as English)."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> Text:
        """Both sentences with the same values filled in."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))
