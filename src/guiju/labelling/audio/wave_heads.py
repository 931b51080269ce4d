# SPDX-License-Identifier: Apache-2.0
"""The head of a WAV whose samples are still to come: its sizes taken out and put in again."""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.audio.pcm import not_supported
from guiju.labelling.containers import riff
from guiju.labelling.containers.walking import Budget, StopsError, number, spliced
from guiju.labelling.containers.wav import UNKNOWN

_ALL = b"\xff" * 4


def samples_begin(head: bytes) -> int | None:
    """Where the samples begin; None if that is not there yet.

    Raises:
        Invalid: `audio-not-supported`, when this is no WAV with sizes of 32 bits.
    """
    if len(head) < riff.LIST:
        return None
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise not_supported("no WAV")
    at = riff.LIST
    while at + riff.HEAD <= len(head):
        one = riff.header(head, at)
        if one.name == b"data":
            return one.body
        at = one.next
    return None


def without_sizes(head: bytes) -> bytes:
    """The head of a file that does not say how long it is and how long its samples are."""
    return head[:4] + _ALL + head[8:-4] + _ALL


def with_sizes(labelled: bytes, head: bytes, more: int, moments: int) -> bytes:
    """The labelled head with the sizes of `head`, now for so many more bytes and moments of sound.

    Raises:
        StopsError: "limit", when a size has no room.
    """
    told, size = number(head, 4, 4, "little"), number(head, len(head) - 4, 4, "little")
    growth = len(labelled) - len(head)
    sizes: list[tuple[int, int]] = []
    if 0 < size < UNKNOWN:
        growth += more
        size += more
        sizes = [(at, count + moments) for at, count in _counts(labelled)]
    told += growth if 0 < told < UNKNOWN else 0
    sizes += [(4, told), (len(labelled) - 4, size)]
    if any(value > riff.LARGEST for _, value in sizes):
        raise StopsError("limit")
    return spliced(labelled, [(at, at + 4, value.to_bytes(4, "little")) for at, value in sizes])


def _counts(head: bytes) -> Iterator[tuple[int, int]]:
    """Where moments are counted, and how many."""
    for one in riff.chunks(head, riff.LIST, len(head) - riff.HEAD, Budget()):
        if one.name == b"fact":
            yield one.body, number(head, one.body, 4, "little")
