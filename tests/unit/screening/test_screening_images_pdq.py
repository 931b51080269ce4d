# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import Outcome
from guiju.screening.images import MOST_DISTANCE, Listed, Mark, PdqList, pdq, read_hashes
from guiju.screening.images.pdq import WAYS

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")
BLOCK = Mark("A1f", Outcome.BLOCK)
REVIEW = Mark("A2f", Outcome.REVIEW)

seeds = st.integers(0, 2**32)


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Any:
    """Light that fades over shapes with edges, large and small."""
    draw = np.random.default_rng(seed)
    light = draw.integers(0, 255, (4, 5, 3), dtype=np.uint8)
    picture = Image.fromarray(light).resize(size, Image.Resampling.BICUBIC)
    canvas = ImageDraw.Draw(picture)
    for at in range(30):
        x, y = draw.integers(0, size[0]), draw.integers(0, size[1])
        wide, high = draw.integers(8, 90, 2)
        colour = tuple(int(one) for one in draw.integers(0, 255, 3))
        shape = canvas.ellipse if at % 2 else canvas.rectangle
        shape([int(x - wide), int(y - high), int(x + wide), int(y + high)], fill=colour)
    return picture


def hashed(image: Any) -> bytes:
    return pdq(np.asarray(image.convert("RGB"))).upright


def apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def repacked(image: Any, quality: int) -> Any:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def altered(data: bytes, bits: list[int]) -> bytes:
    number = int.from_bytes(data)
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32)


@pytest.mark.slow
@given(seeds)
@settings(max_examples=6, deadline=None)
def test_a_scaled_packed_or_lit_picture_stays_near(seed: int) -> None:
    """Each everyday change keeps it within the distance at which pictures count as the same."""
    picture = scene(seed)
    same = [
        picture.resize((901, 700), Image.Resampling.BILINEAR),
        picture.resize((320, 240), Image.Resampling.LANCZOS),
        picture.resize((500, 480)),
        repacked(picture, 30),
        picture.point(lambda value: value * 0.8 + 20),
        picture.convert("L"),
    ]
    assert max(apart(hashed(picture), hashed(one)) for one in same) <= MOST_DISTANCE


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_unrelated_pictures_are_far_apart(seed: int) -> None:
    """About half the bits differ, and never so few that chance would make a match."""
    one, other = hashed(scene(seed)), hashed(scene(seed + 1))
    assert 80 <= apart(one, other) <= 176


@pytest.mark.slow
@given(seeds, st.sampled_from([(640, 480), (333, 256), (70, 999)]))
@settings(max_examples=5, deadline=None)
def test_all_eight_ways_to_lay_a_picture_are_hashed(seed: int, size: tuple[int, int]) -> None:
    """Whoever mirrors or turns a picture back has the hash that stands on the list."""
    pixels = np.asarray(scene(seed, size))
    listed = pdq(pixels).upright
    mirrored = [pixels, pixels[:, ::-1], pixels[::-1], pixels[::-1, ::-1]]
    laid = [*mirrored, *(np.transpose(one, (1, 0, 2)) for one in mirrored)]
    nearest = [min(apart(listed, way) for way in pdq(one).ways) for one in laid]
    assert max(nearest) <= 4
    assert len(pdq(pixels).ways) == len(WAYS) == 8


def test_a_hash_has_as_many_ones_as_zeros() -> None:
    """Half of the cosines are above their median."""
    assert int.from_bytes(hashed(scene(5))).bit_count() == 128


def test_a_plain_picture_has_no_quality() -> None:
    """One colour, a slow fade and a dot tell nothing; a scene tells all that there can be."""
    fade = np.repeat(np.linspace(0, 255, 200)[None, :, None], 3, axis=2).repeat(200, axis=0)
    assert pdq(np.full((99, 99, 3), 77, np.uint8)).quality == 0
    assert pdq(np.zeros((4, 900, 3), np.uint8)).quality == 0
    assert pdq(fade.astype(np.uint8)).quality < 50
    assert pdq(np.asarray(scene(5))).quality == 100


