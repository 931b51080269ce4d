# SPDX-License-Identifier: Apache-2.0
"""`/me/privacy` and `/me/records`: what is kept of me, who read it, what I asked (Article 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts, records
from guiju.kernel import GuijuError
from guiju.privacy import entering, following, looking, reading, refusing, service, store
from guiju.privacy.faces import Means
from guiju.privacy.kind import ANSWER, CAP, REQUEST
from guiju.privacy.model import LONGEST_TEXT, Wish
from guiju.privacy.public import act, certificate
from guiju.storage import Tx
from guiju.web import Posted, Site, Viewer

_PER_PAGE = 20
_SHOWN_LOOKS = 10
_WHY = "own look"


class MyPages:
    """What a person sees and asks about their own."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._means = means
        self._database = means.database
        self._site = site

    def panel(self, request: Request) -> Response:
        """What is kept, who read it, requests, and the form."""
        return self._panel(request, self._site.require_person(request), {}, None)

    def file(self, request: Request, form: Posted) -> Response:
        """Take a request in; those that could do harm need the password."""
        viewer = self._site.require_person(request)
        shown: dict[str, str] = {}
        try:
            shown |= {name: form.text(name, longest=2 * LONGEST_TEXT) for name in ("wish", "text")}
            shown["consent"] = form.text("consent", longest=20)
            since = self._signed_in_at(request)
            password = form.secret("password")
            proof = entering.proof_of(self._database, viewer.id, password, since)
            language = self._site.language(request)
            asked = reading.asking(
                wish=shown["wish"],
                text=shown["text"],
                person=viewer.id,
                proof=proof,
                language=language,
                consent=shown["consent"],
            )
            filed = entering.file_by_person(self._database, asked)
        except GuijuError as error:
            return self._panel(request, viewer, shown, error)
        with self._database.read() as tx:
            seen = following.follow(tx, filed.case)
        return self._page(request, "filed", status=201, seen=seen, code=filed.code, mine=True)

    def one(self, request: Request, number: str) -> Response:
        """One of my requests."""
        return self._one(request, self._site.require_person(request), number, None)

    def act(self, request: Request, number: str, form: Posted) -> Response:
        """Answer, take back, get a link or the certificate."""
        viewer = self._site.require_person(request)
        done, token = form.text("do", longest=20), ""
        try:
            with self._database.write() as tx:
                case = entering.mine(tx, viewer.id, number)
                if done != "certificate":
                    token = act(tx, viewer.actor, case, done, form)
            if done == "certificate":
                return certificate(self._means, case.id)
        except GuijuError as error:
            return self._one(request, viewer, number, error)
        return self._one(request, viewer, number, None, done=done, token=token)

    # -- records -----------------------------------------------------------------------------------

    def listed(
        self,
        request: Request,
        before: Annotated[str | None, Query(max_length=60)] = None,
    ) -> Response:
        """My records, the newest first."""
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            found = records.own_page(tx, viewer.id, before, _PER_PAGE + 1)
        further = found[_PER_PAGE - 1].request if len(found) > _PER_PAGE else None
        return self._page(request, "records", rows=found[:_PER_PAGE], further=further)

    def record(self, request: Request, number: str) -> Response:
        """One of them, its content covered, and who read it."""
        viewer = self._site.require_person(request)
        return self._record(request, viewer, number, said=None)

    def open(self, request: Request, number: str, form: Posted) -> Response:  # noqa: ARG002 - the form carries the token
        """The same with its content; that one looked oneself goes on record, too."""
        viewer = self._site.require_person(request)
        with self._database.write() as tx:
            self._owned(tx, viewer, number)
            sides = records.read(tx, viewer.actor, number, _WHY)
            case = self._kept_back(tx, number)
        recalled = self._means.recalled
        said = (
            [
                ("input", sides[0].decode(errors="replace")),
                ("output", sides[1].decode(errors="replace")),
            ]
            if recalled is None
            else list(recalled(*sides))
        )
        if case is not None:
            # What one has said oneself stays one's own.
            said = [one for one in said if one[0] == "input"]
        return self._record(request, viewer, number, said=said)

    def _record(
        self, request: Request, viewer: Viewer, number: str, said: list[tuple[str, str]] | None
    ) -> Response:
        with self._database.read() as tx:
            one = self._owned(tx, viewer, number)
            looks = [each for each in looking.looked(tx, viewer.id) if each.request == number]
            case = self._kept_back(tx, number)
        return self._page(request, "record", one=one, looks=looks, said=said, kept_back=case)

    def _kept_back(self, tx: Tx, number: str) -> str | None:
        """The case by which the answer is not handed out any more."""
        asked = self._means.kept_back
        return None if asked is None else asked(tx, number)

    @staticmethod
    def _owned(tx: Tx, viewer: Viewer, number: str) -> records.ExchangeView:
        found = records.own_record(tx, viewer.id, number)
        if found is None:
            raise refusing.no_record(number)
        return found

    # -- rendering ---------------------------------------------------------------------------------

    def _signed_in_at(self, request: Request) -> datetime | None:
        token = self._site.cookies.session(request)
        with self._database.read() as tx:
            found = accounts.session(tx, token)
        return None if found is None else found.started_at

    def _panel(
        self, request: Request, viewer: Viewer, shown: dict[str, str], error: GuijuError | None
    ) -> Response:
        with self._database.read() as tx:
            stores = sorted(self._means.stores, key=lambda one: one.stage)
            kept = [(one, one.what_of(tx, viewer.id)) for one in stores]
            looks = looking.looked(tx, viewer.id, _SHOWN_LOOKS)
            gone = looking.given(tx, viewer.id)
            agreed = [
                one
                for one, answer in accounts.consents_of(tx, viewer.id).items()
                if answer is not None and answer.given and one.value in reading.WITHDRAWN
            ]
            asked = [
                (one, service.get_request(tx, one.case)[0])
                for one in store.heads(tx, person=viewer.id)
            ]
        return self._page(
            request,
            "mine",
            error,
            kept=[one for one in kept if one[1]],
            asked=asked,
            looks=looks,
            gone=gone,
            agreed=agreed,
            shown=shown,
            wishes=[one for one in Wish if one is not Wish.KIN],
            states=REQUEST.states,
            answer=REQUEST.clock(ANSWER).limit,
            cap=REQUEST.clock(CAP).limit,
            most_text=LONGEST_TEXT,
        )

    def _one(
        self,
        request: Request,
        viewer: Viewer,
        number: str,
        error: GuijuError | None,
        *,
        done: str = "",
        token: str = "",
    ) -> Response:
        with self._database.read() as tx:
            seen = following.follow(tx, entering.mine(tx, viewer.id, number))
        return self._page(
            request,
            "my-request",
            error,
            seen=seen,
            done=done,
            token=token,
            names=following.names(self._means.stores),
        )

    def _page(
        self,
        request: Request,
        page: str,
        error: GuijuError | None = None,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        return self._site.page(
            request,
            f"privacy/{page}.html",
            status=status if error is None else error.status,
            error=error,
            last_day=following.last_day,
            **values,
        )
