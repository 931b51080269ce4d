# SPDX-License-Identifier: Apache-2.0
"""The addresses of agreement and consents, for readers, programs and staff (Articles 9 and 11)."""

from __future__ import annotations

from fastapi import APIRouter

from guiju.accounts.agreement_api import AgreementApi
from guiju.accounts.agreement_console import AgreementConsole
from guiju.accounts.agreement_pages import AgreementPages
from guiju.accounts.consent_api import ConsentApi
from guiju.accounts.model import Publish
from guiju.kernel import Text
from guiju.storage import Database
from guiju.web import Site


def add_agreement(routes: APIRouter, database: Database, site: Site, publish: Publish) -> None:
    """Pages and API; `publish` lets caches forget whose standing has changed."""
    site.offer("public", "/agreement", Text(zh="服务协议", en="Agreement"), order=20)
    site.offer("me", "/agreement", Text(zh="服务协议", en="Agreement"), order=20)
    pages = APIRouter(include_in_schema=False)
    readers = AgreementPages(database, site, publish)
    pages.get("/agreement")(readers.agreement)
    pages.post("/agreement")(readers.accept)
    pages.post("/me/consents/{purpose}")(readers.answer)
    AgreementConsole(database, site, publish).add_to(pages)
    api = AgreementApi(database, publish)
    routes.get("/api/agreement", summary="The agreement in force")(api.in_force)
    routes.post(
        "/api/agreement/acceptances",
        status_code=201,
        summary="Accept the agreement: for oneself, or as an app for its end user",
    )(api.accept)
    consents = ConsentApi(database, publish)
    routes.get("/api/me/consents", summary="What was consented to, purpose by purpose")(
        consents.read
    )
    routes.put(
        "/api/me/consents/{purpose}", summary="Consent to one purpose, or withdraw; at once"
    )(consents.answer)
    routes.include_router(pages)
