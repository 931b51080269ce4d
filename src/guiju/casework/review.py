# SPDX-License-Identifier: Apache-2.0
"""What wiring hands the console of reviewers: kinds, benches, rules, and names for people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from guiju.casework.case import Case
from guiju.casework.kind import Kinds
from guiju.casework.panel import Bench
from guiju.casework.reading import NoteReading
from guiju.casework.ruling import Ground, GroundKind
from guiju.casework.welfare import ReviewRules
from guiju.kernel import Actor, Text
from guiju.measures import law
from guiju.storage import Tx

READER = "auditor"
# A decision about content or a person stands on one of these, unless its room says otherwise.
_ARTICLES = (4, 14)


def _no_rules(_tx: Tx) -> ReviewRules:
    return ReviewRules()


def _no_names(_tx: Tx, _staff: Collection[str]) -> Mapping[str, str]:
    return {}


def _no_reading(_tx: Tx, _actor: Actor, _thing: str, _reason: str, _subject: str) -> None:
    """Words stay covered where nobody keeps readings: a mistake in the wiring shows at once."""
    raise NotImplementedError("nobody keeps readings here")


@dataclass(frozen=True, slots=True)
class Lead:
    """A page of another room to which a case of these kinds may lead those who hold a role there.

    `path` has `{number}` where the number of the case belongs.
    """

    path: str
    text: Text
    kinds: Collection[str]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """What the console needs to know of other rooms.

    `benches`: by the name of a kind. `rules`: part `review` of the policy in force. `names`: of
    staff, for colleagues. `queues`: what queues are called. `leads`: where a case may lead on to.
    `note_reading`: puts on record that somebody opens the words of a case.
    """

    kinds: Kinds
    benches: Mapping[str, Bench] = field(default_factory=dict)
    rules: Callable[[Tx], ReviewRules] = _no_rules
    names: Callable[[Tx, Collection[str]], Mapping[str, str]] = _no_names
    queues: Mapping[str, Text] = field(default_factory=dict)
    leads: Sequence[Lead] = ()
    note_reading: NoteReading = _no_reading

    def bench(self, kind: str) -> Bench:
        """What the room of this kind offers; an empty bench if it offers nothing."""
        return self.benches.get(kind, Bench())

    def readable(self, actor: Actor) -> Kinds:
        """The kinds whose cases this member of staff may see: their own, and auditors all."""
        every = actor.has(READER)
        return Kinds(one for one in self.kinds if every or actor.has(*one.roles))

    def onward(self, actor: Actor, case: Case) -> Sequence[tuple[str, Text]]:
        """Where this member of staff may go on from this case: addresses, and what they say."""
        return [
            (one.path.replace("{number}", case.number), one.text)
            for one in self.leads
            if case.kind.name in one.kinds and actor.has(*one.roles)
        ]

    def queue(self, name: str | None) -> Text:
        """What a queue is called."""
        return self.queues.get(name or "", Text(zh=name or "—", en=name or "—"))

    def grounds(self, kind: str) -> Sequence[tuple[Ground, Text]]:
        """What a decision in a case of this kind may stand on."""
        return self.bench(kind).grounds or _law_grounds()


def _law_grounds() -> list[tuple[Ground, Text]]:
    articles = law().articles
    return [
        (Ground(GroundKind.LAW, f"order15:{one.id}"), one.text)
        for number in _ARTICLES
        for one in articles[number].obligations
    ]
