# SPDX-License-Identifier: Apache-2.0
"""Every address of this room in one list (Article 10)."""

from __future__ import annotations

from fastapi import APIRouter

from guiju.kernel import Text
from guiju.minors.api import MinorsApi
from guiju.minors.console import HERE, ConsolePages
from guiju.minors.model import Publish
from guiju.minors.my_pages import GUARDIAN, MINE, MyPages
from guiju.storage import Database
from guiju.web import Site


def router(database: Database, site: Site, publish: Publish) -> APIRouter:
    """Pages and API."""
    said = Text(zh="未成年人", en="Minors")
    site.offer("me", MINE, said, order=40, under=(MINE, "/me/guardian"))
    site.offer("console", HERE, said, order=52, under=(HERE,))
    routes = APIRouter(tags=["minors"])
    own = APIRouter(include_in_schema=False)
    _my_pages(own, MyPages(database, site, publish))
    console = ConsolePages(database, site, publish)
    own.get(HERE)(console.overview)
    own.post(f"{HERE}/links/{{link}}")(console.verify)
    own.post(f"{HERE}/appeals/{{case}}")(console.decide)
    routes.include_router(own)
    api = MinorsApi(database, publish)
    routes.get("/api/minors/me", summary="How the person of a key is protected, and what is left")(
        api.mine
    )
    routes.post("/api/minors/ages", status_code=201, summary="Say an age")(api.age)
    routes.post(
        "/api/minors/inferences", status_code=201, summary="Say that somebody may be a minor"
    )(api.infer)
    routes.post("/api/minors/appeals", status_code=201, summary="Appeal against a wrong age")(
        api.appeal
    )
    routes.post(
        "/api/minors/guardians", status_code=201, summary="Make a code that invites a guardian"
    )(api.invite)
    routes.post("/api/minors/guardians/{link}", summary="Confirm who accepted the code")(
        api.confirm
    )
    routes.post("/api/minors/spending", summary="Ask before charging a person")(api.spending)
    return routes


def _my_pages(own: APIRouter, pages: MyPages) -> None:
    own.get(MINE)(pages.mine)
    own.post(f"{MINE}/age")(pages.age)
    own.post(f"{MINE}/invite")(pages.invite)
    own.post(f"{MINE}/links/{{link}}/confirm")(pages.confirm)
    own.post(f"{MINE}/links/{{link}}/end")(pages.end)
    own.post(f"{MINE}/reminders")(pages.remind)
    own.post(f"{MINE}/appeal")(pages.appeal)
    own.post(f"{MINE}/appeal/withdraw")(pages.withdraw)
    own.get(GUARDIAN)(pages.wards)
    own.post(GUARDIAN)(pages.accept)
    own.get(f"{GUARDIAN}/{{ward}}")(pages.ward)
    own.post(f"{GUARDIAN}/{{ward}}/exceptions")(pages.allow)
    own.post(f"{GUARDIAN}/{{ward}}/exceptions/remove")(pages.take_back)
    own.post(f"{GUARDIAN}/{{ward}}/hours")(pages.set_hours)
    own.post(f"{GUARDIAN}/{{ward}}/consent")(pages.consent)
    own.post(f"{GUARDIAN}/{{ward}}/mode")(pages.mode)
