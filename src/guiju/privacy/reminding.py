# SPDX-License-Identifier: Apache-2.0
"""Open a case for what falls due, once, with a clock; and end it once it is no longer due."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from guiju import records
from guiju.casework import Case, Limit, Origin, Severity, Unit, advance, get_case, open_case
from guiju.kernel import Conflict, Text, software
from guiju.privacy import duty_store as store
from guiju.privacy.duty_kind import DUE, DUTY, OPEN, POOL, TEXTS
from guiju.records import Classes, Consents, Dated
from guiju.storage import Database, Tx

HAND = software("privacy-calendar")
_POLICY = "privacy-calendar"
_LEADS = {
    "audit": timedelta(days=90),
    "old": timedelta(days=30),
    "unreviewed": timedelta(days=7),
    "undecided": timedelta(days=7),
    "unrecorded": timedelta(days=7),
}
"""Ours: so long before its day something becomes a duty. What is not named does on its day."""
_WITHIN = 14
_log = logging.getLogger("guiju.privacy")


class Duty(NamedTuple):
    """A duty as it stands: the case, what it is for, and since when that was or will be due."""

    case: Case
    kind: str
    about: str
    at: datetime | None

    @property
    def text(self) -> Text:
        """What is to be done, in words."""
        return TEXTS[self.kind]


def remind(database: Database, classes: Classes) -> list[Case]:
    """Open what has become a duty, and end what is none any more; what was opened."""
    with database.read() as tx:
        wanted = {one.thing: one for one in records.calendar(tx, classes) if _is_near(one, tx.now)}
        standing = [one for one in store.standing(tx) if one.kind != POOL]
    held = {one.held for one in standing}
    for row in standing:
        if row.held not in wanted:
            _let_go(database, row.case_id)
    opened = [_opened(database, one) for thing, one in wanted.items() if thing not in held]
    return [one for one in opened if one is not None]


def remind_of_pools(database: Database, pools: Iterable[str]) -> list[Case]:
    """Open a duty for each of these pools for training, which are to be made anew."""
    with database.read() as tx:
        held = {one.held for one in store.standing(tx)}
    wanted = [Dated(POOL, one, "", None, "") for one in pools]
    opened = [_opened(database, one) for one in wanted if one.thing not in held]
    return [one for one in opened if one is not None]


def consent_withdrawn(database: Database, consents: Consents, person: str) -> list[Case]:
    """Somebody has withdrawn: open a duty for each pool that holds records of theirs."""
    with database.read() as tx:
        pools = records.pools_without_consent(tx, consents, person)
    return remind_of_pools(database, pools) if pools else []


def duties(tx: Tx) -> dict[str, Duty]:
    """What is open or was seen to, by its thing."""
    return {
        row.held: Duty(get_case(tx, DUTY, row.case_id), row.kind, row.about, row.at)
        for row in store.standing(tx)
    }


def duty(tx: Tx, case: Case) -> Duty | None:
    """The duty of a case."""
    row = store.find(tx, case.id)
    return None if row is None else Duty(case, row.kind, row.about, row.at)


def _is_near(one: Dated, now: datetime) -> bool:
    return one.at is None or one.at - _LEADS.get(one.kind, timedelta()) <= now


def _opened(database: Database, one: Dated) -> Case | None:
    try:
        with database.write() as tx:
            about = "classes" if one.kind == "unassessed" else one.about[:80]
            days = _WITHIN if one.at is None else max(1, (one.at - tx.now).days)
            case = open_case(
                tx,
                HAND,
                DUTY,
                origin=Origin.AUTOMATION,
                severity=Severity.NORMAL,
                about=about,
                limits={DUE: Limit.internal(days, Unit.DAYS, _POLICY)},
                facts={"duty": one.kind, "thing": about},
            )
            row = {"kind": one.kind, "about": about, "at": one.at, "held": one.thing}
            store.add(tx, {"case_id": case.id, **row})
    except Conflict:
        return None  # another worker has just seen the same
    _log.warning("%s: %s is due (%s)", case.number, one.kind, about)
    return case


def _let_go(database: Database, name: str) -> None:
    try:
        with database.write() as tx:
            case = get_case(tx, DUTY, name)
            if case.state == OPEN:
                advance(tx, HAND, case, "lapse")
            else:
                store.let_go(tx, case.id)
    except Conflict:
        return  # somebody has just taken it in hand; the next look sees it as it then is
