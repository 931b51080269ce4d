# SPDX-License-Identifier: Apache-2.0
"""`guiju privacy`: requests, copies, erasures by two people, certificates; reading one record.

A receipt code is printed once, on standard output, and kept nowhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju import accounts, records
from guiju.casework import Case, get_case, history
from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import isoformat
from guiju.privacy import (
    acting,
    certifying,
    entering,
    following,
    packing,
    planning,
    reading,
    refusing,
    service,
    store,
)
from guiju.privacy.erasing import Eraser
from guiju.privacy.kind import PREPARING, REQUEST, TOLD
from guiju.privacy.model import Channel, Wish
from guiju.privacy.packing import Packer
from guiju.privacy.replay_commands import replay
from guiju.storage import Database, PersonStore

_WISHES = click.Choice([one.value for one in Wish])
_VERBS = (
    "ask",
    "confirm",
    "accept",
    "extend",
    "prepare",
    "refuse",
    "decide",
    "erase",
    acting.ASK_SECOND,
    acting.SAY_YES,
    acting.SAY_NO,
)


@runtime_checkable
class Means(Protocol):
    """What `app` puts into the click context for these commands."""

    @property
    def stores(self) -> tuple[PersonStore, ...]:
        """Every store of people's data."""
        ...

    @property
    def eraser(self) -> Eraser:
        """Who carries erasures out."""
        ...

    @property
    def packer(self) -> Packer:
        """Who makes copies."""
        ...

    @property
    def tiles(self) -> Path:
        """Where evidence is published."""
        ...


@click.group(name="privacy")
def group() -> None:
    """People's requests about their information; copies, erasures, certificates."""


group.add_command(replay)


@group.command()
@click.argument("request")
@by_staff
@click.option("--reason", required=True, help="Why; it stays on record.")
@click.pass_context
def read(context: click.Context, request: str, by: str, reason: str) -> None:
    """Input and output of REQUEST; the reading itself goes on record.

    REQUEST is the id of a request, or the number (ProduceID) in the label of what it delivered.
    """
    desk = desk_of(context)
    with desk.database.write() as tx:
        sides = records.read(tx, desk.staff(by), records.request_of(tx, request), reason)
    shown = [msgspec.json.decode(side) for side in sides]
    text = msgspec.json.encode({"input": shown[0], "output": shown[1]})
    click.echo(msgspec.json.format(text, indent=2).decode())


@group.command()
@click.option("--all", "every", is_flag=True, help="Also what waits for nobody.")
@with_json
@click.pass_context
def requests(context: click.Context, *, every: bool, as_json: bool) -> None:
    """The newest 50 requests, without their words."""
    with desk_of(context).database.read() as tx:
        rows = [(one, get_case(tx, REQUEST, one.case)) for one in store.heads(tx)]
    rows = [one for one in rows if every or one[1].queue is not None]
    put(
        [
            {
                "number": head.number,
                "wish": head.wish.value,
                "state": case.state,
                "proved": head.is_proved,
                "due": None if case.due is None else isoformat(case.due),
            }
            for head, case in rows
        ],
        [f"{head.number}  {case.state:10}  {head.wish.value}" for head, case in rows],
        as_json=as_json,
    )


@group.command()
@click.argument("number")
@with_json
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """Where a request stands, what it would reach, how far it has come; without its words."""
    means = _means(context)
    with desk_of(context).database.read() as tx:
        case, head = service.get_request(tx, number)
        seen = following.plain(following.follow(tx, case)) | {"said": None}
        made = None if head.person is None else planning.plan(tx, means.stores, head.person)
        events = history(tx, case)
    plan = None if made is None else planning.plain(made)
    lines = [
        f"{case.number}  {case.state}  {head.wish.value}",
        *(f"  {one['store']:10} {_counts(one)}" for one in (plan["stores"] if plan else ())),
        *(f"  {one['store']:12} {one['state']:8} {one['gone']}" for one in seen["steps"]),
        *(f"  {isoformat(one.at)} {one.verb} {one.actor}" for one in events),
    ]
    put({**seen, "plan": plan}, lines, as_json=as_json)


