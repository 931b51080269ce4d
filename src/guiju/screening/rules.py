# SPDX-License-Identifier: Apache-2.0
"""All that is looked for in one direction: lexicons, urgent additions, personal information."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from guiju.screening.glimpse import Glimpse
from guiju.screening.lexicon import Found, Hit, Lexicon
from guiju.screening.model import Outcome
from guiju.screening.register import Read
from guiju.screening.sights import FOLDED, Sights

if TYPE_CHECKING:
    from guiju.screening.gate import Gate
    from guiju.screening.personal import Personal

PERSONAL_HARM = "A4f"
"""Personal information, among the harms of the Measures."""


class Action(Protocol):
    """What is decided about a finding."""

    @property
    def action(self) -> Outcome:
        """What is done."""
        ...

    @property
    def rule(self) -> str | None:
        """The named rule that says so."""
        ...


Rows: TypeAlias = Mapping[str, Sequence[Action]]
"""For each harm what becomes of a finding, by the rank of what its own rule asks for."""

Decided: TypeAlias = Mapping[str, Rows]
"""Rows by detector."""

_OUTCOMES = tuple(Outcome)
_MOST_RULES = 4096
_NO_ROWS: Rows = MappingProxyType({})
_UNDECIDED: Decided = MappingProxyType({})


class Rule(NamedTuple):
    """What a verdict tells of a rule: the entry behind it, and who decided, if there are such."""

    name: str
    harm: str
    detector: str
    outcome: Outcome
    read: Read | None = None
    by: str | None = None


class Rules:
    """The rules of one direction, numbered through; immutable, shared by all threads."""

    def __init__(
        self,
        lexicons: Sequence[Lexicon],
        personal: Personal | None,
        context: int,
        decided: Decided = _UNDECIDED,
    ) -> None:
        """`context` is how many folded characters before a hit it may depend on.

        `decided` is what the operator's named rules make of findings, instead of what the entries
        themselves ask for.
        """
        self.context = context
        self._lexicons = tuple(lexicons)
        self._bases = tuple(accumulate((len(one.register) for one in lexicons), initial=0))
        self._personal = personal
        gates = [one.gate for one in lexicons if one.gate is not None]
        is_gated = personal is None and len(gates) == len(lexicons)
        self.goes = _going(gates) if is_gated else _in_doubt
        """How many characters of a text certainly go at once, as `Gate.goes` says; or -1.

        No method, as it is asked for each piece of each stream.
        """
        self.asks_once = is_gated and len(lexicons) == 1
        """Whether `is_clear` asks all that a search would ask again."""
        self._rules: dict[int, Rule] = {}
        self.sees = any(one.sees for one in lexicons)
        """Whether something is looked for in views above "folded"."""
        self._decided = decided
        self._passing = any(
            not one.action.rank
            for rows in decided.values()
            for row in rows.values()
            for one in row[1:]
        )
        self._kinds = tuple(personal.actions) if personal is not None else ()
        self._numbers = {one: at for at, one in enumerate(self._kinds, start=self._bases[-1])}

    def is_clear(self, glimpse: Glimpse) -> bool:
        """Whether a text, as it came, certainly holds nothing."""
        if self._personal is not None:
            return False
        for one in self._lexicons:  # noqa: SIM110 - `all` would make a generator for each text
            if one.opens(glimpse):
                return False
        return True

    def find(self, sights: Sights, since: int) -> Found:
        """Every hit of the tail; what is personal was told already up to `since`."""
        if self._personal is None and len(self._lexicons) == 1 and not self._passing:
            return self._lexicons[0].find(sights)
        hits: list[Hit] = []
        open_at = len(sights.folded)
        for base, lexicon in zip(self._bases, self._lexicons, strict=False):
            found = lexicon.find(sights)
            open_at = min(open_at, found.open_at)
            hits += found.hits if not base else _moved(found.hits, base)
        if self._personal is not None:
            looked = self._personal.look(sights.folded, since, closed=sights.closed)
            hits += [
                (start, end, self._numbers[kind], FOLDED) for start, end, kind, _ in looked.hits
            ]
            if not sights.closed:
                open_at = min(open_at, looked.hold)
        if self._passing:
            hits = [hit for hit in hits if self.rank(hit[2])]
        return Found(hits, open_at)

    def hold(self, sights: Sights) -> int:
        """Where the longest end of the window begins that may still become a term."""
        return min((one.hold(sights) for one in self._lexicons), default=len(sights.folded))

    def is_personal(self, number: int) -> bool:
        """Whether a rule is about personal information."""
        return number >= self._bases[-1]

    def rank(self, number: int) -> int:
        """How bad it is when this rule is hit."""
        if not self._decided:
            return self._own_rank(number)
        detector = "personal" if self.is_personal(number) else "lexicon"
        return self._told(detector, self.harm(number), self._own_rank(number))[0].rank

    def _own_rank(self, number: int) -> int:
        if self._personal is not None and self.is_personal(number):
            return self._personal.actions[self._kinds[number - self._bases[-1]]].rank
        at = self._of(number)
        return self._lexicons[at].register.ranks[number - self._bases[at]]

    def _told(self, detector: str, harm: str, own: int) -> tuple[Outcome, str | None]:
        """What is done about a finding, and the named rule that says so."""
        row = self._decided.get(detector, _NO_ROWS).get(harm)
        return (_OUTCOMES[own], None) if row is None else (row[own].action, row[own].rule)

    def harm(self, number: int) -> str:
        """The harm that this rule is about."""
        if self.is_personal(number):
            return PERSONAL_HARM
        at = self._of(number)
        return self._lexicons[at].register.harm(number - self._bases[at])

    def told(self, hits: Sequence[Hit]) -> int:
        """Where the last of the personal information among `hits` ends."""
        if self._personal is None:
            return 0
        return max((hit[1] for hit in hits if self.is_personal(hit[2])), default=0)

    def stops(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those after which nothing more may be delivered."""
        return [hit for hit in hits if self.rank(hit[2]) >= Outcome.REFUSE.rank]

    def rule(self, number: int) -> Rule:
        """What a verdict tells of the rule with this number; remembered."""
        known = self._rules.get(number)
        if known is None:
            if len(self._rules) >= _MOST_RULES:
                self._rules.clear()
            known = self._rules[number] = self._rule(number)
        return known

    def _rule(self, number: int) -> Rule:
        if self._personal is not None and self.is_personal(number):
            kind = self._kinds[number - self._bases[-1]]
            name = f"personal-{kind}"
            own = self._personal.actions[kind].rank
            outcome, by = self._told("personal", PERSONAL_HARM, own)
            return Rule(name, PERSONAL_HARM, "personal", outcome, by=by)
        at = self._of(number)
        read = self._lexicons[at].register.read(number - self._bases[at])
        harm = read.entry.harm
        outcome, by = self._told("lexicon", harm, read.entry.action.rank)
        return Rule(read.rule, harm, "lexicon", outcome, read, by)

    def _of(self, number: int) -> int:
        return bisect_right(self._bases, number) - 1


def _going(gates: Sequence[Gate]) -> Callable[[str], int]:
    """How many characters of a text go through all gates."""
    if len(gates) == 1:
        return gates[0].goes
    return lambda text: min((one.goes(text) for one in gates), default=len(text))


def _in_doubt(_text: str) -> int:
    """Only a search can say."""
    return -1


def _moved(hits: Sequence[Hit], base: int) -> list[Hit]:
    return [(start, end, number + base, view) for start, end, number, view in hits]
