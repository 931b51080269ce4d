# SPDX-License-Identifier: Apache-2.0
"""Small sound files, made up byte by byte: what stands around the samples is real, they are not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from guiju.labelling.containers.ogg_pages import checked

SOUND = bytes(range(1, 49))


def syncsafe(size: int) -> bytes:
    """A size as ID3 writes it."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3_frame(name: bytes, content: bytes, *, version: int = 4, flags: int = 0) -> bytes:
    """One frame of version 2.3 or 2.4."""
    size = syncsafe(len(content)) if version == 4 else struct.pack(">I", len(content))
    return name + size + struct.pack(">H", flags) + content


def id3(
    *frames: bytes, version: int = 4, flags: int = 0, padding: int = 0, footer: bool = False
) -> bytes:
    """A tag of these frames."""
    body = b"".join(frames) + bytes(padding)
    head = bytes((version, 0, flags | (0x10 if footer else 0))) + syncsafe(len(body))
    return b"ID3" + head + body + (b"3DI" + head if footer else b"")


def mp3(tag: bytes = b"", behind: bytes = b"") -> bytes:
    """Three frames of 72 bytes: layer III, 8 kbit/s, 8 kHz."""
    return tag + (b"\xff\xe3\x18\xc4" + bytes(68)) * 3 + behind


def aac(tag: bytes = b"") -> bytes:
    """Three frames of ADTS."""
    frame = b"\xff\xf1\x50\x80" + (17 << 5 | 0x1F).to_bytes(2) + b"\xfc" + bytes(10)
    return tag + frame * 3


def riff_chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of RIFF."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(kind: bytes, *chunks: bytes) -> bytes:
    """A file of these chunks."""
    body = kind + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


FORMAT = riff_chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


def wav(*chunks: bytes, before: bytes = b"", sound: bytes = SOUND) -> bytes:
    """PCM of 8 kHz with further chunks before and behind the samples."""
    return riff(b"WAVE", FORMAT, before, riff_chunk(b"data", sound), *chunks)


def rf64(*chunks: bytes) -> bytes:
    """The same with sizes of 64 bits."""
    body = FORMAT + b"data" + b"\xff" * 4 + SOUND + b"".join(chunks)
    sizes = riff_chunk(b"ds64", struct.pack("<QQQI", len(body) + 40, len(SOUND), 24, 0))
    return b"RF64" + b"\xff" * 4 + b"WAVE" + sizes + body


def comments(*items: bytes, rest: bytes = b"") -> bytes:
    """A block of Vorbis comments."""
    sized = b"".join(struct.pack("<I", len(one)) + one for one in (b"x", *items))
    return sized[:5] + struct.pack("<I", len(items)) + sized[5:] + rest


def flac_block(kind: int, content: bytes) -> bytes:
    """One block of metadata that is not the last."""
    return bytes((kind,)) + len(content).to_bytes(3) + content


def flac(*blocks: bytes) -> bytes:
    """A stream with a block of facts and these others."""
    parts = [flac_block(0, bytes(34)), *blocks]
    parts[-1] = bytes((parts[-1][0] | 0x80,)) + parts[-1][1:]
    return b"fLaC" + b"".join(parts) + SOUND


def ogg_page(
    laces: Sequence[int], body: bytes, number: int, *, flags: int = 0, serial: int = 7, at: int = 0
) -> bytes:
    """One page with its check sum."""
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, at, serial, number, 0, len(laces))
    return checked(head + bytes(laces) + body)


def opus(
    tags: bytes = b"OpusTags" + comments(), *, serial: int = 7, sounds: Sequence[bytes] = (SOUND,)
) -> bytes:
    """A stream of Opus: its head, its tags on as many pages as they need, its sound."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    pages = [ogg_page([len(head)], head, 0, flags=2, serial=serial)]
    laces = [255] * (len(tags) // 255) + [len(tags) % 255]
    at = 0
    for begin in range(0, len(laces), 255):
        own = laces[begin : begin + 255]
        body = tags[at : at + sum(own)]
        flags = 1 if begin else 0
        pages.append(ogg_page(own, body, len(pages), flags=flags, serial=serial))
        at += sum(own)
    for n, sound in enumerate(sounds, 1):
        last = 4 if n == len(sounds) else 0
        page = ogg_page([len(sound)], sound, len(pages), flags=last, serial=serial, at=n * 960)
        pages.append(page)
    return b"".join(pages)


def packed_frame(content: bytes) -> bytes:
    """A frame TXXX of version 2.4 that is packed."""
    packed = syncsafe(len(content)) + zlib.compress(content)
    return id3_frame(b"TXXX", packed, flags=0x09)


SOUNDS: dict[str, bytes] = {
    "mp3": mp3(),
    "aac": aac(),
    "wav": wav(),
    "flac": flac(),
    "ogg": opus(),
}