@group.command()
@click.argument("text", type=file_type)
@click.option("--wish", type=_WISHES, required=True, help="What is asked for.")
@click.option("--contact", default="", help="How to reach whoever asked; sealed.")
@by_staff
@with_json
@click.pass_context
def file(
    context: click.Context, text: Path, wish: str, contact: str, *, by: str, as_json: bool
) -> None:
    """Take in what stands in the file TEXT (- for standard input); prints the receipt code once."""
    desk = desk_of(context)
    asked = reading.asking(wish=wish, text=_read(text), contact=contact, channel=Channel.STAFF)
    filed = entering.file_by(desk.database, desk.staff(by), asked)
    report = {"number": filed.case.number, "receipt": filed.code, "state": filed.case.state}
    lines = [f"{filed.case.number} {filed.case.state}", f"receipt {filed.code}"]
    put(report, lines, as_json=as_json)


@group.command()
@click.argument("number")
@click.argument("verb", type=click.Choice(_VERBS))
@click.option("--words", default="", help="For the person; for `confirm`: how it was proved.")
@click.option("--outcome", default="", help="fulfilled, partly or refused.")
@click.option("--ground", default="", help="A clause of law or agreement.")
@click.option("--person", default="", help="For `confirm`: login name or pseudonym.")
@by_staff
@with_json
@click.pass_context
def step(
    context: click.Context, /, number: str, verb: str, by: str, *, as_json: bool, **said: str
) -> None:
    """Take a step of a request; an erasure is then carried out by the running service."""
    desk, means = desk_of(context), _means(context)
    with desk.database.write() as tx:
        case, _ = service.get_request(tx, number)
        taken = acting.Said(**said)
        case = acting.take(tx, desk.staff(by), case, verb, taken, stores=means.stores)
    put({"number": case.number, "state": case.state}, [case.state], as_json=as_json)


