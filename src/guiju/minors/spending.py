# SPDX-License-Identifier: Apache-2.0
"""May this person be charged? An app asks before it charges; a minor is not charged."""

from __future__ import annotations

from guiju.kernel import Actor, Refused
from guiju.ledger import append
from guiju.measures import enforces
from guiju.minors import refusing
from guiju.minors.standing import ward_of
from guiju.storage import Tx


@enforces("minors-spending")
def check_spending(tx: Tx, actor: Actor, person: str) -> Refused | None:
    """Why this person may not be charged: `minors.spending`; None: they may.

    It is returned and not raised, for the refusal is on record.
    """
    ward = ward_of(tx, person)
    if ward is None or not ward.is_minor:
        return None
    append(
        tx,
        "spending-refused",
        controls=("minors-spending",),
        actor=actor,
        subject=person,
        facts={"provisional": ward.mode.value == "provisional"},
    )
    return refusing.spending_closed()
