# SPDX-License-Identifier: Apache-2.0
"""H.264 as MP4 holds it: parameter sets beside it, units with their length before them.

Source: ISO/IEC 14496-15, 5.3.3.1 (the decoder configuration); ITU-T H.264, 7.3 (syntax).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers.walking import StopsError, number, take

LENGTH = 4
"""Bytes of the length before each unit; other widths are not joined here."""

_COUNT = 0x1F
_IDR = 5
_KIND = 0x1F
_MOST = 31  # sets of the first kind that a configuration can hold; of the second it is 255
_PROFILES = {66: "baseline", 77: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444"}


@dataclass(frozen=True, slots=True)
class Config:
    """A decoder configuration: its first five bytes, the sets of both kinds, what follows."""

    head: bytes
    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]
    rest: bytes

    def __bytes__(self) -> bytes:
        sets = b"".join(len(one).to_bytes(2) + one for one in self.sequence)
        more = b"".join(len(one).to_bytes(2) + one for one in self.picture)
        counts = (bytes((0xE0 | len(self.sequence),)), bytes((len(self.picture),)))
        return b"".join((self.head, counts[0], sets, counts[1], more, self.rest))

    @property
    def profile(self) -> str | None:
        """What encoders call its profile, if they make it."""
        return _PROFILES.get(self.head[1])

    @property
    def level(self) -> str:
        """Its level, as encoders write it."""
        return f"{self.head[3] / 10:g}"

    @property
    def length(self) -> int:
        """Bytes of the length before each unit."""
        return (self.head[4] & 3) + 1

    @property
    def can_be_joined(self) -> bool:
        """Whether more pictures of its kind can be made and told apart from its own."""
        return self.profile is not None and self.free_id is not None

    @property
    def free_id(self) -> int | None:
        """A number that no set has, for further ones."""
        taken = {_first_number(one[4:]) for one in self.sequence}
        taken |= {_first_number(one[1:]) for one in self.picture}
        return next((one for one in range(1, _MOST + 1) if one not in taken), None)

    def joined(self, other: Config) -> Config:
        """With the sets of another stream beside its own; raises StopsError."""
        sequence, picture = self.sequence + other.sequence, self.picture + other.picture
        if len(sequence) > _MOST or len(picture) > 255:  # noqa: PLR2004 - one byte
            raise StopsError("limit")
        return Config(self.head, sequence, picture, self.rest)


def config(content: bytes) -> Config:
    """The configuration in a box avcC; raises StopsError."""
    head = take(content, 0, 5)
    sequence, at = _sets(content, 5, number(content, 5, 1) & _COUNT)
    picture, at = _sets(content, at, number(content, at, 1))
    return Config(head, sequence, picture, content[at:])


def is_idr(sample: bytes) -> bool:
    """Whether nothing before this sample is needed to decode what follows it."""
    return any(one[0] & _KIND == _IDR for one in units(sample) if one)


def units(sample: bytes) -> Iterator[bytes]:
    """The units of a sample; raises StopsError."""
    at = 0
    while at < len(sample):
        size = number(sample, at, LENGTH)
        yield take(sample, at + LENGTH, size)
        at += LENGTH + size


def _sets(content: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """So many sets behind the count at `at`, and where they end."""
    found = []
    at += 1
    for _ in range(count):
        size = number(content, at, 2)
        found.append(take(content, at + 2, size))
        at += 2 + size
    return tuple(found), at


def _first_number(content: bytes) -> int:
    """The number of a set: as many bits as there are zeros before the first one, less one."""
    bits = "".join(f"{one:08b}" for one in content[:8])
    zeros = len(bits) - len(bits.lstrip("0"))
    code = bits[zeros : 2 * zeros + 1]
    if len(code) <= zeros:
        raise StopsError("broken")
    return int(code, 2) - 1
