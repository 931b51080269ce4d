# SPDX-License-Identifier: Apache-2.0
"""Rulings: whether one is there where the table asks for it, and how it is kept (Article 14)."""

from __future__ import annotations

from guiju.casework import refusing, ruling_store
from guiju.casework.calendar import prc
from guiju.casework.case import Case
from guiju.casework.legal_time import due
from guiju.casework.model import Transition, says_something
from guiju.casework.ruling import Decision, Ground, GroundKind, Ruling
from guiju.kernel import Actor, ActorKind, new_id
from guiju.measures import enforces
from guiju.storage import Tx


def require_ruling(line: Transition, ruling: Ruling | None) -> None:
    """Pass a ruling that says something where the table asks for one, and none elsewhere.

    Raises:
        Invalid: `ruling-needed`.
        ValueError: a ruling on a step that decides nothing.
    """
    if ruling is not None and not line.decides:
        raise ValueError(f"{line.verb!r} decides nothing and takes no ruling")
    if line.decides and not (
        ruling and ruling.grounds and ruling.outcome and says_something(ruling.facts)
    ):
        raise refusing.ruling_needed(line.text)


@enforces("named-decisions")
def keep_ruling(
    tx: Tx, actor: Actor, case: Case, verb: str, ruling: Ruling, *, second: str | None
) -> Decision:
    """Keep what was decided, with who decided it; the caller appends the evidence."""
    appeal = ruling.appeal and due(ruling.appeal.amount, ruling.appeal.unit, tx.now, prc())
    made = Decision(
        id=new_id("dec"),
        case=case.id,
        seq=case.version,
        verb=str(verb),
        outcome=str(ruling.outcome),
        grounds=ruling.grounds,
        facts=ruling.facts,
        found_by_software=ruling.found_by_software,
        decided_by_software=actor.kind not in {ActorKind.STAFF, ActorKind.PERSON},
        decider=actor.id,
        second=second,
        made_at=tx.now,
        appealable_until=appeal.at if appeal else None,
    )
    sealed = tx.seal(case.sealed_for, ruling.facts.encode(), _place(made.id))
    ruling_store.add_decision(tx, made, sealed)
    return made


def decisions(tx: Tx, case: Case, *, opened: bool = False) -> list[Decision]:
    """The decisions in a case, in order; `opened`: with the facts, else without.

    Raises:
        NotFound: `key-destroyed`, when the facts of an erased person are to be opened.
    """
    return [
        Decision(
            id=row.id,
            case=row.case_id,
            seq=row.seq,
            verb=row.verb,
            outcome=row.outcome,
            grounds=tuple(Ground(GroundKind(kind), where) for kind, where in row.grounds),
            facts=_opened(tx, case, row.id, row.facts) if opened else None,
            found_by_software=row.found_by_software,
            decided_by_software=row.decided_by_software,
            decider=row.decider,
            second=row.second,
            made_at=row.made_at,
            appealable_until=row.appealable_until,
        )
        for row in ruling_store.decisions(tx, case.id)
    ]


def _opened(tx: Tx, case: Case, decision: str, sealed: bytes) -> str | None:
    # Of a closed case they may have reached their limit.
    if not sealed:
        return None
    return tx.unseal(case.sealed_for, sealed, _place(decision)).decode()


def _place(decision: str) -> str:
    return f"casework_decision/{decision}"
