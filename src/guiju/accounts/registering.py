# SPDX-License-Identifier: Apache-2.0
"""`/register`: a name, a password and the agreement, on one page (Article 9, paragraph 2)."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from guiju import profile
from guiju.accounts import flood, service
from guiju.accounts import refusing_entry as refusing
from guiju.accounts.model import Agreement, Opened, SessionKind
from guiju.accounts.signing import enter
from guiju.accounts.visits import keep, remember, visit_of
from guiju.casework import set_contact
from guiju.kernel import Conflict, GuijuError, Invalid, Refused, Text
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site


class _Wanted(NamedTuple):
    """What was filled in."""

    name: str
    email: str
    version: str


class RegisterPages:
    """The form to register."""

    def __init__(self, database: Database, site: Site, *, registration_open: bool) -> None:
        """Work on `database`; people register by themselves only when that is open."""
        self._database = database
        self._site = site
        self._open = registration_open

    def blank(self, request: Request) -> Response:
        """The form to register."""
        return self._shown(request, None, _Wanted("", "", ""))

    def register(self, request: Request, form: Posted) -> Response:
        """Register, accept the agreement that was shown, and be signed in: all or nothing."""
        with self._database.read() as tx:
            is_open = self._is_open(tx)
        if not is_open:
            raise _closed()
        wanted = _Wanted(form.text("name"), form.text("email"), form.text("agree"))
        try:
            opened = self._registered(request, wanted, form)
        except GuijuError as error:
            # The field of this form; the room of cases calls it an address.
            if error.code == "address-invalid":
                error.param = "email"
            return self._shown(request, error, wanted)
        response = keep(self._site, self._site.go("/me?done=registered"), opened)
        remember(self._site, response, self._database.keys, SessionKind.PERSON, wanted.name)
        return response

    def _is_open(self, tx: Tx) -> bool:
        """Whether people register themselves: not where the service is for one's own people."""
        said = profile.current(tx)
        return self._open and not (said is not None and said.statement.is_internal)

    def _registered(self, request: Request, wanted: _Wanted, form: Form) -> Opened:
        visit = visit_of(request, self._site)
        with self._database.read() as tx:
            flood.admit_registration(tx, visit.address)
            agreement = service.agreement_in_force(tx)
        password = form.secret("password")
        if password != form.secret("again"):
            raise differs()
        if agreement is not None and wanted.version != str(agreement.version):
            raise refusing.agreement_to_accept()
        # Hashed before the transaction: it is slow, and others wait for their turn to write.
        hashed = service.hash_password(wanted.name, password)
        try:
            return self._made(request, wanted, hashed, agreement)
        except Conflict:
            # Trying names tells which exist; so it is counted, and soon comes to an end.
            with self._database.write() as tx:
                flood.count_registration(tx, visit.address)
            raise

    def _made(
        self, request: Request, wanted: _Wanted, hashed: service.Hashed, agreement: Agreement | None
    ) -> Opened:
        """Enter as well: a sign-in could be paused, for failures of others who tried this name."""
        visit, language = visit_of(request, self._site), self._site.language(request)
        with self._database.write() as tx:
            flood.admit_registration(tx, visit.address)
            flood.count_registration(tx, visit.address)
            person = service.register_person(tx, None, wanted.name, hashed, language=language)
            if wanted.email:
                set_contact(tx, person.actor, person.id, wanted.email, language)
            if agreement is not None:
                service.accept_agreement(tx, person.actor, person.id, agreement.version)
            return enter(tx, SessionKind.PERSON, person.actor, visit)

    def _shown(self, request: Request, error: GuijuError | None, wanted: _Wanted) -> Response:
        with self._database.read() as tx:
            is_open = self._is_open(tx)
            agreement = service.agreement_in_force(tx) if is_open else None
        return self._site.page(
            request,
            "accounts/register.html",
            status=200 if error is None else error.status,
            error=error,
            may_register=is_open,
            name=wanted.name,
            email=wanted.email,
            agreement=agreement,
        )


def differs() -> Invalid:
    """What was typed twice is not the same."""
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
        Text(
            zh="请联系提供者开通账号，联系方式见首页。",
            en="Ask the provider for an account; the first page says how to reach them.",
        ),
    )
