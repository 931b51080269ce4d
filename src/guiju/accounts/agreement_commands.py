# SPDX-License-Identifier: Apache-2.0
"""`guiju agreement`: versions of the service agreement, proposed by one, approved by another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guiju.accounts import agreement_diff, agreement_refusing, service, showing
from guiju.accounts.agreement_model import AgreementProposal, Change, Draft
from guiju.accounts.agreement_particulars import Stated
from guiju.accounts.consent_model import Purpose
from guiju.accounts.model import EVERYBODY, Agreement
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import StandingChanged, isoformat
from guiju.storage import Tx

_file = click.argument("file", type=click.Path(path_type=Path))


@click.group(name="agreement")
def group() -> None:
    """The service agreement that everybody accepts before use, and the consents beside it."""


@group.command()
@click.argument("version", type=int, required=False)
@with_json
@click.pass_context
def show(context: click.Context, version: int | None, *, as_json: bool) -> None:
    """VERSION, or the one in force."""
    with desk_of(context).database.read() as tx:
        shown = _chosen(tx, version)
    lines = [showing.agreement_line(shown), shown.text.zh, shown.text.en]
    put(showing.agreement(shown), lines, as_json=as_json)


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every version with who proposed and who decided, and how many stand at each."""
    with desk_of(context).database.read() as tx:
        listed, counted = service.proposals(tx), service.acceptances_counted(tx)
    report = [{**_proposal(one), "people": counted.get(one.version or 0, 0)} for one in listed]
    put(report, [_line(one, counted) for one in listed], as_json=as_json)


@group.command()
@click.argument("before", type=int)
@click.argument("after", type=int, required=False)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@with_json
@click.pass_context
def diff(
    context: click.Context, before: int, after: int | None, language: str, *, as_json: bool
) -> None:
    """What AFTER, or the version in force, says otherwise than BEFORE; exit 1 if anything."""
    with desk_of(context).database.read() as tx:
        old, new = _chosen(tx, before), _chosen(tx, after)
    lines = agreement_diff.changes(old.text.to(language), new.text.to(language))
    report = [{"sign": sign, "clause": words} for sign, words in lines]
    put(report, [f"{sign} {words}" for sign, words in lines], as_json=as_json)
    if lines:
        context.exit(1)


@group.command()
@_file
@with_json
@click.pass_context
def check(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Where FILE states what an agreement must; exit 1 if something is missing."""
    draft = service.read_agreement(file)
    with desk_of(context).database.read() as tx:
        found = service.states(tx, draft.text)
    put([_stated(one) for one in found], [_stated_line(one) for one in found], as_json=as_json)
    if not all(one.holds for one in found):
        context.exit(1)


@group.command()
@_file
@click.option("--change", type=click.Choice([one.value for one in Change]), help="Wins over FILE.")
@click.option("--note", help="What changes; wins over the note in the file.")
@by_staff
@with_json
@click.pass_context
def propose(
    context: click.Context,
    file: Path,
    by: str,
    *,
    change: str | None,
    note: str | None,
    as_json: bool,
) -> None:
    """Propose FILE { zh, en, change, note } (TOML or JSON); another person must approve it."""
    desk = desk_of(context)
    read = service.read_agreement(file)
    draft = Draft(
        read.text,
        read.change if change is None else Change(change),
        read.note if note is None else note,
    )
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.propose_agreement(tx, actor, draft)
    todo = f"another person: guiju agreement approve {made.id} --as OTHER"
    put(_proposal(made), [made.id, todo], as_json=as_json)


@group.command()
@click.argument("proposal", metavar="ID")
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, proposal: str, by: str, *, as_json: bool) -> None:
    """Put version ID in force; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.approve_agreement(tx, actor, proposal)
    desk.publish(StandingChanged(EVERYBODY))
    put(showing.agreement(made), [showing.agreement_line(made)], as_json=as_json)


@group.command()
@click.argument("proposal", metavar="ID")
@by_staff
@click.option("--reason", required=True, help="Why, in a sentence.")
@with_json
@click.pass_context
def reject(context: click.Context, proposal: str, by: str, reason: str, *, as_json: bool) -> None:
    """Turn version ID down; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.reject_agreement(tx, actor, proposal, reason)
    put(_proposal(made), [_line(made, {})], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def consents(context: click.Context, *, as_json: bool) -> None:
    """How many people said yes and how many no, purpose by purpose."""
    with desk_of(context).database.read() as tx:
        counted = service.consents_counted(tx)
    report = {
        one.value: {
            "yes": counted.get((one.value, True), 0),
            "no": counted.get((one.value, False), 0),
        }
        for one in Purpose
    }
    lines = [f"{name}: {said['yes']} yes, {said['no']} no" for name, said in report.items()]
    put(report, lines, as_json=as_json)


def _chosen(tx: Tx, version: int | None) -> Agreement:
    if version is not None:
        return service.get_agreement(tx, version)
    found = service.agreement_in_force(tx)
    if found is None:
        raise agreement_refusing.no_agreement()
    return found


def _proposal(one: AgreementProposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state.value,
        "change": one.change.value,
        "digest": one.digest,
        "note": one.note,
        "proposer": one.proposer,
        "proposed_at": isoformat(one.proposed_at),
        "decider": one.decider,
        "decided_at": None if one.decided_at is None else isoformat(one.decided_at),
        "reason": one.reason,
    }


def _line(one: AgreementProposal, counted: dict[int, int]) -> str:
    number = "-" if one.version is None else str(one.version)
    people = counted.get(one.version or 0, 0)
    decided = f", decided by {one.decider}" if one.decider else ""
    return (
        f"{number:>4}  {one.state.value:<10}  {one.change.value:<9}  {one.id}  {one.digest[:12]}  "
        f"{people} people  proposed by {one.proposer}{decided}  {one.note}"
    ).rstrip()


def _stated(one: Stated) -> dict[str, Any]:
    behind = one.particular
    return {
        "particular": behind.id,
        "rule": behind.rule,
        "binds": behind.binds,
        "zh": one.zh,
        "en": one.en,
        "holds": one.holds,
    }


def _stated_line(one: Stated) -> str:
    mark = "ok " if one.holds else ("NOT" if one.particular.binds else "?  ")
    return f"{mark}  {one.particular.text.en}: zh {one.zh or '-'}, en {one.en or '-'}"
