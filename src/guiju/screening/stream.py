# SPDX-License-Identifier: Apache-2.0
"""Screening a text that arrives in pieces: nothing leaves before its verdict is certain (Art. 14).

Held back is exactly the longest suffix that may still become a hit, and no more. However the text
is cut into pieces, what is delivered and what is found are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guiju.screening.fold import Folded, fold
from guiju.screening.lexicon import Hit, Lexicon
from guiju.screening.model import Finding, Outcome, Verdict, masked, verdict_on
from guiju.screening.plain import may_be_unseen, plain
from guiju.screening.spans import findings_of, span_of

LONGEST_UNSEEN_RUN = 64
"""Of a longer run of characters that nobody sees the rest is not delivered, so that what is held
stays bounded. Emoji, Indic scripts and stacked marks need far fewer."""


@dataclass(frozen=True, slots=True)
class Release:
    """What may be delivered now.

    `covered` is how many characters of the stream this piece stands for, each of them judged. The
    verdict comes with the last piece; `stopped` says that nothing more will be delivered.
    """

    text: str
    verdict: Verdict | None = None
    stopped: bool = False
    covered: int = 0


_NOTHING = Release("")


class Stream:
    """A scanner for one text; not shared between threads."""

    def __init__(self, lexicon: Lexicon, policy: str) -> None:
        """Use `Screen.stream`."""
        self._lexicon = lexicon
        self._policy = policy
        self._tail = _Tail()
        self._before = ""  # the last folded character before the tail: a left border
        self._scanned = 0  # how much of the folded tail was searched before
        self._masks: list[tuple[int, int]] = []  # spans of the tail to be starred out
        self._findings: list[Finding] = []
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
        if not delta:
            return _NOTHING
        self._tail.add(delta)
        folded = fold(self._tail.text)
        if hits := [hit for hit in self._new_hits(folded) if not hit.open]:
            end = _first_stop(hits, folded)
            if end is not None:
                self._tail.shorten(end)
                return self._conclude()
            self._note(hits, folded)
        return self._release(folded, self._hold(folded))

    def close(self) -> Release:
        """There is no more: returns the rest and the verdict on the whole."""
        self._closed = True
        if self._verdict is not None:
            return Release("", self._verdict, stopped=self._verdict.stops)
        return self._conclude()

    def _conclude(self) -> Release:
        """Judge the tail as the end of the text."""
        folded = fold(self._tail.text)
        hits = self._new_hits(folded)
        self._note(hits, folded)
        self._verdict = verdict_on(self._findings, self._policy, self._tail.end)
        if not self._verdict.stops:
            piece = self._release(folded, len(folded.text))
            return Release(piece.text, self._verdict, covered=piece.covered)
        # What could be the beginning of another hit is not given away either.
        first = min(hit.start for hit in hits if hit.term.entry.action.stops)
        piece = self._release(folded, min(first, self._hold(folded)))
        self._tail.shorten(0)
        return Release(piece.text, self._verdict, stopped=True, covered=piece.covered)

    def _new_hits(self, folded: Folded) -> list[Hit]:
        """The hits in the tail that were not there, or not certain, when it was last searched."""
        context = len(self._before)
        found = self._lexicon.hits(self._before + folded.text)
        if not found:
            return found
        seen = self._scanned
        moved = (hit._replace(start=hit.start - context, end=hit.end - context) for hit in found)
        return [
            hit
            for hit in moved
            if hit.start >= 0 and (hit.end > seen or (hit.end == seen and hit.term.right))
        ]

    def _hold(self, folded: Folded) -> int:
        context = len(self._before)
        return self._lexicon.prefixes.hold(self._before + folded.text, context) - context

    def _note(self, hits: list[Hit], folded: Folded) -> None:
        self._findings += findings_of(hits, folded, self._tail.position)
        offsets = folded.offsets()
        self._masks += [
            span_of(hit, offsets) for hit in hits if hit.term.entry.action is Outcome.MASK
        ]

    def _release(self, folded: Folded, hold: int) -> Release:
        """Let everything before the folded character `hold` go."""
        cut = _index(folded.offsets(), hold) if hold < len(folded.text) else len(folded.source)
        text = self._tail.text[:cut]
        if self._masks:
            text = masked(text, self._masks)
            self._masks = [(one - cut, end - cut) for one, end in self._masks if end > cut]
        self._forget(folded, cut)
        return Release(text, covered=cut) if cut else _NOTHING

    def _forget(self, folded: Folded, cut: int) -> None:
        gone = cut if folded.even else len(fold(self._tail.text[:cut]).text)
        if gone:
            self._before = folded.text[gone - 1]
        self._scanned = len(folded.text) - gone
        if cut:
            self._tail.cut(cut)


class _Tail:
    """The held text and where it stands in the whole stream."""

    def __init__(self) -> None:
        self.text = ""
        self._start = 0
        self._run = 0  # unseen characters in a row, up to now
        self._gaps: list[tuple[int, int]] = []  # (index, how many were left out before it)

    @property
    def end(self) -> int:
        """How many characters of the stream stand before the end of the tail."""
        return self._start + len(self.text) + sum(count for _, count in self._gaps)

    def position(self, index: int) -> int:
        """Where in the stream the character at `index` stands."""
        return self._start + index + sum(count for at, count in self._gaps if at <= index)

    def add(self, delta: str) -> None:
        if may_be_unseen(delta):
            self._add_bounded(delta)
        else:
            self._run = 0
            self.text += delta

    def _add_bounded(self, delta: str) -> None:
        kept: list[str] = []
        for one in delta:
            self._run = 0 if plain(one) else self._run + 1
            if self._run <= LONGEST_UNSEEN_RUN:
                kept.append(one)
            else:
                self._leave_out(len(self.text) + len(kept))
        self.text += "".join(kept)

    def _leave_out(self, index: int) -> None:
        at, count = self._gaps.pop() if self._gaps else (index, 0)
        if at != index:
            self._gaps.append((at, count))
            count = 0
        self._gaps.append((index, count + 1))

    def shorten(self, length: int) -> None:
        """Forget what comes after `length` characters."""
        self.text = self.text[:length]
        self._gaps = [(at, count) for at, count in self._gaps if at < length]

    def cut(self, length: int) -> None:
        """Let the first `length` characters go."""
        if self._gaps:
            self._start += sum(count for at, count in self._gaps if at <= length)
            self._gaps = [(at - length, count) for at, count in self._gaps if at > length]
        self._start += length
        self.text = self.text[length:]


def _first_stop(hits: list[Hit], folded: Folded) -> int | None:
    """Where the source must end so that the first stopping hit is just certain."""
    stops = [hit for hit in hits if hit.term.entry.action.stops]
    if not stops:
        return None
    offsets = folded.offsets()
    return min(_index(offsets, hit.end if hit.term.right else hit.end - 1) + 1 for hit in stops)


def _index(offsets: Sequence[int] | None, at: int) -> int:
    return at if offsets is None else offsets[at]
