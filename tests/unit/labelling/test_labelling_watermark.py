# SPDX-License-Identifier: Apache-2.0
"""Watermarks: found after what happens to pictures, never a verdict when they are not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from guiju.kernel import Unavailable
from guiju.labelling import ExplicitLabel, Hiding, Place, check, first_write, mark
from guiju.labelling.commands import group
from guiju.labelling.watermark import LEAST_SIDE, look, mark_of
from guiju.labelling.watermark import foreign as scheme
from guiju.labelling.watermark.coding import CODED, decoded, encoded

CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "3f0e9a3e-0000-4000-8000-000000000000")
WORDS = ExplicitLabel(Place.END, "人工智能生成", "AI-generated (AI生成)")
MARK = mark_of(LABEL.produce_id)
Change = Callable[[Image.Image], Image.Image]


@cache
def scenery(side: int = 288) -> bytes:
    """Light and grain as photographs have them."""
    draw = np.random.default_rng(7)
    small = Image.fromarray(draw.integers(40, 215, (6, 8, 3), dtype=np.uint8))
    light = np.asarray(small.resize((side * 4 // 3, side), Image.Resampling.BICUBIC), np.int16)
    grain = draw.integers(-8, 8, light.shape, dtype=np.int16)
    return packed(Image.fromarray(np.clip(light + grain, 0, 255).astype(np.uint8)))


def packed(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


@cache
def marked() -> bytes:
    return mark(scenery(), LABEL, watermark=True).data


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


CHANGES: dict[str, tuple[str, Change]] = {
    "saved as JPEG 50": ("JPEG", lambda one: one),
    "half as large": ("PNG", lambda one: one.resize((one.width // 2, one.height // 2))),
    "cut": ("PNG", lambda one: one.crop((37, 51, one.width - 60, one.height - 33))),
    "turned": ("PNG", lambda one: one.rotate(3, Image.Resampling.BICUBIC)),
    "mirrored": ("PNG", lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_mark_is_found_after_what_happens_to_pictures(how: str) -> None:
    """Its label is gone, its number is still told."""
    kind, change = CHANGES[how]
    quality = {"quality": 50} if kind == "JPEG" else {}
    report = check(packed(change(opened(marked())), kind, **quality), watermark=True)
    assert (report.verdict, report.label) == ("absent", None)
    assert (report.axes["watermark"], report.mark) == ("found", MARK.hex())
    assert report.axes["judgement"] == "suspected"
    assert "watermark-alone" in report.reasons


def test_nobody_sees_it() -> None:
    """Brightness changes by some 44 dB only, alike in every colour, and what was measured is so."""
    before, after = (np.asarray(opened(one), np.int16) for one in (scenery(), marked()))
    moved = after - before
    psnr = 10 * np.log10(255**2 / float((moved.astype(float) ** 2).mean()))
    told = mark(scenery(), LABEL, watermark=True).hidden
    assert told is not None
    assert psnr == pytest.approx(told.psnr, abs=0.01)
    assert psnr > 43.5
    inside = (before.min(axis=2) > 10) & (before.max(axis=2) < 245)
    assert (moved.max(axis=2) == moved.min(axis=2))[inside].all()


@pytest.mark.parametrize(("kind", "how"), [("PNG", {}), ("JPEG", {"quality": 90})])
def test_words_label_and_mark_stand_together(kind: str, how: dict[str, int]) -> None:
    """In one go, in each format that is drawn on; a second time changes nothing."""
    data = packed(opened(scenery()), kind, **how)
    once = mark(data, LABEL, WORDS, watermark=True)
    assert once.shown is not None
    assert once.hidden is not None
    report = check(once.data, watermark=True)
    assert (report.verdict, report.axes["watermark"]) == ("present_valid", "same")
    assert mark(once.data, LABEL, WORDS, watermark=True).data == once.data


def test_a_label_on_another_picture_is_told_by_its_mark() -> None:
    """The label is right in itself; the picture says that it belongs to another number."""
    other = first_write(CODE, "another")
    moved = mark(packed(opened(marked())), other).data
    report = check(moved, watermark=True)
    assert (report.verdict, report.axes["watermark"]) == ("present_invalid", "other")
    assert report.reasons == ("watermark-other",)
    assert check(moved).verdict == "present_valid"  # nobody has looked


def test_without_a_mark_nothing_is_concluded() -> None:
    """No mark is no reason, and no judgement."""
    report = check(scenery(), watermark=True)
    assert (report.axes["watermark"], report.axes["judgement"]) == ("none-found", "unknown")
    assert report.reasons == check(scenery()).reasons
    assert check(scenery()).axes["watermark"] == Hiding.NOT_CHECKED


def test_what_has_no_room_is_labelled_without_a_mark() -> None:
    """A small picture, an animation and a palette keep their label; `hidden` says so."""
    small = packed(opened(scenery()).resize((LEAST_SIDE - 1, LEAST_SIDE - 1)))
    frames = [opened(scenery()), opened(scenery()).transpose(Image.Transpose.ROTATE_180)]
    moving = packed(frames[0], save_all=True, append_images=frames[1:], duration=100)
    for data in (small, moving, packed(opened(scenery()), "GIF")):
        made = mark(data, LABEL, watermark=True)
        assert made.hidden is None
        assert check(made.data).verdict == "present_valid"


@given(st.binary(min_size=6, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_worn_bits_are_made_up_for(payload: bytes, seed: int) -> None:
    """Noise twice as loud as the bits and a tenth of them lost do no harm to the code."""
    draw = np.random.default_rng(seed)
    soft = encoded(payload) + draw.normal(0, 0.7, CODED)
    soft[draw.random(CODED) < 0.1] = 0
    assert decoded(soft.astype(np.float32)) == payload


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_noise_is_no_mark(seed: int) -> None:
    """The check of 24 bits refuses what was never put in."""
    assert decoded(np.random.default_rng(seed).normal(0, 1, CODED).astype(np.float32)) is None


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", marked()[:4000]])
def test_what_cannot_be_looked_at_is_not_looked_at(data: bytes) -> None:
    """Broken bytes are one clear error of the look, and the axis says that nobody looked."""
    with pytest.raises(ValueError, match="cannot"):
        look(data)
    assert check(data, "x.png", watermark=True).axes["watermark"] == "not-checked"


def test_the_command_puts_and_tells_marks(tmp_path: Path) -> None:
    """`put` says what was measured; read and check look only when they are told to."""
    (tmp_path / "a.png").write_bytes(scenery())
    put = ["put", str(tmp_path / "a.png"), "--out", str(tmp_path / "out"), "--producer", CODE]
    run = CliRunner()
    done = run.invoke(group, [*put, "--watermark", "--produce-id", "n-1", "--json"], obj=None)
    assert json.loads(done.stdout)["watermark"]["mark"] == mark_of("n-1").hex()
    out = str(tmp_path / "out" / "a.png")
    told = json.loads(run.invoke(group, ["read", out, "--watermark", "--json"]).stdout)
    assert told["watermark"]["mark"] == mark_of("n-1").hex()
    assert json.loads(run.invoke(group, ["read", out, "--json"]).stdout)["watermark"] is None
    checked = run.invoke(group, ["check", out, "--watermark", "--json"])
    assert json.loads(checked.stdout)["axes"]["watermark"] == "same"


@pytest.mark.parametrize("name", ["trustmark", "meta-seal", "invented"])
def test_schemes_of_others_are_told_when_they_are_not_here(name: str) -> None:
    """One clear error names the package; nothing is fetched and nothing pretended."""
    with pytest.raises(Unavailable, match="watermark-not-installed"):
        scheme(name)


def test_an_installed_scheme_is_asked_as_its_package_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bits go to TrustMark as text and come back as the payload; no mark is None."""

    class TrustMark:
        Encoding = type("Encoding", (), {"BCH_5": 1})
        held = ""

        def __init__(self, **_: Any) -> None: ...

        def encode(self, cover: Image.Image, secret: str, **_: str) -> Image.Image:
            TrustMark.held = secret
            return cover

        def decode(self, _: Image.Image, **__: str) -> tuple[str, bool, int]:
            return TrustMark.held, bool(TrustMark.held), 1

    module = ModuleType("trustmark")
    module.TrustMark = TrustMark  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "trustmark", module)
    monkeypatch.setattr("guiju.labelling.watermark.ports.find_spec", lambda _: object())
    found = scheme("trustmark")
    assert found.seen(scenery()) is None
    assert found.seen(found.put(scenery(), MARK))[:6] == MARK  # type: ignore[index]


def test_a_scheme_that_does_not_find_its_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As videoseal 1.0.1 does wherever it is not started in its own checkout."""

    def load(card: str) -> None:
        raise FileNotFoundError(f"Model card '{card}' not found in videoseal/cards")

    for name, said in (("torch", {}), ("videoseal", {"load": load})):
        module = ModuleType(name)
        module.__dict__.update(said)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("guiju.labelling.watermark.ports.find_spec", lambda _: object())
    with pytest.raises(Unavailable, match="videoseal/cards") as caught:
        scheme("meta-seal")
    assert caught.value.code == "watermark-not-loaded"
    assert "checkout" in caught.value.message("en")
