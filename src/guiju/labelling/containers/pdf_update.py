# SPDX-License-Identifier: Apache-2.0
"""Incremental updates: further objects behind a PDF, and where they stand (ISO 32000-2, 7.5.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guiju.labelling.containers.pdf_objects import Reference
from guiju.labelling.containers.pdf_xref import Index

_KEPT = (b"/Root", b"/ID")
_ROW = b"\1%s%s"  # in a stream of addresses: stands here, where, generation


def updated(
    data: bytes,
    found: Index,
    objects: Mapping[Reference, bytes],
    size: int,
    info: Reference | None,
) -> bytes:
    """The file, these objects behind it, and where they stand.

    `size`: one more than the highest number that is taken, with these objects; `info`: where the
    document's information is.
    """
    gap = b"" if data.endswith((b"\n", b"\r")) else b"\n"
    at = len(data) + len(gap)
    pieces, places = [data, gap], dict[Reference, int]()
    for number, body in sorted(objects.items()):
        piece = b"%d %d obj\n%s\nendobj\n" % (*number, body)
        places[number] = at
        pieces.append(piece)
        at += len(piece)
    told = b"\n" + b"".join(_trailer(found, info))
    if found.is_stream:
        table = _stream_table(b"%s/Prev %d\n" % (told, found.start), places, size, at)
    else:
        rows = b"".join(_rows(places))
        table = b"xref\n%strailer\n<<%s/Size %d\n/Prev %d\n>>\n" % (rows, told, size, found.start)
    return b"".join((*pieces, table, b"startxref\n%d\n%%%%EOF\n" % at))


def _trailer(found: Index, info: Reference | None) -> Iterator[bytes]:
    """What the trailer says as before, and where the information is."""
    for name in _KEPT:
        if name in found.trailer:
            yield b"%s %s\n" % (name, found.trailer[name])
    if info is not None:
        yield b"/Info %d %d R\n" % info


def _rows(places: Mapping[Reference, int]) -> Iterator[bytes]:
    """The addresses as text, in runs of numbers that follow each other."""
    for run in _runs(list(places)):
        yield b"%d %d\n" % (run[0].number, len(run))
        for one in run:
            yield b"%010d %05d n \n" % (places[one], one.generation)


def _runs(numbers: list[Reference]) -> Iterator[list[Reference]]:
    run: list[Reference] = []
    for one in numbers:
        if run and one.number != run[-1].number + 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _stream_table(told: bytes, places: Mapping[Reference, int], size: int, where: int) -> bytes:
    """The addresses as a stream, as the file has them; it lists itself as well."""
    listed = {**places, Reference(size, 0): where}
    rows = b"".join(
        _ROW % (at.to_bytes(5, "big"), one.generation.to_bytes(2, "big"))
        for one, at in listed.items()
    )
    runs = b" ".join(b"%d %d" % (run[0].number, len(run)) for run in _runs(list(listed)))
    about = b"/Type /XRef\n%s/Size %d\n/W [1 5 2]\n/Index [%s]\n/Length %d\n" % (
        told,
        size + 1,
        runs,
        len(rows),
    )
    return b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (size, about, rows)
