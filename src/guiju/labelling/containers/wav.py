# SPDX-License-Identifier: Apache-2.0
"""WAV and RF64: a chunk AIGC of its own (rule carriers.wav.place).

It stands behind the samples, so that none of them moves. Where the file does not say how long they
are, as speech services write into streams, it stands before them: behind them nothing would be told
from sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers import id3, riff, xmp
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import (
    LARGEST_LABEL,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    number,
    spliced,
    with_faults,
)

PLACE = "AIGC chunk"
_FORMS = (b"RIFF", b"RF64", b"BW64")
_ID3 = frozenset({b"id3 ", b"ID3 "})
UNKNOWN = 0x7FFF_0000
"""So many bytes and more say, in a smaller file, that its writer did not know the end."""


@dataclass(frozen=True, slots=True)
class Wave:
    """The frame of a WAV file: its chunks, its samples among them, and where it ends.

    `endless` samples do not say their length and go on to the end. `size` is where the file's size
    stands, as a number of `width` bytes, and `told` is it; 0: it is not known.
    """

    chunks: tuple[riff.Chunk, ...]
    samples: riff.Chunk
    end: int
    endless: bool
    size: int
    width: int
    told: int


def parsed(data: bytes) -> Wave:
    """The frame of `data`; raises StopsError."""
    long = data[:4] != b"RIFF"
    if long and data[12:16] != b"ds64":
        raise StopsError("broken")
    size, width = (20, 8) if long else (4, 4)
    told = number(data, size, width, "little")
    known = 0 < told < (UNKNOWN if not long else 1 << 63)
    end = min(8 + told, len(data)) if known else len(data)
    found: list[riff.Chunk] = []
    samples, endless = None, False
    at, budget = riff.LIST, Budget()
    while at + riff.HEAD <= end:
        budget.part()
        one = riff.header(data, at)
        if one.name == b"data":
            one, endless = _samples(data, one, end, known=known, long=long)
            samples, end = one, len(data) if endless else end
        if one.end > end:
            raise StopsError("truncated")
        found.append(one)
        at = one.next
    if samples is None:
        raise StopsError("broken")
    return Wave(tuple(found), samples, end, endless, size, width, told if known else 0)


def _samples(
    data: bytes, one: riff.Chunk, end: int, *, known: bool, long: bool
) -> tuple[riff.Chunk, bool]:
    """The chunk of samples with its true size, and whether it did not say that."""
    if long and one.size == riff.LARGEST:
        one = one._replace(size=number(data, 28, 8, "little"))
    nothing = one.size == 0 and (not known or one.end == end) and one.end < len(data)
    if nothing or (one.size >= UNKNOWN and one.end > len(data)):
        return one._replace(size=len(data) - one.body), True
    return one, False


def _sniff(head: bytes) -> bool:
    return head[:4] in _FORMS and head[8:12] == b"WAVE"


def _read(data: bytes) -> Contents:
    return collected(_labels(data))


def _labels(data: bytes) -> Iterator[Found | Unread]:
    wave, budget = parsed(data), Budget()
    for one in wave.chunks:
        if one.name.upper() == riff.KEY:
            yield Found(PLACE, riff.text_of(data, one))
        else:
            yield from _elsewhere(data, one, budget)
    yield from behind_the_end(data, wave.end + wave.end % 2)


def _elsewhere(data: bytes, one: riff.Chunk, budget: Budget) -> Iterator[Found | Unread]:
    """Labels where the guide does not put them."""
    if riff.is_info(data, one):
        for child in riff.info_labels(data, one, budget):
            yield Found(riff.PLACE, riff.text_of(data, child), (f"place:{riff.PLACE}",))
    elif one.name in _ID3:
        for text in _tag(data, one).labels:
            yield Found(id3.PLACE, text, (f"place:{id3.PLACE}",))
    elif one.name == b"bext":
        yield from in_text("bext", data[one.body : min(one.end, one.body + LARGEST_LABEL)])
    elif one.name == b"_PMX":
        yield from with_faults(xmp.labels(data[one.body : one.end]), ("place:XMP",))


def _write(data: bytes, text: str) -> bytes:
    wave = parsed(data)
    new = riff.chunk(riff.KEY, text.encode("ascii"))
    own = [one for one in wave.chunks if one.name.upper() == riff.KEY]
    edits = [edit for one in wave.chunks for edit in _taken_out(data, one)]
    edits += [(one.start, min(one.next, wave.end), b"") for one in own[1:]]
    edits.append((own[0].start, min(own[0].next, wave.end), new) if own else _added(wave, new))
    return spliced(data, [*edits, *_sizes(wave, edits)])


def _added(wave: Wave, new: bytes) -> Edit:
    """The label as a chunk of its own: behind all others, or before samples without an end."""
    last = wave.chunks[-1]
    if wave.endless:
        return wave.samples.start, wave.samples.start, new
    if last.next > wave.end:
        # The last chunk is of odd size and lacks its byte.
        return last.end, last.end, b"\0" + new
    return last.next, last.next, new


def _sizes(wave: Wave, edits: list[Edit]) -> Iterator[Edit]:
    """The size of the whole, if the file tells one."""
    if not wave.told:
        return
    growth = sum(len(new) - (end - start) for start, end, new in edits)
    size = (wave.told if wave.endless else wave.end - riff.HEAD) + growth
    if size >= 1 << 8 * wave.width:
        raise not_writable_here("WAV 文件将超过 4 GiB", "a WAV file cannot be larger than 4 GiB")
    yield wave.size, wave.size + wave.width, size.to_bytes(wave.width, "little")


def _taken_out(data: bytes, one: riff.Chunk) -> Iterator[Edit]:
    """What takes the labels out of a chunk where the guide does not put them."""
    if riff.is_info(data, one):
        yield from riff.info_without_labels(data, one)
    elif one.name in _ID3 and any((tag := _tag(data, one)).labels):
        content = id3.rewritten(tag, None) + data[one.body + tag.end : one.end]
        yield one.start, one.next, riff.chunk(one.name, content)


def _tag(data: bytes, one: riff.Chunk) -> id3.Tag:
    tag = id3.tag_at(data[one.body : one.end], 0)
    if tag is None:
        raise StopsError("broken")
    return tag


WAV = Container(
    "wav",
    Medium.AUDIO,
    (".wav", ".wave", ".bwf"),
    "audio/wav",
    sniff=_sniff,
    read=_read,
    write=_write,
)
