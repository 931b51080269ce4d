# SPDX-License-Identifier: Apache-2.0
"""What somebody would try who wants a label read wrongly: fourteen groups, each with its tests.

What is special to one format stands with that format; here stands what each group claims of all.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.unit.labelling.films import FILMS, box, element, matroska, mp4
from tests.unit.labelling.samples import (
    PARTS,
    SAMPLES,
    bmff,
    chunk,
    gif,
    jpeg,
    office,
    png,
    segment,
    tiff,
)
from tests.unit.labelling.sounds import SOUNDS, id3, id3_frame, mp3, wav
from tests.unit.labelling.test_labelling_watermark import opened, packed, scenery

from guiju.kernel import Conflict, GuijuError, Invalid
from guiju.labelling import (
    AigcLabel,
    ExplicitLabel,
    LabelVerdict,
    Place,
    check,
    first_write,
    mark,
    new_pair,
    read,
)
from guiju.labelling.commands import group
from guiju.labelling.containers import CONTAINERS, container_of
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.security import sm2
from guiju.labelling.showing import show

CODE, OTHERS = "001191110102MAD55U9H0F10002", "001191440300708461136T1XGW3"
LABEL, OTHER = first_write(CODE, "p-1"), first_write(OTHERS, "p-2")
JSON = LABEL.to_json()
ZH = "（本内容由人工智能生成）"
every = pytest.mark.parametrize("name", sorted(SAMPLES))


def named(name: str) -> str:
    return "x" + next(one.suffixes[0] for one in CONTAINERS if one.name == name)


def labelled(name: str, label: AigcLabel = LABEL) -> bytes:
    return mark(SAMPLES[name], label, name=named(name)).data


def xmp_chunk(text: str) -> bytes:
    return chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text.encode())


def packet(inside: str, head: str = "") -> str:
    return (
        f'{head}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22'
        '-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC'
        f'/1.0/">{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def with_label(text: str) -> bytes:
    """A picture whose label is this text, whatever it is."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return png(xmp_chunk(packet(f"<TC260:AIGC>{escaped}</TC260:AIGC>")))


def fields(**changes: Any) -> str:
    return json.dumps({**LABEL.fields, **changes}, separators=(",", ":"), ensure_ascii=False)


# -- 1 stripped ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_01_a_picture_saved_anew_has_no_label_and_is_not_called_human(kind: str) -> None:
    """Absent says nothing of its origin."""
    name = kind.lower()
    whole = mark(packed(Image.new("RGB", (300, 200)), kind), LABEL).data
    assert check(whole).verdict is LabelVerdict.VALID
    out = io.BytesIO()
    with Image.open(io.BytesIO(whole)) as image:
        Image.frombytes(image.mode, image.size, image.tobytes()).convert("RGB").save(out, kind)
    report = check(out.getvalue(), f"x.{name}")
    assert (report.verdict, report.axes["judgement"]) == (LabelVerdict.ABSENT, "unknown")


def test_01_a_stripped_picture_is_suspected_by_its_watermark() -> None:
    """The mark outlives the metadata."""
    made = mark(scenery(), LABEL, watermark=True).data
    report = check(packed(opened(made), "JPEG", quality=80), watermark=True)
    assert (report.verdict, report.axes["watermark"]) == (LabelVerdict.ABSENT, "found")
    assert report.axes["judgement"] == "suspected"


# -- 2 forged --------------------------------------------------------------------------------------


@every
def test_02_a_signed_label_on_other_content_is_told(name: str) -> None:
    """Copied with its signature onto another file of the format, which is what a forger has."""
    if name in {"avi", "mkv", "webm"}:
        pytest.skip("no tie to content: a label that is replaced leaves a gap")
    pair = new_pair()
    whole = mark(SAMPLES[name], LABEL, name=named(name), signer=pair).data
    label = read(whole, named(name)).labels[0].label
    other = _another(name)
    container = container_of(other, named(name))
    assert container is not None
    forged = container.write(other, label.to_json())
    report = check(forged, named(name), pinned={CODE: frozenset({pair.public})})
    assert report.verdict is LabelVerdict.INVALID
    assert "content-other" in report.reasons


