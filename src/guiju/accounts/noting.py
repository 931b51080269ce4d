# SPDX-License-Identifier: Apache-2.0
"""Evidence that the ways into an account have changed; never what they are (Article 9)."""

from __future__ import annotations

from guiju.kernel import Actor
from guiju.ledger import append
from guiju.storage import Tx


def note_change(tx: Tx, actor: Actor, what: str, owner: str, **facts: object) -> None:
    """Put on record that the ways to sign in to an account are others now."""
    append(
        tx,
        "credential-changed",
        controls=("sign-in-guarded",),
        actor=actor,
        subject=owner,
        facts={"what": what, **facts},
    )
