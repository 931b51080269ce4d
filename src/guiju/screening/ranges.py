# SPDX-License-Identifier: Apache-2.0
"""Code points as the ranges of a regular expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_ASCII = 0x80


def ranges(codes: Iterable[int]) -> str:
    """What stands between the brackets of a class of these code points of the first plane."""
    return "".join(f"{_sign(first)}-{_sign(last)}" for first, last in _runs(sorted(codes)))


def _sign(code: int) -> str:
    """The character itself, which `re` reads fastest, unless it may mean something in a class."""
    return f"\\x{code:02x}" if code < _ASCII else chr(code)


def _runs(codes: list[int]) -> Iterator[tuple[int, int]]:
    first = last = codes[0]
    for code in codes[1:]:
        if code != last + 1:
            yield first, last
            first = code
        last = code
    yield first, last
