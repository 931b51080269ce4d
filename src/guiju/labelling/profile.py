# SPDX-License-Identifier: Apache-2.0
"""Which marks a file gets that machines read (GB 45438-2025; AI Act, Article 50)."""

from __future__ import annotations

from enum import StrEnum

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = f"{SOURCE}trainedAlgorithmicMedia"
"""How IPTC calls what a model has made."""


class Profile(StrEnum):
    """Those of the Chinese standard, of the EU's, or both."""

    CN = "cn"
    EU = "eu"
    BOTH = "both"

    @property
    def labels(self) -> bool:
        """Whether the label of GB 45438 is written."""
        return self is not Profile.EU

    @property
    def signs(self) -> bool:
        """Whether a manifest is put around the file."""
        return self is not Profile.CN
