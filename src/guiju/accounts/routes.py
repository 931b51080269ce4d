# SPDX-License-Identifier: Apache-2.0
"""Every address of this room in one list, and who it is that looks at a page (Article 9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request

from guiju.accounts import service
from guiju.accounts.agreement_routes import add_agreement
from guiju.accounts.asking import Question
from guiju.accounts.entrance import EntrancePages
from guiju.accounts.identity_rules import rules_now
from guiju.accounts.key_pages import KeyPages
from guiju.accounts.model import Publish, SessionKind
from guiju.accounts.my_pages import MyPages
from guiju.accounts.newcomers import registration_is_open
from guiju.accounts.news import NewsOf, no_news
from guiju.accounts.openid_asking import Descriptions
from guiju.accounts.openid_pages import OpenidPages, forms_of
from guiju.accounts.passkey_model import Party
from guiju.accounts.recover_pages import RecoverPages
from guiju.accounts.registering import RegisterPages
from guiju.accounts.security_pages import PERSON, STAFF, Place, SecurityPages
from guiju.accounts.staff_pages import StaffPages
from guiju.accounts.verifying_model import UNHEARD, Proofs, Verifiers
from guiju.accounts.verifying_pages import VerifyApi, VerifyPages
from guiju.accounts.waiver_api import WaiverApi
from guiju.kernel import NotFound, Text
from guiju.storage import Database
from guiju.web import NOBODY, Cookies, Site, Viewer


def router(
    database: Database,
    site: Site,
    publish: Publish = lambda _: None,
    *,
    public_url: str = "http://localhost:8080",
    verifiers: Verifiers | None = None,
    proofs: Proofs = UNHEARD,
    ask: Question | None = None,
    news: NewsOf = no_news,
) -> APIRouter:
    """Pages and API; `publish` lets caches forget whose standing has changed.

    `ask` is what another room asks of whoever registers, `news` what others have to say at `/me`.
    `verifiers` say who verifies identities, by what; `proofs` hear who was. `public_url` is where
    people reach the pages: passkeys are made for it and for nothing else.
    """
    party = Party.of(public_url)
    site.offer("me", "/me", Text(zh="我的账号", en="My account"), order=10)
    keys = "/console/keys"
    site.offer("console", keys, Text(zh="接口密钥", en="API keys"), order=50, under=(keys,))
    routes = APIRouter(tags=["accounts"])
    pages = APIRouter(include_in_schema=False)
    _entrance(pages, EntrancePages(database, site, party))
    registering = RegisterPages(database, site, party, publish, ask=ask)
    _coming(pages, registering, RecoverPages(database, site, publish))
    others = OpenidPages(database, site, party, Descriptions())
    pages.get("/sign-in/openid/callback")(others.back)
    pages.get("/sign-in/openid/{provider}")(others.begin)
    verify = VerifyPages(database, site, verifiers or {}, publish, proofs)
    pages.post("/me/security/verifications")(verify.finish)
    pages.post("/me/security/verifications/start")(verify.start)
    pages.post("/me/security/verifications/{verification}/withdraw")(verify.withdraw)
    routes.post(
        "/api/verifications",
        status_code=201,
        summary="Report, as an app, that an end user was verified: never the number itself",
    )(VerifyApi(database, publish).report)
    site.offer("console", "/console/staff", Text(zh="人员", en="Staff"), order=55)
    _staff(pages, StaffPages(database, site))
    for place in (PERSON, STAFF):
        panels = (others.panel, verify.panel) if place is PERSON else (others.panel,)
        _security(pages, SecurityPages(database, site, party, place, *panels), place)
        link, unlink = forms_of(others, place)
        pages.post(f"{place.path}/openid/{{provider}}")(link)
        pages.post(f"{place.path}/links/{{link}}/remove")(unlink)
    _my_pages(pages, MyPages(database, site, publish, news))
    _key_pages(pages, KeyPages(database, site, publish))
    add_agreement(routes, database, site, publish)
    waivers = WaiverApi(database, publish)
    routes.get("/api/labels/waiver", summary="The terms for content without a visible label")(
        waivers.in_force
    )
    routes.post(
        "/api/labels/waiver/acceptances",
        status_code=201,
        summary="Accept these terms: for oneself, or as an app for its end user",
    )(waivers.accept)
    routes.include_router(pages)
    return routes


def _entrance(pages: APIRouter, entrance: EntrancePages) -> None:
    pages.get("/sign-in")(entrance.person)
    pages.post("/sign-in")(entrance.sign_in_person)
    pages.get("/console/sign-in")(entrance.staff)
    pages.post("/console/sign-in")(entrance.sign_in_staff)
    pages.post("/sign-out")(entrance.sign_out)
    pages.get("/sign-in/passkey/options")(entrance.options)
    pages.post("/sign-in/passkey")(entrance.passkey_person)
    pages.post("/console/sign-in/passkey")(entrance.passkey_staff)


def _coming(pages: APIRouter, registering: RegisterPages, recovering: RecoverPages) -> None:
    pages.get("/register")(registering.blank)
    pages.post("/register")(registering.register)
    pages.get("/recover")(recovering.blank)
    pages.post("/recover")(recovering.recover)


def _staff(pages: APIRouter, staff: StaffPages) -> None:
    pages.get("/console/staff")(staff.listed)
    pages.post("/console/staff/roles")(staff.ask_roles)
    pages.post("/console/staff/grants/{grant}")(staff.decide)
    pages.post("/console/staff/recoveries")(staff.ask_recovery)
    pages.post("/console/staff/recoveries/{grant}")(staff.decide_recovery)
    pages.post("/console/staff/{staff}/sign-out")(staff.end_sessions)


def _security(pages: APIRouter, mine: SecurityPages, place: Place) -> None:
    pages.get(place.path)(mine.page)
    pages.get(f"{place.path}/passkeys/options")(mine.options)
    pages.post(f"{place.path}/passkeys")(mine.add_passkey)
    pages.post(f"{place.path}/passkeys/{{passkey}}/remove")(mine.remove_passkey)
    pages.post(f"{place.path}/password")(mine.set_password)
    pages.post(f"{place.path}/recovery-codes")(mine.make_codes)
    pages.post(f"{place.path}/recoveries/{{grant}}/refuse")(mine.refuse_recovery)
    pages.post(f"{place.path}/sessions/{{session}}/end")(mine.end)
    pages.post(f"{place.path}/sign-out-everywhere")(mine.end_all)


def _my_pages(pages: APIRouter, mine: MyPages) -> None:
    pages.get("/me")(mine.me)
    pages.post("/me/label-waiver")(mine.accept_waiver)
    pages.post("/me/keys")(mine.issue)
    pages.post("/me/keys/{key}/revoke")(mine.revoke)


def _key_pages(pages: APIRouter, keys: KeyPages) -> None:
    pages.get("/console/keys")(keys.listed)
    pages.post("/console/keys")(keys.issue)
    pages.get("/console/keys/{key}")(keys.one)
    pages.post("/console/keys/{key}/revoke")(keys.revoke)
    pages.post("/console/keys/{key}/limits")(keys.limit)
    pages.post("/console/keys/{key}/models")(keys.models)


def viewer_of(database: Database, *, https: bool = False) -> Callable[[Request], Viewer]:
    """For `Site`: who sends a request, by the session that its cookie names."""
    cookies = Cookies(https=https)

    def viewer(request: Request) -> Viewer:
        token = cookies.session(request)
        return NOBODY if token is None else _signed_in(database, token)

    return viewer


def takes_newcomers(database: Database) -> Callable[[], bool]:
    """For the first page: whether people may register by themselves now."""

    def asked() -> bool:
        with database.read() as tx:
            return registration_is_open(tx)

    return asked


def by_token(database: Database) -> Callable[[str], Viewer]:
    """Who is signed in with a token that a program sends by itself, and no browser."""
    return partial(_signed_in, database)


def names_of(database: Database) -> Callable[[str], str | None]:
    """For `Site`: what a member of staff is called, dismissed or not; None for other ids."""

    def name(actor: str) -> str | None:
        if not actor.startswith("st_"):
            return None
        try:
            with database.read() as tx:
                return service.get_staff(tx, actor).display
        except NotFound:
            return None

    return name


def _signed_in(database: Database, token: str) -> Viewer:
    with database.read() as tx:
        found = service.session(tx, token)
        if found is None:
            return NOBODY
        name = service.name_shown(tx, found.actor)
        stale = service.needs_touch(found, tx.now)
        staff = found.kind is SessionKind.STAFF
        lacks = staff and not found.entry.is_strong and rules_now(tx).staff_passkey
    if stale:
        with database.write() as tx:
            service.touch_session(tx, found)
    actor = found.actor
    if lacks:
        # A step is missing: it is nobody for every page but the one that registers a passkey.
        return Viewer("nobody", actor.id, name, frozenset(), found.csrf)
    return Viewer("staff" if staff else "person", actor.id, name, actor.roles, found.csrf)
