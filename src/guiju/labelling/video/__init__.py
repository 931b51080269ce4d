# SPDX-License-Identifier: Apache-2.0
"""The label that is seen at the opening of films (Article 12, GB 45438-2025).

A door of its own, because it needs Pillow and, to run, ffmpeg; labels in files need neither.
"""

from guiju.labelling.ffmpeg import Ffmpeg
from guiju.labelling.video.explicit import ShownFilm, explicit_video

__all__ = ["Ffmpeg", "ShownFilm", "explicit_video"]