def _another(name: str) -> bytes:
    """A file of the format with other content."""
    data = SAMPLES[name]
    for old, new in ((b"Words.", b"Other."), (b"<p>x</p>", b"<p>y</p>"), (b"made up", b"MADE UP")):
        if old in data:
            return data.replace(old, new)
    if name == "ooxml":
        return office({**PARTS, "word/document.xml": "<w:document xmlns:w='urn:w'>y</w:document>"})
    half = len(data) // 2
    for at in (*range(half, len(data)), *range(half)):
        changed = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        container = container_of(changed, named(name))
        if container is None or container.name != name or container.read(changed).stopped:
            continue
        with contextlib.suppress(GuijuError, StopsError):  # else it matters to the format
            if not container.read(container.write(changed, JSON)).stopped:
                return changed
    raise AssertionError(name)


def test_02_a_code_of_another_company_shows_nothing_by_itself() -> None:
    """Whose code stands there is what a writer says; the axis of the signature says so."""
    report = check(mark(png(), OTHER).data)
    assert (report.verdict, report.axes["signature"]) == (LabelVerdict.VALID, "absent")


# -- 3 two labels ----------------------------------------------------------------------------------

TWO = {
    "identical XMP properties": png(xmp_chunk(packet(f"<TC260:AIGC>{JSON}</TC260:AIGC>" * 2))),
    "conflicting packets": png(
        xmp_chunk(packet(f"<TC260:AIGC>{JSON}</TC260:AIGC>")),
        xmp_chunk(packet(f"<TC260:AIGC>{OTHER.to_json()}</TC260:AIGC>")),
    ),
    "XMP and a text chunk": png(
        xmp_chunk(packet(f"<TC260:AIGC>{JSON}</TC260:AIGC>")),
        chunk(b"tEXt", b"AIGC\0" + JSON.encode()),
    ),
    "behind IEND": with_label(JSON) + b"AIGC" + JSON.encode(),
    "behind EOI": mark(jpeg(), LABEL).data + b"AIGC" + JSON.encode(),
    "behind the trailer": mark(gif(), LABEL).data + b"AIGC" + JSON.encode(),
    "two frames of ID3": mp3(
        id3(*[id3_frame(b"TXXX", b"\3AIGC\0" + one.to_json().encode()) for one in (LABEL, OTHER)])
    ),
    "two chunks of WAV": wav(*[b"AIGC" + struct.pack("<I", 4) + b"{}  "] * 2),
}


@pytest.mark.parametrize("name", TWO)
def test_03_two_labels_are_one_too_many(name: str) -> None:
    """Identical or conflicting, wherever the second one stands; none of them is written over."""
    report = check(TWO[name])
    assert report.verdict is LabelVerdict.INVALID
    assert "implicit-repeated" in report.reasons
    with pytest.raises(Conflict, match="label-present"):
        mark(TWO[name], LABEL)


@pytest.mark.parametrize("text", [JSON.replace("{", '{"Label":"2",'), JSON[:-1] + ',"Label":"3"}'])
def test_03_a_key_that_stands_twice_is_named(text: str) -> None:
    """Two readers would read two different things."""
    report = check(with_label(text))
    assert report.verdict is LabelVerdict.INVALID
    assert "repeated:Label" in report.reasons


def test_03_front_matter_that_says_a_key_twice_is_named() -> None:
    """Within the label, and the label itself."""
    lines = [f'  {key}: "{value}"' for key, value in LABEL.fields.items()]
    twice = "---\nAIGC:\n" + "\n".join([*lines, '  Label: "2"']) + "\n---\n"
    assert "repeated:Label" in check(twice.encode(), "x.md").reasons
    label = "AIGC:\n" + "\n".join(lines) + "\n"
    assert "implicit-repeated" in check(f"---\n{label}{label}---\n".encode(), "x.md").reasons


# -- 4 cut off, and sizes that lie (each cut of each format: test_labelling_containers) -----------


@pytest.mark.parametrize("name", sorted({**FILMS, "heif": b"", "avif": b"", "m4a": b""}.keys()))
@pytest.mark.parametrize("size", [0, 1, 2**32 - 1])
def test_04_a_size_that_lies_is_never_absence(name: str, size: int) -> None:
    """Each size of four bytes in the head of a file, one after the other, said wrongly."""
    data = labelled(name)
    for at in range(min(len(data) - 4, 400)):
        lying = data[:at] + size.to_bytes(4) + data[at + 4 :]
        report = check(lying, named(name))
        if report.verdict is LabelVerdict.ABSENT:
            assert JSON.encode()[:20] not in lying or mark(lying, LABEL, name=named(name)).data


def test_04_directories_in_a_circle_end() -> None:
    """A directory that names itself, and two that name each other."""
    for next_one in (10, 8):
        assert check(tiff(next_one=next_one)).verdict is not LabelVerdict.ABSENT


