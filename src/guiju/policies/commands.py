# SPDX-License-Identifier: Apache-2.0
"""`guiju policy`: the provider's rules, proposed by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.kernel import (
    Actor,
    Event,
    NotFound,
    PolicyActivated,
    Text,
    Unavailable,
    canonical,
    digest,
    isoformat,
)
from guiju.policies import body as bodies
from guiju.policies import cases, service
from guiju.policies.dry_running import Traffic, check_officer, compared
from guiju.policies.lexicons_model import references
from guiju.policies.model import Policy, PolicyHead
from guiju.policies.screens import Screens
from guiju.screening import Screen
from guiju.storage import Database


@runtime_checkable
class PolicyDesk(Protocol):
    """What `app` puts into the click context as `obj`: the data, the staff and the listeners."""

    @property
    def database(self) -> Database:
        """The open database."""
        ...

    def staff(self, name: str) -> Actor:
        """The staff member of this name with their roles; raises NotFound."""
        ...

    def publish(self, event: Event) -> None:
        """Tell the listeners what has been committed."""
        ...


@runtime_checkable
class LexiconDesk(Protocol):
    """What a desk also has that keeps compiled lexicons from one command to the next."""

    @property
    def lexicons(self) -> Path:
        """The folder of compiled lexicons."""
        ...


named = click.option("--as", "name", required=True, metavar="STAFF", help="Who does it, by name.")
with_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_file = click.Path(path_type=Path)


@click.group(name="policy")
def group() -> None:
    """The provider's own rules: what is screened, refused, labelled and kept."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every version, newest first, with who proposed and who decided."""
    with desk_of(context).database.read() as tx:
        heads = service.listed(tx)
    put([head_of(one) for one in heads], [_line(one) for one in heads], as_json=as_json)


@group.command()
@click.argument("policy", required=False, metavar="[ID]")
@with_json
@click.pass_context
def show(context: click.Context, policy: str | None, *, as_json: bool) -> None:
    """Version ID, or the one in force."""
    shown = _chosen(context, policy)
    body = msgspec.json.format(canonical(shown.body), indent=2).decode()
    put({**head_of(shown), "body": shown.body}, [_line(shown), body], as_json=as_json)


@group.command()
@click.argument("file", type=_file)
@named
@click.option("--note", default="", help="What changes and why.")
@with_json
@click.pass_context
def propose(context: click.Context, file: Path, name: str, note: str, *, as_json: bool) -> None:
    """Propose the rules in FILE (TOML or JSON); another person must approve them."""
    desk = desk_of(context)
    body = bodies.read_file(file)
    actor = desk.staff(name)
    with desk.database.write() as tx:
        proposed = service.propose(tx, actor, body, note)
    todo = f"another person: guiju policy approve {proposed.id} --as OTHER"
    put(head_of(proposed), [proposed.id, todo], as_json=as_json)


@click.command()
@click.argument("policy", metavar="ID")
@named
@with_json
@click.pass_context
def approve(context: click.Context, policy: str, name: str, *, as_json: bool) -> None:
    """Put version ID in force; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(name)
    with desk.database.write() as tx:
        activated = service.approve(tx, actor, policy)
    desk.publish(PolicyActivated(activated.digest))
    put(head_of(activated), [_line(activated)], as_json=as_json)


group.add_command(approve)
group.add_command(approve, "activate")


@group.command()
@click.argument("policy", metavar="ID")
@named
@click.option("--reason", required=True, help="Why, in a sentence.")
@with_json
@click.pass_context
def reject(context: click.Context, policy: str, name: str, reason: str, *, as_json: bool) -> None:
    """Turn version ID down; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(name)
    with desk.database.write() as tx:
        rejected = service.reject(tx, actor, policy, reason)
    put(head_of(rejected), [_line(rejected)], as_json=as_json)


