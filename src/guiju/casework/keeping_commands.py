# SPDX-License-Identifier: Apache-2.0
"""`guiju case expire` and `guiju case mails`: what expires, what did not arrive."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import click

from guiju.casework.confirming import RefusedAddress, refused_addresses
from guiju.casework.expiring import expire as expire_some
from guiju.casework.kind import Kinds
from guiju.casework.mailing import Undelivered, undelivered
from guiju.casework.retention import CaseRetention
from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.kernel import Actor, isoformat, software

_KEEPER = software("keeper")


@runtime_checkable
class KnowsKinds(Protocol):
    """A desk at which every kind of case is known."""

    @property
    def kinds(self) -> Kinds:
        """All of them."""
        ...


@runtime_checkable
class _KnowsRetention(Protocol):
    """A desk at which the policy in force is known."""

    def case_retention(self) -> CaseRetention:
        """How long it keeps words of closed cases."""
        ...


def kinds_of(desk: Desk) -> Kinds:
    """Every kind of case that is wired at this desk."""
    return desk.kinds if isinstance(desk, KnowsKinds) else Kinds()


@click.command()
@with_json
@click.pass_context
def expire(context: click.Context, *, as_json: bool) -> None:
    """Delete words of closed cases at their limit now; the service does it by itself."""
    desk = desk_of(context)
    rules = desk.case_retention() if isinstance(desk, _KnowsRetention) else CaseRetention()
    cases = 0
    while True:
        with desk.database.write() as tx:
            done = expire_some(tx, _KEEPER, kinds_of(desk), rules)
        if not done:
            break
        cases += len(done)
    put({"cases": cases}, [f"{cases:,} cases: their words are gone"], as_json=as_json)


@click.command()
@with_json
@click.pass_context
def mails(context: click.Context, *, as_json: bool) -> None:
    """Mails that came back or wait, and addresses that were refused (exit 1: there are some)."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = undelivered(tx, kinds_of(desk))
        refused = refused_addresses(tx, kinds_of(desk))
    said = [{"case": one.case, "at": isoformat(one.at)} for one in refused]
    lines = [*map(_line, found), *map(_refused_line, refused)]
    put(
        {"mails": [_report(one) for one in found], "refused_addresses": said},
        lines or ["every mail has arrived at a mail server"],
        as_json=as_json,
    )
    context.exit(int(bool(lines)))


@runtime_checkable
class _OpensSessions(Protocol):
    """A desk that opens a session for a member of staff."""

    def session_of(self, actor: Actor) -> str:
        """The token of a new one."""
        ...


@click.command()
@by_staff
@with_json
@click.pass_context
def token(context: click.Context, by: str, *, as_json: bool) -> None:
    """Open a session for a program that works for STAFF; the token is shown once."""
    desk = desk_of(context)
    if not isinstance(desk, _OpensSessions):
        raise TypeError("nobody opens sessions at this desk")
    made = desk.session_of(desk.staff(by))
    put({"token": made}, [made], as_json=as_json)


def _refused_line(one: RefusedAddress) -> str:
    whose = one.case or "an account"
    return f"{whose}  address refused by its mail server, {one.at:%Y-%m-%d %H:%M}Z"


def _line(one: Undelivered) -> str:
    why = f", {one.trouble}" if one.trouble else ""
    tries = f", {one.attempts} attempts" if one.attempts else ""
    return f"{one.case}  {one.state.value}, written {one.written_at:%Y-%m-%d %H:%M}Z{tries}{why}"


def _report(one: Undelivered) -> dict[str, object]:
    return {
        "case": one.case,
        "notice": one.notice,
        "state": one.state.value,
        "written_at": isoformat(one.written_at),
        "attempts": one.attempts,
        "trouble": one.trouble,
    }
