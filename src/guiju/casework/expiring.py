# SPDX-License-Identifier: Apache-2.0
"""The words of closed cases go when their time is over; the trail of numbers stays (Article 11).

What was decided, by whom and when stays on record and still verifies; reasons, notes, notices,
statements and whatever else was sealed for the case are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain

from guiju.casework import expiry_store as store
from guiju.casework.case import Case
from guiju.casework.kind import Kinds
from guiju.casework.retention import CASE_EXPIRED, CONTROLS, CaseRetention, Retention
from guiju.casework.store import find_case
from guiju.casework.trail import happened
from guiju.kernel import Actor
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx, destroy_key

_MOST_CASES = 20
"""In one transaction: with some ten sealed rows each about a tenth of a second."""


@enforces("case-retention")
def expire(tx: Tx, actor: Actor, kinds: Kinds, rules: CaseRetention) -> list[Case]:
    """Delete what some of the due cases hold in words; none when none is due.

    A case stays whole while it or one that it hangs on is open, while a person can appeal against
    what was decided in it, and while a hold stands on it or in it.
    """
    done: list[Case] = []
    for name, days in rules.days.items():
        of_class = [one.name for one in kinds if one.retention is name]
        until, most = tx.now - timedelta(days=days), _MOST_CASES - len(done)
        if of_class and most:
            found = store.due(tx, of_class, until, rules.held, most)
            done += _expired(tx, actor, kinds, name, found)
    return done


@enforces("case-retention")
def forget_again(tx: Tx, actor: Actor, kinds: Kinds, name: str) -> int:
    """Delete the words of a case that an older copy of the database has brought back; the rows.

    That they had expired is on record; whether the copy still has the case open does not matter.
    """
    case = find_case(tx, kinds, name)
    return 0 if case is None else _wipe(tx, actor, case)


def has_expired(tx: Tx, case: Case) -> bool:
    """Whether the words of a case have gone."""
    return not case.is_open and store.has_expired(tx, case.id)


def _expired(
    tx: Tx, actor: Actor, kinds: Kinds, name: Retention, found: Sequence[str]
) -> Iterator[Case]:
    for one in found:
        case = find_case(tx, kinds, one)
        if case is not None:
            yield _forget(tx, actor, name, case)


def _wipe(tx: Tx, actor: Actor, case: Case) -> int:
    own = case.kind.forget(tx, case) if case.kind.forget is not None else ()
    of_class, rows = case.kind.retention.value, 0
    for count in chain(store.forgotten(tx, case.id), own):
        rows += count
        facts = {"case": case.number, "class": of_class, "rows": count}
        append(tx, CASE_EXPIRED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return rows


def _forget(tx: Tx, actor: Actor, name: Retention, case: Case) -> Case:
    rows = _wipe(tx, actor, case)
    # No copy of the database elsewhere can be read any more where the case had a key of its own.
    destroyed = case.subject is None and destroy_key(tx, case.id)
    more = {"class": name.value, "rows": rows, "key_destroyed": destroyed}
    return happened(tx, actor, case, store.EXPIRE, evidence=CASE_EXPIRED, facts=more)
