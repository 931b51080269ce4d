# SPDX-License-Identifier: Apache-2.0
"""How urgent terms end: folded into the lexicon that comes into force with their words (Article 4).

A term stays in force until that moment: there is no second in which its word does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guiju.kernel import software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import urgent_store
from guiju.policies.lists_model import LEXICONS, references
from guiju.policies.urgent_model import URGENT, UrgentState, UrgentTerm, overtaken_term
from guiju.storage import Tx


def confirmed(tx: Tx, lexicon: str) -> list[UrgentTerm]:
    """The confirmed terms that wait for this lexicon."""
    return [
        one
        for one in urgent_store.in_force(tx)
        if one.state is UrgentState.CONFIRMED and one.lexicon == lexicon
    ]


def note_list(tx: Tx, terms: Sequence[UrgentTerm], digest: str) -> None:
    """Remember that a list is about to be proposed with these terms; the proposal attests it.

    Raises:
        Conflict: `urgent-term-overtaken`, when one of them counts no more.
    """
    for term in terms:
        if not urgent_store.note_list(tx, term, digest):
            raise overtaken_term()


@enforces("urgent-terms")
def fold(tx: Tx, body: Mapping[str, Any]) -> None:
    """End the terms that stand in a lexicon of the policy that has just come into force."""
    held = {one.digest for one in references(body, LEXICONS)}
    for term in urgent_store.in_force(tx):
        if term.state is not UrgentState.CONFIRMED or term.folded_in not in held:
            continue
        step = URGENT.step(term.state, "fold", software("policies"))
        if not urgent_store.move(tx, term, step.target):
            raise overtaken_term()
        append(
            tx,
            "urgent-term-folded",
            controls=("urgent-terms",),
            actor=software("policies"),
            subject=term.id,
            facts={**term.facts(), "lexicon": term.folded_in},
        )
