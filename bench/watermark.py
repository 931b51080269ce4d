# SPDX-License-Identifier: Apache-2.0
"""How often a watermark is still found after what is done to pictures, and at what price.

Prints the tables of docs/watermark.md. The pictures are drawn here, or those of a folder
(`--pictures DIR`); each carries a number of its own. A mark counts as found only if it is that
very number's, and every picture is also looked at without a mark, treated alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from guiju.labelling.watermark import LEAST_SIDE, look, mark_of, put_into

Change = Callable[[Image.Image], Image.Image]
draw = np.random.default_rng(20260901)

# -- pictures -------------------------------------------------------------------------------------


def rough(width: int, height: int, slope: float) -> Image.Image:
    """Noise with the spectrum of photographs: its power falls with frequency by `slope`."""
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    waves = np.hypot(rows * height, columns * width)
    waves[0, 0] = 1
    bands = []
    for _ in range(3):
        noise = draw.normal(size=waves.shape) + 1j * draw.normal(size=waves.shape)
        band = np.fft.irfft2(noise / waves**slope, (height, width))
        bands.append(128 + 50 * band / band.std())
    mixed = np.stack([0.7 * bands[0] + 0.3 * one for one in bands], axis=-1)
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def even(width: int, height: int) -> Image.Image:
    """A soft run of colours without any grain, as generated skies and backgrounds are."""
    corners = Image.fromarray(draw.integers(60, 200, (2, 2, 3), dtype=np.uint8))
    return corners.resize((width, height), Image.Resampling.BICUBIC)


def drawing(width: int, height: int) -> Image.Image:
    """Flat shapes with hard edges on one colour."""
    made = Image.new("RGB", (width, height), (238, 238, 232))
    pen = ImageDraw.Draw(made)
    for _ in range(25):
        x, y, reach = (int(one) for one in draw.integers(0, max(width, height), 3))
        colour = tuple(int(one) for one in draw.integers(20, 235, 3))
        pen.ellipse((x, y, x + reach // 4 + 8, y + reach // 3 + 8), fill=colour)
    return made


def drawn() -> Iterator[tuple[str, Image.Image]]:
    """Pictures of several kinds and sizes."""
    for at, (width, height) in enumerate([(1024, 1024), (1280, 720), (768, 1024), (512, 512)]):
        for slope in (0.8, 1.2, 1.6):
            yield "rough", rough(width, height, slope)
        yield "even", even(width, height)
        yield "drawing", drawing(width, height + at)


def given(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """The pictures of a folder that have room for a mark."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}:
            with Image.open(path) as opened:
                image = opened.convert("RGB")
            if min(image.size) >= LEAST_SIDE:
                yield "given", image


# -- what is done to them -------------------------------------------------------------------------


def through(kind: str, **how: int) -> Change:
    """Packs it in a lossy format and opens it again."""

    def change(image: Image.Image) -> Image.Image:
        out = BytesIO()
        image.save(out, kind, **how)
        return Image.open(BytesIO(out.getvalue())).convert("RGB")

    return change


def sized(by: float) -> Change:
    """Scales both sides."""

    def change(image: Image.Image) -> Image.Image:
        size = (round(image.width * by), round(image.height * by))
        return image.resize(size, Image.Resampling.BICUBIC)

    return change


def cut(share: float) -> Change:
    """Takes this share of the area away, more on one side than on the other."""

    def change(image: Image.Image) -> Image.Image:
        side = (1 - share) ** 0.5
        width, height = int(image.width * side), int(image.height * side)
        left, top = (image.width - width) // 3, (image.height - height) * 2 // 3
        return image.crop((left, top, left + width, top + height))

    return change


def turned(degrees: float) -> Change:
    """Turns it and fills the corners with black."""
    return lambda image: image.rotate(degrees, Image.Resampling.BICUBIC)


def noisy(levels: float) -> Change:
    """Adds noise of so many levels, root mean square."""

    def change(image: Image.Image) -> Image.Image:
        noise = draw.normal(0, levels, (image.height, image.width, 3))
        return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))

    return change


def one_after_the_other(*changes: Change) -> Change:
    """Several changes."""

    def change(image: Image.Image) -> Image.Image:
        for one in changes:
            image = one(image)
        return image

    return change


def stretched(image: Image.Image) -> Image.Image:
    """Makes it flatter by a tenth."""
    return image.resize((image.width, round(image.height * 0.9)), Image.Resampling.BICUBIC)


def mirrored(image: Image.Image) -> Image.Image:
    """Swaps left and right."""
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


