# SPDX-License-Identifier: Apache-2.0
"""The held end of a stream and its place in the whole; runs of unseen characters are bounded."""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter

from guiju.screening.plain import may_be_unseen, plain

LONGEST_UNSEEN_RUN = 64
"""Of a longer run of characters that nobody sees the rest is not delivered, so that what is held
stays bounded. Emoji, Indic scripts and stacked marks need far fewer."""

# In a text of ones for seen and zeros for unseen characters: the runs that may be too long.
_RUNS = re.compile(rb"\A\x00+|\x00{%d,}" % (LONGEST_UNSEEN_RUN + 1))
_INDEX = itemgetter(0)


class Tail:
    """The held text."""

    __slots__ = ("_run", "gaps", "start", "text")

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.text = ""
        self.start = 0
        """Where in the stream it begins."""
        self.gaps: list[tuple[int, int]] = []
        """Before which indexes characters were left out, and how many up to there."""
        self._run = 0  # unseen characters in a row, up to now

    @property
    def end(self) -> int:
        """How many characters of the stream stand before the end of the tail."""
        return self.start + len(self.text) + (self.gaps[-1][1] if self.gaps else 0)

    def position(self, index: int) -> int:
        """Where in the stream the character at `index` stands."""
        return self.start + index + self._left_out(index)

    def added(self, delta: str) -> Tail:
        """With the next piece, but for what would make a run of unseen characters too long.

        This one stays as it is.
        """
        longer = Tail()
        longer.start, longer.text = self.start, self.text
        longer.gaps = [*self.gaps] if self.gaps else []
        if may_be_unseen(delta):
            longer._run = self._run
            delta = longer._bounded(delta)
        longer.text += delta
        return longer

    def passed(self, count: int, held: str) -> None:
        """So many seen characters went, of what was held and what came; `held` is left."""
        self.start += count
        self.text = held
        self._run = 0

    def shorten(self, length: int) -> None:
        """Forget what comes after `length` characters."""
        self.text = self.text[:length]
        self.gaps = [(at, count) for at, count in self.gaps if at < length]

    def cut(self, length: int) -> None:
        """Let the first `length` characters go."""
        if self.gaps:
            gone = self._left_out(length)
            self.start += gone
            self.gaps = [(at - length, count - gone) for at, count in self.gaps if at > length]
        self.start += length
        self.text = self.text[length:]

    def _left_out(self, index: int) -> int:
        """How many characters were left out up to `index`."""
        before = bisect_right(self.gaps, index, key=_INDEX)
        return self.gaps[before - 1][1] if before else 0

    def _bounded(self, delta: str) -> str:
        seen = {one: bool(plain(one)) for one in set(delta)}
        shape = bytes(map(seen.__getitem__, delta))
        kept, done, length = [], 0, len(self.text)
        for run in _RUNS.finditer(shape):
            before = 0 if run.start() else self._run
            end = run.start() + max(LONGEST_UNSEEN_RUN - before, 0)
            if end < run.end():
                kept.append(delta[done:end])
                length += end - done
                self._leave_out(length, run.end() - end)
                done = run.end()
        ending = len(shape) - len(shape.rstrip(b"\0"))
        self._run = ending if ending < len(shape) else self._run + ending
        return "".join((*kept, delta[done:]))

    def _leave_out(self, index: int, count: int) -> None:
        at, total = self.gaps[-1] if self.gaps else (-1, 0)
        if at == index:
            self.gaps.pop()
        self.gaps.append((index, total + count))
