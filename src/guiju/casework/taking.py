# SPDX-License-Identifier: Apache-2.0
"""Take a step as a form or a program says it: with grounds and facts where it decides something.

Pages and the interface for programs go through here, so that the same is asked of both.
"""

from __future__ import annotations

from typing import NamedTuple

from guiju.casework.case import Case
from guiju.casework.model import Transition
from guiju.casework.panel import Words
from guiju.casework.review import Review
from guiju.casework.ruling import Ground, GroundKind, Ruling
from guiju.casework.service import advance
from guiju.kernel import Actor
from guiju.storage import Tx

_FOUND_BY = {"screening", "automation"}


class Said(NamedTuple):
    """A step and what goes with it: grounds by reference, and a clause of an agreement."""

    verb: str
    reason: str = ""
    facts: str = ""
    outcome: str = ""
    grounds: tuple[str, ...] = ()
    clause: str = ""


def take_step(tx: Tx, actor: Actor, case: Case, said: Said, review: Review) -> None:
    """Take a step; the room of the case does more than its table says where it must.

    Raises as `casework.advance`, or as the room does.
    """
    verb = said.verb
    own = review.bench(case.kind.name).steps.get(verb)
    if own is not None:
        own(tx, actor, case, Words(said.facts, said.reason))
        return
    line = next((one for one in case.kind.machine.transitions if one.verb == verb), None)
    ruling = None if line is None or not line.decides else _ruling(case, line, said, review)
    advance(tx, actor, case, verb, reason=said.reason or None, ruling=ruling)


def _ruling(case: Case, line: Transition, said: Said, review: Review) -> Ruling:
    """What is decided; what is missing is said by who takes the step."""
    named = {one.reference: one for one, _ in review.grounds(case.kind.name)}
    chosen = [named[one] for one in said.grounds if one in named]
    if said.clause:
        chosen.append(Ground(GroundKind.AGREEMENT, said.clause))
    bench = review.bench(case.kind.name)
    outcomes = bench.outcomes.get(line.verb, {})
    return Ruling(
        outcome=(said.outcome if said.outcome in outcomes else "") if outcomes else str(line.verb),
        grounds=tuple(chosen),
        facts=said.facts,
        found_by_software=case.origin.value in _FOUND_BY,
        appeal=bench.appeals.get(line.verb),
    )
