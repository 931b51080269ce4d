# SPDX-License-Identifier: Apache-2.0
"""Attachments: what they are by their bytes, within limits; their names are never looked at.

Pictures are decoded once within the limits of screening, so that nothing is kept that cannot be
shown. Nothing here is ever served as a page.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from guiju.complaints import refusing
from guiju.complaints.model import Attached
from guiju.screening import images

MOST = 3
MOST_BYTES = 5 * 2**20
KINDS = ("png", "jpeg", "gif", "webp", "pdf", "txt")
_PICTURES = frozenset(KINDS[:4])
_LIMITS = images.Limits(bytes=MOST_BYTES)
# A picture of 25 million pixels takes a lot of memory: a few at once, however many come.
_TURNS = threading.BoundedSemaphore(2)
_TEXT_SIGNS = frozenset("\t\n\r\f")


def read(files: Iterable[bytes]) -> tuple[Attached, ...]:
    """The files that were chosen, looked at; empty ones were not chosen.

    Raises:
        Invalid: `attachments-too-many`, `attachment-too-large` (413), `attachment-kind`, or as
            pictures that are too large or broken.
    """
    given = [one for one in files if one]
    if len(given) > MOST:
        raise refusing.attachments_too_many(MOST)
    return tuple(_read(at, one) for at, one in enumerate(given, 1))


def _read(ordinal: int, data: bytes) -> Attached:
    if len(data) > MOST_BYTES:
        raise refusing.attachment_too_large(ordinal, MOST_BYTES >> 20)
    kind = _kind(data)
    if kind is None:
        raise refusing.attachment_kind(ordinal, KINDS)
    if kind in _PICTURES:
        with _TURNS:
            images.hashed(data, _LIMITS)
    return Attached(kind, data)


def _kind(data: bytes) -> str | None:
    picture = images.sniff(data)
    if picture is not None:
        return picture.value if picture.value in _PICTURES else None
    if data.startswith(b"%PDF-"):
        return "pdf"
    return "txt" if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(one.isprintable() or one in _TEXT_SIGNS or one == "\u3000" for one in text)
