# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition finding`: where something was found, and what people made of it."""

from __future__ import annotations

from typing import Any

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.dispositions import finding_store, findings
from guiju.dispositions.measure_options import because
from guiju.dispositions.model import Finding, FindingState, Source
from guiju.kernel import isoformat


@click.group()
def finding() -> None:
    """Findings of screening, complaints, staff and authorities."""


@finding.command(name="list")
@click.option("--state", type=click.Choice([one.value for one in FindingState]))
@click.option("--most", type=click.IntRange(1, 1_000), default=50, show_default=True)
@with_json
@click.pass_context
def list_(context: click.Context, state: str | None, most: int, *, as_json: bool) -> None:
    """The newest findings; where they are, never what they say."""
    wanted = None if state is None else FindingState(state)
    with desk_of(context).database.read() as tx:
        found = finding_store.listed(tx, wanted, most)
    put([_found(one) for one in found], [_found_line(one) for one in found], as_json=as_json)


@finding.command()
@click.option("--harm", required=True, help="By the standard, such as A2f.")
@click.option("--request", metavar="REQUEST", help="The record it is in.")
@click.option("--person", metavar="PERSON", help="Whom it is about, where there is no record.")
@click.option("--source", type=click.Choice([one.value for one in Source]), default="staff")
@by_staff
@with_json
@click.pass_context
def add(context: click.Context, /, by: str, *, as_json: bool, **said: Any) -> None:
    """Put a finding on record."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = findings.open_finding(
            tx,
            actor,
            Source(said["source"]),
            said["harm"],
            person=said["person"],
            request=said["request"],
        )
    put(_found(made), [_found_line(made)], as_json=as_json)


def _deciding(verb: str, words: str) -> None:
    @finding.command(name=verb, help=words)
    @click.argument("name", metavar="FINDING")
    @because
    @by_staff
    @with_json
    @click.pass_context
    def command(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
        desk = desk_of(context)
        actor = desk.staff(by)
        with desk.database.write() as tx:
            made = findings.decide_finding(tx, actor, name, verb, reason)
        put(_found(made), [_found_line(made)], as_json=as_json)


_deciding("confirm", "Say that FINDING is one.")
_deciding("dismiss", "Say that FINDING is none.")


def _found(one: Finding) -> dict[str, Any]:
    return {
        **one.as_facts(),
        "state": one.state.value,
        "person": one.person,
        "action": one.action,
        "raised_at": isoformat(one.raised_at),
        "decided_by": one.decided_by,
    }


def _found_line(one: Finding) -> str:
    where = one.request or one.person or ""
    return f"{one.id}  {one.state.value:<9}  {one.harm}  {one.source.value}  {where}"
