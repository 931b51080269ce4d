# SPDX-License-Identifier: Apache-2.0
"""Reads lists of hashes, a line each: `hash[,harm[,action[,note]]]`; faults are named by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening.images.hashes import Listed, Mark, PdqList
from guiju.screening.images.pdq import BYTES
from guiju.screening.model import Outcome

ANY_HARM = "A1h"
"""For lines that name none: other content that law forbids."""

_COMMENT = "#"
_FIELDS = 4
# A picture cannot be starred out, so nothing milder than a look by a person.
HASH_ACTIONS = ("review", "refuse", "block")


def read_hashes(
    lines: Iterable[str], *, harm: str = ANY_HARM, action: Outcome = Outcome.BLOCK
) -> PdqList:
    """The list in `lines`; empty lines and those that begin with `#` say nothing.

    Raises:
        Invalid: `hash-list-broken`, with the number of the line.
    """
    return PdqList(listed(lines, Mark(harm, action)))


def listed(lines: Iterable[str], usual: Mark) -> Iterator[Listed]:
    """Each line that says something, `usual` where it names no harm or action.

    Raises:
        Invalid: `hash-list-broken`, with the number of the line.
    """
    for number, line in enumerate(lines, start=1):
        stripped = line.strip().lstrip("\ufeff").lstrip()
        if not stripped or stripped.startswith(_COMMENT):
            continue
        first, *rest = (one.strip() for one in stripped.split(",", _FIELDS - 1))
        harm, action, note = (*rest, "", "", "")[: _FIELDS - 1]
        yield Listed(_hash(first, number), _mark(harm, action, usual, number), note)


def _hash(digits: str, number: int) -> bytes:
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        value = b""
    # `fromhex` looks past spaces; a hash has none.
    if len(value) != BYTES or len(digits) != 2 * BYTES:
        raise _broken(number, "hash", f"{2 * BYTES} 0-9 a-f")
    return value


def _mark(harm: str, action: str, usual: Mark, number: int) -> Mark:
    if not (harm or action):
        return usual
    if harm and harm not in _harms():
        raise _broken(number, "harm", ", ".join(sorted(_harms())))
    if action and action not in HASH_ACTIONS:
        raise _broken(number, "action", ", ".join(HASH_ACTIONS))
    return Mark(harm or usual.harm, Outcome(action) if action else usual.action)


@lru_cache(1)
def _harms() -> frozenset[str]:
    return frozenset(harms())


def _broken(number: int, what: str, wanted: str) -> Invalid:
    return Invalid(
        "hash-list-broken",
        Text(
            zh=f"哈希表第 {number} 行的 {what} 无法识别。",
            en=f"Line {number} of the hash list: its {what} cannot be read.",
        ),
        Text(zh=f"应为：{wanted}。", en=f"Expected: {wanted}."),
        article=4,
    )
