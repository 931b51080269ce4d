# SPDX-License-Identifier: Apache-2.0
"""Open an incident for what the house has noticed: one case for one thing, in however many workers.

What there is to notice is said by the wiring, whose rooms see it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from guiju.incidents import store
from guiju.incidents.model import Cause, Incident
from guiju.incidents.service import open_incident
from guiju.kernel import Conflict, software
from guiju.storage import Database

WATCH = software("incidents")
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