@group.command()
@click.argument("person")
@click.option("--as", "by", required=True, metavar="STAFF", help="A privacy officer.")
@click.option("--second", required=True, metavar="STAFF", help="The other person.")
@click.option("--reason", default="as was asked for", help="For the person; sealed.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_json
@click.pass_context
def erase(context: click.Context, /, person: str, by: str, **more: Any) -> None:
    """Erase PERSON (name or pseudonym) from every store, by two people, and certify it.

    Exit 1: something stands against it, or a store failed; the request stays open and goes on.
    """
    desk, means = desk_of(context), _means(context)
    first, second = desk.staff(by), desk.staff(more["second"])
    whom = _person(desk.database, person)
    with desk.database.read() as tx:
        made = planning.plan(tx, means.stores, whom)
    if not more["yes"]:
        _say_plan(made)
        click.confirm("It cannot be undone. Go on?", abort=True)
    asked = reading.asking(wish="delete", text=more["reason"], channel=Channel.STAFF)
    case = entering.file_by(desk.database, first, asked).case
    said = acting.Said(words=more["reason"], person=whom)
    for actor, verb in (
        (first, "confirm"),
        (first, "accept"),
        (first, acting.ASK_SECOND),
        (second, acting.SAY_YES),
        (first, "erase"),
    ):
        with desk.database.write() as tx:
            now = get_case(tx, REQUEST, case.id)
            acting.take(tx, actor, now, verb, said, stores=means.stores)
    _carry_on(context, case, as_json=more["as_json"])


def _carry_on(context: click.Context, case: Case, *, as_json: bool) -> None:
    """Take every step that can be taken now, and say how it stands."""
    desk, means = desk_of(context), _means(context)
    while means.eraser.step(case.id):
        if sys.stderr.isatty():
            with desk.database.read() as tx:
                done = following.follow(tx, get_case(tx, REQUEST, case.id)).progress
            click.echo(f"\r{done[0]}/{done[1]} steps " if done else "\r", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("", err=True)
    with desk.database.read() as tx:
        now = get_case(tx, REQUEST, case.id)
        seen = following.plain(following.follow(tx, now)) | {"said": None}
        certificate = store.certificate_body(tx, case.id)
    lines = [
        f"{now.number}  {now.state}",
        *(f"  {one['store']:12} {one['state']:8} {one['gone']}" for one in seen["steps"]),
    ]
    put({**seen, "certificate": certificate}, lines, as_json=as_json)
    context.exit(int(now.state != TOLD))


@group.command(name="continue")
@click.argument("number")
@with_json
@click.pass_context
def continue_(context: click.Context, number: str, *, as_json: bool) -> None:
    """Carry an erasure on that was stopped (exit 1: it is not finished)."""
    with desk_of(context).database.read() as tx:
        case, _ = service.get_request(tx, number)
    _carry_on(context, case, as_json=as_json)


@group.command()
@click.argument("person")
@click.option("--out", type=file_type, required=True, help="The zip to write.")
@click.option("--reason", default="as was asked for", help="How they asked and proved it; sealed.")
@by_staff
@with_json
@click.pass_context
def export(
    context: click.Context, person: str, out: Path, reason: str, *, by: str, as_json: bool
) -> None:
    """Make the copy of PERSON (name or pseudonym) for them; it is a request with its evidence."""
    desk, means = desk_of(context), _means(context)
    if out.exists():
        raise refusing.file_exists(str(out))
    actor, whom = desk.staff(by), _person(desk.database, person)
    asked = reading.asking(wish="copy", text=reason, channel=Channel.STAFF)
    case = entering.file_by(desk.database, actor, asked).case
    said = acting.Said(words=reason, person=whom)
    for verb in ("confirm", "prepare"):
        with desk.database.write() as tx:
            now = get_case(tx, REQUEST, case.id)
            acting.take(tx, actor, now, verb, said, stores=means.stores)
    size = _packed(context, case, out)
    report = {"number": case.number, "file": str(out), "bytes": size}
    put(report, [f"{case.number}  {out}  {size} bytes"], as_json=as_json)


def _packed(context: click.Context, case: Case, out: Path) -> int:
    desk, means = desk_of(context), _means(context)
    with click.progressbar(length=1, label="copy", file=sys.stderr) as bar:

        def said(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        means.packer.work(said)
    with desk.database.write() as tx:
        now = get_case(tx, REQUEST, case.id)
        if now.state == PREPARING:
            package = store.package(tx, case.id)
            raise refusing.copy_failed((package and package.trouble) or "")
        token = packing.link(tx, now)
    _, pieces = means.packer.fetch(token)
    with out.open("xb") as file:
        out.chmod(0o600)
        return sum(file.write(one) for one in pieces)


@group.command()
@click.argument("number")
@click.option("--out", type=file_type, required=True, help="An empty folder.")
@with_json
@click.pass_context
def certificate(context: click.Context, number: str, out: Path, *, as_json: bool) -> None:
    """Write the certificate of an erasure with the bundle that proves it offline."""
    desk, means = desk_of(context), _means(context)
    with desk.database.read() as tx:
        case, _ = service.get_request(tx, number)
    certifying.write(desk.database, means.tiles, case, out)
    put({"number": case.number, "folder": str(out)}, [str(out)], as_json=as_json)


def _means(context: click.Context) -> Means:
    if isinstance(context.obj, Means):
        return context.obj
    raise refusing.data_not_open()


def _person(database: Database, said: str) -> str:
    with database.read() as tx:
        found = accounts.find_person(tx, said)
        return accounts.get_person(tx, said).id if found is None else found.id


def _counts(one: dict[str, Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in one["counts"].items()) or "-"


def _say_plan(made: planning.Plan) -> None:
    for one in planning.plain(made)["stores"]:
        click.echo(f"{one['store']:10} {_counts(one)}", err=True)
    for line in planning.said(made, "en"):
        click.echo(f"! {line}", err=True)


def _read(path: Path) -> str:
    return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
