# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts verification`: how well a person is known, and who has said so."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import click

from guiju.accounts import refusing, service, verifying
from guiju.accounts.verifying_model import UNHEARD, Proofs, Verification
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import StandingChanged, isoformat


@runtime_checkable
class ProofDesk(Protocol):
    """What a desk also has where somebody hears of verifications."""

    @property
    def proofs(self) -> Proofs:
        """Who hears."""
        ...


@click.group(name="verification")
def group() -> None:
    """Verified identities: assertions, levels, providers and times; never a number."""


@group.command(name="list")
@click.argument("owner", metavar="PERSON")
@with_json
@click.pass_context
def list_(context: click.Context, owner: str, *, as_json: bool) -> None:
    """Those of PERSON (id or login name), also those that count no more."""
    with desk_of(context).database.read() as tx:
        found = owner if owner.startswith("pe_") else None
        if found is None:
            person = service.find_person(tx, owner)
            if person is None:
                raise refusing.no_such_person()
            found = person.id
        listed = verifying.verifications_of(tx, service.get_person(tx, found).id)
    put([row(one) for one in listed], [_line(one) for one in listed], as_json=as_json)


@group.command()
@click.argument("verification", metavar="VERIFICATION")
@click.option("--reason", required=True, help="A code such as wrong-person.")
@by_staff
@with_json
@click.pass_context
def withdraw(
    context: click.Context, verification: str, reason: str, by: str, *, as_json: bool
) -> None:
    """Let VERIFICATION (ver_...) count no more; the gateway asks for it anew within a second."""
    desk = desk_of(context)
    actor = desk.staff(by)
    proofs = context.obj.proofs if isinstance(context.obj, ProofDesk) else UNHEARD
    with desk.database.write() as tx:
        made = verifying.withdraw(tx, actor, verification, reason, proofs=proofs)
    desk.publish(StandingChanged(made.person))
    put(row(made), [_line(made)], as_json=as_json)


def row(one: Verification) -> dict[str, object]:
    """As programs read it."""
    withdrawn = None if one.withdrawn_at is None else isoformat(one.withdrawn_at)
    return {
        "id": one.id,
        "person": one.person,
        "proof": one.proof.value,
        "level": one.level,
        "provider": one.provider,
        "development": one.development,
        "verified_at": isoformat(one.verified_at),
        "until": isoformat(one.until),
        "withdrawn_at": withdrawn,
    }


def _line(one: Verification) -> str:
    ended = "withdrawn" if one.withdrawn_at else f"until {one.until:%Y-%m-%d}"
    warn = "  DEVELOPMENT: nobody was verified" if one.development else ""
    return f"{one.id}  {one.proof.value}  level {one.level}  {one.provider}  {ended}{warn}"
