# SPDX-License-Identifier: Apache-2.0
"""Pages for who is signed in: how the account stands, its keys (Article 9)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import limits, policies
from guiju.accounts import service
from guiju.accounts.agreement_pages import consent_panel
from guiju.accounts.model import PersonState, Publish
from guiju.accounts.news import NewsOf
from guiju.kernel import GuijuError, StandingChanged, Text
from guiju.storage import Database
from guiju.web import Posted, Site, Viewer

_STATES = {
    PersonState.ACTIVE: Text(zh="正常", en="active"),
    PersonState.RESTRICTED: Text(zh="受限", en="restricted"),
    PersonState.SUSPENDED: Text(zh="已暂停", en="suspended"),
    PersonState.TERMINATED: Text(zh="已终止", en="terminated"),
}


class MyPages:
    """What is one's own."""

    def __init__(self, database: Database, site: Site, publish: Publish, news: NewsOf) -> None:
        """Work on `database`; `news`: what other rooms have to say."""
        self._database = database
        self._site = site
        self._publish = publish
        self._news = news

    def accept_waiver(self, request: Request, form: Posted) -> Response:
        """Accept the terms for content without a visible label that were shown."""
        viewer = self._site.require_person(request)
        with self._database.write() as tx:
            service.accept_waiver(tx, viewer.actor, viewer.id, form.text("terms"))
        self._publish(StandingChanged(viewer.id))
        return self._site.go("/me?done=waived")

    def me(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """Keys with what they have used, agreement, and how the account stands."""
        return self._shown(request, self._site.require_person(request), done=done)

    def issue(self, request: Request, form: Posted) -> Response:
        """A new key; its token is on this one page and nowhere else."""
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                issued = service.issue_key(tx, viewer.actor, viewer.id, form.text("label"))
        except GuijuError as error:
            return self._shown(request, viewer, error=error)
        return self._shown(request, viewer, token=issued.token)

    def revoke(self, request: Request, key: str, _form: Posted) -> Response:
        """Revoke one of one's own keys."""
        viewer = self._site.require_person(request)
        with self._database.write() as tx:
            service.revoke_key(tx, viewer.actor, key)
        self._publish(StandingChanged(viewer.id))
        return self._site.go("/me?done=revoked")

    def _shown(
        self,
        request: Request,
        viewer: Viewer,
        *,
        done: str = "",
        token: str | None = None,
        error: GuijuError | None = None,
    ) -> Response:
        with self._database.read() as tx:
            person = service.get_person(tx, viewer.id)
            keys = service.keys_of(tx, viewer.id)
            used = limits.used(tx, [viewer.id, *(one.id for one in keys)])
            force = service.limits_in_force(tx, [viewer.id])[viewer.id]
            mine = service.acceptances_of(tx, viewer.id)
            panel = consent_panel(tx, viewer.id)
            news = self._news(tx, viewer.id)
            terms = service.waiver_terms(tx)
            waived = service.accepted_waiver(tx, viewer.id, terms)
        return self._site.page(
            request,
            "accounts/me.html",
            terms=terms,
            terms_digest=None if terms is None else service.terms_digest(terms),
            waived=waived,
            status=200 if error is None else error.status,
            person=person,
            news=news,
            keys=keys,
            used=used,
            force=force,
            measures=policies.MEASURE_WORDS,
            accepted=mine,
            panel=panel,
            done=done,
            token=token,
            error=error,
            states=_STATES,
        )
