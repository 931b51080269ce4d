# SPDX-License-Identifier: Apache-2.0
"""Vorbis comments: the comment AIGC in FLAC and Ogg (carriers.flac.place, carriers.ogg.place).

Source: Xiph.Org, "Ogg Vorbis I format specification: comment field and header specification".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guiju.labelling.containers.model import LARGEST_LABEL
from guiju.labelling.containers.walking import Budget, number, take

PLACE = "comment AIGC"
_KEY = b"AIGC="
_VENDOR = b"guiju"


@dataclass(frozen=True, slots=True)
class Comments:
    """The vendor of the encoder, the comments, and what stands behind them."""

    vendor: bytes
    items: tuple[bytes, ...]
    rest: bytes = b""

    @property
    def labels(self) -> Iterator[str]:
        """The texts of the label comments."""
        return (_text(one) for one in self.items if _is_label(one))

    def labelled(self, text: str | None) -> Comments:
        """The same with `text` as its only label, in the place of the first; None: with none."""
        items = [one for one in self.items if not _is_label(one)]
        if text is not None:
            before = next((n for n, one in enumerate(self.items) if _is_label(one)), len(items))
            items.insert(before, _KEY + text.encode("ascii"))
        return replace(self, items=tuple(items))

    def __bytes__(self) -> bytes:
        sized = (len(one).to_bytes(4, "little") + one for one in self.items)
        head = len(self.vendor).to_bytes(4, "little") + self.vendor
        return b"".join((head, len(self.items).to_bytes(4, "little"), *sized, self.rest))


NO_COMMENTS = Comments(_VENDOR, ())


def comments(block: bytes) -> Comments:
    """What a block of comments says; raises StopsError."""
    budget = Budget()
    vendor, at = _sized(block, 0)
    count, at = number(block, at, 4, "little"), at + 4
    items = []
    for _ in range(count):
        budget.part()
        item, at = _sized(block, at)
        items.append(item)
    return Comments(vendor, tuple(items), block[at:])


def _sized(block: bytes, at: int) -> tuple[bytes, int]:
    value = take(block, at + 4, number(block, at, 4, "little"))
    return value, at + 4 + len(value)


def _is_label(item: bytes) -> bool:
    return item[: len(_KEY)].upper() == _KEY


def _text(item: bytes) -> str:
    return item[len(_KEY) : len(_KEY) + LARGEST_LABEL].decode("utf-8", "replace")
