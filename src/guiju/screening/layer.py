# SPDX-License-Identifier: Apache-2.0
"""The terms of one view: an automaton over it and what a stream must hold back for it (Art. 14)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate, chain, compress
from typing import NamedTuple, TypeAlias

from daachorse import CharwiseDoubleArrayAhoCorasick

from guiju.screening.gate import MOST_FORMS
from guiju.screening.prefixes import Prefixes, hashed

Bytes: TypeAlias = bytes | memoryview


class Layer(NamedTuple):
    """What is found in one view.

    The form with number n belongs to the entries `owners[bounds[n]:bounds[n + 1]]`, or without
    bounds to `owners[n]` alone. `free` and `bound` are the beginnings of forms that may stand
    anywhere and of those that begin a word.
    """

    view: str
    automaton: CharwiseDoubleArrayAhoCorasick
    owners: memoryview
    bounds: memoryview | None
    free: Prefixes
    bound: Prefixes
    forms: tuple[str, ...] | None = None
    """The forms themselves, while they are few and have just been laid."""

    def owned(self, form: int) -> Sequence[int]:
        """The numbers of the entries that are found by this form."""
        if self.bounds is None:
            return (self.owners[form],)
        return self.owners[self.bounds[form] : self.bounds[form + 1]].tolist()

    def first(self, text: str, start: int, joined: Callable[[int], bool]) -> int:
        """The first place from `start` on from which `text` to its end begins one of the forms.

        No word begins at a place that is `joined` to a letter before it.
        """
        free = self.free.first(text, start)
        at = self.bound.first(text, start) if len(self.bound) else free
        while at < free and joined(at):
            at = self.bound.first(text, at + 1)
        return min(at, free)

    def dump(self) -> tuple[dict[str, object], list[bytes]]:
        """What `load` takes."""
        head: dict[str, object] = {
            "view": self.view,
            "longest": [self.free.longest, self.bound.longest],
        }
        bounds = b"" if self.bounds is None else bytes(self.bounds)
        sections = [self.automaton.serialize(), bytes(self.owners), bounds]
        return head, [*sections, bytes(self.free), bytes(self.bound)]

    @classmethod
    def load(cls, head: dict[str, object], sections: Sequence[Bytes]) -> Layer:
        """The layer that was dumped; each section is copied in one go."""
        view, longest = head["view"], head["longest"]
        if not isinstance(view, str) or not isinstance(longest, list):
            raise TypeError
        automaton, owners, bounds, free, bound = map(bytes, sections)
        return cls(
            view=view,
            automaton=CharwiseDoubleArrayAhoCorasick.deserialize(automaton),
            owners=memoryview(owners).cast("I"),
            bounds=memoryview(bounds).cast("I") if bounds else None,
            free=Prefixes(free, longest[0]),
            bound=Prefixes(bound, longest[1]),
        )


def laid(view: str, forms: Sequence[str], numbers: Sequence[int], words: Sequence[int]) -> Layer:
    """A layer of `forms`, which find these entries, and of which these begin only words.

    A form may come several times, with other entries.
    """
    first = dict(zip(reversed(forms), reversed(numbers), strict=True))
    more = _several(first, forms, numbers) if len(first) < len(forms) else {}
    bound = set(compress(forms, words))
    free = {form for form, word in zip(forms, words, strict=True) if not word} if bound else first
    free_data, free_longest = hashed(free)
    bound_data, bound_longest = hashed(bound)
    owners, bounds = _owned(first, more)
    few = len(first) <= MOST_FORMS
    return Layer(
        view=view,
        automaton=CharwiseDoubleArrayAhoCorasick(list(first)),
        owners=memoryview(owners).cast("I"),
        bounds=memoryview(bounds).cast("I") if bounds else None,
        free=Prefixes(free_data, free_longest, free if few else None),
        bound=Prefixes(bound_data, bound_longest, bound if few else None),
        forms=tuple(first) if few else None,
    )


def _several(
    first: dict[str, int], forms: Sequence[str], numbers: Sequence[int]
) -> dict[str, dict[int, None]]:
    """The forms that find several entries, and these; of a million forms they are few."""
    more: dict[str, dict[int, None]] = {}
    for form, number in zip(forms, numbers, strict=True):
        if first[form] != number:
            more.setdefault(form, {first[form]: None})[number] = None
    return more


def _owned(first: dict[str, int], more: dict[str, dict[int, None]]) -> tuple[bytes, bytes]:
    if not more:
        return array("I", first.values()).tobytes(), b""
    each = (more.get(form) or (number,) for form, number in first.items())
    flat = array("I", chain.from_iterable(each))
    counts = (len(more[form]) if form in more else 1 for form in first)
    return flat.tobytes(), array("I", accumulate(counts, initial=0)).tobytes()
