# SPDX-License-Identifier: Apache-2.0
"""Watermarks in pictures: what is left of a label when its metadata are gone (Article 12).

A mark is a digest of the ProduceID, 48 bits, spread over the whole picture. That one is found shows
that somebody put it there, not who; that none is found shows nothing.
"""

from guiju.labelling.watermark.coding import DIGEST, mark_of
from guiju.labelling.watermark.detecting import Seen
from guiju.labelling.watermark.embedding import LEAST_SIDE, LEVELS
from guiju.labelling.watermark.looking import look
from guiju.labelling.watermark.picture import Put, can_carry, put_into
from guiju.labelling.watermark.ports import Foreign, foreign

__all__ = [
    "DIGEST",
    "LEAST_SIDE",
    "LEVELS",
    "Foreign",
    "Put",
    "Seen",
    "can_carry",
    "foreign",
    "look",
    "mark_of",
    "put_into",
]
