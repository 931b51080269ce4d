# SPDX-License-Identifier: Apache-2.0
"""`/console/cases`: what waits, the earliest date first, and the next one to take in hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import browse_store, exposing, mailing
from guiju.casework.browse_store import Filter
from guiju.casework.case import Case, Severity
from guiju.casework.kind import Kinds
from guiju.casework.queue_store import Page, Waiting
from guiju.casework.review import Review
from guiju.casework.telling import ORIGINS, SEVERITIES, due_words, span
from guiju.kernel import GuijuError, Text
from guiju.storage import Database, Tx
from guiju.web import Posted, Site, Viewer

HERE = "/console/cases"
_FIELDS = ("queue", "kind", "state", "severity", "mine", "worst")
_LONGEST = 80


class QueuePages:
    """The queues with how much waits, a page of cases, and taking the next one."""

    def __init__(self, database: Database, site: Site, review: Review) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._review = review

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.listed)
        routes.post(f"{HERE}/next")(self.take_next)

    def listed(
        self, request: Request, after: Annotated[str, Query(max_length=120)] = ""
    ) -> Response:
        """Waiting cases by the filter of the address."""
        sent = request.query_params
        asked = {name: sent[name][:_LONGEST] for name in _FIELDS if sent.get(name)}
        return self._shown(request, asked, after)

    def take_next(self, request: Request, form: Posted) -> Response:
        """Take the first free case of a queue in hand."""
        viewer, queue = self._site.require(request), form.text("queue", longest=80)
        try:
            with self._database.write() as tx:
                kinds, rules = self._review.readable(viewer.actor), self._review.rules(tx)
                found = exposing.take_next(tx, viewer.actor, kinds, queue, rules)
        except GuijuError as error:
            return self._shown(request, {"queue": queue}, "", error=error)
        if found is None:
            return self._shown(request, {"queue": queue}, "", nothing=True)
        return self._site.go(f"{HERE}/{found.number}")

    def _shown(
        self,
        request: Request,
        asked: dict[str, str],
        after: str,
        *,
        error: GuijuError | None = None,
        nothing: bool = False,
    ) -> Response:
        viewer = self._site.require(request)
        kinds = self._review.readable(viewer.actor)
        wanted = _filter(viewer, kinds, asked)
        with self._database.read() as tx:
            found = browse_store.browse(tx, kinds, wanted, after=after or None)
            shown = self._rows(tx, viewer, found)
            waiting = browse_store.waiting_of(tx, kinds)
            mails = len(mailing.undelivered(tx, kinds))
            takes = exposing.takes_from(
                tx, viewer.actor, self._review.rules(tx), [one.queue for one in waiting]
            )
        return self._site.page(
            request,
            "casework/queue.html",
            status=200 if error is None else error.status,
            error=error,
            nothing=nothing,
            waiting=waiting,
            total=_total(waiting),
            takes=takes,
            mails=mails,
            asked=dict.fromkeys(_FIELDS, "") | asked,
            filtered=bool(asked),
            kinds=list(kinds),
            states=_states(kinds, wanted.kind),
            severities=SEVERITIES,
            origins=ORIGINS,
            queue_name=self._review.queue,
            first=f"{HERE}?{urlencode(asked)}",
            after=after,
            following=_following(asked, found.next),
            without={name: _without(asked, name) for name in ("queue", "mine")},
            **shown,
        )

    def _rows(self, tx: Tx, viewer: Viewer, found: Page) -> dict[str, Any]:
        names = [one.id for one in found.cases]
        claims = browse_store.claims_of(tx, names)
        holders = {one.holder for one in claims.values()}
        return {
            "cases": found.cases,
            "late": browse_store.late_ever(tx, names),
            "claims": claims,
            "names": self._review.names(tx, holders),
            "me": viewer.id,
            "due": {one.id: due_words(one.due, tx.now) for one in found.cases},
            "over": {one.id for one in found.cases if _is_over(one, tx)},
            "age": {one.id: span(tx.now - one.opened_at) for one in found.cases},
        }


def _filter(viewer: Viewer, kinds: Kinds, asked: dict[str, str]) -> Filter:
    """What the address asks for; a word that means nothing here is left out."""
    known = {one.name for one in kinds}
    severity = asked.get("severity", "")
    graded = severity in {str(int(one)) for one in Severity}
    return Filter(
        queue=asked.get("queue"),
        kind=asked["kind"] if asked.get("kind") in known else None,
        state=asked.get("state"),
        severity=int(severity) if graded else None,
        held_by=viewer.id if asked.get("mine") else None,
        worst_first=bool(asked.get("worst")),
    )


def _states(kinds: Kinds, kind: str | None) -> dict[str, Text]:
    """The states that cases wait in, of one kind or of all; those of one name are one choice."""
    return {
        state: text
        for one in kinds
        if kind in {None, one.name}
        for state, text in one.states.items()
        if one.queue_of(state) is not None
    }


def _is_over(case: Case, tx: Tx) -> bool:
    return case.due is not None and case.due <= tx.now


def _total(waiting: Sequence[Waiting]) -> Waiting:
    return Waiting("", sum(one.cases for one in waiting), sum(one.late for one in waiting))


def _following(asked: dict[str, str], mark: str | None) -> str | None:
    return None if mark is None else f"{HERE}?{urlencode({**asked, 'after': mark})}"


def _without(asked: dict[str, str], name: str) -> str:
    """The filter without one of its fields, ready for more to be added."""
    kept = {key: value for key, value in asked.items() if key != name}
    return f"{HERE}?{urlencode(kept)}{'&' if kept else ''}"
