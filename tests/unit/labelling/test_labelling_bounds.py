# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import pytest
from tests.unit.labelling.samples import PARTS, chunk, gif, jpeg, office, png, segment, webp

from guiju.labelling import LabelVerdict, check

# Each would take minutes and more if a step were paid for twice.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "blanks behind the word": lambda: png(behind=b"AIGC" + b" " * 2**20),
    "a thousand bombs": lambda: png(
        *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000)))] * 1000
    ),
    "twenty thousand scans": lambda: jpeg(
        *[segment(0xDA, b"") + b"\0" * 40 for _ in range(20_000)]
    ),
    "thousands of pictures": lambda: jpeg(behind=b"\xff\xd8\xff\xd9" * 20_000),
    "portions of a byte": lambda: jpeg(
        *[
            segment(
                0xE1,
                b"http://ns.adobe.com/xmp/extension/\0"
                + b"0" * 32
                + (30_000).to_bytes(4, "big")
                + at.to_bytes(4, "big")
                + b"x",
            )
            for at in range(30_000)
        ]
    ),
    "fill bytes": lambda: jpeg(b"\xff" * 200_000),
    "deep XML": lambda: webp(_xmp(b"<a>" * 100_000)),
    "a million attributes": lambda: webp(_xmp(b"<a " + b"b='' " * 100_000 + b"/>")),
    "a tag without an end": lambda: webp(_xmp(b"<a AIGC='" + b"x" * 900_000)),
    "thousands of labels": lambda: webp(_xmp(b"<r>" + b"<AIGC/>" * 100_000 + b"</r>")),
    "nothing but sub-blocks": lambda: gif(b"\x21\xfe" + b"\1x" * 300_000 + b"\0"),
    "headers of a document": lambda: _with_headers(60, 200_000),
    "elements of a document": lambda: _with_headers(1, 10, "<w:r/>" * 600_000),
    "braces": lambda: png(chunk(b"tEXt", b"Comment\0" + b"AIGC{" * 200_000)),
}


def _xmp(data: bytes) -> bytes:
    return b"XMP " + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _with_headers(count: int, size: int, inside: str = "") -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = '<Relationship Id="r{0}" Type="{1}/{2}" Target="{3}"/>'
    listed = "".join(relation.format(one, kind, "header", f"h{one}.xml") for one in range(count))
    part = "<w:hdr xmlns:w='urn:w'>" + "<w:p/>" * (size // 6) + "</w:hdr>"
    root = relation.format(1, kind, "officeDocument", "word/document.xml")
    return office(
        {
            **PARTS,
            "_rels/.rels": PARTS["_rels/.rels"].replace("</", f"{root}</"),
            "word/document.xml": f"<w:document xmlns:w='urn:w'>{inside}</w:document>",
            "word/_rels/document.xml.rels": PARTS["_rels/.rels"].replace("</", f"{listed}</"),
            **{f"word/h{one}.xml": part for one in range(count)},
        }
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_no_more_than_its_size(name: str) -> None:
    """Quadratic steps would show here: a verdict within seconds of processor time."""
    data = HOSTILE[name]()
    began = time.process_time()
    assert check(data).verdict in list(LabelVerdict)
    assert time.process_time() - began < 5
