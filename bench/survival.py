# SPDX-License-Identifier: Apache-2.0
"""What becomes of both labels when a file is handled as people and platforms handle files.

Writes docs/survival.md. Implicit: the very label is read again. Visible or audible: the words are
found where they should be by comparing them with the picture, the rhythm by listening.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl  # type: ignore[import-untyped]
import pptx
import pypdf
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from guiju.kernel import GuijuError
from guiju.labelling import ExplicitLabel, Place, first_write, mark, read
from guiju.labelling.audio import Heard
from guiju.labelling.audio.listening import heard_in
from guiju.labelling.showing import Box
from guiju.labelling.watermark import look, mark_of

PAGE = Path(__file__).parent.parent / "docs" / "survival.md"
LABEL = first_write("001191110102MAD55U9H0F10002", "00000000-0000-4000-8000-000000000000")
WORDS = ExplicitLabel(Place.END, "人工智能生成", "AI-generated (AI生成)")
ALIKE = 0.7
"""How well the words must agree with what was there, as a correlation, to count as readable."""

Treat = Callable[[Path, Path], None]
Grey = NDArray[np.float64]
draw = np.random.default_rng(45438)


@dataclass(frozen=True)
class Treatment:
    """One way in which files are handled; `suffix` is the new format, or that of the file."""

    name: str
    treat: Treat
    suffix: str = ""


@dataclass(frozen=True)
class Kept:
    """What was left; None where it was not asked or cannot be looked for."""

    implicit: bool
    explicit: bool | None
    watermark: bool | None = None


@dataclass(frozen=True)
class Labelled:
    """A labelled file, and where its words stand, or whether it has a rhythm."""

    file: Path
    box: Box | None
    heard: bool
    hidden: bool = False
    words: bool = False


# -- files to begin with --------------------------------------------------------------------------


def picture(kind: str, **how: Any) -> bytes:
    """Light and grain as photographs have them, 1280 x 960."""
    small = Image.fromarray(draw.integers(40, 215, (6, 8, 3), dtype=np.uint8))
    light = np.asarray(small.resize((1280, 960), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = draw.integers(-8, 8, light.shape, dtype=np.int16)
    out = BytesIO()
    made = Image.fromarray(np.clip(light + grain, 0, 255).astype(np.uint8))
    made.save(out, kind, **how)
    return out.getvalue()


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg, in silence; raises CalledProcessError."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)],
        check=True,
        capture_output=True,
    )


def made_by_ffmpeg(suffix: str, *arguments: str) -> bytes:
    """A sound or film that ffmpeg draws itself."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"x{suffix}"
        ffmpeg(*arguments, out)
        return out.read_bytes()


_SPEECH = ("-f", "lavfi", "-i", "anoisesrc=d=6:c=pink:a=0.1:r=44100:seed=1")
_FILM = ("-f", "lavfi", "-i", "testsrc2=s=640x480:r=25:d=4")
_AND_SOUND = ("-f", "lavfi", "-i", "sine=frequency=300:duration=4", "-shortest")
_X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac")
_VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")

PICTURES: Mapping[str, Callable[[], bytes]] = {
    ".jpg": partial(picture, "JPEG", quality=92),
    ".png": partial(picture, "PNG"),
    ".webp": partial(picture, "WEBP", quality=90),
    ".gif": partial(picture, "GIF"),
    ".tiff": partial(picture, "TIFF"),
    ".avif": partial(picture, "AVIF", quality=80),
}
SOUNDS: Mapping[str, Callable[[], bytes]] = {
    ".wav": partial(made_by_ffmpeg, ".wav", *_SPEECH),
    ".mp3": partial(made_by_ffmpeg, ".mp3", *_SPEECH, "-b:a", "128k"),
    ".flac": partial(made_by_ffmpeg, ".flac", *_SPEECH),
    ".ogg": partial(made_by_ffmpeg, ".ogg", *_SPEECH, "-c:a", "libopus"),
    ".m4a": partial(made_by_ffmpeg, ".m4a", *_SPEECH, "-c:a", "aac"),
}
FILMS: Mapping[str, Callable[[], bytes]] = {
    ".mp4": partial(made_by_ffmpeg, ".mp4", *_FILM, *_AND_SOUND, *_X264),
    ".mov": partial(made_by_ffmpeg, ".mov", *_FILM, *_AND_SOUND, *_X264),
    ".mkv": partial(made_by_ffmpeg, ".mkv", *_FILM, *_AND_SOUND, *_X264),
    ".webm": partial(made_by_ffmpeg, ".webm", *_FILM, *_AND_SOUND, *_VP9),
}


