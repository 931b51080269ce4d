# SPDX-License-Identifier: Apache-2.0
"""The visible label of pictures: words in a corner, measured (Article 12, GB 45438-2025).

A part with a door of its own, because it loads Pillow, which not everyone needs.
"""

from guiju.labelling.showing.model import Hidden, Shown
from guiju.labelling.showing.picture import hide, show
from guiju.labelling.showing.plate import Box

__all__ = ["Box", "Hidden", "Shown", "hide", "show"]