def test_04_what_is_nested_ten_thousand_deep_ends() -> None:
    """Boxes in boxes, elements in elements, lists in lists."""
    boxes, elements = b"", b""
    for _ in range(10_000):
        boxes = struct.pack(">I", len(boxes) + 8) + b"udta" + boxes
    for _ in range(300):
        elements = element(0x7373, elements, 8)
    for data in (
        bmff(b"ftyp", b"isom", bytes(4)) + box(b"moov", boxes),
        matroska(elements),
        png(xmp_chunk("<a>" * 10_000)),
    ):
        assert check(data).verdict is LabelVerdict.INCONCLUSIVE or check(data).label is None


def test_04_a_second_index_of_a_film_is_not_concluded_of() -> None:
    """A label in the second one is found, and is not in its place."""
    film = mark(mp4(), LABEL).data
    at = film.index(b"moov") - 4
    moov = film[at : at + int.from_bytes(film[at : at + 4])]
    report = check(mp4() + moov)
    assert (report.verdict, report.label) == (LabelVerdict.INVALID, LABEL.fields)
    assert "repeated:moov" in report.reasons


# -- 5 sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        with_label("{" + '"a":' * 200_000),
        with_label(fields(ProduceID="x" * 70_000)),
        png(chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(40_000_000), 9))),
        png(
            chunk(
                b"iTXt",
                b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<a>" + b" " * 30_000_000, 9),
            )
        ),
        png(xmp_chunk(packet("&a;", '<!DOCTYPE x [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>'))),
        png(xmp_chunk(packet("&a;", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'))),
    ],
    ids=["brackets", "70 kB", "zTXt bomb", "iTXt bomb", "billion laughs", "external entity"],
)
def test_05_what_is_too_large_is_given_up(data: bytes) -> None:
    """And not called absent; nothing outside the file is looked at."""
    report = check(data)
    assert report.verdict in {LabelVerdict.INCONCLUSIVE, LabelVerdict.INVALID}
    assert os.uname().nodename not in json.dumps(report.as_json())


def test_05_a_label_in_json_of_a_hundred_megabytes_is_not_parsed() -> None:
    """A text beyond the bound is given up before anything is made of it."""
    assert check(" " * 100_000_000).verdict is LabelVerdict.INCONCLUSIVE


def test_05_extended_xmp_in_a_thousand_pieces_of_strangers_is_bounded() -> None:
    """Pieces without the main packet that names them are not put together in silence."""
    piece = b"http://ns.adobe.com/xmp/extension/\0" + b"F" * 32
    parts = [
        segment(0xE1, piece + struct.pack(">II", 60_000, at * 60) + b"AIGC" * 15)
        for at in range(1000)
    ]
    assert check(jpeg(*parts)).verdict in {LabelVerdict.INCONCLUSIVE, LabelVerdict.INVALID}


@pytest.mark.parametrize("text", ["&a", "*a", "!!python/object:os.system x", "!x y"])
def test_05_aliases_and_tags_of_yaml_are_text_or_a_fault(text: str) -> None:
    """Nothing is built of them."""
    report = check(f"---\nAIGC: {text}\n---\n".encode(), "x.md")
    assert report.verdict in {LabelVerdict.INVALID, LabelVerdict.INCONCLUSIVE}


# -- 6 archives (more in test_labelling_office) ----------------------------------------------------


@pytest.mark.parametrize("name", ["../../docProps/custom.xml", "/docProps/custom.xml", "C:\\x"])
def test_06_a_member_that_leads_outside_is_not_followed(name: str) -> None:
    """A label in it is none of the document; nothing is unpacked to anywhere."""
    data = office({**PARTS, name: f"<x>{JSON}</x>"})
    assert check(data).label is None
    try:
        out = mark(data, LABEL).data
    except GuijuError:
        return
    assert check(out).label == LABEL.fields


def test_06_names_in_another_case_are_no_second_part() -> None:
    """`DocProps/Custom.XML` beside `docProps/custom.xml`: programs differ, so nothing is said."""
    whole = labelled("ooxml")
    out = io.BytesIO(whole)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("DocProps/Custom.XML", "<Properties/>")
    report = check(out.getvalue())
    assert report.verdict in {LabelVerdict.INCONCLUSIVE, LabelVerdict.INVALID}


# -- 7 polyglots and wrong names -------------------------------------------------------------------


def test_07_two_files_in_one_are_not_concluded_of() -> None:
    """A picture with an archive behind it, a film with a page behind it."""
    for data in (png(behind=office()), jpeg(behind=png()), gif(behind=SOUNDS["wav"])):
        assert check(data).verdict is LabelVerdict.INCONCLUSIVE
        with pytest.raises(GuijuError):
            mark(data, LABEL)


@every
def test_07_a_format_is_told_by_its_bytes_whatever_its_name_says(name: str) -> None:
    """What bytes do not tell is said to be another format, or read as the text that it is."""
    report = check(labelled(name), "x.mp3" if name != "mp3" else "x.png")
    if name in {"html", "markdown"}:
        assert report.verdict is not LabelVerdict.ABSENT
    else:
        assert report.label == LABEL.fields


@pytest.mark.parametrize("suffix", [".png", ".mp4", ".docx", ".pdf", ".wav"])
def test_07_an_empty_file_or_a_text_under_a_name_of_media_is_not_called_unlabelled(
    suffix: str,
) -> None:
    """Nothing of a picture was read."""
    for data, why in ((b"", "truncated"), (b"words", "another-format")):
        report = check(data, "x" + suffix)
        assert (report.verdict, why in report.reasons) == (LabelVerdict.INCONCLUSIVE, True)


# -- 8 texts (of documents: test_labelling_document_words) ----------------------------------------


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("（本内容由人\u200b工智\u200d能生成）", LabelVerdict.VALID),
        ("（ＡＩ生成）", LabelVerdict.VALID),
        ("（人工智慧生成）", None),
        ("（\u0410I生成）", LabelVerdict.ABSENT),
        ("（本内容由人工编辑）", LabelVerdict.ABSENT),
    ],
    ids=["zero width", "full width", "traditional", "Cyrillic", "no element"],
)
def test_08_words_are_read_as_people_read_them(words: str, verdict: LabelVerdict | None) -> None:
    """Characters that nobody sees do not hide a label; one that only looks alike is none."""
    report = check(f"海是蓝的。\n{words}")
    if verdict is not None:
        assert report.verdict is verdict


