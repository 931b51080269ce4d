# SPDX-License-Identifier: Apache-2.0
"""Extended XMP: what did not fit into one segment of a JPEG, in portions (XMP part 3, 1.1.3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5

from guiju.labelling.containers import xmp
from guiju.labelling.containers.model import LARGEST_XMP, Found, Unread
from guiju.labelling.containers.walking import with_faults

_GUID, _AROUND = 32, 40  # the digest, then the whole length and the place of the portion
_PLACE = "place:extended-XMP"


class Portions:
    """The portions of one picture, by the digest of the whole that they belong to."""

    def __init__(self) -> None:
        """None yet."""
        self._main = b""
        self._parts: dict[bytes, list[tuple[int, int, bytes]]] = {}

    def main(self, packet: bytes) -> None:
        """The packet that names the digest of what belongs to it."""
        self._main = packet

    def add(self, portion: bytes) -> None:
        """One portion with what stands around it; one that is too short for that is none."""
        if len(portion) > _AROUND:
            whole = int.from_bytes(portion[_GUID : _GUID + 4], "big")
            at = int.from_bytes(portion[_GUID + 4 : _AROUND], "big")
            self._parts.setdefault(portion[:_GUID], []).append((at, whole, portion[_AROUND:]))

    def labels(self) -> Iterator[Found | Unread]:
        """The labels in each whole; one that the main packet does not name counts as misplaced."""
        for guid, parts in self._parts.items():
            packet = _joined(parts)
            if packet is None:
                yield Unread("broken")
                continue
            named = guid in self._main and _digest(packet) == guid.upper()
            yield from with_faults(xmp.labels(packet), () if named else (_PLACE,))


def _joined(parts: list[tuple[int, int, bytes]]) -> bytes | None:
    """The whole, if its portions fit together without gaps."""
    parts = sorted(parts)
    size = 0
    for at, _, part in parts:
        if at != size or size + len(part) > LARGEST_XMP:
            return None
        size += len(part)
    told = {whole for _, whole, _ in parts}
    return b"".join(part for _, _, part in parts) if told == {size} else None


def _digest(packet: bytes) -> bytes:
    return md5(packet, usedforsecurity=False).hexdigest().upper().encode()
