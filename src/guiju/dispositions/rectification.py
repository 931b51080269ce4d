# SPDX-License-Identifier: Apache-2.0
"""Put the cause right: open, diagnose, choose, implement, pass, verify, close (Article 14).

Each verb is a step of the table in `rectification_kind`; the samples and the regressions over them
are in `rectification_trying`, what is handed to a trainer in `rectification_export`.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Origin,
    Ruling,
    Severity,
    open_case,
)
from guiju.dispositions import rectification_store as store
from guiju.dispositions import refusing
from guiju.dispositions.model import REVIEWERS, Finding
from guiju.dispositions.rectification_acting import CONTROLS, round_of
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import Cure, Rectification
from guiju.dispositions.stepping import step
from guiju.kernel import Actor, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import active_head
from guiju.storage import Tx

# To put it right by further training of the model and other means: Article 14, first paragraph.
_BY_LAW = Ground(GroundKind.LAW, "order15:14.1b")
OPENED = "rectification-opened"
_OPEN = Text(zh="立案整改", en="open a rectification")


@enforces("rectification")
def open_rectification(
    tx: Tx, actor: Actor, found: Sequence[Finding], cause: Case | None = None
) -> Case:
    """Open a case because of findings, or of another case: about content, or a complaint.

    Raises:
        Refused: `role-needed`.
    """
    if not actor.has(*REVIEWERS):
        raise refusing.role_needed(_OPEN, REVIEWERS)
    policy = active_head(tx)
    case = open_case(
        tx,
        actor,
        RECTIFICATION,
        origin=Origin.STAFF if cause is None else cause.origin,
        severity=Severity.NORMAL if cause is None else cause.severity,
        policy=None if policy is None else policy.digest,
        caused_by=cause,
    )
    names = [one.id for one in found]
    store.add(tx, Rectification(case.id, case.number, tuple(names)))
    facts = {"case": case.number, "findings": names, "caused_by": cause and cause.number}
    append(tx, OPENED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return case


def diagnose(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Say what caused it; from here on the samples are frozen."""
    return step(tx, actor, case, "diagnose", reason=reason)


def choose(tx: Tx, actor: Actor, case: Case, cure: Cure, reason: str) -> Case:
    """Choose what is to be changed."""
    store.change(tx, case.id, {"cure": cure.value, "round": round_of(tx, case)})
    return step(tx, actor, case, "choose", reason=reason, facts={"cure": cure.value})


def implement(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Say that it has been changed, and how."""
    return step(tx, actor, case, "implement", reason=reason)


def pass_regression(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Say that it works; the last regression since must have shown it."""
    return step(tx, actor, case, "pass", reason=reason)


def verify(tx: Tx, actor: Actor, case: Case, facts: str) -> Case:
    """Decide, as somebody who has not acted before, that it has been put right.

    Raises:
        Refused: `person-needed`, `second-person-needed` or `role-needed`.
        Invalid: `ruling-needed`.
    """
    ruling = Ruling("verified", (_BY_LAW,), facts, found_by_software=False)
    return step(tx, actor, case, "verify", ruling=ruling)


def close(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Close it; the last re-test since it was verified must have shown that it holds."""
    return step(tx, actor, case, "close", reason=reason)


def reopen(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Begin anew: the cure does not work, or not any more."""
    return step(tx, actor, case, "reopen", reason=reason)


def dismiss(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Put nothing right."""
    return step(tx, actor, case, "dismiss", reason=reason)


def rectification_of(tx: Tx, case: Case) -> Rectification:
    """What this case is about."""
    return store.get(tx, case.id)
