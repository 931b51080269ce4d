# SPDX-License-Identifier: Apache-2.0
"""Patterns of the operator, found by RE2 in linear time and held back in streams (Article 4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]  # it ships no types

from guiju.kernel import Text
from guiju.screening.pattern_syntax import UnreadableError, beginnings, read, width, written

WIDEST = 64
LONGEST_PATTERN = 500
_MEMORY = 1 << 23
_LEADS = (0xC0, 0xE0, 0xF0)


class Pattern:
    """One pattern; every place where a match begins counts, with the longest match there."""

    def __init__(self, pattern: str) -> None:
        """Compile what `unusable` has not refused."""
        tree = read(pattern)
        self._whole = _compiled(written(tree))
        # A whole match belongs to its beginnings: it may still grow.
        self._beginning = _compiled(f"(?:{beginnings(tree)})\\z")
        self._widest = width(tree)[1]

    def spans(self, folded: str, context: int) -> list[tuple[int, int]]:
        """Start and end of the matches that begin at `context` or after it."""
        data = folded.encode()
        begin = len(folded[:context].encode()) if context else 0
        found = list(self._found(data, begin))
        return found if len(data) == len(folded) else _characters(data, found)

    def hold(self, folded: str, context: int) -> int:
        """Where the longest end of the text begins with which a match may begin."""
        low = max(context, len(folded) - self._widest)
        found = self._beginning.search(folded[low:])
        return low + found.start() if found is not None else len(folded)

    def _found(self, data: bytes, begin: int) -> Iterator[tuple[int, int]]:
        search = self._whole.search
        while (found := search(data, begin)) is not None:
            start, end = found.span()
            yield start, end
            begin = start + _size(data[start])


def _size(lead: int) -> int:
    """How many bytes a character has in UTF-8, by its first."""
    return 1 + sum(lead >= least for least in _LEADS)


def unusable(pattern: str) -> Text | None:
    """Why a pattern is refused; None when it may be used."""
    if len(pattern) > LONGEST_PATTERN:
        return Text(
            zh=f"正则超过 {LONGEST_PATTERN} 个字符",
            en=f"the pattern is longer than {LONGEST_PATTERN} characters",
        )
    try:
        return _unbounded(*width(read(pattern))) or _uncompiled(pattern)
    except UnreadableError as error:
        sign = str(error)
        if sign in {"*", "+"} or sign.endswith(",}"):
            return _too_wide()
        return Text(
            zh=f"正则中的 {sign} 不受支持", en=f"the pattern holds {sign}, which is not supported"
        )


def _unbounded(least: int, most: int) -> Text | None:
    if least < 1:
        return Text(zh="正则可匹配空文本", en="the pattern matches nothing at all")
    return _too_wide() if most > WIDEST else None


def _uncompiled(pattern: str) -> Text | None:
    try:
        Pattern(pattern)
    except re2.error as error:
        return Text(zh=f"RE2 无法编译：{error}", en=f"RE2 cannot compile it: {error}")
    return None


def _too_wide() -> Text:
    return Text(
        zh=f"正则可匹配超过 {WIDEST} 个字符，请用 {{m,n}} 限定",
        en=f"the pattern may match more than {WIDEST} characters: bound it by {{m,n}}",
    )


def _characters(data: bytes, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of bytes as spans of characters, in one pass."""
    at: dict[int, int] = {}
    done = count = 0
    for place in sorted({place for span in found for place in span}):
        count += len(data[done:place].decode())
        done = place
        at[place] = count
    return [(at[start], at[end]) for start, end in found]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.longest_match = True
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)
