# SPDX-License-Identifier: Apache-2.0
"""The way to another provider of identities and back, to sign in or to link (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from guiju.accounts import flood, openid, service
from guiju.accounts.entrance import PEOPLE, STAFF
from guiju.accounts.model import Session, SessionKind, Visit
from guiju.accounts.newcomers import registration_is_open
from guiju.accounts.openid_asking import Descriptions
from guiju.accounts.openid_model import Begun, Identity
from guiju.accounts.openid_refusing import NotLinked, provider_refused
from guiju.accounts.passkey_model import Party
from guiju.accounts.refusing_entry import SecondFactorNeeded
from guiju.accounts.security_pages import RECENT, Place, sign_in_again
from guiju.accounts.visits import keep, visit_of
from guiju.kernel import GuijuError
from guiju.storage import Database, Tx
from guiju.web import Posted, Site, safe_path, sign_in_needed

_SIGN_IN = {SessionKind.PERSON: PEOPLE, SessionKind.STAFF: STAFF}
_LONGEST = 4_000
_Said = Annotated[str, Query(max_length=_LONGEST)]


class OpenidPages:
    """Begin, come back, link, unlink."""

    def __init__(self, database: Database, site: Site, party: Party, asked: Descriptions) -> None:
        """Work on `database`; `asked` is what providers say of themselves."""
        self._database = database
        self._site = site
        self._party = party
        self._asked = asked

    def begin(
        self,
        request: Request,
        provider: str,
        next: Annotated[str, Query()] = "",  # noqa: A002 - the name in the address
    ) -> Response:
        """Send the browser to the provider; a browser that has no token of forms gets one."""
        visit = visit_of(request, self._site, self._party)
        fresh = not visit.binding
        visit = visit._replace(binding=self._site.binding(request))
        with self._database.write() as tx:
            flood.admit_step(tx, visit.address)
        target = safe_path(next, "")
        address = openid.begin(self._database, self._asked, provider, visit, target=target)
        response = RedirectResponse(address, 303)
        if fresh:
            self._site.cookies.keep_form_token(response, visit.binding)
        return response

    def link(self, request: Request, place: Place, provider: str) -> Response:
        """A page that leads to the provider: a form of ours may not be sent on to another site."""
        session = self._recent(request, place)
        visit = visit_of(request, self._site, self._party)
        address = openid.begin(self._database, self._asked, provider, visit, owner=session.actor.id)
        host = address.partition("?")[0]
        return self._site.page(
            request, "accounts/leaving.html", place=place, address=address, host=host
        )

    def unlink(self, request: Request, place: Place, link: str) -> Response:
        """Remove a link of one's own."""
        session = self._recent(request, place)
        with self._database.write() as tx:
            openid.unlink(tx, session.actor, link)
        return self._site.go(f"{place.path}?done=removed")

    def back(
        self,
        request: Request,
        state: _Said = "",
        code: _Said = "",
        iss: _Said = "",
        error: _Said = "",
    ) -> Response:
        """Come back from the provider: sign in, or link to the account that asked for it."""
        visit = visit_of(request, self._site, self._party)
        try:
            # The state is used up whatever the provider says; a refusal of its has no code.
            begun, identity = openid.finish(
                self._database, self._asked, visit, state=state, code=code, issuer=iss
            )
            if error:
                raise provider_refused()
        except GuijuError as fault:
            return self._failed(request, fault)
        with self._database.read() as tx:
            kind = next(one.kind for one in openid.providers(tx) if one.name == identity.provider)
        try:
            if begun.owner:
                return self._linked(request, begun, identity, kind)
            return self._entered(request, begun, identity, kind, visit)
        except GuijuError as fault:
            return self._failed(request, fault, kind)

    def panel(self, tx: Tx, session: Session) -> dict[str, Any]:
        """What the page of one's own security shows of it."""
        return {
            "links": openid.links_of(tx, session.actor.id),
            "offered": openid.providers(tx, session.kind),
            "titles": {one.name: one.title for one in openid.providers(tx)},
        }

    def _linked(
        self, request: Request, begun: Begun, identity: Identity, kind: SessionKind
    ) -> Response:
        token = self._site.cookies.session(request)
        with self._database.write() as tx:
            session = service.session(tx, token)
            # The same who began it, still signed in: nobody links into somebody else's account.
            if session is None or session.actor.id != begun.owner or session.kind is not kind:
                raise sign_in_needed()
            openid.link_identity(tx, session.actor, kind, identity)
        where = "/console/security" if kind is SessionKind.STAFF else "/me/security"
        return self._site.go(f"{where}?done=linked")

    def _entered(
        self, request: Request, begun: Begun, identity: Identity, kind: SessionKind, visit: Visit
    ) -> Response:
        where = _SIGN_IN[kind]
        target = safe_path(begun.target, "/console" if kind is SessionKind.STAFF else "/me")
        try:
            opened = openid.enter_by_identity(self._database, identity, visit)
        except SecondFactorNeeded as needed:
            return self._site.page(
                request,
                "accounts/second-factor.html",
                where=where,
                target=target,
                ticket=needed.ticket,
                name="",
                party=self._party,
            )
        except NotLinked as unknown:
            # A newcomer reads and accepts first; staff, and where it is closed, nobody registers.
            with self._database.read() as tx:
                is_open = registration_is_open(tx)
            # Who is signed in wants to link it, and not a second account.
            has_account = self._site.viewer(request).kind == "person"
            if not unknown.ticket or not is_open or has_account:
                raise
            asked = {"identity": unknown.ticket} | ({"next": target} if begun.target else {})
            return self._site.go(f"/register?{urlencode(asked)}")
        return keep(self._site, self._site.go(target), opened)

    def _failed(
        self, request: Request, error: GuijuError, kind: SessionKind = SessionKind.PERSON
    ) -> Response:
        with self._database.read() as tx:
            offered = openid.providers(tx, kind)
            may_register = registration_is_open(tx)
        return self._site.page(
            request,
            "accounts/sign-in.html",
            status=error.status,
            error=error,
            where=_SIGN_IN[kind],
            target="",
            name="",
            party=self._party,
            offered=offered,
            may_register=may_register,
        )

    def _recent(self, request: Request, place: Place) -> Session:
        token = self._site.cookies.session(request)
        with self._database.read() as tx:
            found = service.session(tx, token)
            now = tx.now
        if found is None or found.kind is not place.kind:
            raise sign_in_needed()
        if now - found.started_at >= RECENT:
            raise sign_in_again()
        return found


def forms_of(pages: OpenidPages, place: Place) -> tuple[Any, Any]:
    """The two handlers of forms below a page of one's own security."""

    def link(request: Request, provider: str, _form: Posted) -> Response:
        return pages.link(request, place, provider)

    def unlink(request: Request, link: str, _form: Posted) -> Response:
        return pages.unlink(request, place, link)

    return link, unlink
