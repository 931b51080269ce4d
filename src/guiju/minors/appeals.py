# SPDX-License-Identifier: Apache-2.0
"""Appeals of who says they were wrongly taken for a minor; decided by a person."""

from __future__ import annotations

from typing import NamedTuple

from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Origin,
    Ruling,
    advance,
    get_case,
    notices,
    open_case,
)
from guiju.kernel import Actor, ActorKind
from guiju.measures import enforces
from guiju.minors import policy, refusing, store
from guiju.minors.ages import Source
from guiju.minors.appeal_kind import AGE_APPEAL, ANSWER, APPELLANT
from guiju.minors.standing import ward_of
from guiju.storage import Tx

BY_LAW = Ground(GroundKind.LAW, "order15:10.1c")


@enforces("age-appeals")
def file_appeal(tx: Tx, person: str, words: str) -> Case:
    """Say that one is no minor, in one's own words, which are sealed; one at a time.

    Raises:
        Conflict: `age-appeal-empty`, or `age-appealed-already`.
        Invalid: `reason-needed`.
    """
    ward = ward_of(tx, person)
    if ward is None or not ward.is_minor:
        raise refusing.nothing_to_appeal()
    waiting = store.open_appeal(tx, person)
    if waiting is not None:
        raise refusing.appealed_already(get_case(tx, AGE_APPEAL, waiting).number)
    actor = Actor(ActorKind.PERSON, person, frozenset({APPELLANT}))
    source = Source.SELF if ward.source is None else ward.source
    case = open_case(
        tx,
        actor,
        AGE_APPEAL,
        origin=Origin.USER,
        subject=person,
        limits={ANSWER: policy.to_decide(tx)},
        facts={"age_source": source.value},
    )
    store.add_appeal(tx, case.id, person)
    return advance(tx, actor, case, "explain", reason=words)


def withdraw(tx: Tx, person: str) -> None:
    """Take one's open appeal back; nothing happens where there is none."""
    waiting = store.open_appeal(tx, person)
    if waiting is not None:
        actor = Actor(ActorKind.PERSON, person, frozenset({APPELLANT}))
        advance(tx, actor, get_case(tx, AGE_APPEAL, waiting), "withdraw")


@enforces("age-appeals")
def decide(tx: Tx, actor: Actor, case: Case, verb: str, facts: str) -> Case:
    """`correct` or `keep`; `facts` is the reason, which the person reads.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `ruling-needed`.
        Conflict: `wrong-state`.
    """
    ruling = Ruling(outcome=verb, grounds=(BY_LAW,), facts=facts, found_by_software=True)
    return advance(tx, actor, case, verb, ruling=ruling)


class Mine(NamedTuple):
    """One's appeal, and what one was told about it; nothing yet, while it waits."""

    case: Case
    told: str


def mine(tx: Tx, person: str) -> list[Mine]:
    """One's appeals, the newest first, each with the reasons of its decision."""
    cases = [get_case(tx, AGE_APPEAL, one) for one in store.appeals_of(tx, person)]
    return [Mine(one, _told(tx, one)) for one in cases]


def _told(tx: Tx, case: Case) -> str:
    found = notices(tx, case, opened=True)
    return (found[-1].words or "") if found else ""
