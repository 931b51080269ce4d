# SPDX-License-Identifier: Apache-2.0
"""`/me/security` and `/console/security`: one's own ways to sign in, and where one is signed in.

What could let somebody else in for good is taken only soon after signing in: a session that was
left open or stolen is not enough.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from guiju.accounts import flood, service
from guiju.accounts.identity_rules import rules_now
from guiju.accounts.model import Entry, Session, SessionKind
from guiju.accounts.noting import note_change
from guiju.accounts.passkey_model import Party
from guiju.accounts.visits import keep, visit_of
from guiju.kernel import GuijuError, Refused, Text
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site, sign_in_needed

# A policy of the house, not law.
RECENT = timedelta(minutes=15)
ENTRIES = {
    Entry.PASSWORD: Text(zh="密码", en="password"),
    Entry.PASSKEY: Text(zh="通行密钥", en="passkey"),
    Entry.BOTH: Text(zh="密码和通行密钥", en="password and passkey"),
    Entry.OPENID: Text(zh="其他身份提供方", en="another provider"),
    Entry.RECOVERY: Text(zh="恢复码", en="recovery code"),
}


class Place(NamedTuple):
    """Where the pages of one kind of people are."""

    kind: SessionKind
    path: str
    sign_in: str
    area: str


PERSON = Place(SessionKind.PERSON, "/me/security", "/sign-in", "me")
STAFF = Place(SessionKind.STAFF, "/console/security", "/console/sign-in", "console")
Panel = Callable[[Tx, Session], dict[str, Any]]


class SecurityPages:
    """One's own passkeys, password, recovery codes and sessions."""

    def __init__(
        self, database: Database, site: Site, party: Party, place: Place, *panels: Panel
    ) -> None:
        """Work on `database`; `panels` add what other parts show on the same page."""
        self._database = database
        self._site = site
        self._party = party
        self._place = place
        self._panels = panels

    def page(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """The page; a session that only lacks its second factor may see it too."""
        session = self.session(request)
        if session is None:
            return self._to_sign_in()
        return self._shown(request, session, done=done)

    def options(self, request: Request) -> Response:
        """A fresh challenge to make a passkey with."""
        session = self._recent(request)
        with self._database.read() as tx:
            name = service.name_shown(tx, session.actor)
            known = service.passkeys_of(tx, session.actor.id)
            now = tx.now
        visit = visit_of(request, self._site, self._party)
        return JSONResponse(
            service.options_to_add(
                self._database.keys, session.actor, name, visit, known=known, now=now
            )
        )

    def add_passkey(self, request: Request, form: Posted) -> Response:
        """Register a passkey; the session becomes one that two factors stand behind."""

        def do(tx: Tx, session: Session) -> Response:
            visit = visit_of(request, self._site, self._party)
            answer = form.text("answer", longest=20_000)
            service.add_passkey(tx, session.actor, answer, form.text("label"), visit)
            strong = Entry.BOTH if session.entry is not Entry.PASSKEY else Entry.PASSKEY
            opened = service.enter(tx, self._place.kind, session.actor, visit, strong)
            return keep(self._site, self._site.go(f"{self._place.path}?done=passkey"), opened)

        return self._done(request, do, recent=True)

    def remove_passkey(self, request: Request, passkey: str, _form: Posted) -> Response:
        """Remove a passkey."""

        def do(tx: Tx, session: Session) -> None:
            service.remove_passkey(tx, session.actor, passkey)

        return self._done(request, do, "removed", recent=True)

    def make_codes(self, request: Request, _form: Posted) -> Response:
        """New recovery codes, on this one page and nowhere else."""
        try:
            session = self._recent(request)
            with self._database.write() as tx:
                codes = service.make_codes(tx, session.actor)
        except GuijuError as error:
            return self._failed(request, error)
        return self._shown(request, session, codes=codes)

    def set_password(self, request: Request, form: Posted) -> Response:
        """Another password; every other session ends."""
        try:
            session = self._need(request)
            self._set_password(request, session, form)
        except GuijuError as error:
            return self._failed(request, error)
        return self._site.go(f"{self._place.path}?done=password")

    def end(self, request: Request, session: str, _form: Posted) -> Response:
        """End one session."""

        def do(tx: Tx, mine: Session) -> None:
            service.end_session(tx, mine.actor, session)

        return self._done(request, do, "ended")

    def end_all(self, request: Request, _form: Posted) -> Response:
        """Sign out everywhere, here too."""
        session = self._need(request)
        with self._database.write() as tx:
            count = service.end_sessions(tx, session.actor.id)
            note_change(tx, session.actor, "signed-out-everywhere", session.actor.id, count=count)
        response = self._site.go(self._place.sign_in)
        self._site.cookies.drop_session(response)
        return response

    def refuse_recovery(self, request: Request, grant: str, _form: Posted) -> Response:
        """Say that it was not oneself who asked staff for a recovery."""

        def do(tx: Tx, session: Session) -> None:
            if any(one.id == grant for one in service.recoveries(tx, session.actor.id)):
                service.refuse_recovery(tx, session.actor, grant)

        return self._done(request, do, "refused")

    def session(self, request: Request) -> Session | None:
        """Who is signed in here, also where a second factor is still missing."""
        token = self._site.cookies.session(request)
        with self._database.read() as tx:
            found = service.session(tx, token)
        return found if found is not None and found.kind is self._place.kind else None

    def _set_password(self, request: Request, session: Session, form: Form) -> None:
        visit = visit_of(request, self._site, self._party)
        with self._database.read() as tx:
            flood.admit_guess(tx, visit.address)
            name, stored = (
                service.sign_in_name(tx, session.actor),
                service.stored(tx, session.actor),
            )
        if stored is None and not _is_recent(session, self._database):
            raise sign_in_again()
        if stored is not None and not service.holds(stored, form.secret("current")):
            with self._database.write() as tx:
                flood.count_guess(tx, visit.address)
            raise _wrong_password()
        hashed = service.hash_password(name, form.secret("password"))
        with self._database.write() as tx:
            service.change_password(tx, session.actor, hashed)
            service.end_sessions(tx, session.actor.id, but=visit.replacing)

    def _done(
        self,
        request: Request,
        do: Callable[[Tx, Session], Response | None],
        done: str = "",
        *,
        recent: bool = False,
    ) -> Response:
        try:
            session = self._recent(request) if recent else self._need(request)
            with self._database.write() as tx:
                answer = do(tx, session)
        except GuijuError as error:
            return self._failed(request, error)
        return answer or self._site.go(f"{self._place.path}?done={done}")

    def _need(self, request: Request) -> Session:
        found = self.session(request)
        if found is None:
            raise sign_in_needed()
        return found

    def _recent(self, request: Request) -> Session:
        found = self._need(request)
        if not _is_recent(found, self._database):
            raise sign_in_again()
        return found

    def _failed(self, request: Request, error: GuijuError) -> Response:
        session = self.session(request)
        if session is None:
            return self._to_sign_in()
        return self._shown(request, session, error=error)

    def _to_sign_in(self) -> Response:
        return self._site.go(f"{self._place.sign_in}?next={self._place.path}")

    def _shown(
        self,
        request: Request,
        session: Session,
        *,
        done: str = "",
        codes: list[str] | None = None,
        error: GuijuError | None = None,
    ) -> Response:
        with self._database.read() as tx:
            owner = session.actor.id
            values: dict[str, Any] = {
                "passkeys": service.passkeys_of(tx, owner),
                "sessions": service.sessions_of(tx, session.actor),
                "left": service.codes_left(tx, owner),
                "recoveries": [
                    one for one in service.recoveries(tx, owner) if one.state != "refused"
                ],
                "has_password": service.stored(tx, session.actor) is not None,
                "must": self._place is STAFF and rules_now(tx).staff_passkey,
            }
            for panel in self._panels:
                values |= panel(tx, session)
            recent = tx.now - session.started_at < RECENT
        return self._site.page(
            request,
            "accounts/security.html",
            status=200 if error is None else error.status,
            place=self._place,
            mine=session,
            recent=recent,
            party=self._party,
            entries=ENTRIES,
            done=done,
            codes=codes,
            error=error,
            **values,
        )


def sign_in_again() -> Refused:
    """Something that takes a fresh sign-in."""
    return Refused(
        "sign-in-again",
        Text(zh="此操作须在刚登录后进行。", en="This takes having signed in just now."),
        Text(zh="请退出后重新登录，再试一次。", en="Sign out, sign in again, and retry."),
    )


def _is_recent(session: Session, database: Database) -> bool:
    return database.clock.now() - session.started_at < RECENT


def _wrong_password() -> Refused:
    return Refused(
        "password-wrong",
        Text(zh="现用密码有误。", en="The present password is wrong."),
        Text(zh="请核对后重试。", en="Check it and try again."),
        param="current",
    )
