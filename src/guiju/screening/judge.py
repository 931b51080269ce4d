# SPDX-License-Identifier: Apache-2.0
"""The screen: a policy's rules, compiled, and the judgement of a text by them (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guiju.measures import enforces
from guiju.screening.fold import fold
from guiju.screening.lexicon import Lexicon, compiled
from guiju.screening.model import Direction, Outcome, Verdict, verdict_on
from guiju.screening.policy import read_entries
from guiju.screening.spans import findings_of
from guiju.screening.stream import Stream


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
        folded = fold(text)
        hits = self._lexicons[direction].hits(folded.text)
        if not hits:
            return Verdict(Outcome.PASS, (), self.policy, len(text))
        return verdict_on(findings_of(hits, folded), self.policy, len(text))

    @enforces("output-screening")
    def stream(self, direction: Direction = "output") -> Stream:
        """A scanner for a text that arrives in pieces."""
        return Stream(self._lexicons[direction], self.policy)
