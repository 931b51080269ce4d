# SPDX-License-Identifier: Apache-2.0
"""`/console/staff`: who works here, in which roles, and where they are signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import granting, service
from guiju.accounts.duties import duties
from guiju.accounts.roles import KEEPERS, Role
from guiju.accounts.security_pages import ENTRIES
from guiju.kernel import Actor, GuijuError
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

_HERE = "/console/staff"
_MAY_RECOVER = (*KEEPERS, Role.PRIVACY_OFFICER)


class StaffPages:
    """Roles by two people, sessions, and accounts that are to be recovered."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def listed(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """Everybody who works here."""
        return self._shown(request, done=done)

    def ask_roles(self, request: Request, form: Posted) -> Response:
        """Ask that a member hold these roles; some wait for another person."""

        def do(tx: Tx, actor: Actor) -> None:
            roles = [one.value for one in Role if form.text(f"role-{one.value}")]
            granting.ask_roles(tx, actor, form.text("name"), roles, form.text("reason"))

        return self._done(request, do)

    def decide(self, request: Request, grant: str, form: Posted) -> Response:
        """Approve or refuse roles that somebody else asked for."""

        def do(tx: Tx, actor: Actor) -> None:
            verb = granting.approve_roles if _approves(form) else granting.refuse_roles
            verb(tx, actor, grant)

        return self._done(request, do)

    def end_sessions(self, request: Request, staff: str, form: Posted) -> Response:
        """Sign a member out everywhere."""

        def do(tx: Tx, actor: Actor) -> None:
            service.end_sessions_of(tx, actor, staff, form.text("reason"))

        return self._done(request, do)

    def ask_recovery(self, request: Request, form: Posted) -> Response:
        """Ask for the recovery of an account."""

        def do(tx: Tx, actor: Actor) -> None:
            service.ask_recovery(tx, actor, form.text("account"), form.text("why"))

        return self._done(request, do)

    def decide_recovery(self, request: Request, grant: str, form: Posted) -> Response:
        """Allow a recovery, whose code is on this one page, or refuse it."""
        viewer = self._site.require(request, *_MAY_RECOVER)
        code = ""
        try:
            with self._database.write() as tx:
                if _approves(form):
                    _, code = service.approve_recovery(tx, viewer.actor, grant)
                else:
                    service.refuse_recovery(tx, viewer.actor, grant)
        except GuijuError as error:
            return self._shown(request, error=error)
        return self._shown(request, code=code, done="" if code else "done")

    def _done(self, request: Request, do: Callable[[Tx, Actor], None]) -> Response:
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                do(tx, viewer.actor)
        except GuijuError as error:
            return self._shown(request, error=error)
        return self._site.go(f"{_HERE}?done=done")

    def _shown(
        self, request: Request, *, done: str = "", code: str = "", error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            staff = service.staff_listed(tx)
            values: dict[str, Any] = {
                "staff": staff,
                "named": {one.id: one.display for one in staff},
                "with_passkey": {one.id for one in staff if service.passkeys_of(tx, one.id)},
                "sessions": service.staff_sessions(tx),
                "asked": [one for one in granting.grants(tx) if one.state == "asked"],
                "recoveries": [
                    one for one in service.recoveries(tx) if one.state in {"asked", "approved"}
                ],
            }
        return self._site.page(
            request,
            "accounts/staff.html",
            status=200 if error is None else error.status,
            error=error,
            done=done,
            code=code,
            roles=list(Role),
            duties=duties(),
            entries=ENTRIES,
            boss=viewer.has(Role.ACCOUNTABLE_PERSON),
            may_approve=viewer.has(*duties().approve),
            may_recover=viewer.has(*_MAY_RECOVER),
            **values,
        )


def _approves(form: Form) -> bool:
    return form.text("decision") == "approve"
