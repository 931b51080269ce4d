# SPDX-License-Identifier: Apache-2.0
"""Every file format there is, and which one given bytes are (Article 12)."""

from __future__ import annotations

from guiju.labelling.containers.avi import AVI
from guiju.labelling.containers.flac import FLAC
from guiju.labelling.containers.flv import FLV
from guiju.labelling.containers.gif import GIF
from guiju.labelling.containers.heif import AVIF, HEIF
from guiju.labelling.containers.html import HTML
from guiju.labelling.containers.jpeg import JPEG
from guiju.labelling.containers.markdown import MARKDOWN
from guiju.labelling.containers.matroska import MKV, WEBM
from guiju.labelling.containers.model import HEAD, Container
from guiju.labelling.containers.mp3 import AAC, MP3
from guiju.labelling.containers.mp4 import M4A, MOV, MP4
from guiju.labelling.containers.ogg import OGG
from guiju.labelling.containers.ooxml import OOXML
from guiju.labelling.containers.pdf import PDF
from guiju.labelling.containers.png import PNG
from guiju.labelling.containers.tiff import TIFF
from guiju.labelling.containers.wav import WAV
from guiju.labelling.containers.webp import WEBP

CONTAINERS: tuple[Container, ...] = (
    PNG,
    JPEG,
    GIF,
    WEBP,
    TIFF,
    AVIF,
    HEIF,
    WAV,
    FLAC,
    OGG,
    MP4,
    M4A,
    MOV,
    MKV,
    WEBM,
    AVI,
    FLV,
    MP3,
    AAC,
    PDF,
    OOXML,
    HTML,
    MARKDOWN,
)
"""In the order in which they are asked; a new format is one line here."""


def container_of(data: bytes, name: str = "") -> Container | None:
    """The format of `data` by its bytes; `name` is asked only where these say nothing."""
    head = _head(data)
    told = next((one for one in CONTAINERS if one.sniff(head)), None)
    if told is not None:
        return told
    suffix = _suffix(name)
    return next((one for one in CONTAINERS if one.by_name and suffix in one.suffixes), None)


def named_otherwise(name: str) -> bool:
    """Whether a text is called as files of another format are."""
    suffix = _suffix(name)
    return any(suffix in one.suffixes and not one.by_name for one in CONTAINERS)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""


def _head(data: bytes) -> bytes:
    """The first bytes; of sound behind a long ID3 tag those behind the tag, with an empty one."""
    at = 0
    for _ in range(_MOST_TAGS):
        if not data.startswith(b"ID3", at) or len(data) < at + _TAG:
            break
        size = 0
        for one in data[at + _TAG - 4 : at + _TAG]:
            size = size << 7 | one & 0x7F
        at += _TAG + size + (_TAG if data[at + _TAG - 5] & _FOOTER else 0)
    if at <= HEAD // 2 or at >= len(data):
        return bytes(data[:HEAD])
    return _EMPTY_TAG + bytes(data[at : at + HEAD - _TAG])


_TAG, _FOOTER, _MOST_TAGS = 10, 0x10, 8
_EMPTY_TAG = b"ID3\x04\0\0\0\0\0\0"
