# SPDX-License-Identifier: Apache-2.0
"""With which characters, alone or in pairs, the forms of a small lexicon can begin (Article 14).

Half of the pieces of a stream hold a character that begins some form in some view, but hardly any
holds a second one after it that goes on with it. Both questions are asked of the views once for
each pair, and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from guiju.screening.plain import plain
from guiju.screening.reading import MOST_KEPT, rows_of

_FOLDED = "folded"


class Pairs(dict[str, bool]):
    """Whether a form may begin with two characters, as they came; False is certain."""

    def __init__(self, forms: Mapping[str, Sequence[str]]) -> None:
        """Take the forms of each view."""
        self._seen = _Openings(forms)

    def __missing__(self, pair: str) -> bool:
        """Ask the views."""
        if len(self) >= MOST_KEPT:
            self.clear()
        one, other = map(plain, pair)
        found = self[pair] = len(one) != 1 or len(other) != 1 or self._seen.pair(one, other)
        return found


class Ends(dict[str, bool]):
    """Whether a stream that ends with a character, as it came, holds back just this one.

    Provided that it is no repeat. False: only a search can say.
    """

    def __init__(self, forms: Mapping[str, Sequence[str]]) -> None:
        """Take the forms of each view."""
        self._seen = _Openings(forms)

    def __missing__(self, character: str) -> bool:
        """Ask the views."""
        if len(self) >= MOST_KEPT:
            self.clear()
        one = plain(character)
        # Whether a letter may begin a form depends on what stands before it.
        found = self[character] = len(one) == 1 and not one.isascii() and self._seen.last(one)
        return found


class _Openings:
    """Asks each view of one or two folded characters."""

    def __init__(self, forms: Mapping[str, Sequence[str]]) -> None:
        self._folded = tuple(forms.get(_FOLDED, ()))
        above = [(view, tuple(some)) for view, some in forms.items() if view != _FOLDED]
        self._above = tuple(some for _, some in above)
        self._rows = rows_of(tuple(view for view, _ in above))

    def pair(self, one: str, other: str) -> bool:
        if _goes_with(one + other, self._folded):
            return True
        if not self._above:
            return False
        first, second = self._rows[one], self._rows[other]
        # What is dropped lets others follow, what is no character of its own may be anything.
        if not first or not second or first[-1] == second[-1]:
            return True
        spelt = map(str.__add__, first, second)
        return any(map(_goes_with, spelt, self._above))

    def last(self, one: str) -> bool:
        row = self._rows[one] if self._above else ()
        if self._above and not row:
            return False
        each = [(one, self._folded), *zip(row or (), self._above, strict=False)]
        whole = any(to.startswith(form) for to, some in each for form in some)
        return not whole and any(form.startswith(to) for to, some in each for form in some)


def _goes_with(text: str, forms: Iterable[str]) -> bool:
    return any(form.startswith(text) or text.startswith(form) for form in forms)
