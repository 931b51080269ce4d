# SPDX-License-Identifier: Apache-2.0
"""`/register`: agreement, age, consents and a way to sign in, on one page (Article 9, para. 2).

By a name and password, or by an identity that another provider has vouched for.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import profile
from guiju.accounts import flood, newcomers, openid, service
from guiju.accounts import refusing_entry as refusing
from guiju.accounts.asking import Question
from guiju.accounts.consent_model import Purpose
from guiju.accounts.consents import SWITCHED
from guiju.accounts.model import Person, Publish, SessionKind, Visit
from guiju.accounts.newcomers import Newcomer, Registered, Shown
from guiju.accounts.openid_model import Provider
from guiju.accounts.passkey_model import Party
from guiju.accounts.visits import keep, remember, visit_of
from guiju.kernel import AgreementAccepted, Conflict, GuijuError, Invalid, StandingChanged, Text
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site, safe_path

_LONGEST_TOKEN = 4_000
_FIELDS = {"address-invalid": "email", "agreement-superseded": "agree"}


class _Wanted(NamedTuple):
    """What was filled in, to be shown again when something was wrong."""

    name: str = ""
    email: str = ""
    agrees: str = ""
    ticket: str = ""
    answer: str = ""
    consents: tuple[Purpose, ...] = ()
    target: str = ""


class RegisterPages:
    """The form to register."""

    def __init__(
        self,
        database: Database,
        site: Site,
        party: Party,
        publish: Publish,
        *,
        ask: Question | None,
    ) -> None:
        """Work on `database`; `publish` tells caches and other rooms, `ask` is asked as well."""
        self._database = database
        self._site = site
        self._party = party
        self._publish = publish
        self._ask = ask

    def blank(
        self,
        request: Request,
        identity: Annotated[str, Query(max_length=_LONGEST_TOKEN)] = "",
        next: Annotated[str, Query()] = "",  # noqa: A002 - the name in the address
    ) -> Response:
        """The form; with the ticket of an identity, for whom its provider vouches."""
        return self._shown(request, None, _Wanted(ticket=identity, target=safe_path(next, "")))

    def register(self, request: Request, form: Posted) -> Response:
        """Register, accept what the page showed, answer, and be signed in: all or nothing."""
        wanted = self._wanted(form)
        went: list[str] = []
        try:
            made = self._registered(request, wanted, form, went)
        except GuijuError as error:
            # The fields of this form; elsewhere they are called an address and a version.
            error.param = _FIELDS.get(error.code, error.param)
            return self._shown(request, error, wanted)
        person = made.accepted.person
        self._publish(StandingChanged(person))
        self._publish(AgreementAccepted(person, made.accepted.version))
        where = "".join(went) or wanted.target or "/me?done=registered"
        response = keep(self._site, self._site.go(where), made.opened)
        if not wanted.ticket:
            keys = self._database.keys
            remember(self._site, response, keys, SessionKind.PERSON, wanted.name)
        return response

    def _wanted(self, form: Form) -> _Wanted:
        return _Wanted(
            form.text("name"),
            form.text("email"),
            form.text("agree"),
            form.text("identity", longest=_LONGEST_TOKEN),
            form.text(self._ask.field) if self._ask else "",
            tuple(one for one in SWITCHED if form.text(f"consent-{one.value}") == "yes"),
            safe_path(form.text("next"), ""),
        )

    def _registered(
        self, request: Request, wanted: _Wanted, form: Form, went: list[str]
    ) -> Registered:
        visit = self._visit(request)
        with self._database.read() as tx:
            flood.admit_registration(tx, visit.address)
            if not newcomers.registration_is_open(tx):
                raise refusing.registration_closed()
        if wanted.agrees != "yes":
            raise refusing.agreement_to_accept()
        hashed = None if wanted.ticket else _hashed(wanted.name, form)
        newcomer = Newcomer(
            wanted.name,
            hashed,
            wanted.ticket,
            form.text("page", longest=_LONGEST_TOKEN),
            wanted.email,
            wanted.consents,
        )

        def ask(tx: Tx, person: Person) -> None:
            if self._ask is not None:
                went.append(self._ask.keep(tx, person, wanted.answer))

        try:
            with self._database.write() as tx:
                return newcomers.register(tx, visit, newcomer, ask)
        except Conflict:
            # Trying names tells which exist; so it is counted, and soon comes to an end.
            with self._database.write() as tx:
                flood.count_registration(tx, visit.address)
            raise

    def _visit(self, request: Request) -> Visit:
        visit = visit_of(request, self._site, self._party)
        return visit._replace(binding=self._site.binding(request))

    def _shown(self, request: Request, error: GuijuError | None, wanted: _Wanted) -> Response:
        visit, language = self._visit(request), self._site.language(request)
        with self._database.read() as tx:
            is_open = newcomers.registration_is_open(tx)
            said = profile.current(tx)
            agreement = service.agreement_in_force(tx) if is_open else None
            annex = said if agreement is not None else None
            offered = openid.providers(tx, SessionKind.PERSON) if is_open else []
            vouching, error = self._vouching(tx, visit, wanted, error)
            now = tx.now
        page = ""
        if agreement is not None:
            digest = None if annex is None else annex.digest
            shown = Shown(agreement.version, agreement.digest, digest, language, now)
            page = newcomers.page_token(self._database.keys, visit, shown)
        return self._site.page(
            request,
            "accounts/register.html",
            status=200 if error is None else error.status,
            error=error,
            may_register=is_open,
            is_internal=said is not None and said.statement.is_internal,
            wanted=wanted,
            vouching=vouching,
            offered=offered,
            party=self._party,
            page=page,
            agreement=agreement,
            annex=annex,
            said=() if annex is None else profile.particulars(annex.statement),
            question=self._ask,
            purposes=SWITCHED,
        )

    def _vouching(
        self, tx: Tx, visit: Visit, wanted: _Wanted, error: GuijuError | None
    ) -> tuple[Provider | None, GuijuError | None]:
        """Who vouches for the newcomer; what is wrong with their ticket, if nothing else is."""
        if not wanted.ticket:
            return None, error
        try:
            return openid.vouching(tx, wanted.ticket, visit), error
        except GuijuError as fault:
            return None, error or fault


def _hashed(name: str, form: Form) -> service.Hashed:
    """Before the transaction: it is slow, and others wait for their turn to write."""
    password = form.secret("password")
    if password != form.secret("again"):
        raise differs()
    return service.hash_password(name, password)


def differs() -> Invalid:
    """What was typed twice is not the same."""
    return Invalid(
        "password-differs",
        Text(zh="两次输入的密码不一致。", en="The two passwords are not the same."),
        Text(zh="请重新输入。", en="Type them again."),
        param="again",
    )
