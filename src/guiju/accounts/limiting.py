# SPDX-License-Identifier: Apache-2.0
"""Limits of one key or person that differ from the policy's, set by named staff (Article 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from guiju import policies
from guiju.accounts import limit_store, people, refusing, store
from guiju.accounts.limit_store import Override
from guiju.accounts.roles import KEEPERS, requires_role
from guiju.kernel import Actor
from guiju.ledger import append
from guiju.limits import FREE, MEASURES, Limits, Plan
from guiju.measures import enforces
from guiju.storage import Tx

CONTROLS = ("usage-limits",)
MOST = 10**12
"""No limit is larger; whoever wants more wants none."""


@enforces("usage-limits")
def set_limits(
    tx: Tx, actor: Actor, subject: str, changes: Mapping[str, int | None], reason: str
) -> Override:
    """Let `subject` (key_... or pe_...) use so much and not what the policy says.

    `changes` are by measure, None for no limit; measures that are not named are the policy's again,
    and with no changes all of them. Caches must be told of the subject afterwards.

    Raises:
        Refused: `role-needed`.
        NotFound: `key-not-found` or `person-unknown`.
        Invalid: `limits-invalid` or `reason-code-invalid`.
    """
    requires_role(actor, *KEEPERS)
    _check_subject(tx, subject)
    _check(changes)
    if not people.is_reason(reason):
        raise refusing.bad_reason()
    before = limit_store.overrides(tx, [subject]).get(subject)
    made = Override(subject, dict(changes), reason, actor.id, tx.now)
    limit_store.put(tx, made)
    append(
        tx,
        "limits-changed",
        controls=CONTROLS,
        actor=actor,
        subject=subject,
        facts={
            "from": {} if before is None else dict(before.limits),
            "to": dict(changes),
            "reason": reason,
        },
    )
    return made


def own_limits(tx: Tx, subjects: Collection[str]) -> Mapping[str, Override]:
    """Those of `subjects` whose limits are not the policy's."""
    return limit_store.overrides(tx, subjects)


def limits_in_force(tx: Tx, subjects: Collection[str]) -> dict[str, Limits]:
    """What counts for these keys and persons: the policy's limits, but for what is set apart."""
    policy = policies.active(tx)
    plan = Plan() if policy is None else policies.plan_of(policy.body)
    own = limit_store.overrides(tx, subjects)
    apps = store.keys_of_apps(tx, [one for one in subjects if not one.startswith("pe_")])
    found = {}
    for subject in subjects:
        base = plan.person if subject.startswith("pe_") else FREE
        if subject in apps:
            base = plan.app
        found[subject] = base.changed(own[subject].limits) if subject in own else base
    return found


def _check_subject(tx: Tx, subject: str) -> None:
    if subject.startswith("pe_"):
        people.get_person(tx, subject)
    elif store.find_key(tx, subject) is None:
        raise refusing.no_such_key()


def _check(changes: Mapping[str, int | None]) -> None:
    for measure, limit in changes.items():
        if measure not in MEASURES or not (limit is None or 1 <= limit <= MOST):
            raise refusing.bad_limits(measure, MOST)
