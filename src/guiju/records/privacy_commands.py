# SPDX-License-Identifier: Apache-2.0
"""`guiju records`: classes of data, disclosures, impact assessments and audits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.inventory import DataClass, as_shipped, faults, fields_of
from guiju.kernel import Invalid, Text, isoformat, read_table
from guiju.records import assessing, minimising
from guiju.records.assessment_model import Assessment, AssessmentWritten, Audit
from guiju.records.disclosure_model import BASES, Disclosure, DisclosureAsked, RecipientKind
from guiju.records.disclosures import (
    ask_disclosure,
    decide_disclosure,
    disclosures,
    end_disclosure,
    note_given,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_reason = click.option("--reason", required=True, help="Why; it stays on record.")
_approve = click.option("--approve/--refuse", required=True, help="What is decided.")


@runtime_checkable
class _KnowsClasses(Protocol):
    """A desk at which the policy in force is known."""

    def data_classes(self) -> Mapping[str, DataClass]:
        """Every class of data as the policy in force says it."""
        ...


def _classes(context: click.Context) -> Mapping[str, DataClass]:
    desk = desk_of(context)
    return desk.data_classes() if isinstance(desk, _KnowsClasses) else as_shipped()


@click.command()
@with_json
@click.pass_context
def classes(context: click.Context, *, as_json: bool) -> None:
    """What is kept of people, for what, on which ground (exit 1: a field has no purpose)."""
    found, wrong = _classes(context), faults(minimising.columns())
    lines = [
        f"{one.id:11} {one.basis:11} {one.limit:32} {one.purpose.en}"
        + (" [sensitive]" if one.sensitive else "")
        + (" [under 14]" if one.under_14 else "")
        for one in found.values()
        if one.is_personal
    ]
    report = {
        "classes": [
            msgspec.to_builtins(one) | {"fields": len(fields_of(one.id))} for one in found.values()
        ],
        "faults": wrong,
    }
    put(report, [*lines, *wrong], as_json=as_json)
    context.exit(int(bool(wrong)))


@click.command(name="review-fields")
@click.option("--said", required=True, help="What the review came to; it stays on record.")
@by_staff
@with_json
@click.pass_context
def review_fields(context: click.Context, said: str, by: str, *, as_json: bool) -> None:
    """Put on record that a privacy officer went through all fields and their purposes."""
    desk = desk_of(context)
    actor, wrong = desk.staff(by), faults(minimising.columns())
    with desk.database.write() as tx:
        count = minimising.review_collection(tx, actor, said, wrong)
    put({"fields": count}, [f"{count:,} fields reviewed"], as_json=as_json)


@click.group()
def disclosure() -> None:
    """To whom personal data go: asked by one, decided by another, on record."""


@disclosure.command(name="ask")
@click.option("--to", "recipient", required=True, help="Who gets it.")
@click.option("--kind", required=True, type=click.Choice([one.value for one in RecipientKind]))
@click.option("--basis", required=True, type=click.Choice(list(BASES)))
@click.option("--ground", required=True, help="The law, order or contract.")
@click.option("--purpose", required=True, help="For what.")
@click.option("--class", "held", required=True, multiple=True, help="A class of data.")
@click.option("--person", help="Of whom; else of many.")
@click.option("--people", default=1, help="Of how many.")
@click.option("--abroad", is_flag=True, help="Beyond the mainland.")
@click.option("--assessment", help="The impact assessment that has weighed it.")
@_reason
@by_staff
@with_json
@click.pass_context
def ask(context: click.Context, /, by: str, reason: str, *, as_json: bool, **said: Any) -> None:
    """Ask whether it may go."""
    desk = desk_of(context)
    asked = DisclosureAsked(
        recipient_kind=RecipientKind(said.pop("kind")), classes=tuple(said.pop("held")), **said
    )
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = ask_disclosure(tx, actor, asked, reason)
    put(_disclosure_report(made), [_disclosure_line(made)], as_json=as_json)


@disclosure.command()
@click.argument("name", metavar="DISCLOSURE")
@_approve
@_reason
@by_staff
@with_json
@click.pass_context
def decide(
    context: click.Context, name: str, reason: str, by: str, *, approve: bool, as_json: bool
) -> None:
    """Approve or refuse DISCLOSURE (dis_...); never whoever asked."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = decide_disclosure(tx, actor, name, reason, approve=approve)
    put(_disclosure_report(made), [_disclosure_line(made)], as_json=as_json)