def document(kind: str) -> bytes:
    """A page or a table of a few words, by the program that most use for it."""
    out = BytesIO()
    if kind == "docx":
        page = docx.Document()
        page.add_paragraph("海是蓝的。The sea is blue.")
        page.save(out)
    elif kind == "pptx":
        slides = pptx.Presentation()
        slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "海"
        slides.save(out)
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        book.active["A1"] = "海"
        book.save(out)
    else:
        writer = pypdf.PdfWriter()
        writer.add_blank_page(300, 300)
        writer.write(out)
    return out.getvalue()


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    ".pdf": partial(document, "pdf"),
    ".docx": partial(document, "docx"),
    ".xlsx": partial(document, "xlsx"),
    ".pptx": partial(document, "pptx"),
    ".md": "# 海\n\n海是蓝的。\n".encode,
    ".html": "<!doctype html><title>海</title><p>海是蓝的。".encode,
}

# -- what is done to them -------------------------------------------------------------------------


def _image(change: Callable[[Image.Image], Image.Image], **how: Any) -> Treat:
    def treat(source: Path, target: Path) -> None:
        with Image.open(source) as opened:
            changed = change(next(ImageSequence.Iterator(opened)).convert("RGB"))
        changed.save(target, **how)

    return treat


def _film(*arguments: str) -> Treat:
    def treat(source: Path, target: Path) -> None:
        ffmpeg("-i", source, *arguments, target)

    return treat


def _stripped(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-all=", str(target)],
        check=True,
        capture_output=True,
    )


def _same(one: Image.Image) -> Image.Image:
    return one


