# SPDX-License-Identifier: Apache-2.0
"""Screening a text that arrives in pieces: nothing leaves before its verdict is certain (Art. 14).

Held back is exactly the longest suffix that may still become a hit, and no more. However the text
is cut into pieces, what is delivered and what is found are the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from guiju.screening.fold import fold
from guiju.screening.lexicon import Hit, Lexicon
from guiju.screening.model import Verdict, masked
from guiju.screening.spans import Place, Span, merged
from guiju.screening.tail import Tail
from guiju.screening.tally import Tally

WINDOW = 4096
"""Characters searched at once: a flood of hits is many objects, and cheap while they are few."""


class Release(NamedTuple):
    """What may be delivered now.

    `covered` is how many characters of the stream this piece stands for, each of them judged. The
    verdict comes with the last piece; `stopped` says that nothing more will be delivered.
    """

    text: str
    verdict: Verdict | None = None
    stopped: bool = False
    covered: int = 0


_NOTHING = Release("")


class _View(NamedTuple):
    """The folded tail as it is searched, after `context` characters that were let go."""

    text: str
    context: int
    offsets: Sequence[int] | None
    size: int  # of the tail itself

    def source(self, at: int) -> int:
        """Where in the tail the character stands that `text[at]` came from."""
        if at >= len(self.text):
            return self.size
        return at - self.context if self.offsets is None else self.offsets[at - self.context]

    def folded(self, cut: int) -> int:
        """How many folded characters the first `cut` characters of the tail make."""
        return cut if self.offsets is None else bisect_left(self.offsets, cut)


class Stream:
    """A scanner for one text; not shared between threads."""

    def __init__(self, lexicon: Lexicon, policy: str) -> None:
        """Use `Screen.stream`."""
        self._lexicon = lexicon
        self._policy = policy
        self._tail = Tail()
        self._before = ""  # the last folded character before the tail: a left border
        self._scanned = 0  # how much of the folded tail was searched before
        self._masks: list[Span] = []  # spans of the tail to be starred out
        self._tally = Tally(lexicon)
        self._verdict: Verdict | None = None
        self._closed = False

    @property
    def held(self) -> int:
        """How many characters are held back."""
        return len(self._tail.text)

    def feed(self, delta: str) -> Release:
        """Take the next piece; returns what may be delivered."""
        if self._closed:
            raise RuntimeError("this stream was closed")
        if self._verdict is not None:
            return Release("", self._verdict, stopped=True)
        if len(delta) > WINDOW:
            return self._take_long(delta)
        return self._take(delta) if delta else _NOTHING

    def close(self) -> Release:
        """There is no more: returns the rest and the verdict on the whole."""
        self._closed = True
        if self._verdict is not None:
            return Release("", self._verdict, stopped=self._verdict.stops)
        return self._conclude()

    def _take_long(self, delta: str) -> Release:
        texts, covered, last = [], 0, _NOTHING
        for start in range(0, len(delta), WINDOW):
            last = self._take(delta[start : start + WINDOW])
            texts.append(last.text)
            covered += last.covered
            if last.stopped:
                break
        return Release("".join(texts), last.verdict, last.stopped, covered)

    def _take(self, delta: str) -> Release:
        self._tail.add(delta)
        view = self._view()
        if hits := self._new_hits(view, closed=False):
            if stops := self._stops(hits):
                # The text ends where the first of them is just certain.
                terms = self._lexicon.terms
                ends = (end if terms[number].right else end - 1 for _, end, number in stops)
                self._tail.shorten(view.source(min(ends)) + 1)
                return self._conclude()
            self._note(hits, view)
        return self._release(view, self._hold(view))

    def _conclude(self) -> Release:
        """Judge the tail as the end of the text."""
        view = self._view()
        hits = self._new_hits(view, closed=True)
        if hits:
            self._note(hits, view)
        verdict = self._verdict = self._tally.verdict(self._policy, self._tail.end)
        if not verdict.stops:
            return self._release(view, len(view.text))._replace(verdict=verdict)
        # What could be the beginning of another hit is not given away either.
        first = min(start for start, _, _ in self._stops(hits))
        piece = self._release(view, min(first, self._hold(view)))
        self._tail.shorten(0)
        return piece._replace(verdict=verdict, stopped=True)

    def _view(self) -> _View:
        tail = self._tail.text
        folded, before = fold(tail), self._before
        return _View(before + folded.text, len(before), folded.offsets(), len(tail))

    def _new_hits(self, view: _View, *, closed: bool) -> list[Hit]:
        """The hits in the tail that were not there, or not certain, when it was last searched."""
        context = view.context
        return self._lexicon.hits(view.text, context, context + self._scanned, closed=closed)

    def _stops(self, hits: list[Hit]) -> list[Hit]:
        stopping = self._lexicon.stopping
        return [hit for hit in hits if hit[2] in stopping]

    def _hold(self, view: _View) -> int:
        return self._lexicon.prefixes.hold(view.text, view.context)

    def _note(self, hits: list[Hit], view: _View) -> None:
        tail = self._tail
        at = tail.position if tail.gaps else None
        place = Place(tail.text, view.offsets, -view.context, tail.start, tail.start, at)
        if spans := self._tally.add(hits, place):
            self._masks = merged((*self._masks, *spans)) if self._masks else spans

    def _release(self, view: _View, hold: int) -> Release:
        """Let everything before the folded character `hold` go."""
        cut = view.source(hold)
        text = self._tail.text[:cut]
        if self._masks:
            text = masked(text, self._masks)
            rest = ((start - cut, end - cut) for start, end in self._masks if end > cut)
            self._masks = [(max(start, 0), end) for start, end in rest]
        self._forget(view, cut)
        return Release(text, covered=cut) if cut else _NOTHING

    def _forget(self, view: _View, cut: int) -> None:
        gone = view.context + view.folded(cut)
        if gone:
            self._before = view.text[gone - 1]
        self._scanned = len(view.text) - gone
        if cut:
            self._tail.cut(cut)
