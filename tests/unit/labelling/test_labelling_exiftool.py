# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.unit.labelling.films import FILMS
from tests.unit.labelling.samples import heif, office, pdf
from tests.unit.labelling.sounds import SOUNDS

from guiju.labelling import first_write, mark

EXIFTOOL = shutil.which("exiftool")
LABEL = first_write("001191110102MAD55U9H0F10002", "a&b<c>'d'(e)")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")


def picture(kind: str, **how: Any) -> Callable[[], bytes]:
    def packed() -> bytes:
        out = io.BytesIO()
        Image.effect_noise((32, 24), 50).convert("RGB").save(out, kind, **how)
        return out.getvalue()

    return packed


FILES: dict[str, Callable[[], bytes]] = {
    "x.png": picture("PNG"),
    "x.jpg": picture("JPEG"),
    "progressive.jpg": picture("JPEG", progressive=True),
    "x.gif": picture("GIF"),
    "x.webp": picture("WEBP"),
    "lossless.webp": picture("WEBP", lossless=True),
    "x.tiff": picture("TIFF"),
    "x.avif": picture("AVIF"),
    "x.heic": heif,
    "x.pdf": pdf,
    "streams.pdf": lambda: pdf(streams=True),
    "x.docx": office,
}


def test_exiftool_sees_the_labels_of_sound_and_films(tmp_path: Path) -> None:
    """In every format in which it has a word for them: it knows no such chunk of WAV and AVI."""
    files = {**SOUNDS, **FILMS}
    for name, data in files.items():
        (tmp_path / f"x.{name}").write_bytes(mark(data, LABEL).data)
    shown = ("-j", "-a", "-validate", "-warning", "-error", "-AIGC", "-UserDefinedText", ".")
    said = subprocess.run(
        [str(EXIFTOOL), *shown], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    for one in json.loads(said.stdout):
        name = Path(one["SourceFile"]).suffix.lstrip(".")
        assert one["Validate"] == "OK"
        found = one.get("AIGC") or one.get("Aigc") or one.get("UserDefinedText", "")
        assert (LABEL.to_json() in found) is (name not in {"wav", "avi", "aac"})
        files.pop(name)
    assert set(files) <= {"aac"}


def test_exiftool_sees_each_label_and_nothing_wrong(tmp_path: Path) -> None:
    """A parser that is not ours finds the same JSON, once, in every format it knows."""
    for name, make in FILES.items():
        (tmp_path / name).write_bytes(mark(make(), LABEL, name=name).data)
    said = subprocess.run(
        [str(EXIFTOOL), "-j", "-a", "-G", "-validate", "-warning", "-error", "-AIGC", "."],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    found = {Path(one["SourceFile"]).name: one for one in json.loads(said.stdout)}
    assert found.keys() == FILES.keys()
    for name, about in found.items():
        labels = [value for key, value in about.items() if key.upper().endswith(":AIGC")]
        read = [one if isinstance(one, dict) else json.loads(one) for one in labels]
        shown = [{key: str(value) for key, value in one.items()} for one in read]
        assert shown == [LABEL.fields], name
        assert not [key for key in about if "Error" in key], name
