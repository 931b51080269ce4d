# SPDX-License-Identifier: Apache-2.0
"""Every address of complaints in one list: for the public, for programs, for staff."""

from __future__ import annotations

from fastapi import APIRouter

from guiju.complaints.api import ComplaintApi
from guiju.complaints.console import ConsolePages
from guiju.complaints.public import PublicPages
from guiju.kernel import Text
from guiju.storage import Database
from guiju.web import Site

_AT = "/complaints"
_CONSOLE = "/console/complaints"
_API = "/api/complaints"


def router(database: Database, site: Site, *, sends_mail: bool = False) -> APIRouter:
    """Pages and API; `sends_mail`: whether complainants can be told by mail."""
    site.offer("public", _AT, Text(zh="投诉举报", en="Complaints"), order=30, under=(_AT,))
    site.offer("console", _CONSOLE, Text(zh="投诉", en="Complaints"), order=35, under=(_CONSOLE,))
    routes = APIRouter(tags=["complaints"])
    pages = APIRouter(include_in_schema=False)
    _public(pages, PublicPages(database, site, sends=sends_mail))
    _console(pages, ConsolePages(database, site))
    _api(routes, ComplaintApi(database))
    routes.include_router(pages)
    return routes


def _public(pages: APIRouter, public: PublicPages) -> None:
    pages.get(_AT)(public.blank)
    pages.post(_AT)(public.file)
    pages.get(f"{_AT}/statistics")(public.statistics)
    pages.get(f"{_AT}/follow")(public.ask_code)
    pages.post(f"{_AT}/follow")(public.follow)
    pages.post(f"{_AT}/follow/answer")(public.answer)
    pages.post(f"{_AT}/follow/reopen")(public.reopen)
    pages.post(f"{_AT}/follow/close")(public.close)
    pages.post(f"{_AT}/follow/mail")(public.mail_again)


def _console(pages: APIRouter, console: ConsolePages) -> None:
    pages.get(_CONSOLE)(console.listed)
    pages.get(f"{_CONSOLE}/new")(console.blank)
    pages.post(f"{_CONSOLE}/new")(console.enter)
    pages.get(f"{_CONSOLE}/{{number}}")(console.one)
    pages.post(f"{_CONSOLE}/{{number}}/step")(console.step)
    pages.post(f"{_CONSOLE}/{{number}}/claim")(console.take)
    pages.post(f"{_CONSOLE}/{{number}}/open")(console.open)
    pages.post(f"{_CONSOLE}/{{number}}/files/{{file}}")(console.attachment)


def _api(routes: APIRouter, api: ComplaintApi) -> None:
    routes.get(f"{_API}/process", summary="What is promised, and where else one may turn")(
        api.process
    )
    routes.get(f"{_API}/statistics", summary="Promise and fact of a year")(api.statistics)
    routes.post(_API, status_code=201, summary="File a complaint; no key is needed")(api.file)
    routes.post(f"{_API}/follow", summary="How a complaint stands, by its receipt code")(api.follow)
    routes.post(f"{_API}/answer", summary="Answer what was asked")(api.answer)
    routes.post(f"{_API}/reopen", summary="Ask once for another look")(api.reopen)
    routes.post(f"{_API}/rating", summary="Rate the outcome, and close")(api.rate)
