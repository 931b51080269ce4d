# SPDX-License-Identifier: Apache-2.0
"""How fast pictures are admitted, hashed, looked up among a million, and searched for codes.

One thread, but matrix products may use more: OPENBLAS_NUM_THREADS was 1 for the figures kept.
The hashes listed are at random: words of real ones repeat, so real lists visit more of them.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from guiju.screening import Screen
from guiju.screening.images import (
    MOST_DISTANCE,
    Eyes,
    ImageScreen,
    Limits,
    PdqList,
    Pixels,
    admitted,
    pdq,
    read_hashes,
)

LISTED = 1_000_000
LOOKUPS = 200
SECONDS = 1.0
RESULT = Path(__file__).parent / "results" / "images.json"

draw = np.random.default_rng(15)


def scene(width: int, height: int) -> Pixels:
    """Light and grain, as photographs have them."""
    small = draw.integers(0, 255, (9, 12, 3), dtype=np.uint8)
    light = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    grain = draw.integers(0, 24, (height, width, 3), dtype=np.uint8)
    pixels: Pixels = np.asarray(light) // 255 * 231 + grain
    return pixels


def milliseconds(act: Callable[[], object]) -> float:
    """Of one call, the best of several."""
    act()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - start)
    return round(best * 1000, 2)


def altered(one: bytes, bits: int) -> bytes:
    """The hash with that many of its bits changed."""
    turned = np.unpackbits(np.frombuffer(one, np.uint8))
    turned[draw.choice(256, bits, replace=False)] ^= 1
    return np.packbits(turned).tobytes()


def eight(known: list[str], distance: int) -> list[bytes]:
    """What a look-up asks: eight hashes, one of them that far from a listed one."""
    near = altered(bytes.fromhex(known[draw.integers(len(known))]), distance)
    return [near, *(draw.bytes(32) for _ in range(7))]


def lookups(known: PdqList, digits: list[str]) -> dict[str, Any]:
    """Look-ups a second, how many listed hashes were found again, and the scan of them all."""
    asked = [eight(digits, MOST_DISTANCE) for _ in range(LOOKUPS)]
    start = time.perf_counter()
    found = [known.nearest(one) for one in asked]
    spent = time.perf_counter() - start
    hashes = np.frombuffer(bytes.fromhex("".join(digits)), np.uint64).reshape(-1, 4)
    one = np.frombuffer(asked[0][0], np.uint64)
    scan = milliseconds(lambda: np.bitwise_count(hashes ^ one).sum(axis=1).min())
    return {
        "lookups_of_eight_per_s": round(LOOKUPS / spent, 1),
        "found_at_distance_31": sum(any(m.distance == MOST_DISTANCE for m in one) for one in found),
        "asked": LOOKUPS,
        "scan_of_all_for_eight_ms": round(8 * scan, 1),
    }


def judging() -> dict[str, float]:
    """A whole judgement by hashes and codes, and reading the header alone."""
    terms = {"entry": [{"term": "示例禁词甲", "harm": "A1f", "action": "block"}]}
    text = Screen.load(terms, "0" * 64)
    eyes = Eyes.installed(known=read_hashes(["00" * 32]))
    policy = {"images": {"require": ["hashes", "codes"]}}
    screen = ImageScreen.load(policy, "0" * 64, text.judge, Eyes(eyes.known, eyes.codes))
    file = BytesIO()
    Image.fromarray(scene(1280, 960)).save(file, "JPEG", quality=85)
    data = file.getvalue()
    return {
        "header_ms": milliseconds(lambda: admitted(data, Limits())),
        "judge_jpeg_1280x960_ms": milliseconds(lambda: screen.judge(data, "input")),
    }


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    digits = [draw.bytes(32).hex() for _ in range(LISTED)]
    start = time.perf_counter()
    known = read_hashes(digits)
    built = time.perf_counter() - start
    small, middle, large = scene(512, 512), scene(1280, 960), scene(4000, 3000)
    return {
        "python": platform.python_version(),
        "listed": LISTED,
        "read_and_index_s": round(built, 2),
        **lookups(known, digits),
        "pdq_512x512_ms": milliseconds(lambda: pdq(small)),
        "pdq_1280x960_ms": milliseconds(lambda: pdq(middle)),
        "pdq_4000x3000_ms": milliseconds(lambda: pdq(large)),
        **judging(),
    }


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    for name, value in figures.items():
        print(f"{name:28} {value}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
