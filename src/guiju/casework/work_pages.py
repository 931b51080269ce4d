# SPDX-License-Identifier: Apache-2.0
"""`/console/cases/work`: my own work and welfare; how old what waits is, and who carries it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import browse_store, exposing, exposure_store
from guiju.casework.kind import Kinds
from guiju.casework.review import Review
from guiju.casework.welfare import Welfare, day_of, harm_names
from guiju.kernel import GuijuError, Text
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

HERE = "/console/cases/work"
LEADS = ("safety-officer", "auditor")
_DAYS = 30
_WEEK = timedelta(days=7)
_MINUTE = 60
_EDGES = (1, 3, 7, 14, 30, 90)


class Bar(NamedTuple):
    """A line of a chart: what, and how many."""

    text: Text
    value: int


class Load(NamedTuple):
    """What one member of staff carries: in hand now, decided and looked at in the last week."""

    staff: str
    in_hand: int
    decided: int
    minutes: int
    items: int


class WorkPages:
    """Charts for all who work on cases; who carries what is for those who lead."""

    def __init__(self, database: Database, site: Site, review: Review) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._review = review

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.shown)
        routes.post(f"{HERE}/queues")(self.choose)

    def shown(self, request: Request) -> Response:
        """My day, the queues I take from, ages of what waits, and what came and went."""
        return self._shown(request)

    def choose(self, request: Request, form: Posted) -> Response:
        """Take from a queue from now on, or not."""
        viewer, queue = self._site.require(request), form.text("queue", longest=40)
        try:
            with self._database.write() as tx:
                takes = form.text("takes", longest=5) == "yes"
                exposing.choose(tx, viewer.actor, queue, takes=takes)
        except GuijuError as error:
            return self._shown(request, error)
        return self._site.go(HERE)

    def _shown(self, request: Request, error: GuijuError | None = None) -> Response:
        viewer = self._site.require(request)
        kinds, leads = self._review.readable(viewer.actor), viewer.has(*LEADS)
        with self._database.read() as tx:
            rules = self._review.rules(tx)
            waiting = browse_store.waiting_of(tx, kinds)
            queues = sorted({*_queues(kinds), *(one.queue for one in waiting)})
            mine: Welfare = exposing.how_it_stands(tx, viewer.actor, rules)
            takes = exposing.takes_from(tx, viewer.actor, rules, queues)
            loads = _loads(tx) if leads else []
            flow = _flow(tx, kinds)
            values: dict[str, Any] = {
                "ages": _ages(tx, kinds),
                "names": self._review.names(tx, [one.staff for one in loads]),
                "takers": exposure_store.takers(tx) if leads else {},
            }
        return self._site.page(
            request,
            "casework/work.html",
            status=200 if error is None else error.status,
            error=error,
            mine=mine,
            rules=rules,
            harm_names=harm_names,
            takes=takes,
            waiting={one.queue: one for one in waiting},
            queue_name=self._review.queue,
            loads=loads,
            leads=leads,
            flow=flow,
            **values,
        )


class Flow(NamedTuple):
    """How many cases were opened and how many came to their end, day by day."""

    days: list[str]
    opened: list[int]
    closed: list[int]


def _queues(kinds: Kinds) -> set[str]:
    """Every queue that a case of these kinds may wait in."""
    found = {one.queue_of(state) for one in kinds for state in one.machine.states}
    return {one for one in found if one is not None}


def _ages(tx: Tx, kinds: Kinds) -> list[Bar]:
    edges = [tx.now - timedelta(days=one) for one in _EDGES]
    texts = [
        Text(zh="不到 1 天", en="less than a day"),
        *(
            Text(zh=f"{low} 至 {high} 天", en=f"{low} to {high} days")
            for low, high in itertools.pairwise(_EDGES)
        ),
        Text(zh=f"{_EDGES[-1]} 天以上", en=f"more than {_EDGES[-1]} days"),
    ]
    counted = browse_store.ages(tx, kinds, edges)
    return [Bar(*one) for one in zip(texts, counted, strict=True)]


def _flow(tx: Tx, kinds: Kinds) -> Flow:
    first = day_of(tx.now) - timedelta(days=_DAYS - 1)
    days = [first.date() + timedelta(days=at) for at in range(_DAYS)]
    opened = browse_store.opened_by_day(tx, kinds, first)
    closed = browse_store.closed_by_day(tx, kinds, first)
    return Flow(
        [one.isoformat() for one in days],
        [opened.get(one, 0) for one in days],
        [closed.get(one, 0) for one in days],
    )


def _loads(tx: Tx) -> list[Load]:
    """Who carries what, those with most in hand first."""
    since = tx.now - _WEEK
    in_hand, decided = browse_store.in_hand(tx), browse_store.decided_by(tx, since)
    seen = _seen(tx, since)
    found = [
        Load(one, in_hand.get(one, 0), decided.get(one, 0), *seen.get(one, (0, 0)))
        for one in {*in_hand, *decided, *seen}
    ]
    return sorted(found, key=lambda one: (-one.in_hand, -one.decided, one.staff))


def _seen(tx: Tx, since: datetime) -> Mapping[str, tuple[int, int]]:
    minutes: Counter[str] = Counter()
    items: Counter[str] = Counter()
    for one in exposure_store.by_reviewer(tx, since):
        now = one.at(tx.now)
        minutes[one.reviewer] += int((now.until - now.since).total_seconds())
        items[one.reviewer] += one.items
    return {one: (minutes[one] // _MINUTE, items[one]) for one in minutes}
