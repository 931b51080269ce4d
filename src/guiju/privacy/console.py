# SPDX-License-Identifier: Apache-2.0
"""`/console/privacy`: what waits, one request with its plan, two people, progress, certificate.

Words are opened for a privacy officer who says why, which goes on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts
from guiju.casework import (
    Case,
    Kinds,
    claim,
    claimed,
    decisions,
    get_case,
    history,
    page,
    release,
    verb_text,
)
from guiju.kernel import GuijuError
from guiju.privacy import acting, dated, entering, following, planning, reading, service, store
from guiju.privacy.faces import Means
from guiju.privacy.kind import REQUEST, WAITING
from guiju.privacy.model import HANDLER, LONGEST_TEXT, Channel, Does, Head, Outcome, Wish
from guiju.privacy.public import certificate
from guiju.privacy.registers import READERS
from guiju.storage import Tx
from guiju.web import Posted, Site

_KINDS = Kinds([REQUEST])
_FIELDS = ("wish", "text", "contact")


class ConsolePages:
    """What staff see and do."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._means = means
        self._database = means.database
        self._site = site

    def listed(
        self,
        request: Request,
        after: Annotated[str | None, Query()] = None,
        every: Annotated[bool, Query()] = False,  # noqa: FBT002 - a parameter of the address
    ) -> Response:
        """What waits, by date; or all of them, the newest first."""
        reads = self._site.require(request).has(*READERS)
        others = self._means.others
        with self._database.read() as tx:
            if every:
                heads = store.heads(tx, before=after)
                cases = [get_case(tx, REQUEST, one.case) for one in heads]
                further = heads[-1].case if len(heads) == store.PER_PAGE else None
            else:
                found = page(tx, _KINDS, REQUEST.queue, after=after)
                cases, further = found.cases, found.next
                heads = [store.head(tx, one.id) for one in cases]
            now, erased = tx.now, store.erased_count(tx)
            calendar = dated.entries(tx) if reads else ()
            beside = others(tx) if reads and others is not None else ()
        return self._page(
            request,
            "queue",
            rows=list(zip(cases, heads, strict=True)),
            further=further,
            every=every,
            now=now,
            erased=erased,
            reads=reads,
            calendar=calendar,
            beside=beside,
        )

    def one(self, request: Request, number: str) -> Response:
        """One request."""
        return self._one(request, number, None)

    def step(self, request: Request, number: str, form: Posted) -> Response:
        """Take a step of it."""
        viewer = self._site.require(request)
        said = acting.Said(*(form.text(one) for one in ("words", "outcome", "ground", "person")))
        verb = form.text("verb", longest=20)
        try:
            with self._database.write() as tx:
                seen = form.number("version") or 0
                case, _ = service.get_request(tx, number, seen)
                acting.take(tx, viewer.actor, case, verb, said, stores=self._means.stores)
        except GuijuError as error:
            return self._one(request, number, error, verb, said)
        return self._site.go(f"/console/privacy/{number}")

    def take(self, request: Request, number: str, form: Posted) -> Response:
        """Take it in hand, or give it back."""
        viewer = self._site.require(request, HANDLER)
        try:
            with self._database.write() as tx:
                case, _ = service.get_request(tx, number)
                (release if form.text("give") == "back" else claim)(tx, viewer.actor, case)
        except GuijuError as error:
            return self._one(request, number, error)
        return self._site.go(f"/console/privacy/{number}")

    def open(self, request: Request, number: str, form: Posted) -> Response:
        """The page with the words of whoever asked; who reads them and why goes on record."""
        viewer, why = self._site.require(request, HANDLER), form.text("reason", longest=500)
        try:
            with self._database.write() as tx:
                case, _ = service.get_request(tx, number)
                service.open_words(tx, viewer.actor, case, why)
        except GuijuError as error:
            return self._one(request, number, error)
        return self._one(request, number, None, opened=True)

    def certificate(self, request: Request, number: str) -> Response:
        """The certificate with the bundle that proves it."""
        self._site.require(request)
        return certificate(self._means, number)

    def blank(self, request: Request) -> Response:
        """The form for what reached us otherwise."""
        self._site.require(request, HANDLER)
        return self._entry(request, {}, None)

    def enter(self, request: Request, form: Posted) -> Response:
        """Take in what reached us otherwise; the code is to be told to whoever asked."""
        viewer = self._site.require(request, HANDLER)
        shown: dict[str, str] = {}
        try:
            shown |= {one: form.text(one, longest=2 * LONGEST_TEXT) for one in _FIELDS}
            asked = reading.asking(
                wish=shown["wish"],
                text=shown["text"],
                contact=shown["contact"],
                channel=Channel.STAFF,
            )
            filed = entering.file_by(self._database, viewer.actor, asked)
        except GuijuError as error:
            return self._entry(request, shown, error)
        return self._one(request, filed.case.number, None, code=filed.code, status=201)

    # -- rendering ---------------------------------------------------------------------------------

    def _one(
        self,
        request: Request,
        number: str,
        error: GuijuError | None,
        verb: str = "",
        said: acting.Said | None = None,
        *,
        code: str = "",
        opened: bool = False,
        status: int = 200,
    ) -> Response:
        viewer = self._site.require(request)
        opens = opened and viewer.has(HANDLER)
        with self._database.read() as tx:
            case, head = service.get_request(tx, number)
            four = acting.four_eyes(tx, case)
            wished = head.wish.terms.does
            told: dict[str, Any] = {
                "case": case,
                "head": head,
                "seen": following.follow(tx, case),
                "given": service.given(tx, case) if opens else None,
                "events": history(tx, case, opened=opens),
                "decisions": decisions(tx, case, opened=opens),
                "claim": claimed(tx, case),
                "steps": acting.possible(viewer.actor, case, wished),
                "plan": self._plan(tx, head),
                "consents": _consents(tx, case, head),
                "four": four,
                "may_approve": acting.may_approve(viewer.actor, four),
            }
        return self._page(
            request,
            "one",
            error,
            status=status,
            **told,
            code=code,
            handles=viewer.has(HANDLER),
            verb=verb,
            said=said or acting.Said(),
            outcomes=list(Outcome),
            outcome_text={one.value: one.text for one in Outcome},
            names=following.names(self._means.stores),
            me=viewer.id,
            waiting=case.state == WAITING,
        )

    def _plan(self, tx: Tx, head: Head) -> planning.Plan | None:
        """What a copy or an erasure would reach; other wishes reach into no store."""
        if head.person is None or not {Does.COPY, Does.ERASE} & {*head.wish.terms.does}:
            return None
        return planning.plan(tx, self._means.stores, head.person)

    def _entry(self, request: Request, shown: dict[str, str], error: GuijuError | None) -> Response:
        return self._page(
            request, "entry", error, shown=shown, wishes=list(Wish), most_text=LONGEST_TEXT
        )

    def _page(
        self,
        request: Request,
        name: str,
        error: GuijuError | None = None,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        return self._site.page(
            request,
            f"privacy/{name}.html",
            status=status if error is None else error.status,
            error=error,
            last_day=following.last_day,
            states=REQUEST.states,
            verb_text=partial(verb_text, REQUEST),
            **values,
        )


def _consents(tx: Tx, case: Case, head: Head) -> Mapping[accounts.Purpose, Any] | None:
    """How the consents of who wants to withdraw one stand; None where that is not the question."""
    if head.wish is not Wish.WITHDRAW or case.closed_at is not None:
        return None
    return {} if head.person is None else accounts.consents_of(tx, head.person)
