# SPDX-License-Identifier: Apache-2.0
"""MP3 and AAC in ADTS: the frame TXXX named AIGC of an ID3v2 tag (rule carriers.mp3.place).

No guide names a place for ADTS. Its label stands where that of MP3 does, in front of the first
frame, which is where HTTP Live Streaming puts such tags too. ID3v1 and APE tags at the end of a
file are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import id3
from guiju.labelling.containers.loose import in_text
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.mpeg_frames import begins_adts, begins_mp3
from guiju.labelling.containers.walking import Edit, StopsError, collected, spliced

_APE = b"APETAGEX"
_LARGEST_TAIL = 256 * 1024


def _sniff_mp3(head: bytes) -> bool:
    audio = _audio(head)
    # Behind a long tag nothing is seen; nearly always such a tag is that of an MP3.
    return audio is not None and (begins_mp3(audio) or (not audio and head.startswith(b"ID3")))


def _sniff_aac(head: bytes) -> bool:
    return begins_adts(_audio(head) or b"")


def _read(data: bytes) -> Contents:
    return collected(_labels(data))


def _write(data: bytes, text: str) -> bytes:
    tags = list(id3.tags_at_start(data))
    if not tags:
        return id3.new_tag(text) + data
    edits: list[Edit] = [(tags[0].start, tags[0].end, id3.rewritten(tags[0], text))]
    edits += [(one.start, one.end, id3.rewritten(one, None)) for one in tags[1:] if any(one.labels)]
    return spliced(data, edits)


def _labels(data: bytes) -> Iterator[Found | Unread]:
    end = 0
    for tag in id3.tags_at_start(data):
        yield from tag.found
        end = tag.end
    yield from _in_ape(data, end)


def _in_ape(data: bytes, start: int) -> Iterator[Found]:
    """Labels in an APE tag, which stands at the end; none is written there."""
    tail = data[max(start, len(data) - _LARGEST_TAIL) :]
    begin = tail.find(_APE)
    if begin >= 0:
        yield from in_text("APE", tail[begin:].replace(b"\0", b" "))


def _audio(head: bytes) -> bytes | None:
    """What follows the tags; empty if that lies behind `head`, None if there is no such thing."""
    at = 0
    try:
        while head[at : at + 3] == b"ID3":
            at += id3.tag_length(head[at : at + id3.HEAD])
    except StopsError:
        return None
    return head[at:]


MP3 = Container(
    "mp3", Medium.AUDIO, (".mp3",), "audio/mpeg", sniff=_sniff_mp3, read=_read, write=_write
)
AAC = Container(
    "aac", Medium.AUDIO, (".aac",), "audio/aac", sniff=_sniff_aac, read=_read, write=_write
)
