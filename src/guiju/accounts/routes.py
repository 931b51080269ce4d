# SPDX-License-Identifier: Apache-2.0
"""Agreement, registration, signing in and `/me`, as pages and as API (Article 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import service
from guiju.accounts.model import (
    Acceptance,
    Agreement,
    KeyKind,
    Opened,
    PersonState,
    SessionKind,
    Way,
)
from guiju.accounts.sessions import LASTS
from guiju.kernel import (
    Actor,
    ActorKind,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    StandingChanged,
    Text,
    isoformat,
)
from guiju.storage import Database, Tx
from guiju.web import NOBODY, Cookies, Form, Posted, Site, Viewer, safe_path, sign_in_needed

STATES = {
    PersonState.ACTIVE: Text(zh="正常", en="active"),
    PersonState.RESTRICTED: Text(zh="受限", en="restricted"),
    PersonState.SUSPENDED: Text(zh="已暂停", en="suspended"),
    PersonState.TERMINATED: Text(zh="已终止", en="terminated"),
}
WAYS = {
    Way.PAGE: Text(zh="在网页上", en="on the page"),
    Way.API: Text(zh="通过接口", en="by the API"),
    Way.APP: Text(zh="由应用转达", en="through the app"),
}
_MOST_NAME = 256

Publish = Callable[[StandingChanged], None]


def router(
    database: Database,
    site: Site,
    publish: Publish = lambda _: None,
    *,
    registration_open: bool = True,
) -> APIRouter:
    """Pages and API; `publish` lets caches forget whose standing has changed."""
    site.offer("public", "/agreement", Text(zh="服务协议", en="Agreement"), order=20)
    site.offer("me", "/me", Text(zh="我的账号", en="My account"), order=10)
    site.offer("me", "/agreement", Text(zh="服务协议", en="Agreement"), order=20)
    routes = APIRouter(tags=["accounts"])
    pages = APIRouter(include_in_schema=False)
    _entrance(pages, EntrancePages(database, site, registration_open=registration_open))
    _account(pages, AccountPages(database, site, publish))
    api = AgreementApi(database, publish)
    routes.get("/api/agreement", summary="The agreement in force")(api.in_force)
    routes.post(
        "/api/agreement/acceptances",
        status_code=201,
        summary="Accept the agreement: for oneself, or as an app for its end user",
    )(api.accept)
    routes.include_router(pages)
    return routes


def _entrance(pages: APIRouter, entrance: EntrancePages) -> None:
    pages.get("/sign-in")(entrance.person)
    pages.post("/sign-in")(entrance.sign_in_person)
    pages.get("/console/sign-in")(entrance.staff)
    pages.post("/console/sign-in")(entrance.sign_in_staff)
    pages.post("/sign-out")(entrance.sign_out)
    pages.get("/register")(entrance.blank)
    pages.post("/register")(entrance.register)


def _account(pages: APIRouter, account: AccountPages) -> None:
    pages.get("/agreement")(account.agreement)
    pages.post("/agreement")(account.accept)
    pages.get("/me")(account.me)
    pages.post("/me/keys")(account.issue)
    pages.post("/me/keys/{key}/revoke")(account.revoke)


# -- who looks -------------------------------------------------------------------------------------


def viewer_of(database: Database, *, https: bool = False) -> Callable[[Request], Viewer]:
    """For `Site`: who sends a request, by the session that its cookie names."""
    cookies = Cookies(https=https)

    def viewer(request: Request) -> Viewer:
        token = cookies.session(request)
        return NOBODY if token is None else _signed_in(database, token)

    return viewer


def _signed_in(database: Database, token: str) -> Viewer:
    with database.read() as tx:
        found = service.session(tx, token)
        if found is None:
            return NOBODY
        name = _name(tx, found.actor)
        stale = service.needs_touch(found, tx.now)
    if stale:
        with database.write() as tx:
            service.touch_session(tx, found)
    actor = found.actor
    if found.kind is SessionKind.STAFF:
        return Viewer("staff", actor.id, name, actor.roles, found.csrf)
    return Viewer("person", actor.id, name, actor.roles, found.csrf)


def _name(tx: Tx, actor: Actor) -> str:
    if actor.kind is not ActorKind.STAFF:
        return service.name_of(tx, actor.id) or actor.id
    mine = (one.display for one in service.staff_listed(tx) if one.id == actor.id)
    return next(mine, actor.id)


# -- coming and going ------------------------------------------------------------------------------


class EntrancePages:
    """Signing in, signing out, registering."""

    def __init__(self, database: Database, site: Site, *, registration_open: bool) -> None:
        """Work on `database`; people register by themselves only when that is open."""
        self._database = database
        self._site = site
        self._open = registration_open

    def person(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - the name in the address
        """The form for people."""
        return self._form(request, "/sign-in", safe_path(next, "/me"), None)

    def staff(self, request: Request, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002 - as above
        """The form for staff."""
        return self._form(request, "/console/sign-in", safe_path(next, "/console"), None)

    def sign_in_person(self, request: Request, form: Posted) -> Response:
        """A person signs in."""
        return self._sign_in(request, form, "/sign-in", "/me")

    def sign_in_staff(self, request: Request, form: Posted) -> Response:
        """A member of staff signs in."""
        return self._sign_in(request, form, "/console/sign-in", "/console")

    def sign_out(self, request: Request, _form: Posted) -> Response:
        """End the session, here and in the database."""
        viewer = self._site.viewer(request)
        token = self._site.cookies.session(request)
        if token is not None:
            with self._database.write() as tx:
                service.close_session(tx, token)
        response = self._site.go("/console/sign-in" if viewer.is_staff else "/")
        self._site.cookies.drop_session(response)
        return response

    def blank(self, request: Request) -> Response:
        """The form to register."""
        return self._registering(request, None, "")

    def register(self, request: Request, form: Posted) -> Response:
        """Register and be signed in; the agreement comes next."""
        if not self._open:
            raise _closed()
        name, password = form.text("name"), form.secret("password")
        try:
            if password != form.secret("again"):
                raise _differs()
            # Hashed before the transaction: it is slow, and others wait for their turn to write.
            hashed = service.hash_password(name, password)
            with self._database.write() as tx:
                service.register_person(
                    tx, None, name, hashed, language=self._site.language(request)
                )
        except GuijuError as error:
            return self._registering(request, error, name)
        opened = service.sign_in_person(self._database, name, password)
        return self._entered(opened, "/agreement")

    def _sign_in(self, request: Request, form: Form, where: str, otherwise: str) -> Response:
        target = safe_path(form.text("next"), otherwise)
        name, password = form.text("name"), form.secret("password")
        verb = service.sign_in_staff if where == "/console/sign-in" else service.sign_in_person
        try:
            before = self._site.cookies.session(request)
            opened = verb(self._database, name, password, replacing=before)
        except GuijuError as error:
            return self._form(request, where, target, error, name)
        return self._entered(opened, target)

    def _entered(self, opened: Opened, target: str) -> Response:
        response = self._site.go(target)
        seconds = int(LASTS[opened.session.kind].total_seconds())
        self._site.cookies.keep_session(response, opened.token, seconds)
        return response

    def _form(
        self, request: Request, where: str, target: str, error: GuijuError | None, name: str = ""
    ) -> Response:
        return self._site.page(
            request,
            "accounts/sign-in.html",
            status=200 if error is None else error.status,
            error=error,
            where=where,
            target=target,
            name=name,
            may_register=self._open,
        )

    def _registering(self, request: Request, error: GuijuError | None, name: str) -> Response:
        return self._site.page(
            request,
            "accounts/register.html",
            status=200 if error is None else error.status,
            error=error,
            name=name,
            may_register=self._open,
        )


# -- one's own account -----------------------------------------------------------------------------


class AccountPages:
    """The agreement, and what is one's own."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def agreement(
        self, request: Request, version: Annotated[int | None, Query(ge=1)] = None
    ) -> Response:
        """The text in force, or an earlier one; with a button for those who have yet to accept."""
        viewer = self._site.viewer(request)
        with self._database.read() as tx:
            now = service.agreement_in_force(tx)
            shown = now if version is None else service.get_agreement(tx, version)
            mine = service.acceptances_of(tx, viewer.id) if viewer.kind == "person" else []
            older = service.agreements(tx)
        return self._site.page(
            request,
            "accounts/agreement.html",
            agreement=shown,
            now=now,
            accepted={one.version: one for one in mine},
            older=older,
        )

    def accept(self, request: Request, form: Posted) -> Response:
        """Accept the version that was shown."""
        viewer = self._site.require_person(request)
        with self._database.write() as tx:
            service.accept_agreement(tx, viewer.actor, viewer.id, _version(form.text("version")))
        self._publish(StandingChanged(viewer.id))
        return self._site.go("/me?done=accepted")

    def me(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """Keys, agreement and how the account stands."""
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
            mine = service.acceptances_of(tx, viewer.id)
            now = service.agreement_in_force(tx)
        return self._site.page(
            request,
            "accounts/me.html",
            status=200 if error is None else error.status,
            person=person,
            keys=keys,
            accepted=mine,
            agreement=now,
            owes=now is not None and all(one.version != now.version for one in mine),
            done=done,
            token=token,
            error=error,
            states=STATES,
            ways=WAYS,
        )


# -- API -------------------------------------------------------------------------------------------


class AcceptanceIn(BaseModel):
    """What a client says when the agreement is accepted."""

    version: int | None = Field(
        default=None, ge=1, description="The version read; default: in force."
    )
    user: str | None = Field(default=None, max_length=_MOST_NAME, description="An app's end user.")


class AgreementApi:
    """The agreement for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._publish = publish

    def in_force(self) -> dict[str, Any]:
        """The agreement in force, in both languages, with the digest that acceptances name."""
        with self._database.read() as tx:
            found = service.agreement_in_force(tx)
        return _plain(_needed(found))

    def accept(
        self,
        authorization: Annotated[str, Header()] = "",
        body: Annotated[AcceptanceIn | None, Body()] = None,
    ) -> dict[str, Any]:
        """A person's key accepts for that person; an app's key reports for its end user."""
        asked = body or AcceptanceIn()
        with self._database.write() as tx:
            key = service.known_key(tx, _bearer(authorization))
            version = asked.version or _needed(service.agreement_in_force(tx)).version
            if key.kind is KeyKind.APP:
                made = service.app_accepts(tx, key.owner, asked.user or "", version)
            else:
                actor = Actor(ActorKind.PERSON, key.owner)
                made = service.accept_agreement(tx, actor, key.owner, version, Way.API)
        self._publish(StandingChanged(made.person))
        return _receipt(made)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise sign_in_needed()
    return token.strip()


def _plain(one: Agreement) -> dict[str, Any]:
    return {
        "version": one.version,
        "digest": one.digest,
        "published_at": isoformat(one.published_at),
        "text": {"zh": one.text.zh, "en": one.text.en},
        "note": one.note,
    }


def _receipt(one: Acceptance) -> dict[str, Any]:
    return {
        "version": one.version,
        "digest": one.digest,
        "way": one.way.value,
        "accepted_at": isoformat(one.at),
    }


def _needed(found: Agreement | None) -> Agreement:
    if found is None:
        raise NotFound(
            "agreement-none",
            Text(zh="尚未发布服务协议。", en="No agreement has been published yet."),
            Text(zh="请联系提供者。", en="Ask the provider."),
            article=9,
        )
    return found


def _version(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len("2147483647"):
        raise Invalid(
            "agreement-unknown",
            Text(zh="没有写明接受哪一版协议。", en="It is not said which version is accepted."),
            Text(zh="请刷新页面后重试。", en="Reload the page and try again."),
            param="version",
        )
    return int(text)


def _differs() -> Invalid:
    return Invalid(
        "password-differs",
        Text(zh="两次输入的密码不一致。", en="The two passwords are not the same."),
        Text(zh="请重新输入。", en="Type them again."),
        param="again",
    )


def _closed() -> Refused:
    return Refused(
        "registration-closed",
        Text(zh="本服务未开放自行注册。", en="This service takes no registrations here."),
        Text(zh="请联系提供者开通账号。", en="Ask the provider for an account."),
    )
