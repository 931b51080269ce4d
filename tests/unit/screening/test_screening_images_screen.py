# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import Outcome, Screen, Verdict
from guiju.screening.images import (
    PARTS,
    Box,
    Code,
    Eyes,
    ImageFinding,
    ImageScreen,
    ImageVerdict,
    Limits,
    Listed,
    Mark,
    PdqList,
    Pixels,
    TextBox,
    ZxingReader,
    judge_file,
    pdq,
    read_image_policy,
)
from guiju.screening.images.codes import readings
from guiju.screening.images.policy import ImagePolicy

Image = pytest.importorskip("PIL.Image")
zxing = pytest.importorskip("zxingcpp")

DIGEST = "0" * 64
TERMS = {
    "entry": [
        {"term": "蓝鲸糖", "harm": "A1f", "action": "block"},
        {"term": "木马茶", "harm": "A3a", "action": "mask"},
        {"term": "示例禁词甲", "harm": "A2f", "action": "review"},
    ]
}
TEXT = Screen.load(TERMS, DIGEST)


class Reads:
    """A reader that finds the same lines in every picture."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.shapes: list[tuple[int, ...]] = []

    def read(self, pixels: Pixels) -> list[TextBox]:
        self.shapes.append(pixels.shape)
        return [
            TextBox(line, Box(10, 40 * at, 200, 40 * at + 30)) for at, line in enumerate(self.lines)
        ]


class Breaks:
    """A library that fails."""

    def read(self, _: Pixels) -> list[TextBox]:
        raise RuntimeError

    def codes(self, _: Pixels) -> list[Code]:
        raise MemoryError


def screen(eyes: Eyes, **policy: Any) -> ImageScreen:
    return ImageScreen.load({"images": policy}, DIGEST, TEXT.judge, eyes)


def scene(seed: int = 1, size: tuple[int, int] = (320, 240)) -> Any:
    values = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def packed(image: Any, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def code(text: str | bytes, scale: int = 4) -> Any:
    made = zxing.create_barcode(text, zxing.BarcodeFormat.QRCode)
    return Image.fromarray(np.array(zxing.write_barcode_to_image(made, scale=scale)))


def with_code(text: str | bytes, ground: Any = None) -> Any:
    whole = ground or Image.new("RGB", (500, 400), "white")
    whole.paste(code(text).convert("RGB"), (120, 90))
    return whole


CODES = Eyes(codes=ZxingReader())


def found_code(verdict: ImageVerdict) -> ImageFinding:
    (finding,) = verdict.findings
    assert (verdict.screened, finding.part, finding.detector) == ("full", "codes", "lexicon")
    return finding


@pytest.mark.control("input-screening", "output-screening")
def test_a_code_is_text_that_is_judged() -> None:
    """Its finding is that of the text, with the place of the code in the picture."""
    verdict = screen(CODES, require=["codes"]).judge(packed(with_code("去喝蓝鲸糖")), "input")
    finding = found_code(verdict)
    assert (verdict.outcome, verdict.stops, *verdict.harms) == (Outcome.BLOCK, True, "A1f")
    assert (finding.start, finding.end, finding.view) == (2, 5, "raw")
    assert finding.box is not None
    assert finding.box.left in range(120, 150)
    assert finding.box.bottom in range(180, 330)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_code_is_found_in_every_format(kind: str) -> None:
    """As in every format that is looked into."""
    found_code(screen(CODES, require=["codes"]).judge(packed(with_code("蓝鲸糖"), kind), "output"))


@pytest.mark.parametrize("turn", range(8))
def test_a_code_is_found_however_the_picture_asks_to_be_turned(turn: int) -> None:
    """The orientation in the metadata is followed; a code is found turned or mirrored anyway."""
    exif = Image.Exif()
    exif[0x0112] = turn + 1
    data = packed(with_code("蓝鲸糖"), "JPEG", exif=exif)
    verdict = screen(CODES, require=["codes"]).judge(data, "input")
    assert verdict.outcome is Outcome.BLOCK


@pytest.mark.parametrize(
    "words",
    [
        "https://example.test/?q=%E8%93%9D%E9%B2%B8%E7%B3%96",
        "蓝鲸糖".encode(),
        "蓝鲸糖".encode("gb18030"),
    ],
)
def test_a_code_is_read_in_every_way_it_may_be_read(words: str | bytes) -> None:
    """Percent signs are undone and no encoding is a disguise."""
    found_code(screen(CODES, require=["codes"]).judge(packed(with_code(words)), "input"))


def test_readings_differ_from_each_other() -> None:
    """The usual code, in ASCII, has but one."""
    assert readings("plain", b"plain") == ("plain",)
    assert readings("%41", b"%41") == ("%41", "A")


@pytest.mark.parametrize("ground", [255, 0])
def test_what_only_one_backdrop_shows_is_seen(ground: int) -> None:
    """A code of transparent ink, in black that vanishes on black or in white that does on white."""
    ink = np.asarray(code("蓝鲸糖").convert("L")) < 128
    pixels = np.full((*ink.shape, 4), 255 - ground, np.uint8)
    pixels[..., 3] = np.where(ink if ground else ~ink, 255, 0)
    finding = found_code(
        screen(CODES, require=["codes"]).judge(packed(Image.fromarray(pixels)), "input")
    )
    assert finding.backdrop == ("white" if ground else "black")


def test_colours_under_full_transparency_are_seen() -> None:
    """People see nothing there; a model that drops transparency reads it all."""
    hidden = with_code("蓝鲸糖").convert("RGBA")
    hidden.putalpha(0)
    verdict = screen(CODES, require=["codes"]).judge(packed(hidden), "input")
    assert found_code(verdict).backdrop == "bare"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_every_frame_within_the_policy_is_looked_at(kind: str) -> None:
    """A code in one frame of eight is found, and its frame is named."""
    frames = [scene(seed) for seed in range(8)]
    frames[5] = with_code("蓝鲸糖", scene(5))
    options = {} if kind == "TIFF" else {"duration": 100}
    data = packed(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert found_code(screen(CODES, require=["codes"]).judge(data, "input")).frame == 5


def test_frames_that_were_left_out_are_not_screened() -> None:
    """Unless the policy says that a sample will do."""
    frames = [scene(seed, (160, 120)) for seed in range(20)]
    data = packed(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    strict = screen(CODES, require=["codes"], frames=5).judge(data, "input")
    assert (strict.screened, strict.outcome) == ("not-screened: frames-left-out", Outcome.BLOCK)
    accepted = screen(CODES, require=["codes"], frames=5, sampling="accept")
    assert accepted.judge(data, "input").screened == "full"
    few = screen(CODES, require=["codes"], pixels=10 * 160 * 120).judge(data, "input")
    assert few.screened == "not-screened: frames-left-out"


def test_frames_that_the_decoder_does_not_reach_are_not_screened() -> None:
    """Others may see what stands behind the frame where ours stops."""
    frames = [scene(seed) for seed in range(3)]
    data = packed(frames[0], "PNG", save_all=True, append_images=frames[1:])
    at = data.index(b"acTL") + 4
    less = data[:at] + (1).to_bytes(4) + data[at + 4 :]
    verdict = screen(CODES, require=["codes"]).judge(less, "input")
    assert verdict.screened.startswith("not-screened: ")


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_adapter_says_not_screened(part: str) -> None:
    """It never passes, whatever the other parts say, and the picture is stopped by default."""
    verdict = screen(Eyes(), require=[part]).judge(packed(scene()), "output")
    assert verdict.screened == f"not-screened: {part}-missing"
    assert (verdict.outcome, verdict.parts) == (Outcome.BLOCK, {part: "missing"})
    held = screen(Eyes(), require=[part], unscreened="review").judge(packed(scene()), "output")
    assert held.outcome is Outcome.REVIEW


def test_a_policy_that_says_nothing_requires_every_part() -> None:
    """The strictest reading is that of an empty table."""
    verdict = ImageScreen.load({}, DIGEST, TEXT.judge, CODES).judge(packed(scene()), "input")
    assert verdict.screened == "not-screened: hashes-missing, ocr-missing, vision-missing"
    assert verdict.parts["codes"] == "full"


@pytest.mark.parametrize(
    ("part", "eyes"), [("ocr", Eyes(ocr=Breaks())), ("codes", Eyes(codes=Breaks()))]
)
def test_an_adapter_that_breaks_says_not_screened(part: str, eyes: Eyes) -> None:
    """Whatever it raises."""
    verdict = screen(eyes, require=[part]).judge(packed(scene()), "input")
    assert verdict.screened == f"not-screened: {part}-failed"


def test_a_part_that_is_not_required_still_counts_when_it_finds() -> None:
    """What is there looks; what it could not see is told but does not stop the picture."""
    eyes = Eyes(codes=ZxingReader(), ocr=Reads("蓝鲸糖"))
    assert screen(eyes, require=["codes"]).judge(packed(scene()), "input").stops
    verdict = screen(Eyes(codes=ZxingReader(), ocr=Breaks()), require=["codes"]).judge(
        packed(scene()), "input"
    )
    assert (verdict.screened, verdict.outcome) == ("full", Outcome.PASS)
    assert verdict.parts == {"codes": "full", "ocr": "failed"}


def test_letters_are_judged_across_the_ends_of_lines() -> None:
    """The place of such a hit is around both lines."""
    reader = Reads("今天说示例禁", "词甲就好")
    verdict = screen(Eyes(ocr=reader), require=["ocr"]).judge(packed(scene()), "input")
    (finding,) = verdict.findings
    assert finding.box == Box(10, 0, 200, 70)
    assert (verdict.outcome, verdict.screened) == (Outcome.REVIEW, "full")
    assert reader.shapes == [(240, 320, 3)]


def test_what_cannot_be_starred_out_is_not_delivered() -> None:
    """A picture with words to be masked is refused, or what the policy says instead."""
    eyes, data = Eyes(ocr=Reads("一杯木马茶")), packed(scene())
    verdict = screen(eyes, require=["ocr"]).judge(data, "output")
    assert (verdict.outcome, verdict.findings[0].outcome) == (Outcome.REFUSE, Outcome.REFUSE)
    assert screen(eyes, require=["ocr"], mask="review").judge(data, "output").outcome == "review"


def test_text_that_was_not_judged_whole_is_a_gap() -> None:
    """The reason of the text's verdict becomes one of the picture's."""

    def unsure(text: str, _: object) -> Verdict:
        return Verdict(Outcome.PASS, (), DIGEST, len(text), screened="guard-timeout")

    one = ImageScreen(ImagePolicy(require=("ocr",)), DIGEST, unsure, Eyes(ocr=Reads("好")))
    assert one.judge(packed(scene()), "input").screened == "not-screened: ocr-guard-timeout"


def test_text_without_end_is_a_gap() -> None:
    """A reader that finds a book in a picture is not believed."""
    eyes = Eyes(ocr=Reads("字" * 1_000_001))
    verdict = screen(eyes, require=["ocr"]).judge(packed(scene()), "input")
    assert verdict.screened == "not-screened: ocr-too-long"


def known(*images: Any) -> PdqList:
    hashes = [pdq(np.asarray(one.convert("RGB"))).upright for one in images]
    return PdqList(Listed(one, Mark("A1d", Outcome.BLOCK)) for one in hashes)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one,
        lambda one: one.resize((900, 500)),
        lambda one: one.transpose(Image.Transpose.ROTATE_90),
        lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda one: one.transpose(Image.Transpose.TRANSVERSE),
    ],
)
def test_a_known_picture_is_found_again(change: Any) -> None:
    """Scaled, packed, turned or mirrored; the finding tells how far it is and how it lay."""
    eyes = Eyes(known=known(scene(3), scene(4, (300, 300))))
    verdict = screen(eyes, require=["hashes"]).judge(
        packed(change(scene(3)), "JPEG", quality=80), "input"
    )
    (finding,) = verdict.findings
    assert (finding.part, finding.detector, finding.harm) == ("hashes", "pdq", "A1d")
    assert finding.distance is not None
    assert finding.distance <= 31
    assert (verdict.outcome, verdict.screened) == (Outcome.BLOCK, "full")
    assert screen(eyes, require=["hashes"]).judge(packed(scene(9)), "input").findings == ()


def test_a_picture_too_plain_for_a_hash_gets_no_verdict_from_it() -> None:
    """Not a match, and not a pass, unless the policy accepts that."""
    plain = Image.new("RGB", (300, 300), "grey")
    eyes, data = Eyes(known=known(plain)), packed(plain)
    verdict = screen(eyes, require=["hashes"]).judge(data, "input")
    assert (verdict.screened, verdict.found) == ("not-screened: hashes-low-quality", 0)
    accepted = screen(eyes, require=["hashes"], low_quality="accept").judge(data, "input")
    assert (accepted.screened, accepted.outcome) == ("full", Outcome.PASS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image-format"),
        (b"words", "image-format"),
        (packed(scene())[:-400], "image-broken"),
        (packed(scene(), "JPEG")[:-900], "image-broken"),
        (b"", "image-format"),
    ],
)
def test_what_cannot_be_looked_at_is_not_screened(data: bytes, reason: str) -> None:
    """The verdict holds the error to be told to the sender."""
    verdict = screen(CODES, require=["codes"]).judge(data, "input")
    assert (verdict.screened, verdict.outcome) == (f"not-screened: {reason}", Outcome.BLOCK)
    assert verdict.refusal is not None
    assert verdict.refusal.code == reason
    assert verdict.parts == {"codes": "unseen"}


def test_what_was_found_before_the_picture_broke_counts() -> None:
    """A block stays one, though the policy only asks for a look at what was not screened."""
    frames = [with_code("蓝鲸糖"), scene(1, (500, 400)), scene(2, (500, 400))]
    data = packed(frames[0], "PNG", save_all=True, append_images=frames[1:])
    cut = data.rindex(b"fdAT") + 30
    broken = data[:cut] + bytes(len(data) - cut - 40) + data[-40:]
    verdict = screen(CODES, require=["codes"], unscreened="review").judge(broken, "input")
    assert verdict.outcome is Outcome.BLOCK
    assert verdict.screened == "not-screened: image-broken"
    assert verdict.found == 1


def test_deep_greys_are_not_clipped_to_white() -> None:
    """Sixteen bits of brightness are seen as eight, not as one white field."""
    deep = np.asarray(with_code("蓝鲸糖").convert("L"), np.uint16) * 200 + 900
    data = packed(Image.fromarray(deep))
    assert screen(CODES, require=["codes"]).judge(data, "input").stops


def test_the_same_view_is_looked_at_once() -> None:
    """Frames that do not differ cost nothing, and opaque pictures have one view."""
    reader = Reads("好")
    moving = packed(
        scene(), "WEBP", lossless=True, save_all=True, append_images=[scene(), scene(2)]
    )
    screen(Eyes(ocr=reader), require=["ocr"]).judge(moving, "input")
    screen(Eyes(ocr=reader), require=["ocr"]).judge(packed(scene().convert("RGBA")), "input")
    assert len(reader.shapes) == 3


@given(
    kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]),
    cut=st.integers(0, 3_000),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)
def test_no_bytes_make_it_raise(kind: str, cut: int, flips: list[tuple[int, int]]) -> None:
    """Truncated or altered, there is a verdict; and without a full look it is not a pass."""
    data = bytearray(SMALL[kind])
    for at, value in flips:
        data[at % len(data)] = value
    verdict = screen(CODES, require=["codes"]).judge(
        bytes(data[: max(len(data) - cut, 0)]), "input"
    )
    assert verdict.screened == "full" or verdict.outcome is Outcome.BLOCK
    assert (verdict.refusal is None) or verdict.screened.startswith("not-screened: ")


SMALL = {
    kind: packed(scene(1, (64, 48)), kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
}


def test_the_public_form_is_that_of_a_verdict_on_text() -> None:
    """The same four fields, and what a picture has besides."""
    said = screen(CODES, require=["codes"]).judge(packed(with_code("蓝鲸糖")), "input").as_json()
    assert {"verdict", "screened", "policy", "findings"} < set(said)
    assert said["picture"] == {"format": "png", "width": 500, "height": 400, "frames": 1}
    assert isinstance(said["findings"], list)
    (finding,) = said["findings"]
    assert {"harm", "detector", "rule", "view", "start", "end", "score"} < set(finding)
    assert (finding["part"], finding["distance"], len(finding["box"])) == ("codes", None, 4)
    nothing = screen(CODES).judge(b"words", "input").as_json()
    assert nothing["picture"] is None


def test_a_file_is_judged_and_never_read_further_than_its_limit(tmp_path: Path) -> None:
    """One that is too large is refused like the bytes would be."""
    file = tmp_path / "one.png"
    file.write_bytes(packed(with_code("蓝鲸糖")))
    assert judge_file(screen(CODES, require=["codes"]), file, "input").stops
    small = screen(CODES, require=["codes"], limits={"bytes": 100})
    assert judge_file(small, file, "input").screened == "not-screened: image-too-large"


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"requires": ["codes"]}, "requires"),
        ({"require": []}, "require"),
        ({"require": ["smell"]}, "require[0]"),
        ({"require": "codes"}, "require"),
        ({"unscreened": "pass"}, "unscreened"),
        ({"mask": "mask"}, "mask"),
        ({"distance": 32}, "distance"),
        ({"quality": True}, "quality"),
        ({"sampling": "yes"}, "sampling"),
        ({"limits": {"pixels": 10**9}}, "limits.pixels"),
        ({"limits": {"pixel": 1}}, "limits.pixel"),
        ({"limits": 3}, "limits"),
        ({"vision": {"name": "x"}}, "vision"),
    ],
)
def test_a_broken_policy_is_named_by_its_place(table: dict[str, Any], place: str) -> None:
    """Nothing in it lets an unscreened picture pass."""
    with pytest.raises(Invalid) as caught:
        read_image_policy(table)
    assert (caught.value.code, caught.value.param) == (
        "image-policy-broken",
        f"screening.images.{place}",
    )


def test_limits_are_those_of_the_policy() -> None:
    """Each by its name, the others as usual."""
    policy = read_image_policy({"limits": {"frames": 3}, "require": ["ocr", "codes"]})
    assert policy.limits == Limits(frames=3)
    assert policy.require == ("codes", "ocr")


def run(lines: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_default_install_works_without_the_extras() -> None:
    """Nothing of them is imported before it is used; without them, nothing is screened."""
    without = [
        "import sys",
        "sys.modules.update(dict.fromkeys(['PIL', 'PIL.Image', 'zxingcpp', 'rapidocr']))",
        "from guiju.screening.images import Eyes, ImageScreen",
        "one = ImageScreen.load({}, '0' * 64, None, Eyes())",
        f"verdict = one.judge({packed(scene(1, (9, 9)))!r}, 'input')",
        "print(verdict.outcome, verdict.screened)",
    ]
    assert run(without) == "block not-screened: extra-missing"
    names = "{'PIL', 'zxingcpp', 'rapidocr'} & set(sys.modules)"
    assert run(["import sys, guiju.screening.images", f"print({names})"]) == "set()"
