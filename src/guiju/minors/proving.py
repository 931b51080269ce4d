# SPDX-License-Identifier: Apache-2.0
"""What follows here from a verified identity: an age, and a guardian who is known for a grown-up.

A document of level two tells a band of age beside the provider's number. Kept of it is the band, as
somebody's word about an age, and the number of the verification that it rests on.
"""

from __future__ import annotations

from guiju.accounts import Verification
from guiju.kernel import Actor, ActorKind, software
from guiju.measures import enforces
from guiju.minors import asserting, guarding, store
from guiju.minors.ages import Source, stage_named
from guiju.minors.hearing import hear
from guiju.minors.standing import proved_adult
from guiju.storage import Tx

LEVEL = 2
"""A telephone proves no age: from this level on a document was looked at."""
_VERIFIER = software("identity-verification")


class Proving:
    """Hears of verified identities (`accounts.Proofs`), in the transaction that keeps them."""

    @enforces("minors-mode", "guardian-links")
    def verified(self, tx: Tx, one: Verification, age: str | None) -> None:
        """An age that a document tells counts; and who waits to be known as a guardian, is."""
        stage = None if age is None else stage_named(age)
        if stage is None or one.level < LEVEL:
            return
        hear(tx, _VERIFIER, one.person, Source.VERIFICATION, stage=stage, proof=one)
        mark = proved_adult(tx, one.person)
        if mark is not None:
            guarding.prove(tx, Actor(ActorKind.PERSON, one.person), mark)

    @enforces("minors-mode", "guardian-links")
    def withdrawn(self, tx: Tx, one: Verification) -> None:
        """What rested on it falls: the age, and that a guardian is known by it."""
        if store.withdraw_claims_by(tx, one.person, one.id):
            asserting.settle(tx, _VERIFIER, one.person, "verification-withdrawn")
        guarding.disprove(tx, _VERIFIER, one.person, guarding.mark_of(one.id))
