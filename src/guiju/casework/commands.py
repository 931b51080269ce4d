# SPDX-License-Identifier: Apache-2.0
"""`guiju case`: what waits, one case with its trail, take it in hand, write on it, take a step."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import click

from guiju.casework import clock_store
from guiju.casework.case import Case, Claim, Event, RunningClock
from guiju.casework.claiming import claim as take
from guiju.casework.claiming import claim_next, claimed
from guiju.casework.claiming import release as give_back
from guiju.casework.keeping_commands import expire, kinds_of, mails, token
from guiju.casework.plain import (
    case_report,
    claim_report,
    clock_report,
    event_report,
    note_report,
)
from guiju.casework.queue_store import PER_PAGE, Page, page, waiting
from guiju.casework.reading import NoteReading, open_words
from guiju.casework.service import advance, get_case
from guiju.casework.sweeping import sweep as sweep_all
from guiju.casework.trail import history
from guiju.casework.writing import note as write
from guiju.casework.writing import notes
from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.kernel import Actor
from guiju.storage import Tx

_number = click.argument("number", metavar="CASE")


@click.group(name="case")
def group() -> None:
    """Cases: what waits, who has it in hand, what happened, and what happens next."""


group.add_command(expire)
group.add_command(mails)
group.add_command(token)


@group.command(name="list")
@click.option("--queue", help="The queue to look into; without it: how many wait in each.")
@click.option("--worst", is_flag=True, help="By severity, not by date.")
@click.option("--free", is_flag=True, help="Only what nobody has in hand.")
@click.option("--after", metavar="MARK", help="The mark that the page before ended with.")
@click.option("--size", type=click.IntRange(1, 1000), default=PER_PAGE, show_default=True)
@with_json
@click.pass_context
def list_(context: click.Context, /, queue: str | None, *, as_json: bool, **how: Any) -> None:
    """What waits, first what is due first."""
    desk = desk_of(context)
    if queue is None:
        _put_waiting(desk, as_json=as_json)
        return
    with desk.database.read() as tx:
        found = page(
            tx,
            kinds_of(desk),
            queue,
            worst_first=how["worst"],
            free=how["free"],
            after=how["after"],
            size=how["size"],
        )
    report = {"cases": [case_report(one) for one in found.cases], "next": found.next}
    put(report, _page_lines(found), as_json=as_json)


@group.command()
@_number
@click.option("--as", "by", metavar="STAFF", help="Who reads, with --reason: opens the words.")
@click.option("--reason", default="", help="Why the words are read; it goes on record.")
@with_json
@click.pass_context
def show(
    context: click.Context, number: str, by: str | None, reason: str, *, as_json: bool
) -> None:
    """One CASE: where it stands, its clocks, and what happened to it."""
    desk = desk_of(context)
    actor = None if by is None else desk.staff(by)
    with desk.database.write() if actor else desk.database.read() as tx:
        case = get_case(tx, kinds_of(desk), number)
        if actor is not None:
            open_words(tx, actor, case, reason, _readings(desk))
        clocks = clock_store.of_case(tx, case.id, running=False)
        events = history(tx, case, opened=actor is not None)
        written = notes(tx, case, opened=actor is not None)
        holder = claimed(tx, case)
    report = {
        **case_report(case),
        "claim": None if holder is None else claim_report(holder),
        "clocks": [clock_report(one) for one in clocks],
        "events": [event_report(one) for one in events],
        "notes": [note_report(one) for one in written],
    }
    lines = [_line(case)]
    lines += [_clock_line(one) for one in clocks]
    lines += [_event_line(one) for one in events]
    lines += [f"  note {one.seq} by {one.author}: {one.words or '(sealed)'}" for one in written]
    put(report, lines, as_json=as_json)


@group.command()
@_number
@by_staff
@with_json
@click.pass_context
def claim(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Take CASE in hand for half an hour; nobody else can meanwhile."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = get_case(tx, kinds_of(desk), number)
        taken = take(tx, actor, case)
    put(
        case_report(case) | {"claim": claim_report(taken)},
        [_claim_line(case, taken)],
        as_json=as_json,
    )


@group.command(name="next")
@click.argument("queue", metavar="QUEUE")
@by_staff
@with_json
@click.pass_context
def next_(context: click.Context, queue: str, by: str, *, as_json: bool) -> None:
    """Take the first case of QUEUE in hand that nobody has (exit 1: there is none)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = claim_next(tx, actor, kinds_of(desk), queue)
    report = {"case": None if case is None else case_report(case)}
    put(report, ["nothing waits" if case is None else _line(case)], as_json=as_json)
    context.exit(int(case is None))


