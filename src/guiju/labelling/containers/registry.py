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
    head = bytes(data[:HEAD])
    told = next((one for one in CONTAINERS if one.sniff(head)), None)
    if told is not None:
        return told
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return next((one for one in CONTAINERS if one.by_name and suffix in one.suffixes), None)
