# SPDX-License-Identifier: Apache-2.0
"""The screen: a policy's rules, compiled, and the judgement of a text by them (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guiju.measures import enforces
from guiju.screening.fold import Folded, fold
from guiju.screening.lexicon import Lexicon, compiled
from guiju.screening.model import Direction, Outcome, Verdict
from guiju.screening.policy import read_entries
from guiju.screening.spans import Place
from guiju.screening.stream import WINDOW, Stream
from guiju.screening.tally import Tally


class Screen:
    """Judges texts and streams by one policy; immutable, shared by all threads."""

    def __init__(self, lexicons: Mapping[Direction, Lexicon], digest: str) -> None:
        """Use `Screen.load`."""
        self._lexicons = dict(lexicons)
        self.policy = digest

    @classmethod
    def load(cls, policy: Mapping[str, Any], digest: str) -> Screen:
        """Compile the `screening` table of the policy with this digest.

        Raises:
            Invalid: `lexicon-entry-broken` or `lexicon-entry-hopeless`, with the entry's number.
        """
        return cls(compiled(read_entries(policy)), digest)

    @enforces("input-screening", "output-screening")
    def judge(self, text: str, direction: Direction) -> Verdict:
        """The verdict on a whole text; spans are those of `text` as given."""
        folded, lexicon = fold(text), self._lexicons[direction]
        if len(folded.text) > WINDOW:
            return _searched(folded, lexicon).verdict(self.policy, len(text))
        hits = lexicon.hits(folded.text)
        if not hits:
            return Verdict(Outcome.PASS, (), self.policy, len(text))
        tally = Tally(lexicon)
        tally.add(hits, Place(text, folded.offsets(), shift=0, begin=0))
        return tally.verdict(self.policy, len(text))

    @enforces("output-screening")
    def stream(self, direction: Direction = "output") -> Stream:
        """A scanner for a text that arrives in pieces."""
        return Stream(self._lexicons[direction], self.policy)


def _searched(folded: Folded, lexicon: Lexicon) -> Tally:
    """All hits of a long text, window by window, so that a flood of them is never held at once."""
    tally, size = Tally(lexicon), len(folded.text)
    offsets: Sequence[int] | None = None
    step = max(WINDOW, lexicon.longest)
    for start in range(0, size, step):
        # Back far enough for a hit that ends in this window, and for the border before it.
        low, end = max(0, start - lexicon.longest - 1), start + step
        window = folded.text[low:end]
        hits = lexicon.hits(window, seen=start - low, closed=end >= size)
        if hits:
            offsets = offsets or folded.offsets()
            begin = low if offsets is None else offsets[low]
            tally.add(hits, Place(folded.source, offsets, low, begin))
    return tally
