# SPDX-License-Identifier: Apache-2.0
"""Open an incident for what the house has noticed: one case for one thing, in however many workers.

What there is to notice is said by the wiring, whose rooms see it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from guiju.incidents import episode_store, store
from guiju.incidents.episodes import begins, is_loud, worth_noting
from guiju.incidents.model import Category, Cause, Incident
from guiju.incidents.service import open_incident
from guiju.kernel import Conflict, isoformat, software
from guiju.storage import Database

WATCH = software("incidents")
_PERSONAL = "personal-hits"
_log = logging.getLogger("guiju.incidents")


def detect(database: Database, causes: Iterable[Cause]) -> list[Incident]:
    """Open an incident for each cause whose thing has opened none; those that were opened."""
    wanted = list(causes)
    if not wanted:
        return []
    with database.read() as tx:
        new = [one for one in wanted if one.thing is None or store.held(tx, one.thing) is None]
    opened = [_opened(database, one) for one in new]
    return [one for one in opened if one is not None]


def _opened(database: Database, cause: Cause) -> Incident | None:
    try:
        with database.write() as tx:
            made = open_incident(tx, WATCH, cause)
    except Conflict:
        return None  # another worker has just seen the same
    if made is not None:
        _log.warning("incident %s: %s", made.case.number, cause.category.value)
    return made


def detect_leak(database: Database, hits: int, rate: int) -> Incident | None:
    """Suspect a leak where an hour had more hits than `rate`: one incident for an episode.

    That it goes on is noted once a minute at most. Of many workers one opens the incident, in the
    transaction in which it notes the beginning. Whether anything leaked, a person says.
    """
    if not is_loud(hits, rate):
        return None
    now = database.clock.now()
    with database.read() as tx:
        before = episode_store.loud_at(tx, _PERSONAL)
    if before is not None and not worth_noting(before, now):
        return None
    with database.write() as tx:
        if not episode_store.note(tx, _PERSONAL, before, tx.now) or not begins(before, tx.now):
            return None
        made = open_incident(tx, WATCH, _suspected(rate, f"{_PERSONAL}:{isoformat(tx.now)}"))
    if made is not None:
        _log.warning("incident %s: more personal information than usual", made.case.number)
    return made


def _suspected(rate: int, thing: str) -> Cause:
    words = (
        f"疑似泄露：一小时内回答中检出个人信息超过 {rate} 处（已按策略处理），请核实后定级。"
        f"A suspected leak: personal information was found in answers more than {rate} times in an"
        " hour, and dealt with as the policy says. Look into it, then grade it."
    )
    return Cause(Category.LEAK, words, thing, lasting=True)
