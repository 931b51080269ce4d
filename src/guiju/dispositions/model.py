# SPDX-License-Identifier: Apache-2.0
"""Findings, what is done about a person, strikes, statements of reasons: values and tables.

A finding says where something was found, never what it said. What is done about a person is a case
(`action_kind`), what the person says against it another (`appeal_kind`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from guiju.casework import Machine, Transition
from guiju.kernel import Text

REVIEWERS = ("reviewer", "safety-officer")
OFFICER = "safety-officer"
APPEALS = "appeals-officer"
# What software may do in this room carries this role, which no member of staff can hold.
ABUSE_RULE = "abuse-rule"
# The person a case is about, in a case of their own.
APPELLANT = "appellant"


class Source(StrEnum):
    """Who drew attention to it."""

    SCREENING = "screening"
    COMPLAINT = "complaint"
    STAFF = "staff"
    AUTHORITY = "authority"


class FindingState(StrEnum):
    """What people made of a finding."""

    RAISED = "raised"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


FINDING = Machine(
    "finding",
    FindingState.RAISED,
    [
        Transition(
            FindingState.RAISED,
            "confirm",
            FindingState.CONFIRMED,
            Text(zh="确认发现", en="confirm a finding"),
            "finding-decided",
            roles=REVIEWERS,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            FindingState.RAISED,
            "dismiss",
            FindingState.DISMISSED,
            Text(zh="驳回发现", en="dismiss a finding"),
            "finding-decided",
            roles=REVIEWERS,
            by_person=True,
            needs_reason=True,
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found: where, for which harm, by which rule; whose it was, by pseudonym.

    `request` is the record that holds the words, `direction` whether they went in or came out.
    `case` is what was done about the person because of it.
    """

    id: str
    person: str | None
    source: Source
    request: str | None
    direction: str | None
    harm: str
    rule: str
    detector: str
    action: str
    policy: str | None
    state: FindingState
    case: str | None
    raised_by: str
    raised_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it."""
        return {
            "finding": self.id,
            "source": self.source.value,
            "request": self.request,
            "direction": self.direction,
            "harm": self.harm,
            "rule": self.rule,
        }


class Measure(StrEnum):
    """What Article 14 names against a person who breaks the law with the service."""

    WARN = "warn"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


class Effect(StrEnum):
    """What a case does to the person now."""

    NONE = "none"
    DECIDED = "decided"
    IN_FORCE = "in-force"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done: `days` None means until it is lifted.

    `clause` is that of the agreement in force which says so; `functions` are closed by `restrict`.
    """

    measure: Measure
    days: int | None
    clause: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What is done about a person in the case `case`; `measure_by` said which measure.

    `trigger` is what led to it: `abuse.in-a-row`, `abuse.in-a-day`, or the source of a finding.
    `strikes` is how many counted already. `held`: the person is held meanwhile.
    """

    case: str
    person: str
    effect: Effect
    held: bool
    measure: Measure
    days: int | None
    clause: str
    functions: tuple[str, ...]
    agreement: int | None
    trigger: str
    measure_by: str
    strikes: int
    policy: str | None
    in_force_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """One more time that counts against a person, until it expires or is taken back."""

    id: str
    person: str
    case: str
    at: datetime
    expires_at: datetime
    removed_at: datetime | None


class Cause(NamedTuple):
    """Why people act: who drew attention to it, and the findings it rests on."""

    source: Source = Source.STAFF
    findings: tuple[Finding, ...] = ()


class Trigger(NamedTuple):
    """The rule about abuse was reached: which part of it, and by which findings."""

    rule: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons: `said` holds its axes, `digest` is that of their canonical bytes."""

    id: str
    case: str
    person: str
    digest: str
    made_at: datetime
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a person says against the case `against`; `outcome` None: nobody has decided yet."""

    case: str
    against: str
    statement: str
    person: str
    outcome: str | None
