# SPDX-License-Identifier: Apache-2.0
"""The size of a picture, read from its headers by parsers of our own before anything is decoded."""

from guiju.screening.images.formats.measuring import measured
from guiju.screening.images.formats.walk import Header, Walk, bomb, broken

__all__ = ["Header", "Walk", "bomb", "broken", "measured"]
