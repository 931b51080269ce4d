# SPDX-License-Identifier: Apache-2.0
"""A list of known pictures as it is stored: sorted lines of JSON, whose digest means the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from guiju.kernel import Invalid, Text
from guiju.screening.images.hashes import Listed, Mark
from guiju.screening.model import Outcome

MOST_HASHES = 2_000_000


class _Row(msgspec.Struct, frozen=True, omit_defaults=True):
    pdq: str
    harm: str
    action: str
    note: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Row).decode


def rows_of(known: Iterable[Listed]) -> Sequence[bytes]:
    """The lines of a list, each picture once: of two lines about one the more severe stays.

    Raises:
        Invalid: `hash-list-too-large`.
    """
    kept: dict[bytes, Listed] = {}
    for one in known:
        before = kept.get(one.hash)
        if before is None or before.mark.action < one.mark.action:
            kept[one.hash] = one
        if len(kept) > MOST_HASHES:
            raise _too_large()
    return [_written(kept[hash_]) for hash_ in sorted(kept)]


def listed_in(rows: Iterable[bytes]) -> Iterator[Listed]:
    """The list behind its lines."""
    for line in rows:
        row = _decode(line)
        yield Listed(bytes.fromhex(row.pdq), Mark(row.harm, Outcome(row.action)), row.note)


def _written(one: Listed) -> bytes:
    row = _Row(one.hash.hex(), one.mark.harm, one.mark.action.value, one.note)
    return _encode(row) + b"\n"


def _too_large() -> Invalid:
    return Invalid(
        "hash-list-too-large",
        Text(zh=f"哈希超过 {MOST_HASHES} 个。", en=f"There are more than {MOST_HASHES} hashes."),
        Text(zh="请分成几份图片表。", en="Split it into several lists."),
        article=4,
    )
