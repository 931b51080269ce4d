# SPDX-License-Identifier: Apache-2.0
"""Every address of this room in one list: for the public, for people, for programs, for staff."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from guiju.kernel import Text
from guiju.privacy.api import PrivacyApi
from guiju.privacy.assessment_pages import AssessmentPages
from guiju.privacy.audit_pages import AuditPages
from guiju.privacy.console import ConsolePages
from guiju.privacy.disclosure_pages import DisclosurePages
from guiju.privacy.faces import Beside, Means
from guiju.privacy.keeping import KEEPING, LOOKERS, KeepingPages
from guiju.privacy.mine import MyPages
from guiju.privacy.public import PublicPages
from guiju.privacy.renewal_pages import RENEWALS, RenewalPages
from guiju.privacy.search_pages import SEARCH, SearchPages
from guiju.web import Site

__all__ = ["Beside", "Means", "router"]

_AT, _ME, _RECORDS = "/privacy", "/me/privacy", "/me/records"
_CONSOLE, _API = "/console/privacy", "/api/privacy"
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"description": "A zip", "content": {"application/zip": {}}}
}


def router(means: Means, site: Site) -> APIRouter:
    """Pages and API."""
    privacy = Text(zh="个人信息", en="Privacy")
    site.offer("public", _AT, privacy, order=40, under=(_AT,))
    site.offer("me", _ME, Text(zh="我的信息", en="My data"), order=40, under=(_ME, _RECORDS))
    site.offer("console", _CONSOLE, privacy, order=38, under=(_CONSOLE,))
    kept = Text(zh="记录保护", en="Records")
    site.offer("console", KEEPING, kept, order=39, roles=LOOKERS)
    # The privacy officer gets there from that page.
    keys = Text(zh="个人密钥", en="Keys of people")
    site.offer("console", RENEWALS, keys, order=40, roles=("safety-officer",))
    routes = APIRouter(tags=["privacy"])
    pages = APIRouter(include_in_schema=False)
    _public(pages, PublicPages(means, site))
    _mine(pages, MyPages(means, site))
    # Before those of requests, whose addresses take any number.
    for register in (AssessmentPages, DisclosurePages, AuditPages):
        register(means, site).add_to(pages)
    _console(pages, ConsolePages(means, site))
    pages.get(KEEPING)(KeepingPages(means, site).shown)
    searching = SearchPages(means, site)
    pages.get(SEARCH)(searching.shown)
    pages.post(SEARCH)(searching.search)
    renewals = RenewalPages(means, site)
    pages.get(RENEWALS)(renewals.shown)
    pages.post(RENEWALS)(renewals.ask)
    pages.post(f"{RENEWALS}/{{number}}")(renewals.decide)
    _api(routes, PrivacyApi(means))
    routes.include_router(pages)
    return routes


def _public(pages: APIRouter, public: PublicPages) -> None:
    pages.get(_AT)(public.rules)
    pages.post(_AT)(public.file)
    pages.get(f"{_AT}/follow")(public.ask_code)
    pages.post(f"{_AT}/follow")(public.follow)
    pages.get(f"{_AT}/copies/{{token}}")(public.package)
    pages.post(f"{_AT}/copies")(public.fetch)


def _mine(pages: APIRouter, mine: MyPages) -> None:
    pages.get(_ME)(mine.panel)
    pages.post(_ME)(mine.file)
    pages.get(f"{_ME}/{{number}}")(mine.one)
    pages.post(f"{_ME}/{{number}}")(mine.act)
    pages.get(_RECORDS)(mine.listed)
    pages.get(f"{_RECORDS}/{{number}}")(mine.record)
    pages.post(f"{_RECORDS}/{{number}}")(mine.open)


def _console(pages: APIRouter, console: ConsolePages) -> None:
    pages.get(_CONSOLE)(console.listed)
    pages.get(f"{_CONSOLE}/new")(console.blank)
    pages.post(f"{_CONSOLE}/new")(console.enter)
    pages.get(f"{_CONSOLE}/{{number}}")(console.one)
    pages.post(f"{_CONSOLE}/{{number}}/step")(console.step)
    pages.post(f"{_CONSOLE}/{{number}}/claim")(console.take)
    pages.post(f"{_CONSOLE}/{{number}}/open")(console.open)
    pages.get(f"{_CONSOLE}/{{number}}/certificate")(console.certificate)


def _api(routes: APIRouter, api: PrivacyApi) -> None:
    by_key = f"{_API}/requests"
    by_code = f"{_API}/receipts"
    routes.get(f"{_API}/rules", summary="What can be asked, with which proof and limits")(api.rules)
    routes.post(by_key, status_code=201, summary="Ask; with or without a key")(api.file)
    routes.get(by_key, summary="My requests, and what is kept of me")(api.mine)
    routes.get(f"{_API}/readings", summary="Who looked at my data, and who got it")(api.readings)
    routes.get(f"{by_key}/{{number}}", summary="One of my requests")(api.one)
    routes.post(f"{by_key}/{{number}}/link", summary="A link to my copy that works once")(api.link)
    routes.post(f"{by_key}/{{number}}/take-back", summary="Take one of my requests back")(
        api.take_back
    )
    routes.post(
        f"{_API}/copies",
        summary="The copy behind a link; the link is spent",
        response_class=Response,
        responses=_ZIP,
    )(api.fetch)
    routes.post(f"{by_code}/follow", summary="How a request stands, by its receipt code")(
        api.follow
    )
    routes.post(f"{by_code}/answer", summary="Answer what was asked")(api.answer)
    routes.post(f"{by_code}/link", summary="A link to the copy that works once")(
        api.link_by_receipt
    )
    routes.post(
        f"{by_code}/certificate",
        summary="The certificate of an erasure",
        response_class=Response,
        responses=_ZIP,
    )(api.certificate)