def _half(one: Image.Image) -> Image.Image:
    return one.resize((one.width // 2, one.height // 2), Image.Resampling.LANCZOS)


def _phone(one: Image.Image) -> Image.Image:
    return one.resize((480, 480 * one.height // one.width), Image.Resampling.LANCZOS)


def _cut_top(one: Image.Image) -> Image.Image:
    return one.crop((0, one.height // 5, one.width, one.height))


def _cut_bottom(one: Image.Image) -> Image.Image:
    return one.crop((0, 0, one.width, one.height * 4 // 5))


OF_PICTURES = (
    Treatment("saved again", _image(_same)),
    Treatment("metadata removed (exiftool)", _stripped),
    Treatment("to JPEG, quality 60", _image(_same, quality=60), ".jpg"),
    Treatment("to PNG (a screenshot)", _image(_same), ".png"),
    Treatment("half as large, JPEG", _image(_half, quality=80), ".jpg"),
    Treatment("480 pixels wide, JPEG 50", _image(_phone, quality=50), ".jpg"),
    Treatment("upper fifth cut off", _image(_cut_top), ".png"),
    Treatment("lower fifth cut off", _image(_cut_bottom), ".png"),
)
OF_SOUNDS = (
    Treatment("copied by ffmpeg, same format", _film("-c", "copy")),
    Treatment("metadata removed by ffmpeg", _film("-c", "copy", "-map_metadata", "-1")),
    Treatment("to MP3, 64 kbit/s", _film("-b:a", "64k"), ".mp3"),
    Treatment("to WAV", _film(), ".wav"),
    Treatment("8 kHz, mono, WAV (a telephone)", _film("-ar", "8000", "-ac", "1"), ".wav"),
    Treatment("first three seconds cut off", _film("-ss", "3"), ".wav"),
)
OF_FILMS = (
    Treatment("copied by ffmpeg, same format", _film("-c", "copy")),
    Treatment(
        "copied, -movflags use_metadata_tags",
        _film("-c", "copy", "-movflags", "use_metadata_tags"),
        ".mp4",
    ),
    Treatment("to MKV, packets copied", _film("-c", "copy"), ".mkv"),
    Treatment("encoded anew, crf 32", _film("-c:v", "libx264", "-crf", "32"), ".mp4"),
    Treatment("240 lines, crf 30", _film("-vf", "scale=-2:240", "-crf", "30"), ".mp4"),
    Treatment("first three seconds cut off", _film("-ss", "3"), ".mp4"),
)


def _opened_and_saved(source: Path, target: Path) -> None:
    """By the library that most programs use for this format."""
    if source.suffix == ".pdf":
        pypdf.PdfWriter(clone_from=source).write(target)
    elif source.suffix == ".docx":
        docx.Document(str(source)).save(str(target))
    elif source.suffix == ".pptx":
        pptx.Presentation(str(source)).save(str(target))
    elif source.suffix == ".xlsx":
        openpyxl.load_workbook(source).save(target)
    else:
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")


def _pages_copied(source: Path, target: Path) -> None:
    """Page by page into a new file, as tools that join and split do."""
    if source.suffix != ".pdf":
        raise ValueError("it has no pages")
    writer = pypdf.PdfWriter()
    for page in pypdf.PdfReader(source).pages:
        writer.add_page(page)
    writer.write(target)


def _words_only(source: Path, target: Path) -> None:
    """What is left when somebody copies the words."""
    target.write_text(_text_of(source), encoding="utf-8")


def _text_of(file: Path) -> str:
    """What people read, by other programs than ours."""
    if file.suffix == ".docx":
        return "\n".join(one.text for one in docx.Document(str(file)).paragraphs)
    if file.suffix == ".pptx":
        shapes = (one for slide in pptx.Presentation(str(file)).slides for one in slide.shapes)
        return "\n".join(one.text_frame.text for one in shapes if one.has_text_frame)
    if file.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(file).worksheets
        cells = (one for sheet in sheets for row in sheet.iter_rows() for one in row)
        return "\n".join(str(one.value) for one in cells if one.value is not None)
    if file.suffix == ".pdf":
        return "\n".join(one.extract_text() for one in pypdf.PdfReader(file).pages)
    if file.suffix == ".md":
        return file.read_text(encoding="utf-8").partition("\n---\n")[2]
    if file.suffix == ".txt":
        return file.read_text(encoding="utf-8")
    raise ValueError("this needs a program that shows it")


def _by_libreoffice(source: Path, target: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        raise OSError("LibreOffice is not installed")
    if source.suffix not in {".docx", ".xlsx", ".pptx"}:
        raise ValueError("it opens others as drawings or pages")
    kind = target.suffix[1:]
    out = target.parent / target.stem
    subprocess.run(
        [office, "--headless", "--convert-to", kind, "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
    )
    shutil.move(out / f"{source.stem}{target.suffix}", target)


OF_DOCUMENTS = (
    Treatment("opened and saved (pypdf, python-docx, openpyxl, python-pptx)", _opened_and_saved),
    Treatment("metadata removed (exiftool)", _stripped),
    Treatment("pages copied into a new file (pypdf)", _pages_copied),
    Treatment("opened and saved by LibreOffice", _by_libreoffice),
    Treatment("made a PDF by LibreOffice", _by_libreoffice, ".pdf"),
    Treatment("words copied", _words_only, ".txt"),
)

# -- what is left ---------------------------------------------------------------------------------


def _implicit(file: Path) -> bool:
    return [one.label for one in read(file).labels] == [LABEL]


def _grey(one: Image.Image) -> Grey:
    return np.asarray(one.convert("L"), dtype=np.float64)


def _agree(words: Grey, shown: Image.Image, box: Box, width: int) -> bool:
    """Whether the words stand where they stood, on a picture that was made larger or smaller."""
    scale = shown.width / width
    place = Box(*(round(one * scale) for one in box))
    if place.bottom > shown.height or place.right > shown.width:
        return False
    size = (box[2] - box[0], box[3] - box[1])
    found = _grey(shown.crop(place).resize(size, Image.Resampling.BICUBIC))
    return float(np.corrcoef(words.ravel(), found.ravel())[0, 1]) >= ALIKE


def _first_picture(file: Path) -> Image.Image:
    if file.suffix not in FILMS:
        with Image.open(file) as opened:
            return next(ImageSequence.Iterator(opened)).convert("RGB")
    out = file.with_suffix(".first.png")
    ffmpeg("-i", file, "-frames:v", "1", out)
    with Image.open(out) as opened:
        return opened.convert("RGB")


def _heard(file: Path) -> bool:
    out = file.with_suffix(".heard.wav")
    ffmpeg("-i", file, "-c:a", "pcm_s16le", out)
    return heard_in(out.read_bytes()) is not None


def _seen(original: Path, box: Box, file: Path, top: int) -> bool:
    before = _first_picture(original)
    words = _grey(before.crop(box))
    left, upper, right, lower = box
    return _agree(
        words, _first_picture(file), Box(left, upper - top, right, lower - top), before.width
    )


def rows(
    samples: Mapping[str, Callable[[], bytes]], treatments: tuple[Treatment, ...], folder: Path
) -> Iterator[tuple[str, list[tuple[str, Kept | None]]]]:
    """For each treatment what is left in each format; None where it could not be done."""
    marked = {suffix: _marked(suffix, make(), folder) for suffix, make in samples.items()}
    for number, one in enumerate(treatments):
        yield (
            one.name,
            [
                (suffix, _left(one, labelled, folder / f"{suffix[1:]}-{number}"))
                for suffix, labelled in marked.items()
            ],
        )


def _marked(suffix: str, data: bytes, folder: Path) -> Labelled:
    """The sample with both labels, or with the implicit one where none can be drawn."""
    try:
        done = mark(data, LABEL, WORDS, name=f"x{suffix}", watermark=suffix in PICTURES)
    except GuijuError:
        done = mark(data, LABEL, name=f"x{suffix}")
    file = folder / f"labelled{suffix}"
    file.write_bytes(done.data)
    shown = done.shown
    box = None if shown is None or isinstance(shown, Heard) else shown.box
    return Labelled(
        file,
        box,
        heard=isinstance(shown, Heard),
        hidden=done.hidden is not None,
        words=suffix in DOCUMENTS and read(file).explicit is not None,
    )


def _left(one: Treatment, labelled: Labelled, stem: Path) -> Kept | None:
    original, box = labelled.file, labelled.box
    target = stem.with_suffix(one.suffix or original.suffix)
    try:
        one.treat(original, target)
        implicit = _implicit(target)
    except (subprocess.CalledProcessError, OSError, ValueError, GuijuError):
        return None
    if labelled.words:
        return Kept(implicit, _words_left(target))
    if box is None:
        return Kept(implicit, _heard(target) if labelled.heard else None)
    top = 960 // 5 if one.treat is OF_PICTURES[6].treat else 0
    hidden = _hidden(target) if labelled.hidden else None
    return Kept(implicit, _seen(original, box, target, top), hidden)


def _words_left(file: Path) -> bool:
    """Whether people still read the label: by another program, of pages by our reader."""
    if file.suffix in {".html", ".md"}:
        return read(file).explicit is not None
    text = _text_of(file)
    return WORDS.zh in text or WORDS.en in text


def _hidden(file: Path) -> bool:
    seen = look(file.read_bytes())
    return seen is not None and seen.mark == mark_of(LABEL.produce_id)


# -- the page -------------------------------------------------------------------------------------

HEAD = """\
# What survives

Labels in a file are metadata and pixels, and both can be lost without anybody meaning to. This
page is made by `python bench/survival.py` from files of our own: each is labelled, handled as
people and platforms handle files, and looked at again. The first sign is the implicit label, read
as it was written; the second what people perceive: the words, if they still agree with what stood
there (correlation at least 0.7), the rhythm, if it is heard, or the words of a document. The third,
of pictures, is the watermark, if its number is read ([watermark.md](watermark.md) has more).

● stays · ○ lost · – this tool cannot do that with this format

The absence of a label never shows that something was not generated. What was delivered under a
number stands in the ledger whatever becomes of the file.
"""


_SIGNS = {True: "●", False: "○", None: "–"}


def _cell(kept: Kept | None) -> str:
    return "–" if kept is None else f"{_SIGNS[kept.implicit]} {_SIGNS[kept.explicit]}"


def _cell_of_picture(kept: Kept | None) -> str:
    return "–" if kept is None else f"{_cell(kept)} {_SIGNS[kept.watermark]}"


def table(
    title: str,
    found: list[tuple[str, list[tuple[str, Kept | None]]]],
    cell: Callable[[Kept | None], str] = _cell,
) -> str:
    """One medium as a table of Markdown."""
    names = [suffix[1:].upper() for suffix, _ in found[0][1]]
    lines = [f"## {title}", "", f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name, cells in found:
        lines.append(f"| {name} | {' | '.join(cell(kept) for _, kept in cells)} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print the tables, write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [
            table("Pictures", list(rows(PICTURES, OF_PICTURES, folder)), _cell_of_picture),
            table("Sound", list(rows(SOUNDS, OF_SOUNDS, folder))),
            table("Films", list(rows(FILMS, OF_FILMS, folder))),
            table("Documents", list(rows(DOCUMENTS, OF_DOCUMENTS, folder))),
        ]
    page = "\n".join([HEAD, *parts]).rstrip("\n") + "\n"
    print(page)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
