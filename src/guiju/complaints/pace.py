# SPDX-License-Identifier: Apache-2.0
"""How long it took, in working days: kept with every step, read for the public statistics.

Counted as legal time counts: the day on which something begins is not one, the day on which it is
done is; a day at whose end nobody could act, because the complainant had to answer, is not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from guiju.casework import Case, Transition, afterwards, decisions, prc
from guiju.complaints import store
from guiju.complaints.model import CONFIRMING
from guiju.kernel import BEIJING, Actor
from guiju.storage import Tx

UPHELD = "complaint-upheld"
"""The topic of what follows when a complaint was found to be right; its id is the case's."""

_DAY = timedelta(days=1)


def working_days(since: datetime, until: datetime) -> int:
    """The working days after that of `since`, that of `until` included."""
    day, last = (one.astimezone(BEIJING).date() for one in (since, until))
    calendar, found = prc(), 0
    while day < last:
        day += _DAY
        found += calendar.is_working_day(day)
    return found


def keep(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:  # noqa: ARG001 - as kinds call it
    """After each step of a complaint: what it adds to its pace, and what others must hear of."""
    changes = _changes(tx, case, line.verb)
    if changes:
        store.change_pace(tx, case.id, changes)
    if changes.get("outcome") in CONFIRMING:
        afterwards(tx, UPHELD, case.id)


def _changes(tx: Tx, case: Case, verb: str) -> dict[str, Any]:
    stands = store.find_pace(tx, case.id)
    if stands is None:
        return {}
    found: dict[str, Any] = {}
    if verb in {"accept", "decline", "transfer"} and stands.acceptance is None:
        found["acceptance"] = working_days(case.opened_at, tx.now)
    if verb == "ask":
        found["asked_at"] = tx.now
    elif verb in {"answer", "go-on"} and stands.asked_at is not None:
        found["paused"] = stands.paused + working_days(stands.asked_at, tx.now)
        found["asked_at"] = None
    elif verb == "tell" and stands.feedback is None:
        found["feedback"] = working_days(case.opened_at, tx.now) - stands.paused
    if verb in {"decide", "decline"}:
        found["outcome"] = decisions(tx, case)[-1].outcome
    elif verb == "transfer":
        found["outcome"] = "transferred"
    elif verb == "reopen":
        found["reopened"] = True
    elif verb == "settle":
        found["access_until"] = tx.now + timedelta(days=stands.access_days)
    return found