@group.command()
@click.argument("file", type=_file, metavar="CASES.jsonl")
@click.option("--id", "policy", metavar="ID", help="This version, not the one in force.")
@click.option("--file", "draft", type=_file, help="The rules in this file, before proposing them.")
@with_json
@click.pass_context
def test(
    context: click.Context, file: Path, policy: str | None, draft: Path | None, *, as_json: bool
) -> None:
    """Judge each line {"text", "direction", "expect"} (exit 1: one came out otherwise)."""
    given = cases.read(file)
    if draft is not None:
        body = bodies.read_file(draft)
        mark = digest(canonical(body))
    else:
        chosen = _chosen(context, policy)
        body, mark = dict(chosen.body), chosen.digest
    differing = cases.differing(given, _screen(context, body, mark))
    lines = [f"{file}:{one.line}: {one.said()}" for one in differing]
    lines.append(f"{len(given)} cases, {len(differing)} differ")
    report = {"policy": mark, "cases": len(given), "differ": [one.plain() for one in differing]}
    put(report, lines, as_json=as_json)
    context.exit(int(bool(differing)))


@group.command(name="dry-run")
@click.argument("policy", metavar="ID")
@named
@click.option("--reason", required=True, help="Why records are opened; it stays on record.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--most", type=click.IntRange(min=1), default=10_000, show_default=True)
@with_json
@click.pass_context
def dry_run(
    context: click.Context,
    /,
    policy: str,
    *,
    name: str,
    reason: str,
    days: int,
    most: int,
    as_json: bool,
) -> None:
    """Count how many recorded texts version ID would judge otherwise than the one in force."""
    actor = desk_of(context).staff(name)
    check_officer(actor)
    if not isinstance(context.obj, Traffic):
        raise _no_traffic()
    now, then = _chosen(context, None), _chosen(context, policy)
    screens = [_screen(context, one.body, one.digest) for one in (now, then)]
    found = compared(context.obj.said(actor, reason, days, most), *screens)
    value = {"policy": then.digest, "in_force": now.digest, "days": days, **found.plain()}
    put(value, list(found.lines()), as_json=as_json)


def _screen(context: click.Context, body: Mapping[str, Any], mark: str) -> Screen:
    """The screen of a policy; the data are opened only if it names lexicons that lie there."""
    if not references(body):
        return bodies.compiled(body, mark)
    with desk_of(context).database.read() as tx:
        return screens_of(context).of(tx, body, mark)


def screens_of(context: click.Context) -> Screens:
    """What makes screens of whole policies, with the folder of compiled lexicons if any."""
    folder = context.obj.lexicons if isinstance(context.obj, LexiconDesk) else None
    return Screens(folder, desk_of(context).database.keys)


def _no_traffic() -> Unavailable:
    return Unavailable(
        "traffic-not-open",
        Text(zh="此处没有可供试运行的记录。", en="No records are open here for a dry run."),
        Text(zh="请用 --data 指定数据目录。", en="Run it with --data."),
        article=11,
    )


def desk_of(context: click.Context) -> PolicyDesk:
    """The desk that `app` wired; raises Unavailable `data-not-open` when there is none."""
    if isinstance(context.obj, PolicyDesk):
        return context.obj
    raise Unavailable(
        "data-not-open",
        Text(zh="没有打开数据目录。", en="No data folder is open."),
        Text(zh="请用 guiju policy 并给出 --data。", en="Run guiju policy with --data."),
    )


def _chosen(context: click.Context, policy: str | None) -> Policy:
    with desk_of(context).database.read() as tx:
        chosen = service.active(tx) if policy is None else service.get(tx, policy)
    if chosen is None:
        raise NotFound(
            "policy-none-active",
            Text(zh="尚无生效的规则。", en="No policy is in force yet."),
            Text(zh="请先提出并批准一版。", en="Propose one and let another person approve it."),
        )
    return chosen


def head_of(one: PolicyHead) -> dict[str, Any]:
    """A version without its body, for JSON."""
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state.value,
        "digest": one.digest,
        "note": one.note,
        "proposer": one.proposer,
        "proposed_at": isoformat(one.proposed_at),
        "decider": one.decider,
        "decided_at": None if one.decided_at is None else isoformat(one.decided_at),
        "reason": one.reason,
    }


def _line(one: PolicyHead) -> str:
    decided = f", decided by {one.decider}" if one.decider else ""
    return (
        f"{one.version:>4}  {one.state.value:<10}  {one.id}  {one.digest[:12]}  "
        f"proposed by {one.proposer}{decided}  {one.note}"
    ).rstrip()


def put(value: object, lines: Sequence[str], *, as_json: bool) -> None:
    """Say `value` as one JSON document, or the lines."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))
