# SPDX-License-Identifier: Apache-2.0
"""The screen: a policy's rules, compiled, and the judgement of a text by them (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from guiju.measures import enforces
from guiju.screening.artefact import Compiled, compile_entries
from guiju.screening.entry import Entry
from guiju.screening.fold import Folded
from guiju.screening.glimpse import Glimpse, prepare
from guiju.screening.model import DIRECTIONS, Direction, Outcome, Verdict
from guiju.screening.policy import read_entries
from guiju.screening.rules import Decided, Rules
from guiju.screening.sights import CONTEXT, Sights
from guiju.screening.spans import Place
from guiju.screening.stream import WINDOW, Stream
from guiju.screening.tally import Tally
from guiju.screening.writing import writing

if TYPE_CHECKING:
    from guiju.screening.matrix import Audience, Matrix
    from guiju.screening.personal import Personal

Personals: TypeAlias = "Personal | Mapping[Direction, Personal] | None"
"""What looks for personal information: the same in all directions, or for each its own."""

_MOST_WORDS = 1024  # remembered by `passes`


class _Cleared(dict[int, Verdict]):
    """The verdict on a text of so many characters that holds nothing; the same for all of them."""

    def __init__(self, policy: str) -> None:
        """Under the policy with this digest."""
        self._policy = policy

    def __missing__(self, covered: int) -> Verdict:
        """The verdict, remembered for texts of a usual length."""
        verdict = Verdict(Outcome.PASS, (), self._policy, covered)
        if covered <= WINDOW:
            self[covered] = verdict
        return verdict


class Screen:
    """Judges texts and streams by one policy; immutable, shared by all threads."""

    def __init__(
        self,
        lexicons: Sequence[Compiled],
        digest: str,
        personal: Personals = None,
        decided: Mapping[Direction, Decided] | None = None,
    ) -> None:
        """Use `Screen.load`."""
        self.policy = digest
        self._lexicons = tuple(one for one in lexicons if one.entries)
        self._personal = personal
        self._words: dict[str, bool] = {}
        self._cleared = _Cleared(digest)
        context = max((one.context for one in self._lexicons), default=CONTEXT)
        self._rules: dict[Direction, Rules] = {
            way: Rules(
                [one.lexicons[way] for one in self._lexicons],
                personal.get(way) if isinstance(personal, Mapping) else personal,
                context,
                (decided or {}).get(way, {}),
            )
            for way in DIRECTIONS
        }

    @classmethod
    def load(
        cls,
        policy: Mapping[str, Any],
        digest: str,
        lexicons: Sequence[Compiled] = (),
        personal: Personals = None,
        on: date | None = None,
    ) -> Screen:
        """Compile the `screening` table of the policy with this digest; add `lexicons` to it.

        `on` is the day for which its entries are compiled; without it their dates are not asked.

        Raises:
            Invalid: `lexicon-entry-broken` or `lexicon-entry-hopeless`, with the entry's number.
        """
        entries = compile_entries(read_entries(policy), on=on)
        return cls((entries, *lexicons), digest, personal or personals(policy))

    def under(self, matrix: Matrix, audience: Audience) -> Screen:
        """The same screen, whose findings become what the named rules say for these readers.

        Nothing is compiled again, however long the lexicon.
        """
        if not matrix.rules:
            return self
        decided = {
            way: {
                detector: matrix.overrides(way, audience, detector)
                for detector in ("lexicon", "personal")
            }
            for way in DIRECTIONS
        }
        return Screen(self._lexicons, self.policy, self._personal, decided)

    def with_entries(self, urgent: Iterable[Entry], digest: str | None = None) -> Screen:
        """The same screen and a few entries more; nothing that was compiled is compiled again.

        Raises:
            Invalid: `lexicon-entry-hopeless`, with the entry's number.
        """
        added = compile_entries(urgent)
        return Screen((*self._lexicons, added), digest or self.policy, self._personal)

    def prepare(self) -> None:
        """Make the tables now that else the first text would wait for: some tenths of a second."""
        if any(rules.sees for rules in self._rules.values()):
            prepare()
            writing()

    @enforces("input-screening", "output-screening", "discrimination-screening", "rights-screening")
    def judge(self, text: str, direction: Direction) -> Verdict:
        """The verdict on a whole text; spans are those of `text` as given."""
        rules = self._rules[direction]
        glimpse = Glimpse(text)
        if len(text) <= WINDOW and rules.is_clear(glimpse):
            return self._cleared[len(text)]
        if rules.sees:
            glimpse.texts()
        folded = glimpse.folded
        if len(folded.text) > WINDOW:
            return _swept(folded, rules).verdict(self.policy, len(text))
        sights = Sights(folded.text, glimpse=glimpse if rules.sees else None)
        sights.asked = rules.asks_once
        hits = rules.find(sights, 0).hits
        if not hits:
            return self._cleared[len(text)]
        tally = Tally(rules)
        tally.add(hits, Place(text, folded.text, folded.offsets(), shift=0, begin=0))
        return tally.verdict(self.policy, len(text))

    def passes(self, word: str) -> bool:
        """Whether a short word, one that comes with every answer, passes as output; remembered."""
        known = self._words.get(word)
        if known is None:
            if len(self._words) >= _MOST_WORDS:
                self._words.clear()
            known = self._words[word] = self.judge(word, "output").outcome is Outcome.PASS
        return known

    @enforces("output-screening")
    def stream(self, direction: Direction = "output") -> Stream:
        """A scanner for a text that arrives in pieces."""
        return Stream(self._rules[direction], self.policy)


def personals(policy: Mapping[str, Any]) -> Mapping[Direction, Personal] | None:
    """What the `personal` table of a policy looks for in each direction; None without one."""
    table = policy.get("personal")
    if not table:
        return None
    from guiju.screening.personal import Personal  # noqa: PLC0415 - few policies need its tables

    found: dict[Direction, Personal] = {}
    for way in DIRECTIONS:
        actions = {kind: Outcome(ways[way]) for kind, ways in table.items() if way in ways}
        if actions:
            found[way] = Personal(actions)
    return found


def _swept(folded: Folded, rules: Rules) -> Tally:
    """All hits of a long text, window by window, so that a flood of them is never held at once.

    A window begins where the one before may still have become a hit, as in a stream.
    """
    tally, text, size = Tally(rules), folded.text, len(folded.text)
    offsets: Sequence[int] | None = None
    start = end = since = 0
    while end < size:
        end = min(end + WINDOW, size)
        low = max(start - rules.context, 0)
        sights = Sights(text[low:end], start - low, closed=end == size)
        found = rules.find(sights, max(since, start) - low)
        cut = end if sights.closed else low + min(found.open_at, rules.hold(sights))
        if hits := [hit for hit in found.hits if hit[0] + low < cut]:
            offsets = offsets or folded.offsets()
            begin = start if offsets is None else offsets[start]
            tally.add(hits, Place(folded.source, sights.folded, offsets, low, begin))
            since = max(since, rules.told(hits) + low)
        start = cut
    return tally
