# SPDX-License-Identifier: Apache-2.0
"""`guiju keys renew`: another key for one person, by two people, everything sealed again."""

from __future__ import annotations

import sys
from typing import Any, Protocol, runtime_checkable

import click

from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.kernel import isoformat
from guiju.records import renewing
from guiju.records.renewal_model import Renewal, RenewalState


@runtime_checkable
class _KnowsPeople(Protocol):
    """A desk that knows people by name."""

    def person(self, said: str) -> str:
        """The pseudonym of a login name or pseudonym; raises NotFound `person-unknown`."""
        ...


@click.command()
@click.argument("person")
@by_staff
@click.option("--second", required=True, metavar="STAFF", help="Another who may: they agree.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@with_json
@click.pass_context
def renew(
    context: click.Context, person: str, by: str, second: str, reason: str, *, as_json: bool
) -> None:
    """Make the key of PERSON (name or pseudonym) anew and seal again what it sealed.

    By two privacy or safety officers. The service runs on, and goes on with it; the old key is
    destroyed once no process remembers it. Called again, it goes on with one that is under way.
    """
    desk = desk_of(context)
    whom = desk.person(person) if isinstance(desk, _KnowsPeople) else person
    actor, other = desk.staff(by), desk.staff(second)
    with desk.database.write() as tx:
        going = next((one for one in renewing.renewals(tx) if _goes_on(one, whom)), None)
        if going is None:
            asked = renewing.ask_renewal(tx, actor, whom, reason)
            going = renewing.decide_renewal(
                tx, other, asked.id, yes=True, remembered=desk.database.vault.remembers
            )
    _carry_on(desk, going.id)
    with desk.database.read() as tx:
        done = next(one for one in renewing.renewals(tx) if one.id == going.id)
    lines = [_line(done)]
    if done.state is RenewalState.UNDER_WAY and done.settles_at is not None:
        until = isoformat(done.settles_at)
        lines.append(f"the old key is destroyed after {until} by the running service")
    put(_report(done), lines, as_json=as_json)


@click.command()
@with_json
@click.pass_context
def renewals(context: click.Context, *, as_json: bool) -> None:
    """The newest renewals of keys, and how far they are."""
    with desk_of(context).database.read() as tx:
        found = renewing.renewals(tx)
    lines = [_line(one) for one in found] or ["no key was renewed"]
    put([_report(one) for one in found], lines, as_json=as_json)


def _goes_on(one: Renewal, person: str) -> bool:
    return one.subject == person and one.state is RenewalState.UNDER_WAY


def _carry_on(desk: Desk, name: str) -> None:
    """Until a look finds nothing more to seal again."""
    renewer, done = renewing.Renewer(desk.database), 0
    while again := renewer.carry_on(name):
        done += again
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} sealed again ", nl=False, err=True)


def _line(one: Renewal) -> str:
    return f"{one.id}  {one.state.value:9}  {one.subject}  {one.again:,} sealed again"


def _report(one: Renewal) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.subject,
        "state": one.state.value,
        "reason": one.reason,
        "asked_by": one.asked_by,
        "second": one.second,
        "sealed_again": one.again,
        "broken": one.broken,
        "settles_at": None if one.settles_at is None else isoformat(one.settles_at),
        "ended_at": None if one.ended_at is None else isoformat(one.ended_at),
    }