@disclosure.command()
@click.argument("name", metavar="DISCLOSURE")
@click.option("--file", "given", required=True, type=file_type, help="What was given.")
@by_staff
@with_json
@click.pass_context
def given(context: click.Context, name: str, given: Path, by: str, *, as_json: bool) -> None:
    """Put on record what was given, by the digest of a file; the file is not kept."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with given.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    with desk.database.write() as tx:
        made = note_given(tx, actor, name, found)
    put(_disclosure_report(made), [_disclosure_line(made)], as_json=as_json)


@disclosure.command()
@click.argument("name", metavar="DISCLOSURE")
@_reason
@by_staff
@with_json
@click.pass_context
def end(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
    """End an entrusting."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = end_disclosure(tx, actor, name, reason)
    put(_disclosure_report(made), [_disclosure_line(made)], as_json=as_json)


@disclosure.command(name="list")
@with_json
@click.pass_context
def listed(context: click.Context, *, as_json: bool) -> None:
    """The register, the newest first."""
    with desk_of(context).database.read() as tx:
        found = disclosures(tx)
    lines = [_disclosure_line(one) for one in found] or ["nothing went to anybody"]
    put({"disclosures": [_disclosure_report(one) for one in found]}, lines, as_json=as_json)


@click.group()
def assessment() -> None:
    """What processing does to people, weighed before it begins (PIPL, Articles 55 and 56)."""


@assessment.command()
@click.argument("file", type=file_type)
@by_staff
@with_json
@click.pass_context
def write(context: click.Context, file: Path, by: str, *, as_json: bool) -> None:
    """Take one from a TOML FILE: title, triggers, classes, lawfulness, effects, safeguards."""
    desk = desk_of(context)
    table = read_table(file, "assessment-invalid")
    try:
        written = msgspec.convert(table, AssessmentWritten)
    except msgspec.ValidationError as error:
        raise _not_read(file, str(error)) from error
    found, actor = _classes(context), desk.staff(by)
    with desk.database.write() as tx:
        made = assessing.write_assessment(tx, actor, written, found)
    put(_assessment_report(made), [_assessment_line(made)], as_json=as_json)


@assessment.command()
@click.argument("name", metavar="ASSESSMENT")
@_approve
@_reason
@by_staff
@with_json
@click.pass_context
def review(
    context: click.Context, name: str, reason: str, by: str, *, approve: bool, as_json: bool
) -> None:
    """Stand for ASSESSMENT (pia_...) or refuse it; never its author."""
    desk, found = desk_of(context), _classes(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = assessing.review_assessment(tx, actor, name, reason, found, approve=approve)
    put(_assessment_report(made), [_assessment_line(made)], as_json=as_json)


@assessment.command()
@with_json
@click.pass_context
def due(context: click.Context, *, as_json: bool) -> None:
    """What is to be assessed or audited now (exit 1: something is)."""
    found_classes = _classes(context)
    with desk_of(context).database.read() as tx:
        found = assessing.due(tx, found_classes)
        known = assessing.assessments(tx, found_classes)
    lines = [
        *(_assessment_line(one) for one in known),
        *(f"due: {one.kind} {one.about}" for one in found),
    ]
    report = {
        "assessments": [_assessment_report(one) for one in known],
        "due": [{"kind": one.kind, "about": one.about} for one in found],
    }
    put(report, lines or ["nothing is due"], as_json=as_json)
    context.exit(int(bool(found)))


@assessment.command()
@click.argument("report", type=file_type)
@click.option("--auditor", required=True, help="Who audited.")
@click.option("--outside/--own", default=True, help="Somebody from outside, or our own people.")
@click.option("--scope", required=True, help="What was audited.")
@click.option("--findings", required=True, help="What was found, in short.")
@click.option("--ended", "ended_on", required=True, metavar="DAY", help="The last day.")
@by_staff
@with_json
@click.pass_context
def audit(context: click.Context, /, report: Path, by: str, *, as_json: bool, **said: Any) -> None:
    """Put a compliance audit on record, by the digest of its REPORT."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with report.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    with desk.database.write() as tx:
        asked = Audit("", report=found, noted_by="", noted_at=_EPOCH, due_at=_EPOCH, **said)
        made = assessing.note_audit(tx, actor, asked)
    line = f"{made.id}  by {made.auditor}, next due {made.due_at:%Y-%m-%d}"
    put({"id": made.id, "due_at": isoformat(made.due_at)}, [line], as_json=as_json)


def _disclosure_line(one: Disclosure) -> str:
    held = ", ".join(one.asked.classes)
    return f"{one.id}  {one.state.value:8}  to {one.asked.recipient}: {held} ({one.asked.basis})"


def _disclosure_report(one: Disclosure) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(one)
    asked: dict[str, Any] = said.pop("asked")
    return asked | said


def _assessment_line(one: Assessment) -> str:
    return f"{one.id}  {one.state.value:8}  {one.written.title}{' (stale)' if one.stale else ''}"


def _assessment_report(one: Assessment) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(one)
    written: dict[str, Any] = said.pop("written")
    return written | said


def _not_read(file: Path, why: str) -> Invalid:
    return Invalid(
        "assessment-invalid",
        Text(zh=f"{file.name}：{why}。", en=f"{file.name}: {why}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
    )