ATTACKS: Mapping[str, Change] = {
    "nothing": lambda image: image,
    "JPEG 90": through("JPEG", quality=90),
    "JPEG 75": through("JPEG", quality=75),
    "JPEG 50": through("JPEG", quality=50),
    "JPEG 30": through("JPEG", quality=30),
    "WebP 60": through("WEBP", quality=60),
    "half as large": sized(0.5),
    "three quarters as large": sized(0.75),
    "one and a half times as large": sized(1.5),
    "twice as large": sized(2),
    "a quarter as large": sized(0.25),
    "5 % cut off": cut(0.05),
    "25 % cut off": cut(0.25),
    "50 % cut off": cut(0.5),
    "75 % cut off": cut(0.75),
    "turned by 1 degree": turned(1),
    "turned by 4 degrees": turned(4),
    "turned by 10 degrees": turned(10),
    "mirrored": mirrored,
    "stretched by a tenth": stretched,
    "blurred, radius 1": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "blurred, radius 2": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "noise of 5 levels": noisy(5),
    "noise of 15 levels": noisy(15),
    "brighter by 30 %": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darker by 30 %": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "a screenshot: cut, scaled, JPEG 75": one_after_the_other(
        cut(0.1), sized(0.8), through("JPEG", quality=75)
    ),
    "a platform: half as large, JPEG 50": one_after_the_other(
        sized(0.5), through("JPEG", quality=50)
    ),
}


class Sample(NamedTuple):
    """A picture without and with a mark."""

    kind: str
    bare: Image.Image
    marked: Image.Image
    mark: bytes
    psnr: float


def packed(image: Image.Image) -> bytes:
    """A file that loses nothing."""
    out = BytesIO()
    image.save(out, "BMP")
    return out.getvalue()


def seen(image: Image.Image) -> bytes | None:
    """The mark that is found."""
    found = look(packed(image))
    return None if found is None else found.mark


def samples(pictures: Iterator[tuple[str, Image.Image]]) -> tuple[list[Sample], float]:
    """All pictures with marks, and the seconds of one core that a megapixel took."""
    made, spent, pixels = [], 0.0, 0
    for at, (kind, image) in enumerate(pictures):
        mark = mark_of(f"bench-{at}")
        began = time.process_time()
        marked, put = put_into(image, mark)
        spent += time.process_time() - began
        pixels += image.width * image.height
        made.append(Sample(kind, image, marked, mark, put.psnr))
    return made, spent / pixels * 1e6


class Tally:
    """What was found, of how many, in which time."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows: list[str] = []
        self.falsely = self.looked = self.found = 0
        self.found_seconds = self.none_seconds = 0.0

    def attack(self, name: str, change: Change, made: list[Sample], bare_every: int) -> None:
        """One row: every picture with its mark, some also without."""
        hits = dict.fromkeys(kinds_of(made), 0)
        for at, one in enumerate(made):
            began = time.process_time()
            hit = seen(change(one.marked))
            if hit == one.mark:
                hits[one.kind] += 1
                self.found += 1
                self.found_seconds += time.process_time() - began
            self.falsely += hit not in {None, one.mark}
            if at % bare_every == 0:
                began = time.process_time()
                self.falsely += seen(change(one.bare)) is not None
                self.none_seconds += time.process_time() - began
                self.looked += 1
        of = [sum(one.kind == kind for one in made) for kind in hits]
        cells = " | ".join(f"{hit}/{all_}" for hit, all_ in zip(hits.values(), of, strict=True))
        self.rows.append(f"| {name} | {cells} |")
        print(self.rows[-1], flush=True)


def kinds_of(made: list[Sample]) -> list[str]:
    """The kinds of pictures, by name."""
    return sorted({one.kind for one in made})


def main() -> None:
    """Measure, and print the table of docs/watermark.md."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path, help="A folder of pictures to take instead.")
    options.add_argument("--bare-every", type=int, default=4, help="Look at each n-th bare too.")
    asked = options.parse_args()
    made, put_seconds = samples(drawn() if asked.pictures is None else given(asked.pictures))
    kinds, tally = kinds_of(made), Tally()
    print(f"| | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}")
    for name, change in ATTACKS.items():
        tally.attack(name, change, made, asked.bare_every)
    psnr = [one.psnr for one in made]
    print(f"\n{len(made)} pictures; {np.mean(psnr):.1f} dB ({min(psnr):.1f} to {max(psnr):.1f}).")
    print(f"Without a mark, treated alike: {tally.falsely} of {tally.looked} looks found one.")
    print(f"CPU: {put_seconds:.3f} s a megapixel to put;")
    print(f"{tally.found_seconds / max(tally.found, 1):.2f} s to find one,")
    print(f"{tally.none_seconds / max(tally.looked, 1):.2f} s to find none.")


if __name__ == "__main__":
    main()
