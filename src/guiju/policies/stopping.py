# SPDX-License-Identifier: Apache-2.0
"""Stop a route, a model or a scene, and let it run again: by name, with a reason, on record.

Whether there is such a route or app is for the caller to check, whose rooms know them.
"""

from __future__ import annotations

from guiju.kernel import Actor, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import stop_store
from guiju.policies.body import checked_words
from guiju.policies.stop_model import (
    STOPS,
    Stop,
    Stopped,
    StopState,
    Target,
    no_such_stop,
    overtaken_stop,
    stopped_already,
)
from guiju.storage import Tx

CONTROLS = ("parts-stopped",)
_MOST_LISTED = 200


@enforces("parts-stopped")
def stop_part(
    tx: Tx, actor: Actor, target: Target, reason: str, *, case: str | None = None
) -> Stop:
    """Take `target` out of service; every worker refuses it within a second of the commit.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `stop-stands`.
    """
    step = STOPS.step(StopState.DRAFT, "stop", actor, reason=reason)
    stands = next((one for one in stop_store.in_force(tx) if one.target == target), None)
    if stands is not None:
        raise stopped_already(stands)
    made = Stop(
        id=new_id("stop"),
        kind=target.kind,
        name=target.name,
        state=StopState(step.target),
        case=case,
        taken_by=actor.id,
        taken_at=tx.now,
        reason=checked_words("reason", step.reason or ""),
    )
    stop_store.add(tx, made)
    _append(tx, step.transition.evidence, actor, made)
    return made


@enforces("parts-stopped")
def resume_part(tx: Tx, actor: Actor, stop: str, reason: str) -> Stop:
    """Let what this stop stopped run again.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        NotFound: `stop-unknown`.
        Conflict: `wrong-state` or `stop-overtaken`.
    """
    found = get_stop(tx, stop)
    step = STOPS.step(found.state, "resume", actor, reason=reason)
    said = checked_words("reason", step.reason or "")
    if not stop_store.lift(tx, found, actor.id, tx.now, said):
        raise overtaken_stop()
    _append(tx, step.transition.evidence, actor, found)
    return get_stop(tx, stop)


def get_stop(tx: Tx, stop: str) -> Stop:
    """One stop; raises NotFound `stop-unknown`."""
    found = stop_store.find(tx, stop)
    if found is None:
        raise no_such_stop(stop)
    return found


def stops(tx: Tx, case: str | None = None) -> list[Stop]:
    """The newest stops, also lifted ones; those of one case when it is named."""
    return stop_store.newest(tx, _MOST_LISTED, case)


def stops_in_force(tx: Tx) -> list[Stop]:
    """What is stopped now."""
    return stop_store.in_force(tx)


def take_up_stops(tx: Tx, stopped: Stopped) -> bool:
    """Bring `stopped` to what the database says; whether anything has changed."""
    return stopped.become(stop_store.targets(tx), tx.now)


def _append(tx: Tx, evidence: str, actor: Actor, stop: Stop) -> None:
    append(
        tx,
        evidence,
        controls=CONTROLS,
        actor=actor,
        subject=stop.id,
        facts=stop.facts() | {"by": actor.id},
    )
