# SPDX-License-Identifier: Apache-2.0
"""The receipt codes of complaints: as all receipt codes, under a salt of their own."""

from __future__ import annotations

from guiju.casework import draw_receipt, receipt_digest
from guiju.kernel import Keyring


def draw() -> str:
    """A new code, in groups as it is shown and read out."""
    return draw_receipt()


def fingerprint(keys: Keyring, code: str) -> str:
    """The slow digest of a code; takes tens of milliseconds, so call it outside transactions.

    Raises:
        Invalid: `receipt-unreadable`.
    """
    return receipt_digest(keys, code, "complaint-receipt")
