# SPDX-License-Identifier: Apache-2.0
"""Two statements side by side: the lines that go and the lines that come. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guiju.kernel import Text
from guiju.profile.model import Statement
from guiju.profile.saying import Said, particulars


class Change(NamedTuple):
    """One line that goes ("-") or comes ("+"), under the name of its particular."""

    sign: str
    head: Text
    line: Text


def changes(before: Statement, after: Statement) -> list[Change]:
    """What `after` says otherwise than `before`, in the order of a statement."""
    old = {one.key: one for one in particulars(before)}
    new = {one.key: one for one in particulars(after)}
    return [
        change
        for key in dict.fromkeys((*old, *new))
        for change in _between(old.get(key), new.get(key))
    ]


def _between(old: Said | None, new: Said | None) -> Iterator[Change]:
    before, after = (() if one is None else one.lines for one in (old, new))
    for said, sign, other in ((old, "-", after), (new, "+", before)):
        if said is not None:
            yield from (Change(sign, said.head, line) for line in said.lines if line not in other)