def test_08_a_label_that_a_model_wrote_is_not_ours() -> None:
    """Front matter in the middle of a text, or in a block of code, is no label of the file."""
    for text in (f"# 海\n\n---\nAIGC: {JSON}\n---\n", f"```\n---\nAIGC: {JSON}\n---\n```\n"):
        assert check(text.encode(), "x.md").label is None


@pytest.mark.parametrize("head", ["\ufeff", ""])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_08_front_matter_is_found_behind_a_mark_and_with_any_line(head: str, line: str) -> None:
    """As editors on other systems write it."""
    text = head + line.join(("---", f"AIGC: {JSON}", "---", "# 海", ""))
    assert check(text.encode(), "x.md").label == LABEL.fields


HIDING = [
    "hidden",
    "style='display: none'",
    'style="visibility:hidden"',
    "style=opacity:0",
    "style='font-size: 0px'",
    "style='color:#fff'",
    "style='color: white; background-color: #FFFFFF'",
    "style='color: transparent'",
]
SHOWING = [
    "class=hidden",
    "title='hidden'",
    "style='opacity:0.5'",
    "style='color:#ffe'",
    "style='color:white;background:#036'",
]


@pytest.mark.parametrize(
    ("how", "seen"), [(one, False) for one in HIDING] + [(one, True) for one in SHOWING]
)
def test_08_words_that_nobody_sees_on_a_page_do_not_count(how: str, seen: bool) -> None:
    """Hidden by their own tag, or white on white; what a style sheet does is not looked at."""
    page = f"<!doctype html><html><body><p>x</p><div {how}><div>{ZH}</div></div></body></html>"
    assert (check(page.encode(), "x.html").axes["explicit"] == "end") is seen


# -- 9 values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (fields(ContentProducer="某某科技有限公司"), "charset:ContentProducer"),
        (fields(ProduceID="a b"), "charset:ProduceID"),
        (fields(ProduceID='a"b'), "charset:ProduceID"),
        (fields(ContentProducer=CODE + "0"), "provider-code-wrong:ContentProducer"),
        (fields(ContentProducer=CODE.lower()), "provider-code-wrong:ContentProducer"),
        (
            fields(ContentProducer=CODE[:21] + "G" + CODE[22:]),
            "provider-code-wrong:ContentProducer",
        ),
        (
            fields(ContentProducer=CODE[:22] + "2" + CODE[23:]),
            "provider-code-wrong:ContentProducer",
        ),
        (fields(Label=1), "not-text:Label"),
        (fields(Label="AIGC"), "not-a-label-value:Label"),
        (JSON.replace("ReservedCode1", "ReserveCode1"), "misspelt:ReservedCode1"),
        ("eyJMYWJlbCI6IjEifQ==", "unreadable"),
    ],
    ids=lambda one: one if "{" not in one else "",
)
def test_09_values_that_are_wrong_are_named(text: str, reason: str) -> None:
    """Each by the field; none of them may be written."""
    report = check(with_label(text))
    assert report.verdict is LabelVerdict.INVALID
    assert any(one.startswith(reason.partition(":")[0]) for one in report.reasons), report.reasons


