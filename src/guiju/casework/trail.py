# SPDX-License-Identifier: Apache-2.0
"""The trail of a case: each change makes the next version, one event and one piece of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guiju.casework import refusing, store
from guiju.casework.case import Case, Event
from guiju.kernel import Actor
from guiju.ledger import Evidence, append_many
from guiju.storage import Tx

CASE_CHANGED = "case-changed"
NOTHING: Mapping[str, Any] = {}


def changed(tx: Tx, case: Case, changes: Mapping[str, Any]) -> Case:
    """The case one version on.

    Raises:
        Conflict: `case-changed`, when somebody else has changed it since it was read.
    """
    found = store.change_case(tx, case, changes)
    if found is None:
        raise refusing.overtaken(case.number)
    return found


def happened(
    tx: Tx,
    actor: Actor,
    case: Case,
    verb: str,
    *,
    evidence: str = CASE_CHANGED,
    changes: Mapping[str, Any] = NOTHING,
    facts: Mapping[str, Any] = NOTHING,
    reason: str | None = None,
) -> Case:
    """Something that takes no step of the table: the case one version on, event and evidence."""
    after = changed(tx, case, changes)
    event = remember(tx, actor, after, verb, source=case.state, facts=facts, reason=reason)
    append_many(tx, [leaf(after, evidence, actor, event)])
    return after


def remember(
    tx: Tx,
    actor: Actor,
    case: Case,
    verb: str,
    *,
    source: str | None,
    facts: Mapping[str, Any],
    reason: str | None = None,
) -> Event:
    """Keep what has just happened to a case, which stands at the version that it made."""
    event = Event(
        case=case.id,
        seq=case.version,
        verb=str(verb),
        source=source,
        target=case.state,
        actor_kind=actor.kind.value,
        actor=actor.id,
        at=tx.now,
        facts=facts,
        reason=reason,
    )
    sealed = None
    if reason is not None:
        sealed = tx.seal(case.sealed_for, reason.encode(), _place(case.id, case.version))
    store.add_event(tx, event, sealed)
    return event


def leaf(
    case: Case, evidence: str, actor: Actor, event: Event, more: Mapping[str, Any] = NOTHING
) -> Evidence:
    """The evidence of an event, with what its room says besides.

    Raises:
        ValueError: the room gives something a name that stands for something else.
    """
    own = {
        "case": case.number,
        "case_kind": case.kind.name,
        "seq": event.seq,
        "verb": event.verb,
        "source": event.source,
        "target": event.target,
        "policy": case.policy,
        **more,
    }
    if taken := own.keys() & event.facts.keys():
        raise ValueError(f"facts of an event cannot be called {', '.join(sorted(taken))}")
    controls = case.kind.controls_of(evidence)
    return Evidence(evidence, controls, actor, case.id, own | dict(event.facts))


def history(tx: Tx, case: Case, *, opened: bool = False) -> list[Event]:
    """What happened to a case, in order; `opened`: with the reasons, else without.

    Raises:
        NotFound: `key-destroyed`, when the words of an erased person are to be opened.
    """
    found = []
    for row in store.events(tx, case.id):
        values = {name: getattr(row, name) for name in Event.__slots__ if name != "case"}
        event = Event(case=row.case_id, **{**values, "reason": None})
        if opened and row.reason is not None:
            place = _place(case.id, row.seq)
            event = replace(event, reason=tx.unseal(case.sealed_for, row.reason, place).decode())
        found.append(event)
    return found


def _place(case: str, seq: int) -> str:
    """What a sealed reason is bound to."""
    return f"casework_event/{case}/{seq}"
