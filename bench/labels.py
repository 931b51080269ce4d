# SPDX-License-Identifier: Apache-2.0
"""What it costs to label pictures: the implicit label, the visible one, and to read them again.

Beside it a re-save by Pillow, which changes every byte, and exiftool, whose process must start.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from guiju.labelling import ExplicitLabel, Place, check, first_write, mark
from guiju.labelling.showing import show

SECONDS = 1.0
MANY = 1000
RESULT = Path(__file__).parent / "results" / "labels.json"
LABEL = first_write("001191110102MAD55U9H0F10002", "00000000-0000-4000-8000-000000000000")
WORDS = ExplicitLabel(Place.END, "（本内容由人工智能生成）", "(AI-generated / AI生成)")

draw = np.random.default_rng(12)


def picture(side: int, kind: str, **how: Any) -> bytes:
    """Light and grain, as photographs have them."""
    small = draw.integers(0, 255, (9, 12, 3), dtype=np.uint8)
    light = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
    grain = draw.integers(0, 24, (side, side, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(np.asarray(light) // 255 * 231 + grain).save(out, kind, **how)
    return out.getvalue()


def milliseconds(
    act: Callable[[], object], clock: Callable[[], float] = time.process_time
) -> float:
    """Of one call, the best of several; of the CPU, unless a program is started for it."""
    act()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = clock()
        act()
        best = min(best, clock() - start)
    return round(best * 1000, 3)


def microseconds(act: Callable[[], object]) -> float:
    """Of one call that takes less than the clock can tell: many together."""
    return round(1000 * milliseconds(lambda: [act() for _ in range(MANY)]) / MANY, 2)


def saved_again(data: bytes, kind: str) -> Callable[[], object]:
    """A plain re-save, as a program without an editor would do it."""
    return lambda: Image.open(BytesIO(data)).save(BytesIO(), kind)


def by_exiftool(data: bytes, suffix: str) -> float | None:
    """One XMP property written by exiftool; None: it is not installed."""
    tool = shutil.which("exiftool")
    if tool is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"x{suffix}"
        file.write_bytes(data)
        command = [tool, "-q", "-overwrite_original", "-XMP-dc:Source=x", str(file)]
        return milliseconds(lambda: subprocess.run(command, check=True), time.perf_counter)


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    small_jpeg, small_png = picture(1024, "JPEG", quality=92), picture(1024, "PNG")
    jpeg, png = picture(2700, "JPEG", quality=95), picture(1250, "PNG")
    marked = mark(jpeg, LABEL).data
    chinese, english, both = (
        "海是蓝的。" * 100,
        "The sea is blue. " * 30,
        "海 is blue，天 too. " * 30,
    )
    return {
        "python": platform.python_version(),
        "jpeg_1024_bytes": len(small_jpeg),
        "png_1024_bytes": len(small_png),
        "jpeg_large_bytes": len(jpeg),
        "png_large_bytes": len(png),
        "implicit_jpeg_1024_ms": milliseconds(lambda: mark(small_jpeg, LABEL)),
        "implicit_png_1024_ms": milliseconds(lambda: mark(small_png, LABEL)),
        "implicit_jpeg_large_ms": milliseconds(lambda: mark(jpeg, LABEL)),
        "implicit_png_large_ms": milliseconds(lambda: mark(png, LABEL)),
        "check_jpeg_large_ms": milliseconds(lambda: check(marked)),
        "visible_jpeg_1024_ms": milliseconds(lambda: show(small_jpeg, WORDS.zh)),
        "visible_png_1024_ms": milliseconds(lambda: show(small_png, WORDS.zh)),
        "text_500_characters_us": microseconds(lambda: mark(chinese, LABEL, WORDS)),
        "text_english_us": microseconds(lambda: mark(english, LABEL, WORDS)),
        "text_of_both_us": microseconds(lambda: mark(both, LABEL, WORDS)),
        "pillow_saves_jpeg_large_ms": milliseconds(saved_again(jpeg, "JPEG")),
        "pillow_saves_png_large_ms": milliseconds(saved_again(png, "PNG")),
        "exiftool_writes_jpeg_large_ms": by_exiftool(jpeg, ".jpg"),
        "exiftool_writes_png_large_ms": by_exiftool(png, ".png"),
    }


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    for name, value in figures.items():
        print(f"{name:30} {value}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
