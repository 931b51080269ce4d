# SPDX-License-Identifier: Apache-2.0
"""What follows from each step of a rectification, in the transaction of the step."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.casework import Case, Transition, get_case, history, release_holds
from guiju.dispositions import rectification_store as store
from guiju.dispositions.rectification_model import Run
from guiju.kernel import Actor
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CLOSED = "rectification-closed"
CONTROLS = ("rectification",)
# After each of these what was tried before says nothing any more.
_NEW_ROUND = frozenset({"implement", "verify", "reopen"})


@enforces("rectification")
def carried_out(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """At the end, say by which run it was shown to work, and let go what was held."""
    if line.verb == "close":
        cure, run = store.get(tx, case.id).cure, last_run(tx, case)
        facts = {
            "case": case.number,
            "cure": cure and cure.value,
            **(run.as_facts() if run else {}),
        }
        append(tx, CLOSED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    if not case.is_open:
        now = get_case(tx, case.kind, case.id)
        release_holds(tx, actor, now, reason=case.kind.states[case.state].en)


def round_of(tx: Tx, case: Case) -> int:
    """How many steps have made worthless what had been tried or chosen before them."""
    return sum(one.verb in _NEW_ROUND for one in history(tx, case))


def round_opened(verbs: Sequence[str]) -> int:
    """The round in which a case was last opened, by the verbs taken so far, in order."""
    upto = max((at for at, one in enumerate(verbs, 1) if one == "reopen"), default=0)
    return sum(one in _NEW_ROUND for one in verbs[:upto])


def last_run(tx: Tx, case: Case) -> Run | None:
    """The last run of the round the case is in, if it tried every sample that there is."""
    now, count = round_of(tx, case), store.count_samples(tx, case.id)
    found = [one for one in store.runs(tx, case.id) if one.round == now]
    return found[-1] if found and found[-1].tally.samples == count else None
