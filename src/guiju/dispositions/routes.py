# SPDX-License-Identifier: Apache-2.0
"""Every address of this room in one list: what a person reads and says (Article 14)."""

from __future__ import annotations

from fastapi import APIRouter

from guiju.dispositions.appeal_api import AppealApi
from guiju.dispositions.appeal_pages import AppealPages
from guiju.dispositions.contact_pages import HERE as _MAIL
from guiju.dispositions.contact_pages import ContactPages
from guiju.dispositions.finding_pages import HERE as _FINDINGS
from guiju.dispositions.finding_pages import FindingPages
from guiju.dispositions.rectification_pages import HERE as _CURES
from guiju.dispositions.rectification_pages import RectificationPages, Workbench
from guiju.dispositions.vary_pages import VaryPages
from guiju.kernel import Text
from guiju.storage import Database
from guiju.web import Site

__all__ = ["Workbench", "router"]
_HERE = "/appeals"


def router(
    database: Database,
    site: Site,
    *,
    sends_mail: bool = False,
    workbench: Workbench | None = None,
) -> APIRouter:
    """Pages and API; `sends_mail`: whether people can be told by mail.

    `workbench`: with what a cure is tried; None: on the command line only.
    """
    said = Text(zh="处置与申诉", en="Measures and appeals")
    site.offer("public", _HERE, said, order=40, under=(_HERE,))
    site.offer("me", _HERE, said, order=30, under=(_HERE,))
    routes = APIRouter(tags=["dispositions"])
    findings = Text(zh="发现", en="Findings")
    site.offer("console", _FINDINGS, findings, order=33, under=(_FINDINGS,))
    _pages(routes, AppealPages(database, site))
    _contact(routes, ContactPages(database, site, sends=sends_mail))
    site.offer("me", _MAIL, Text(zh="邮件提醒", en="Mail"), order=35)
    staff = APIRouter(include_in_schema=False)
    FindingPages(database, site).add_to(staff)
    VaryPages(database, site).add_to(staff)
    if workbench is not None:
        cure = Text(zh="整改", en="Rectification")
        site.offer("console", _CURES, cure, order=34, under=(_CURES,))
        RectificationPages(database, site, workbench).add_to(staff)
    routes.include_router(staff)
    api = AppealApi(database)
    routes.get("/api/dispositions", summary="Statements of reasons to the person of a key")(
        api.listed
    )
    routes.post("/api/appeals", status_code=201, summary="Appeal against a statement of reasons")(
        api.file
    )
    return routes


def _contact(routes: APIRouter, pages: ContactPages) -> None:
    own = APIRouter(include_in_schema=False)
    own.get(_MAIL)(pages.shown)
    own.post(_MAIL)(pages.keep)
    own.post(f"{_MAIL}/again")(pages.again)
    routes.include_router(own)


def _pages(routes: APIRouter, pages: AppealPages) -> None:
    own = APIRouter(include_in_schema=False)
    own.get(_HERE)(pages.listed)
    own.get(f"{_HERE}/{{statement}}")(pages.one)
    own.get(f"{_HERE}/{{statement}}/statement.json")(pages.data)
    own.post(f"{_HERE}/{{statement}}")(pages.file)
    own.post(f"{_HERE}/{{statement}}/explain")(pages.explain)
    own.post(f"{_HERE}/{{statement}}/withdraw")(pages.withdraw)
    routes.include_router(own)