@group.command()
@_number
@by_staff
@with_json
@click.pass_context
def release(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Give CASE back to its queue (exit 1: it was not in hand)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = get_case(tx, kinds_of(desk), number)
        released = give_back(tx, actor, case)
    said = "is back in its queue" if released else "was not in hand"
    put(case_report(case) | {"released": released}, [f"{case.number} {said}"], as_json=as_json)
    context.exit(int(not released))


@group.command()
@_number
@click.argument("words")
@click.option("--outward", is_flag=True, help="The person reads it too.")
@by_staff
@with_json
@click.pass_context
def note(
    context: click.Context, number: str, words: str, by: str, *, outward: bool, as_json: bool
) -> None:
    """Write WORDS on CASE; they are sealed and cannot be changed."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = get_case(tx, kinds_of(desk), number)
        case = write(tx, actor, case, words, outward=outward)
    put(case_report(case), [_line(case)], as_json=as_json)


@group.command()
@_number
@click.argument("verb")
@click.option("--reason", help="Why; it stays on record.")
@click.option("--version", type=int, help="The version you looked at; refused if it has changed.")
@by_staff
@with_json
@click.pass_context
def step(
    context: click.Context,
    number: str,
    verb: str,
    reason: str | None,
    *,
    version: int | None,
    by: str,
    as_json: bool,
) -> None:
    """Take the step VERB of CASE; decisions are taken where their grounds can be given."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = get_case(tx, kinds_of(desk), number, version)
        case = advance(tx, actor, case, verb, reason=reason)
    put(case_report(case), [_line(case)], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def sweep(context: click.Context, *, as_json: bool) -> None:
    """Do what time asks for now; the service does it by itself, once a second."""
    desk = desk_of(context)
    swept = sweep_all(desk.database, kinds_of(desk))
    put(
        swept._asdict(),
        [f"{name:10} {count:,}" for name, count in swept._asdict().items()],
        as_json=as_json,
    )


@runtime_checkable
class _KeepsReadings(Protocol):
    """A desk at which readings are put on record."""

    def note_reading(self, tx: Tx, actor: Actor, thing: str, reason: str, subject: str) -> None:
        """Put one on record."""
        ...


def _readings(desk: Desk) -> NoteReading:
    if isinstance(desk, _KeepsReadings):
        return desk.note_reading
    raise TypeError("nobody keeps readings at this desk")


# -- as words --------------------------------------------------------------------------------------


def _put_waiting(desk: Desk, *, as_json: bool) -> None:
    with desk.database.read() as tx:
        found = waiting(tx)
    lines = [f"{one.queue:24} {one.cases:7,} wait, {one.late:,} late" for one in found]
    report = {"queues": [one._asdict() for one in found]}
    put(report, lines or ["nothing waits"], as_json=as_json)


def _page_lines(found: Page) -> list[str]:
    more = [f"more: --after {found.next}"] if found.next else []
    return [_line(one) for one in found.cases] + more if found.cases else ["nothing waits"]


def _line(one: Case) -> str:
    due = "no date" if one.due is None else f"due {one.due:%Y-%m-%d %H:%M}Z"
    name = one.kind.text.en
    return (
        f"{one.number}  {name}, {one.kind.states[one.state].en}, {one.severity.name.lower()}, {due}"
    )


def _claim_line(case: Case, taken: Claim) -> str:
    return f"{case.number} in hand until {taken.until:%H:%M}Z"


def _clock_line(one: RunningClock) -> str:
    due = "stands still" if one.due is None else f"due {one.due:%Y-%m-%d %H:%M}Z"
    marks = (", provisional" if one.provisional else "") + (", LATE" if one.late_at else "")
    ended = f", {one.outcome.value}" if one.outcome else ""
    return f"  clock {one.name}: {one.limit} {one.unit.value} by {one.rule}, {due}{marks}{ended}"


def _event_line(one: Event) -> str:
    why = f": {one.reason}" if one.reason else ""
    return f"  {one.seq:3} {one.at:%Y-%m-%d %H:%M}Z {one.verb} -> {one.target} by {one.actor}{why}"
