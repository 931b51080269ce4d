# SPDX-License-Identifier: Apache-2.0
"""`/console/agreement` and `/console/consents`: versions by two persons; consents as counts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import agreement_diff, service
from guiju.accounts.agreement_model import (
    APPROVERS,
    PROPOSERS,
    AgreementState,
    Change,
    Draft,
)
from guiju.accounts.agreements import CODE, LONGEST
from guiju.accounts.consent_model import Purpose
from guiju.accounts.model import EVERYBODY, Publish
from guiju.kernel import GuijuError, Invalid, StandingChanged, Text
from guiju.storage import Database
from guiju.web import Form, Posted, Site

_HERE = "/console/agreement"
_CONSENTS = "/console/consents"


class AgreementConsole:
    """List, proposing, one version with what it states and changes, deciding; and the counts."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`; `publish` lets caches forget everybody."""
        self._database = database
        self._site = site
        self._publish = publish

    def add_to(self, pages: APIRouter) -> None:
        """The addresses, and the entries of the console's menu."""
        said = Text(zh="协议", en="Agreement")
        self._site.offer("console", _HERE, said, order=32, under=(_HERE, _CONSENTS))
        pages.get(_HERE)(self.listed)
        pages.get(f"{_HERE}/new")(self.blank)
        pages.post(f"{_HERE}/new")(self.propose)
        pages.get(f"{_HERE}/{{proposal}}")(self.one)
        pages.post(f"{_HERE}/{{proposal}}/approve")(self.approve)
        pages.post(f"{_HERE}/{{proposal}}/reject")(self.reject)
        pages.get(_CONSENTS)(self.consents)

    def listed(self, request: Request) -> Response:
        """Every version, how many stand at each, and what waits for approval."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            versions, waiting = service.agreements(tx), service.proposals(tx)
            counted = service.acceptances_counted(tx)
        return self._site.page(
            request,
            "accounts/agreements.html",
            versions=versions,
            waiting=[one for one in waiting if one.state is not AgreementState.PUBLISHED],
            ids={one.version: one.id for one in waiting if one.version is not None},
            counted=counted,
            may_propose=viewer.has(*PROPOSERS),
        )

    def consents(self, request: Request) -> Response:
        """How many people stand at yes or no for each purpose; nobody by name."""
        self._site.require(request)
        with self._database.read() as tx:
            counted = service.consents_counted(tx)
        rows = [
            (one, counted.get((one.value, True), 0), counted.get((one.value, False), 0))
            for one in Purpose
        ]
        return self._site.page(request, "accounts/consent-counts.html", rows=rows)

    def blank(self, request: Request) -> Response:
        """The form to propose a version, filled with the one in force."""
        self._site.require(request, *PROPOSERS)
        with self._database.read() as tx:
            now = service.agreement_in_force(tx)
        text = service.first_agreement() if now is None else now.text
        return self._proposing(request, None, Draft(text, Change.MATERIAL))

    def propose(self, request: Request, form: Posted) -> Response:
        """Propose the two texts that were sent."""
        viewer = self._site.require(request, *PROPOSERS)
        draft = Draft(Text(zh="", en=""), Change.MATERIAL)
        try:
            draft = _draft(form)
            with self._database.write() as tx:
                made = service.propose_agreement(tx, viewer.actor, draft)
        except GuijuError as error:
            return self._proposing(request, error, draft)
        return self._site.go(f"{_HERE}/{made.id}")

    def one(self, request: Request, proposal: str) -> Response:
        """One version: what it states and where, and what it changes."""
        return self._one(request, proposal, None)

    def approve(self, request: Request, proposal: str, _form: Posted) -> Response:
        """Put a version in force; refused to whoever proposed it."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.approve_agreement(tx, viewer.actor, proposal)
        except GuijuError as error:
            return self._one(request, proposal, error)
        self._publish(StandingChanged(EVERYBODY))
        return self._site.go(f"{_HERE}/{proposal}")

    def reject(self, request: Request, proposal: str, form: Posted) -> Response:
        """Turn a version down with a reason."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                reason = form.text("reason", longest=2_000)
                service.reject_agreement(tx, viewer.actor, proposal, reason)
        except GuijuError as error:
            return self._one(request, proposal, error)
        return self._site.go(f"{_HERE}/{proposal}")

    def _one(self, request: Request, proposal: str, error: GuijuError | None) -> Response:
        viewer, language = self._site.require(request), self._site.language(request)
        with self._database.read() as tx:
            found, now = service.get_proposal(tx, proposal), service.agreement_in_force(tx)
            stated = service.states(tx, found.text)
        compares = now is not None and now.version != found.version
        changes = (
            agreement_diff.changes(now.text.to(language), found.text.to(language))
            if compares and now is not None
            else None
        )
        return self._site.page(
            request,
            "accounts/agreement-version.html",
            status=200 if error is None else error.status,
            error=error,
            proposal=found,
            now=now,
            changes=changes,
            stated=stated,
            decides=found.state is AgreementState.PROPOSED and viewer.has(*APPROVERS),
            proposed_it=found.proposer == viewer.id,
        )

    def _proposing(self, request: Request, error: GuijuError | None, draft: Draft) -> Response:
        return self._site.page(
            request,
            "accounts/agreement-new.html",
            status=200 if error is None else error.status,
            error=error,
            draft=draft,
            kinds=list(Change),
        )


def _draft(form: Form) -> Draft:
    try:
        change = Change(form.text("change", longest=20))
    except ValueError as error:
        raise Invalid(
            CODE,
            Text(zh="没有选变更的种类。", en="It is not said what kind of change this is."),
            Text(zh="请选一种。", en="Choose one."),
            param="change",
        ) from error
    # A browser sends lines with two characters at their ends; a text has one.
    zh, en = (form.text(one, longest=LONGEST).replace("\r\n", "\n") for one in ("zh", "en"))
    return Draft(Text(zh=zh, en=en), change, form.text("note", longest=2_000))
