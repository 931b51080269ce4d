# SPDX-License-Identifier: Apache-2.0
"""Stop a part of the service for an incident, or let it run again (Articles 13 and 14)."""

from __future__ import annotations

from collections.abc import Collection

from guiju import accounts, policies
from guiju.casework import Case
from guiju.incidents.model import no_such_part
from guiju.kernel import Actor
from guiju.policies import DIRECT, Stop, StopKind, Target
from guiju.policies.upstreams import MODEL_NAME, models_of
from guiju.storage import Tx


def stop(
    tx: Tx,
    actor: Actor,
    target: Target,
    reason: str,
    *,
    routes: Collection[str],
    case: Case | None = None,
) -> Stop:
    """Stop a route, a model or a scene that there is; a misspelt one would stop nothing.

    Raises:
        Invalid: `part-unknown` or `reason-needed`.
        Refused: `person-needed` or `role-needed`.
        Conflict: `stop-stands`.
    """
    _check(tx, target, routes)
    number = None if case is None else case.number
    return policies.stop_part(tx, actor, target, reason, case=number)


def _check(tx: Tx, target: Target, routes: Collection[str]) -> None:
    kind, name = target
    if kind is StopKind.ROUTE:
        known: Collection[str] = routes
    elif kind is StopKind.SCENE:
        known = (DIRECT, *(one.id for one in accounts.apps(tx)))
    else:
        known = _models(tx) or (name,) * bool(MODEL_NAME.fullmatch(name))
    if name not in known:
        raise no_such_part(kind.value, name, ", ".join(sorted(known)[:20]) or "-")


def _models(tx: Tx) -> Collection[str]:
    """The models that the policy in force names; none when it leaves them to the settings."""
    policy = policies.active(tx)
    models = None if policy is None else models_of(policy.body)
    return () if models is None else tuple(models.models)
