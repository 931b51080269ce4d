# SPDX-License-Identifier: Apache-2.0
"""What the law data are made of: instruments, articles, obligations, controls, kinds, rules, harms.

Frozen values without I/O; `loading` makes them from the TOML files of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from guiju.kernel import Text


class Duty(StrEnum):
    """Whom a sentence of an instrument addresses."""

    PROVIDER = "provider"
    USER = "user"
    AUTHORITY = "authority"
    STATE = "state"
    NONE = "none"


class Mark(StrEnum):
    """How well a statement about the law is confirmed."""

    CONFIRMED = "confirmed"
    SECONDARY = "secondary"
    MEMORY = "memory"


class Status(StrEnum):
    """Whether an instrument binds today."""

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    DRAFT = "draft"
    VOLUNTARY = "voluntary"


class How(StrEnum):
    """Who carries a control out."""

    SOFTWARE = "software"
    PERSON = "person"


class State(StrEnum):
    """Whether guiju does it, will do it, or somebody does it elsewhere."""

    BUILT = "built"
    PLANNED = "planned"
    EXTERNAL = "external"


class Cadence(StrEnum):
    """How often a control acts."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    ONCE = "once"
    ON_EVENT = "on-event"


class Verb(StrEnum):
    """Whether a rule binds or recommends."""

    SHALL = "shall"
    SHOULD = "should"


class Operator(StrEnum):
    """How a measured value is held against a rule's value."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    MORE = ">"
    LESS = "<"
    IN = "in"


class CheckType(StrEnum):
    """How a control's standing is found (see `guiju.measures.checks`)."""

    EACH = "each"
    PRESENT = "present"
    SIGNAL = "signal"
    ATTESTED = "attested"


class Op(StrEnum):
    """What a condition asks of a fact; the last two compare it with another fact."""

    PRESENT = "present"
    ABSENT = "absent"
    EQUALS = "equals"
    IN = "in"
    INCLUDES = "includes"
    AT_LEAST = "at-least"
    SAME_AS = "same-as"
    DIFFERS_FROM = "differs-from"


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about one leaf: `fact` is a dotted path into its facts, or `@` and a field."""

    fact: str
    op: Op
    value: object = None


@dataclass(frozen=True, slots=True)
class Check:
    """How the standing of one control is computed; data, so that its digest says what was asked."""

    type: CheckType
    kinds: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    holds: tuple[Condition, ...] = ()
    named: bool = False
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """Something done, by software or a person, so that obligations are kept.

    `serves` are obligation ids, `evidence` the kinds that may name the control, `valid_days` how
    long evidence stays fresh, `docs` where it is explained.
    """

    id: str
    serves: tuple[str, ...]
    how: How
    state: State
    room: str
    evidence: tuple[str, ...]
    cadence: Cadence
    valid_days: int
    title: Text
    what: Text
    docs: str
    check: Check | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence; `facts` are the names it carries; a general kind fits every control."""

    id: str
    text: Text
    facts: tuple[str, ...]
    general: bool


@dataclass(frozen=True, slots=True)
class Obligation:
    """One duty of one article of the Measures, in our own words."""

    id: str
    article: int
    paragraph: int
    item: str | None
    duty: Duty
    text: Text
    needs_when: Text | None


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the Measures with its obligations in order."""

    number: int
    chapter: int
    title: Text
    obligations: tuple[Obligation, ...]

    @property
    def binds_provider(self) -> bool:
        """Whether at least one of its obligations is the provider's."""
        return any(one.duty is Duty.PROVIDER for one in self.obligations)


@dataclass(frozen=True, slots=True)
class ForeignObligation:
    """A duty from another instrument, mapped to the controls that also serve the Measures."""

    id: str
    clause: str
    duty: Duty
    controls: tuple[str, ...]
    text: Text
    mark: Mark


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation, departmental rule or standard."""

    id: str
    title: Text
    number: str
    issuers: tuple[str, ...]
    promulgated: date | None
    in_force: date | None
    status: Status
    mark: Mark
    obligations: tuple[ForeignObligation, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A legal number with its source; `verified_by` is empty until someone held it to the text."""

    id: str
    value: int | str
    operator: Operator
    unit: str
    instrument: str
    clause: str
    in_force: date | None
    verb: Verb
    mark: Mark
    verified_by: str
    verified_on: date | None
    text: Text
    why: Text | None
    applies: str | None

    @property
    def number(self) -> int:
        """The value of a rule that is a number; raises TypeError for one that is a word."""
        if isinstance(self.value, int):
            return self.value
        raise TypeError(f"rule {self.id} is the word {self.value!r}, not a number")


@dataclass(frozen=True, slots=True)
class Harm:
    """One of the 31 risks, `A1a` to `A5b`."""

    id: str
    harm_class: str
    text: Text
    mark: Mark


@dataclass(frozen=True)
class Law:
    """Everything the package knows of the law; read-only and the same for the whole process."""

    instruments: Mapping[str, Instrument]
    articles: Mapping[int, Article]
    controls: Mapping[str, Control]
    kinds: Mapping[str, Kind]
    rules: Mapping[str, Rule]
    harms: Mapping[str, Harm]
    slices: Mapping[str, tuple[str, ...]]

    @cached_property
    def obligations(self) -> Mapping[str, Obligation]:
        """Every obligation of the Measures by id, in the order of the text."""
        every = self.articles.values()
        return {one.id: one for article in every for one in article.obligations}

    def controls_of(self, article: int) -> tuple[Control, ...]:
        """The controls that serve an obligation of the article, in the order of its paragraphs."""
        mine = [one.id for one in self.articles[article].obligations]
        found = [
            (mine.index(first), control)
            for control in self.controls.values()
            if (first := next((one for one in mine if one in control.serves), None)) is not None
        ]
        return tuple(control for _, control in sorted(found, key=lambda pair: pair[0]))

    def controls_for(self, obligation: str) -> tuple[Control, ...]:
        """The controls that serve one obligation."""
        return tuple(one for one in self.controls.values() if obligation in one.serves)
