# SPDX-License-Identifier: Apache-2.0
"""Films of the demo model: a few seconds of one of its pictures, packed by ffmpeg.

A job is its id: any worker can make the film from that alone.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guiju.gateway.upstreams.demo_media import drawn
from guiju.gateway.upstreams.errors import no_such_job

VIDEOS = "/videos"
_JOB = re.compile(r"/videos/demo-([0-9]{2,4}x[0-9]{2,4})-([0-9]{1,2})-[0-9a-f]{12}(/content)?")
_SIZE = re.compile(r"[0-9]{2,4}x[0-9]{2,4}")
_USUAL_SIZE, _USUAL_SECONDS, _MOST_SECONDS = "320x180", 4, 12
_FRAMES = "10"


def begun_film(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A job that says all about itself in its id."""
    size, seconds = asked.get("size"), asked.get("seconds")
    size = size if type(size) is str and _SIZE.fullmatch(size) else _USUAL_SIZE
    length = int(seconds) if type(seconds) is str and seconds.isdigit() else _USUAL_SECONDS
    mark = hashlib.sha256(str(asked.get("prompt")).encode()).hexdigest()[:12]
    return {"id": f"demo-{size}-{min(length, _MOST_SECONDS)}-{mark}", "status": "queued"}


def film_of(path: str) -> tuple[str, int]:
    """Size and seconds of the film at this path; raises NotFound `video-not-found`."""
    found = _JOB.fullmatch(path)
    if found is None:
        raise no_such_job()
    return found[1], int(found[2])


def film(size: str, seconds: int) -> dict[str, Any]:
    """The film, as the answer to a question for its content.

    Raises Unavailable `ffmpeg-missing` where ffmpeg is not installed.
    """
    from guiju.labelling.video import Ffmpeg  # noqa: PLC0415 - only a demo films here

    with tempfile.TemporaryDirectory(prefix="guiju-demo-") as folder:
        picture, made = Path(folder, "picture.png"), Path(folder, "film.mp4")
        picture.write_bytes(drawn(size, size))
        still = ("-loop", "1", "-framerate", _FRAMES, "-f", "image2", "-i", picture)
        coder = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-vf", "scale=trunc(iw/2)*2:-2")
        Ffmpeg().run(*still, "-t", str(seconds), *coder, "-f", "mp4", made)
        return {"file": made.read_bytes(), "type": "video/mp4"}
