# SPDX-License-Identifier: Apache-2.0
"""What a version declares beyond its words, as evidence: scope and grade, origin, permits.

Each leaf names both persons. They are appended when the matter changed, and when it is confirmed.
"""

from __future__ import annotations

from typing import Any

from guiju.kernel import Actor, canonical, digest
from guiju.ledger import append
from guiju.measures import enforces
from guiju.profile.model import Published, Statement
from guiju.storage import Tx

_SCOPE = "scope-declared"
_ORIGIN = "origin-declared"
_PERMIT = "permit-recorded"


@enforces("scope-determined", "foreign-investment-checked", "permits-recorded")
def declare(
    tx: Tx, actor: Actor, proposer: str, now: Published, before: Statement | None = None
) -> None:
    """Append what `now` says otherwise than `before`; all of it where there is none.

    `proposer` is whose proposal `actor` approved or confirms.
    """
    version, said = now.version, now.statement
    both = {"version": version, "proposer": proposer, "approver": actor.id}
    for kind, control, facts, same in (
        (_SCOPE, "scope-determined", _scope(said), _same(said, before, "scope")),
        (
            _ORIGIN,
            "foreign-investment-checked",
            _origin(said),
            _same(said, before, "ownership", "foreign_notices"),
        ),
        (_PERMIT, "permits-recorded", _permits(said), _same(said, before, "permits")),
    ):
        if facts is not None and not same:
            append(
                tx,
                kind,
                controls=(control,),
                actor=actor,
                subject=f"statement-{version}",
                facts={**both, **facts},
            )


def _same(said: Statement, before: Statement | None, *fields: str) -> bool:
    return before is not None and all(getattr(said, one) == getattr(before, one) for one in fields)


def _scope(said: Statement) -> dict[str, Any] | None:
    scope = said.scope
    if scope is None:
        return None
    return {
        "use": scope.use.value,
        "tier": scope.tier.value,
        "fields": [one.value for one in scope.fields],
        "reason": digest(canonical({"zh": scope.reason.zh, "en": scope.reason.en})),
        "tier_reason": digest(canonical({"zh": scope.tier_reason.zh, "en": scope.tier_reason.en})),
        "evidence": None if scope.evidence is None else digest(canonical(scope.evidence)),
    }


def _origin(said: Statement) -> dict[str, Any] | None:
    owned = said.ownership
    if owned is None:
        return None
    return {
        "offered_from": owned.offered_from.value,
        "foreign_invested": owned.foreign_invested,
        "checked": digest(canonical({"zh": owned.checked.zh, "en": owned.checked.en})),
        "notices": [one.number for one in said.foreign_notices],
        "unanswered": [one.number for one in said.foreign_notices if one.done is None],
    }


def _permits(said: Statement) -> dict[str, Any]:
    """Also where there are none: that none is needed is a decision of the two persons."""
    ends = [one.until for one in said.permits if one.until is not None]
    return {
        "permits": [one.number for one in said.permits],
        "first_end": min(ends) if ends else None,
    }
