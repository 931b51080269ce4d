# SPDX-License-Identifier: Apache-2.0
"""Open the words of a case, for a reason that goes on record as a reading (Article 11).

Reasons, notes, notices and facts are sealed with the key of the person a case is about. Whoever
works on the case opens them once for half an hour, and says why; others see that there are words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from guiju.casework import reading_store, refusing
from guiju.casework.case import Case
from guiju.casework.model import says_something
from guiju.kernel import Actor, ActorKind, new_id
from guiju.measures import enforces
from guiju.storage import Tx

NoteReading = Callable[[Tx, Actor, str, str, str], None]
"""Puts a reading on record: who opens which thing, why, and to whom it belongs."""
_LASTS = timedelta(minutes=30)


@enforces("case-trail")
def open_words(
    tx: Tx, actor: Actor, case: Case, reason: str, note_reading: NoteReading
) -> datetime:
    """Let somebody read the words of a case from now on; until when. The reason goes on record.

    Raises:
        Refused: `person-needed`, or `role-needed` for who does not work on such cases.
        Invalid: `reason-needed`.
    """
    if actor.kind is not ActorKind.STAFF:
        raise refusing.person_needed(refusing.READ, case.kind.roles)
    if not actor.has(*case.kind.roles):
        raise refusing.role_needed(refusing.READ, case.kind.roles)
    if not says_something(reason):
        raise refusing.reason_needed(refusing.READ)
    note_reading(tx, actor, case.number, reason, case.sealed_for)
    until = tx.now + _LASTS
    reading_store.add(tx, new_id("crd"), case.id, actor.id, until)
    return until


def reads_until(tx: Tx, actor: Actor, case: Case) -> datetime | None:
    """Until when somebody has the words of a case open; None: they are covered."""
    if not actor.has(*case.kind.roles):
        return None
    return reading_store.until(tx, case.id, actor.id)
