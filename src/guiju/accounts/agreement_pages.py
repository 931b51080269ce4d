# SPDX-License-Identifier: Apache-2.0
"""`/agreement`: what is in force, what changed, its annex, and accepting it (Article 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import profile
from guiju.accounts import agreement_diff, service
from guiju.accounts.consent_model import Answer, Consent, Purpose
from guiju.accounts.consents import SWITCHED
from guiju.accounts.model import Acceptance, Agreement, Publish, Way
from guiju.accounts.newcomers import registration_is_open
from guiju.kernel import (
    AgreementAccepted,
    ConsentWithdrawn,
    Invalid,
    NotFound,
    StandingChanged,
    Text,
)
from guiju.storage import Database, Tx
from guiju.web import Posted, Site, Viewer

WAYS = {
    Way.PAGE: Text(zh="在网页上", en="on the page"),
    Way.API: Text(zh="通过接口", en="by the API"),
    Way.APP: Text(zh="由应用转达", en="through the app"),
}


class ConsentPanel(NamedTuple):
    """What `/me` shows of consents and of the agreement: answers, history, what is owed."""

    switched: Sequence[tuple[Purpose, Consent | None]]
    others: Sequence[Consent]
    history: Sequence[Consent]
    owed: Agreement | None
    binds: bool
    told: Agreement | None
    ways: dict[Way, Text]


def consent_panel(tx: Tx, person: str) -> ConsentPanel:
    """The panel of one person, read in `tx`."""
    found = service.consents_of(tx, person)
    owed = service.owed(tx, person)
    now = service.agreement_in_force(tx)
    mine = service.acceptances_of(tx, person)
    told = now if now and mine and owed is None and mine[0].version < now.version else None
    others = (found[one] for one in (Purpose.SERVICE, Purpose.GUARDIAN))
    return ConsentPanel(
        switched=[(one, found[one]) for one in SWITCHED],
        others=[one for one in others if one is not None],
        history=service.consent_history(tx, person),
        owed=owed,
        binds=owed is not None and not service.may_go_on(tx, person),
        told=told,
        ways=WAYS,
    )


class AgreementPages:
    """The agreement for readers, and the switches of `/me`."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`; `publish` tells caches and other rooms."""
        self._database = database
        self._site = site
        self._publish = publish

    def agreement(
        self,
        request: Request,
        version: Annotated[int | None, Query(ge=1)] = None,
        since: Annotated[int | None, Query(ge=1)] = None,
    ) -> Response:
        """The text in force, or an earlier one, held against the one before or `since`."""
        viewer, language = self._site.viewer(request), self._site.language(request)
        with self._database.read() as tx:
            now = service.agreement_in_force(tx)
            shown = now if version is None else service.get_agreement(tx, version)
            mine = service.acceptances_of(tx, viewer.id) if viewer.kind == "person" else []
            older = service.agreements(tx)
            other = _other(tx, shown, since, mine)
            owed = service.owed(tx, viewer.id) if viewer.kind == "person" else None
            annex = profile.current(tx)
            may_register = registration_is_open(tx)
        if owed is not None and shown is not None and shown.version == owed.version:
            self._serve(viewer, language)
        return self._site.page(
            request,
            "accounts/agreement.html",
            agreement=shown,
            now=now,
            owes=owed is not None,
            accepted={one.version: one for one in mine},
            older=older,
            other=other,
            changes=_changes(other, shown, language),
            annex=annex,
            may_register=may_register,
            said=() if annex is None else profile.particulars(annex.statement),
        )

    def accept(self, request: Request, form: Posted) -> Response:
        """Accept the version that was shown, in the language in which it was."""
        viewer, language = self._site.require_person(request), self._site.language(request)
        with self._database.write() as tx:
            made = service.accept_agreement(
                tx, viewer.actor, viewer.id, _version(form.text("version")), language=language
            )
        self._publish(StandingChanged(viewer.id))
        self._publish(AgreementAccepted(viewer.id, made.version))
        return self._site.go("/me?done=accepted")

    def answer(self, request: Request, purpose: str, form: Posted) -> Response:
        """Say yes or no to one purpose; a no counts at once."""
        viewer, language = self._site.require_person(request), self._site.language(request)
        given = form.text("given") == "yes"
        said = Answer(viewer.id, _purpose(purpose), given)
        with self._database.write() as tx:
            service.answer(tx, viewer.actor, said, language=language)
        self._publish(StandingChanged(viewer.id))
        if not given:
            self._publish(ConsentWithdrawn(viewer.id, said.purpose.value))
        return self._site.go("/me?done=consent#consents")

    def _serve(self, viewer: Viewer, language: str) -> None:
        with self._database.write() as tx:
            service.serve_agreement(tx, viewer.actor, viewer.id, language, Way.PAGE)


def _other(
    tx: Tx, shown: Agreement | None, since: int | None, mine: Sequence[Acceptance]
) -> Agreement | None:
    """What to compare with: what was asked for, else what the reader accepted, else the last."""
    if shown is None:
        return None
    accepted = next((one.version for one in mine if one.version < shown.version), None)
    number = since or accepted or shown.version - 1
    if number < 1 or number == shown.version:
        return None
    try:
        return service.get_agreement(tx, number)
    except NotFound:
        return None


def _changes(
    other: Agreement | None, shown: Agreement | None, language: str
) -> list[agreement_diff.Line]:
    if other is None or shown is None:
        return []
    return agreement_diff.changes(other.text.to(language), shown.text.to(language))


def _purpose(name: str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError as error:
        raise NotFound(
            "consent-unknown",
            Text(zh="没有这项同意。", en="There is no such consent."),
            Text(zh="见 /me。", en="See /me."),
            param="purpose",
        ) from error


def _version(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len("2147483647"):
        raise Invalid(
            "agreement-unknown",
            Text(zh="没有写明接受哪一版协议。", en="It is not said which version is accepted."),
            Text(zh="请刷新页面后重试。", en="Reload the page and try again."),
            param="version",
        )
    return int(text)
