# SPDX-License-Identifier: Apache-2.0
"""MP4, M4A and QuickTime: the fact AIGC in moov.udta.meta (rule carriers.mp4.place).

All places that the file writes down follow when the film's index before the samples grows; the
samples themselves stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import mp4_meta, xmp
from guiju.labelling.containers.boxes import Box, box, boxes, inside, resized
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import (
    LARGEST_LABEL,
    LARGEST_XMP,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.mp4_offsets import following
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    moved_by,
    spliced,
    with_faults,
)

_PLACE = "moov.udta.meta"
_KEY = b"AIGC"
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MOST = 500_000  # boxes: a film in fragments has four and more for each second
_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_PICTURES = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
    | {b"crx ", b"jp2 ", b"jxl "}
)
_SOUND = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A "})


def _brand(head: bytes) -> bytes | None:
    """What the file says it is; empty: a film of QuickTime that does not say; None: no film."""
    kind = head[4:8]
    if kind == b"ftyp":
        return None if head[8:12] in _PICTURES else head[8:12]
    return b"" if kind in _QUICKTIME else None


def _sniff_mp4(head: bytes) -> bool:
    return _brand(head) not in {None, b"", b"qt  ", *_SOUND}


def _sniff_m4a(head: bytes) -> bool:
    return _brand(head) in _SOUND


def _sniff_mov(head: bytes) -> bool:
    return _brand(head) in {b"", b"qt  "}


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget, end, films = Budget(_MOST), 0, 0
    for one in boxes(data, 0, len(data), budget):
        end = one.end
        if one.kind == b"moov":
            films += 1
            yield from with_faults(_film(data, one, budget), ("repeated:moov",) * (films > 1))
        elif one.kind == b"meta":
            found = mp4_meta.labels("meta", mp4_meta.meta(data, one, budget))
            yield from with_faults(found, ("place:meta",))
        else:
            yield from _loose(data, one, budget)
    if not films:
        yield Unread("broken")
    yield from behind_the_end(data, end)


def _film(data: bytes, film: Box, budget: Budget) -> Iterator[Found | Unread]:
    """The labels in the index of a film and of its tracks."""
    for one in inside(data, film, budget):
        if one.kind == b"udta":
            yield from _user_data(data, one, _PLACE, budget)
        elif one.kind == b"meta":
            yield from mp4_meta.labels("moov.meta", mp4_meta.meta(data, one, budget))
        elif one.kind == b"trak":
            yield from with_faults(_track(data, one, budget), ("place:track",))
        elif one.kind == b"cmov":
            yield Unread("unsupported:cmov")
        else:
            yield from _loose(data, one, budget)


def _track(data: bytes, track: Box, budget: Budget) -> Iterator[Found | Unread]:
    for one in inside(data, track, budget):
        if one.kind == b"udta":
            yield from _user_data(data, one, "trak.udta.meta", budget)
        elif one.kind == b"meta":
            yield from mp4_meta.labels("trak.meta", mp4_meta.meta(data, one, budget))


def _user_data(data: bytes, one: Box, where: str, budget: Budget) -> Iterator[Found | Unread]:
    for part in inside(data, one, budget):
        if part.kind == b"meta":
            yield from mp4_meta.labels(where, mp4_meta.meta(data, part, budget))
        else:
            yield from _loose(data, part, budget)
            if part.kind.startswith(b"\xa9"):
                yield from in_text(
                    "udta", data[part.body : min(part.end, part.body + LARGEST_LABEL)]
                )


def _loose(data: bytes, one: Box, budget: Budget) -> Iterator[Found | Unread]:
    """A label as a box of its own, or in a packet of XMP."""
    if one.kind == _KEY:
        content = data[one.body : min(one.end, one.body + LARGEST_LABEL)].strip(b"\0")
        yield Found("AIGC box", content.decode("utf-8", "replace"), ("place:AIGC box",))
    elif one.kind == b"uuid" and data[one.body : one.body + 16] == _XMP:
        budget.spend(one.size)
        packet = data[one.body + 16 : min(one.end, one.body + 17 + LARGEST_XMP)]
        yield from with_faults(xmp.labels(packet), ("place:XMP",))
    elif one.kind == b"XMP_":
        budget.spend(one.size)
        yield from with_faults(xmp.labels(data[one.body : one.end]), ("place:XMP",))


def _write(data: bytes, text: str) -> bytes:
    budget = Budget(_MOST)
    top = list(boxes(data, 0, len(data), budget))
    films = [one for one in top if one.kind == b"moov"]
    if len(films) != 1:
        raise StopsError("broken")
    edits = list(_film_edits(data, films[0], text, budget))
    edits += [edit for one in top for edit in _loose_edits(data, one, budget)]
    moved = moved_by(edits)
    return spliced(data, [*edits, *following(data, top, moved, budget)])


def _film_edits(data: bytes, film: Box, text: str, budget: Budget) -> Iterator[Edit]:
    parts = list(inside(data, film, budget))
    if any(one.kind == b"cmov" for one in parts):
        raise not_writable_here("影片索引经过压缩", "the index of the film is packed")
    inner = [edit for one in parts for edit in _loose_edits(data, one, budget)]
    users = [one for one in parts if one.kind == b"udta"]
    if users:
        new = _with_label(data, users[0], text, budget)
        inner.append((users[0].start, users[0].end, new))
    else:
        end = parts[-1].end if parts else film.end
        inner.append((end, end, box(b"udta", mp4_meta.new_meta(text))))
    growth = sum(len(new) - (end - start) for start, end, new in inner)
    yield film.start, film.body, resized(data, film, film.size + growth)
    yield from inner


def _with_label(data: bytes, user: Box, text: str, budget: Budget) -> bytes:
    """The box of user data with `text` in its list of facts; a list of iTunes stays beside it."""
    label: str | None = text
    content: list[bytes] = []
    end = user.body
    for part in inside(data, user, budget):
        end = part.end
        if part.kind == b"meta":
            one = mp4_meta.meta(data, part, budget)
            own = label if mp4_meta.takes_a_label(one) else None
            label = None if own else label
            content.append(mp4_meta.rewritten(data, one, own))
        elif part.kind != _KEY:
            content.append(data[part.start : part.end])
    if label:
        content.append(mp4_meta.new_meta(label))
    # Behind the last part QuickTime has four zeros.
    return box(b"udta", *content, data[end : user.end])


def _loose_edits(data: bytes, one: Box, budget: Budget) -> Iterator[Edit]:
    """What takes a label out of where the guide does not put it."""
    if one.kind == _KEY:
        yield one.start, one.end, b""
    elif one.kind == b"meta":
        facts = mp4_meta.meta(data, one, budget)
        if any(item.is_label for item in facts.items):
            yield one.start, one.end, mp4_meta.rewritten(data, facts, None)
    elif one.kind == b"uuid" and any(_loose(data, one, budget)):
        packet = xmp.without_label(data[one.body + len(_XMP) : one.end])
        yield one.start, one.end, box(one.kind, _XMP, packet)


MP4 = Container(
    "mp4", Medium.VIDEO, (".mp4", ".m4v"), "video/mp4", sniff=_sniff_mp4, read=_read, write=_write
)
M4A = Container(
    "m4a", Medium.AUDIO, (".m4a", ".m4b"), "audio/mp4", sniff=_sniff_m4a, read=_read, write=_write
)
MOV = Container(
    "mov",
    Medium.VIDEO,
    (".mov", ".qt"),
    "video/quicktime",
    sniff=_sniff_mov,
    read=_read,
    write=_write,
)
