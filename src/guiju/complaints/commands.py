# SPDX-License-Identifier: Apache-2.0
"""`guiju complaint`: what reaches the provider by telephone, mail or an authority; the handling.

A receipt code is printed once, on standard output, and kept nowhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from guiju.casework import get_case, history
from guiju.complaints import (
    acting,
    api,
    attaching,
    entering,
    following,
    laying,
    reading,
    refusing,
    service,
    store,
)
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.model import BY_STAFF, DECIDED, Category, Channel, Forwarded, Head
from guiju.complaints.statistics import statistics
from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import isoformat

_CHANNELS = click.Choice([one.value for one in BY_STAFF])
_CATEGORIES = click.Choice([one.value for one in Category])
_MOST = attaching.MOST_BYTES + 1
_OF_AN_AUTHORITY = ("channel", "authority", "reference", "within")
_VERBS = tuple(
    dict.fromkeys(one.verb for one in COMPLAINT.machine.transitions if one.roles or one.by_person)
)


@click.group(name="complaint")
def group() -> None:
    """Complaints and reports from the public."""


@group.command()
@click.argument("text", type=file_type)
@click.option("--channel", type=_CHANNELS, required=True, help="How it came.")
@click.option(
    "--category", type=_CATEGORIES, required=True, help="A1 to A5, or what no class says."
)
@click.option("--about", default="", help="Number of an answer or content, or an address.")
@click.option("--contact", default="", help="How to reach the complainant; sealed.")
@click.option("--attach", "files", type=file_type, multiple=True, help="A file; up to three times.")
@click.option("--authority", default="", help="Who forwarded it.")
@click.option("--reference", default="", help="The authority's number.")
@click.option("--within", metavar="N UNIT", nargs=2, default=None, help="Its limit, e.g. 24 hours.")
@by_staff
@with_json
@click.pass_context
def file(
    context: click.Context,
    /,
    text: Path,
    by: str,
    files: tuple[Path, ...],
    *,
    as_json: bool,
    **said: Any,
) -> None:
    """Take in what stands in the file TEXT (- for standard input); prints the receipt code once."""
    desk = desk_of(context)
    filing = reading.filing(
        category=said["category"],
        text=_read(text),
        about=said["about"],
        contact=said["contact"],
        channel=Channel(said["channel"]),
        files=[_bytes(one) for one in files],
        forwarded=_forwarded(**{name: said[name] for name in _OF_AN_AUTHORITY}),
    )
    filed = entering.file_by(desk.database, desk.staff(by), filing)
    report = {"number": filed.case.number, "receipt": filed.code, "state": filed.case.state}
    lines = [f"{filed.case.number} {filed.case.state}", f"receipt {filed.code}"]
    put(report, lines, as_json=as_json)


@group.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also what waits for nobody.")
@with_json
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """The newest 50, without their words."""
    with desk_of(context).database.read() as tx:
        rows = [(one, get_case(tx, COMPLAINT, one.case)) for one in store.heads(tx)]
    rows = [one for one in rows if every or one[1].queue is not None]
    put(
        [_head(head, case.state) for head, case in rows],
        [f"{head.number}  {case.state:12}  {head.category}  {head.channel}" for head, case in rows],
        as_json=as_json,
    )


@group.command()
@click.argument("number")
@click.option("--reason", required=True, help="Why you read it; that goes on record.")
@by_staff
@with_json
@click.pass_context
def show(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """One complaint with what was said; for those who handle complaints."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case, head = service.get_complaint(tx, number)
        given = laying.open_words(tx, actor, case, reason)
        seen = following.follow(tx, case)
        events = history(tx, case, opened=True)
    report = {
        **_head(head, case.state),
        "version": case.version,
        "text": given.text,
        "about": given.about,
        "contact": given.contact,
        "authority": given.authority,
        "reference": given.reference,
        "events": [
            {"verb": one.verb, "at": isoformat(one.at), "actor": one.actor, "reason": one.reason}
            for one in events
        ],
        "seen_by_complainant": api.shown(seen),
    }
    lines = [f"{case.number} {case.state} {head.category} {head.channel}", given.text]
    lines += [f"  {isoformat(one.at)} {one.verb} {one.reason or ''}".rstrip() for one in events]
    put(report, lines, as_json=as_json)


@group.command()
@click.argument("number")
@click.argument("verb", type=click.Choice(_VERBS))
@click.option("--words", default="", help="For the complainant: question, reasons, what was found.")
@click.option("--outcome", default="", help=f"With decide: {', '.join(DECIDED)}.")
@click.option("--ground", default="", help="A clause, e.g. order15:14.1.")
@click.option("--way", type=click.Choice(acting.WAYS), default="page", help="With tell.")
@click.option("--harm", default="", help="With decide: which harm was found, A1a to A5b.")
@click.option("--record", default="", help="In which record; else what the complaint is about.")
@by_staff
@with_json
@click.pass_context
def step(
    context: click.Context, /, number: str, verb: str, by: str, *, as_json: bool, **said: str
) -> None:
    """Take a step: accept, ask, decide, tell and so on, and the complainant's own."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case, _ = service.get_complaint(tx, number)
        case = acting.take(tx, actor, case, verb, acting.Said(**said))
    put(
        {"number": case.number, "state": case.state},
        [f"{case.number} {case.state}"],
        as_json=as_json,
    )


@group.command(name="statistics")
@with_json
@click.pass_context
def statistics_(context: click.Context, *, as_json: bool) -> None:
    """Promise and fact of a year, as the public page shows them."""
    with desk_of(context).database.read() as tx:
        found = statistics(tx)
    document = api.statistics_shown(found)
    lines = [f"received  {_few(found.received)}"]
    for name, pace in (("acceptance", found.acceptance), ("feedback", found.feedback)):
        said = "too few" if pace.p50 is None else f"p50 {pace.p50}  p95 {pace.p95}  max {pace.most}"
        lines.append(f"{name}  {said}  (working days)")
    put(document, lines, as_json=as_json)


def _read(path: Path) -> str:
    data = sys.stdin.buffer.read(_MOST) if str(path) == "-" else _bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusing.unreadable("text") from error


def _bytes(path: Path) -> bytes:
    """No more of a file than tells that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise refusing.file_unreadable(str(path)) from error


def _few(count: int | None) -> str:
    return "fewer than 5" if count is None else str(count)


def _forwarded(
    channel: str, authority: str, reference: str, within: tuple[str, str] | None
) -> Forwarded | None:
    if channel != Channel.AUTHORITY:
        return None
    amount, unit = within or ("", "")
    return reading.forwarded(authority, reference, amount, unit)


def _head(head: Head, state: str) -> dict[str, Any]:
    return {
        "number": head.number,
        "state": state,
        "category": head.category.value,
        "channel": head.channel.value,
        "received_at": isoformat(head.received_at),
        "same_as": None if head.cluster == head.case else head.cluster,
    }