def test_grey_and_colour_give_the_same_hash() -> None:
    """A picture of one byte a pixel is the picture with three equal ones."""
    grey = np.asarray(scene(6).convert("L"))
    assert pdq(grey) == pdq(np.repeat(grey[:, :, None], 3, axis=2))


hashes = st.binary(min_size=32, max_size=32)


@given(
    listed=st.lists(hashes, min_size=1, max_size=40),
    place=st.integers(0, 39),
    bits=st.lists(st.integers(0, 255), max_size=40, unique=True),
    distance=st.integers(0, MOST_DISTANCE),
)
def test_the_nearest_is_found_exactly(
    listed: list[bytes], place: int, bits: list[int], distance: int
) -> None:
    """The index finds what a look at every hash finds, near the limit as well."""
    asked = altered(listed[place % len(listed)], bits)
    best = min(apart(asked, one) for one in listed)
    found = PdqList(Listed(one, BLOCK) for one in listed).nearest([asked], distance)
    assert [one.distance for one in found] == ([best] if best <= distance else [])


@given(hashes, st.lists(st.integers(0, 255), min_size=31, max_size=31, unique=True))
def test_thirty_one_bits_are_never_too_many(one: bytes, bits: list[int]) -> None:
    """However the bits fall into the words of the index."""
    found = PdqList([Listed(one, BLOCK)]).nearest([bytes(32), altered(one, bits)])
    assert (31, 1) in {(match.distance, match.asked) for match in found} or apart(
        one, bytes(32)
    ) < 31


def test_each_mark_gives_its_nearest() -> None:
    """A picture that stands on two lists is found on both, the nearer one first."""
    one = hashed(scene(1))
    known = PdqList(
        [
            Listed(altered(one, [1, 2, 3]), BLOCK),
            Listed(altered(one, [7]), REVIEW),
            Listed(altered(one, [9, 10]), BLOCK, "seen before"),
        ]
    )
    found = known.nearest([one])
    assert [(match.place, match.distance) for match in found] == [(1, 1), (2, 2)]
    assert (known.mark(1), known.note(2), known.note(1)) == (REVIEW, "seen before", "")
    assert known.rule(1).startswith("pdq-")
    assert one.hex()[:8] not in known.rule(1)


def test_a_list_of_like_pictures_is_searched_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the words tell nothing apart, nothing is left out either, block by block."""
    monkeypatch.setattr("guiju.screening.images.hashes._MANY", 64)
    base = bytes(32)
    known = PdqList(Listed(altered(base, [at % 256, 255 - at % 99]), BLOCK) for at in range(500))
    assert known.nearest([base, altered(base, list(range(60)))])[0].distance <= 2
    assert PdqList([]).nearest([base]) == []


def test_lists_are_read_line_by_line() -> None:
    """Harm, action and note may be left out; comments and empty lines say nothing."""
    digits = "0f" * 32
    known = read_hashes(
        ["\ufeff# a list", "", digits.upper(), f"{digits},A2f", f" {digits} , A2f,review, a, b "],
        harm="A1f",
    )
    marks = [known.mark(at) for at in range(len(known))]
    assert marks == [BLOCK, Mark("A2f", Outcome.BLOCK), REVIEW]
    assert known.note(2) == "a, b"


@pytest.mark.parametrize(
    "line",
    [
        "0f" * 31,
        "zz" * 32,
        "0f " * 32,
        "0f" * 32 + ",Z9z",
        "0f" * 32 + ",,mask",
        "0f" * 32 + ",,pass",
    ],
)
def test_a_faulty_line_is_named(line: str) -> None:
    """By its number; a picture cannot be masked, and a list of what passes is no list."""
    with pytest.raises(Invalid, match="Line 2 of the hash list") as caught:
        read_hashes(["# first", line])
    assert caught.value.code == "hash-list-broken"
