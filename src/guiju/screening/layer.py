# SPDX-License-Identifier: Apache-2.0
"""The terms of one view: an automaton over it and what a stream must hold back for it (Art. 14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from daachorse import CharwiseDoubleArrayAhoCorasick
from numpy.typing import NDArray

from guiju.screening.gate import MOST_FORMS
from guiju.screening.prefixes import Prefixes, Sieve, hashed, sieve, units_of

Bytes: TypeAlias = bytes | memoryview
Numbers: TypeAlias = NDArray[np.int64]

_BY_SOUND = frozenset({"homophone", "pinyin"})
_VERY_FEW = 4
# What begins alike is laid together: an automaton of very many is built a fifth faster.
_MANY = 10_000


class Layer(NamedTuple):
    """What is found in one view.

    The form with number n belongs to the entries `owners[bounds[n]:bounds[n + 1]]`, or without
    bounds to `owners[n]` alone. `free` and `bound` are the beginnings of forms that may stand
    anywhere and of those that begin a word; `sieve` says in short of most texts that they are none.
    """

    view: str
    automaton: CharwiseDoubleArrayAhoCorasick
    owners: memoryview
    bounds: memoryview | None
    free: Prefixes
    bound: Prefixes
    sieve: Sieve
    forms: tuple[str, ...] | None = None
    """The forms themselves, if they are few."""

    def find(self, text: str) -> Sequence[tuple[int, int, int]]:
        """Start, end and number of each form that stands in `text`."""
        forms = self.forms
        if forms is not None and len(forms) <= _VERY_FEW:
            # The automaton would look at each character.
            for one in forms:
                if one in text:
                    break
            else:
                return ()
        found: list[tuple[int, int, int]] = self.automaton.find_overlapping(text)
        return found

    def owned(self, form: int) -> Sequence[int]:
        """The numbers of the entries that are found by this form."""
        if self.bounds is None:
            return (self.owners[form],)
        return self.owners[self.bounds[form] : self.bounds[form + 1]].tolist()

    def dump(self) -> tuple[dict[str, object], list[bytes]]:
        """What `load` takes."""
        head: dict[str, object] = {
            "view": self.view,
            "longest": [self.free.longest, self.bound.longest],
            "forms": self.forms,
        }
        bounds = b"" if self.bounds is None else bytes(self.bounds)
        sections = [self.automaton.serialize(), bytes(self.owners), bounds]
        return head, [*sections, bytes(self.free), bytes(self.bound)]

    @classmethod
    def load(cls, head: dict[str, object], sections: Sequence[Bytes]) -> Layer:
        """The layer that was dumped; each section is copied in one go."""
        view, longest, forms = head["view"], head["longest"], head["forms"]
        if not isinstance(view, str) or not isinstance(longest, list):
            raise TypeError
        if forms is not None and not isinstance(forms, list):
            raise TypeError
        automaton, owners, bounds, *rows = map(bytes, sections)
        free, bound = map(Prefixes, rows, longest)
        return cls(
            view=view,
            automaton=CharwiseDoubleArrayAhoCorasick.deserialize(automaton),
            owners=memoryview(owners).cast("I"),
            bounds=memoryview(bounds).cast("I") if bounds else None,
            free=free,
            bound=bound,
            sieve=sieve(free, bound),
            forms=None if forms is None else tuple(forms),
        )


def laid(view: str, forms: Sequence[str], numbers: Numbers, words: NDArray[np.bool_]) -> Layer:
    """A layer of `forms`, which find these entries, and of which these begin only words.

    A form may come several times, with other entries.
    """
    once, units = len(set(forms)) == len(forms), units_of(forms)
    if len(forms) > _MANY:
        order = units.order()
        forms, numbers, words = [forms[at] for at in order.tolist()], numbers[order], words[order]
        units = units.only(order)
    prefixes = Prefixes(*hashed(units.only(~words))), Prefixes(*hashed(units.only(words)))
    distinct, owners, bounds = (_owned_once if once else _owned)(forms, numbers)
    return Layer(
        view=view,
        automaton=_automaton(view, distinct),
        owners=memoryview(owners).cast("I"),
        bounds=memoryview(bounds).cast("I") if bounds else None,
        free=prefixes[0],
        bound=prefixes[1],
        sieve=sieve(*prefixes),
        forms=tuple(distinct) if len(distinct) <= MOST_FORMS else None,
    )


def _automaton(view: str, forms: Sequence[str]) -> CharwiseDoubleArrayAhoCorasick:
    """Finds the forms; by sound all texts are alike, so its states are laid where they are met."""
    if view not in _BY_SOUND:
        return CharwiseDoubleArrayAhoCorasick(list(forms))
    return CharwiseDoubleArrayAhoCorasick(list(forms), corpus=["".join(forms)], use_prefilter=False)


def _owned_once(forms: Sequence[str], numbers: Numbers) -> tuple[Sequence[str], bytes, bytes]:
    """The same as `_owned` of forms that come once each, as most of a million do."""
    return forms, numbers.astype(np.uint32).tobytes(), b""


def _owned(forms: Sequence[str], numbers: Numbers) -> tuple[Sequence[str], bytes, bytes]:
    """The forms, each once; which entries they find; and where these begin, if some find several.

    Of a million forms those are few.
    """
    first: dict[str, int] = {}
    count = len(forms)
    at = np.fromiter(map(first.setdefault, forms, range(count)), dtype=np.int64, count=count)
    form = (np.cumsum(at == np.arange(count)) - 1)[at]
    order = np.lexsort((numbers, form))
    form, numbers = form[order], numbers[order]
    keep = np.ones(count, dtype=bool)
    keep[1:] = (form[1:] != form[:-1]) | (numbers[1:] != numbers[:-1])
    counts = np.bincount(form[keep])
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.uint32).tobytes()
    owners = numbers[keep].astype(np.uint32).tobytes()
    return list(first), owners, bounds if counts.max() > 1 else b""
