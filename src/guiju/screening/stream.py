# SPDX-License-Identifier: Apache-2.0
"""Screening a text that arrives in pieces: nothing leaves before its verdict is certain (Art. 14).

Held back is the longest end that may still become a hit, in any view. However the text is cut into
pieces, what is delivered and what is found are the same: where a piece holds the character at which
a stop becomes certain, that character is sought, and nothing after it counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from guiju.screening.fold import fold
from guiju.screening.lexicon import Found, Hit
from guiju.screening.model import Verdict, masked
from guiju.screening.rules import Rules
from guiju.screening.sights import Sights
from guiju.screening.spans import Place, Span, merged
from guiju.screening.tail import Tail
from guiju.screening.tally import Tally

WINDOW = 4096
"""Characters searched at once: a flood of hits is many objects, and cheap while they are few."""

# Where more than this is held, mostly something has begun.
_FEW = 4


class Release(msgspec.Struct, frozen=True):
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
    """A held text as it is searched, after the folded characters that were let go before it."""

    sights: Sights
    offsets: Sequence[int] | None
    size: int  # of the held text itself

    def source(self, at: int) -> int:
        """Where in the tail the character stands that `folded[at]` came from."""
        if at >= len(self.sights.folded):
            return self.size
        at -= self.sights.context
        return at if self.offsets is None else self.offsets[at]

    def folded(self, cut: int) -> int:
        """Where in the window the first character stands that came after the tail's first `cut`."""
        at = cut if self.offsets is None else bisect_left(self.offsets, cut)
        return self.sights.context + at


class Stream:
    """A scanner for one text; not shared between threads."""

    def __init__(self, rules: Rules, policy: str) -> None:
        """Use `Screen.stream`."""
        self._rules = rules
        self._goes, self._context = rules.goes, rules.context
        self._policy = policy
        self._tail = Tail()
        self._before = ""  # the last folded characters before the tail ...
        self._idle = ""  # ... and those that came after them, not folded yet
        self._since = 0  # up to where in the folded tail personal information was told
        self._masks: list[Span] = []  # spans of the tail to be starred out
        self._tally = Tally(rules)
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
        if not delta:
            return _NOTHING
        tail = self._tail
        if len(tail.text) <= _FEW and not tail.gaps and not self._masks:
            text = tail.text + delta
            goes = self._goes(text)
            if goes >= 0:
                # This goes, with what was held before it, up to where something can begin.
                gone = text[:goes]
                tail.passed(goes, text[goes:])
                self._idle = (self._idle + gone)[-self._context :]
                return Release(gone, None, stopped=False, covered=goes)
        return self._take(delta)

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
        before = self._tail
        tail = self._tail = before.added(delta)
        view = self._view(tail)
        found = self._find(view)
        if found.hits and self._rules.stops(found.hits):
            self._tail = self._stopped(before, delta)
            return self._conclude()
        return self._release(view, found.hits, self._hold(view, found))

    def _stopped(self, before: Tail, delta: str) -> Tail:
        """The tail up to the character of `delta` at which a hit that stops is just certain."""
        low, high = 0, len(delta)
        while high - low > 1:
            middle = (low + high) // 2
            if self._rules.stops(self._find(self._view(before.added(delta[:middle]))).hits):
                high = middle
            else:
                low = middle
        return before.added(delta[:high])

    def _conclude(self) -> Release:
        """Judge the tail as the end of the text."""
        open_view, view = self._view(self._tail), self._view(self._tail, closed=True)
        hold = self._hold(open_view, self._find(open_view))
        hits = self._find(view).hits
        end = self._tail.end
        self._note(hits, view)
        verdict = self._verdict = self._tally.verdict(self._policy, end)
        if not verdict.stops:
            return replace(self._release(view, [], len(view.sights.folded)), verdict=verdict)
        # What could be the beginning of another hit is not given away either.
        first = min(start for start, *_ in self._rules.stops(hits))
        piece = self._release(view, [], min(first, hold))
        self._tail.shorten(0)
        return replace(piece, verdict=verdict, stopped=True)

    def _view(self, tail: Tail, *, closed: bool = False) -> _View:
        if self._idle:
            self._before = (self._before + fold(self._idle).text)[-self._rules.context :]
            self._idle = ""
        folded, before = fold(tail.text), self._before
        sights = Sights(before + folded.text, len(before), closed=closed)
        return _View(sights, folded.offsets(), len(tail.text))

    def _find(self, view: _View) -> Found:
        return self._rules.find(view.sights, view.sights.context + self._since)

    def _hold(self, view: _View, found: Found) -> int:
        return min(found.open_at, self._rules.hold(view.sights))

    def _release(self, view: _View, hits: list[Hit], hold: int) -> Release:
        """Let everything before the folded character `hold` go, with the hits that begin there."""
        cut = view.source(hold)
        gone = view.folded(cut)
        if hits:
            self._note([hit for hit in hits if hit[0] < gone], view)
        return self._let_go(view, cut, gone) if cut else _NOTHING

    def _note(self, hits: list[Hit], view: _View) -> None:
        if not hits:
            return
        tail, context = self._tail, view.sights.context
        at = tail.position if tail.gaps else None
        place = Place(
            tail.text, view.sights.folded, view.offsets, -context, tail.start, tail.start, at
        )
        self._since = max(self._since, self._rules.told(hits) - context)
        if spans := self._tally.add(hits, place):
            self._masks = merged(sorted((*self._masks, *spans)))

    def _let_go(self, view: _View, cut: int, gone: int) -> Release:
        """Let the first `cut` characters go, which are the window's before `gone`."""
        text = self._tail.text[:cut]
        if self._masks:
            text = masked(text, self._masks)
            rest = ((start - cut, end - cut) for start, end in self._masks if end > cut)
            self._masks = [(max(start, 0), end) for start, end in rest]
        self._before = view.sights.folded[max(gone - self._rules.context, 0) : gone]
        self._since = max(self._since - (gone - view.sights.context), 0)
        self._tail.cut(cut)
        return Release(text, covered=cut)
