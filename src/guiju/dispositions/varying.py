# SPDX-License-Identifier: Apache-2.0
"""An appeal that is right in part: another, lesser measure in the place of the first (Article 14).

Lesser is a milder measure, or the same for fewer days, or for fewer functions. The strike stays as
it was counted; what the person is told names the new measure and the reasons of the appeal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guiju.casework import Case, advance, get_case, history
from guiju.dispositions import acting, action_store, appeal_store, policy, refusing
from guiju.dispositions.action_kind import END, USER_ACTION
from guiju.dispositions.model import Action, Effect, Measure, Proposal
from guiju.kernel import Actor, software
from guiju.storage import Tx

_SOFTWARE = software("dispositions")
_FROM_MILD_TO_STRICT = tuple(Measure)


def can_be_varied(tx: Tx, case: Case) -> bool:
    """Whether the appeal is against a measure that is in force against a person."""
    action = action_store.find(tx, appeal_store.get(tx, case.id).against)
    return action is not None and action.effect is Effect.IN_FORCE


def require_lesser(before: Action, lesser: Proposal) -> None:
    """Pass a measure that is milder than the one it takes the place of.

    Raises:
        Invalid: `measure-not-lesser`.
    """
    ranks = [_FROM_MILD_TO_STRICT.index(one) for one in (before.measure, lesser.measure)]
    shorter = before.days is None or (lesser.days is not None and lesser.days <= before.days)
    within = set(lesser.functions) <= set(before.functions)
    same = (lesser.days, set(lesser.functions)) == (before.days, set(before.functions))
    if ranks[1] > ranks[0] or (ranks[0] == ranks[1] and (same or not shorter or not within)):
        raise refusing.not_lesser()


def as_facts(lesser: Proposal) -> dict[str, Any]:
    """The form in which the decision on the appeal holds it."""
    return {
        "measure": lesser.measure.value,
        "days": lesser.days,
        "clause": lesser.clause,
        "functions": list(lesser.functions),
    }


def vary(tx: Tx, actor: Actor, case: Case) -> None:
    """Put in force what was decided on the appeal, in the place of what was in force.

    Raises:
        Invalid: `measure-invalid`, where the decision says none.
    """
    lesser = decided(tx, case)
    if lesser is None:
        raise refusing.bad_measure("没有写明新的处置", "no other measure is named")
    against = get_case(tx, USER_ACTION, appeal_store.get(tx, case.id).against)
    require_lesser(action_store.get(tx, against.id), lesser)
    moved = advance(tx, _SOFTWARE, against, "vary")
    changes = {**as_facts(lesser), "effect": Effect.DECIDED.value, "measure_by": actor.id}
    action_store.change(tx, against.id, changes)
    acting.put_on_record(tx, _SOFTWARE, moved)
    ends = policy.pinned(tx, against.policy).measure_ends(lesser.days)
    advance(tx, _SOFTWARE, get_case(tx, USER_ACTION, against.id), "enforce", limits={END: ends})


def is_in_force(tx: Tx, case: Case) -> bool:
    """Whether what the decision on the appeal names stands in the place of what was before."""
    lesser, against = decided(tx, case), appeal_store.get(tx, case.id).against
    action = action_store.get(tx, against)
    said = Proposal(action.measure, action.days, action.clause, action.functions)
    return said == lesser and action.effect is not Effect.DECIDED


def decided(tx: Tx, case: Case) -> Proposal | None:
    """The measure that the decision on an appeal names; None when it names none."""
    found = [one.facts for one in history(tx, case) if one.verb == "vary"]
    return _proposal(found[-1]) if found and "measure" in found[-1] else None


def _proposal(facts: Mapping[str, Any]) -> Proposal:
    measure, functions = Measure(facts["measure"]), tuple(facts["functions"])
    return Proposal(measure, facts["days"], facts["clause"], functions)