# -- 10 what people see (more in test_labelling_showing, test_labelling_pages) --------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
@pytest.mark.parametrize("size", [(64, 64), (90, 700), (700, 120), (511, 513)])
def test_10_words_are_large_enough_in_every_mode_and_shape(
    mode: str, size: tuple[int, int]
) -> None:
    """Measured after it was drawn: at least 5 % of the shortest side."""
    data = packed(Image.new(mode, size), "PNG")
    assert show(data, "人工智能生成").share >= 5


def test_10_a_picture_in_colours_of_print_keeps_them() -> None:
    """CMYK is drawn on in CMYK."""
    out = show(packed(Image.new("CMYK", (400, 300), (90, 10, 0, 0)), "JPEG"), "AI生成")
    with Image.open(io.BytesIO(out.data)) as image:
        assert image.mode == "CMYK"


# -- 11 what people hear: test_labelling_audio -----------------------------------------------------
# -- 12 content credentials: test_labelling_provenance ---------------------------------------------


# -- 13 signatures ---------------------------------------------------------------------------------


def test_13_numbers_beside_the_curve_verify_nothing() -> None:
    """R or s of 0 or of the order, or of two signatures put together."""
    pair = new_pair()
    r, s = sm2.sign(pair.private, b"x")
    assert sm2.verify(pair.public, b"x", sm2.Signature(r, s))
    for wrong in ((0, s), (r, 0), (sm2.N, s), (r, sm2.N), (r + sm2.N, s), (r, s + sm2.N), (s, r)):
        assert not sm2.verify(pair.public, b"x", sm2.Signature(*wrong))


# -- 14 files that change under one's hands --------------------------------------------------------


def test_14_a_crash_between_writing_and_naming_leaves_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither half a file nor a piece beside it."""
    from click.testing import CliRunner  # noqa: PLC0415 - here only

    (tmp_path / "a.png").write_bytes(packed(Image.new("RGB", (300, 200)), "PNG"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"before")

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", crash)
    put = ["put", str(tmp_path / "a.png"), "--out", str(out), "--producer", CODE, "--overwrite"]
    result = CliRunner().invoke(group, put)
    assert isinstance(result.exception, Invalid)
    assert result.exception.code == "file-unwritable"
    assert [one.name for one in out.iterdir()] == ["a.png"]
    assert (out / "a.png").read_bytes() == b"before"


def test_14_a_link_is_read_and_its_target_stays(tmp_path: Path) -> None:
    """Out comes a file of its own; a source that is read-only is no obstacle."""
    from click.testing import CliRunner  # noqa: PLC0415 - here only

    source = tmp_path / "a.png"
    source.write_bytes(packed(Image.new("RGB", (300, 200)), "PNG"))
    source.chmod(0o400)
    (tmp_path / "link.png").symlink_to(source)
    before, out = source.read_bytes(), tmp_path / "out"
    put = ["put", str(tmp_path / "link.png"), "--out", str(out), "--producer", CODE]
    assert CliRunner().invoke(group, put).exit_code == 0
    assert source.read_bytes() == before
    assert not (out / "link.png").is_symlink()
    assert check(out / "link.png").verdict is LabelVerdict.VALID


@every
def test_14_twice_is_once(name: str) -> None:
    """Also with words where the format takes them."""
    words = ExplicitLabel(Place.END, ZH, ZH) if name in {"html", "markdown"} else None
    once = mark(SAMPLES[name], LABEL, words, name=named(name)).data
    assert mark(once, LABEL, words, name=named(name)).data == once


def test_every_group_has_tests() -> None:
    """By their numbers; 11 and 12 stand with sound and with content credentials."""
    here = {one.split("_")[1] for one in globals() if one.startswith("test_")}
    assert {f"{one:02}" for one in range(1, 15)} - here == {"11", "12"}
    folder = Path(__file__).parent
    assert "rhythm" in (folder / "test_labelling_audio.py").read_text(encoding="utf-8")
    assert "camera" in (folder / "test_labelling_provenance.py").read_text(encoding="utf-8")
