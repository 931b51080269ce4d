# SPDX-License-Identifier: Apache-2.0
"""`guiju upstream`: the models' services, their keys, and whether they answer (Article 13).

Where a model is stands in the policy; a key is read from standard input and shown nowhere.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click

from guiju import policies
from guiju.desk import Desk, by_staff, desk_of, file_type, put, with_json
from guiju.gateway.upstreams import keys, showing
from guiju.gateway.upstreams.checking import Checked, check
from guiju.gateway.upstreams.fleet import Fleet
from guiju.kernel import NotFound, Text
from guiju.policies.upstreams import ModelsConfig, models_of

_LONGEST = 8_192


@runtime_checkable
class UpstreamDesk(Desk, Protocol):
    """What a desk also has at which upstreams are asked."""

    @property
    def fleet(self) -> Fleet:
        """Whoever makes upstreams, with the certificates that are trusted here."""
        ...


@click.group(name="upstream")
def group() -> None:
    """Where models are asked, the keys for it, and whether they answer."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """The upstreams of the policy in force, and every sealed key."""
    with desk_of(context).database.read() as tx:
        active, sealed = policies.active(tx), keys.sealed_keys(tx)
    models = None if active is None else models_of(active.body)
    held = {one.name for one in sealed} | set(os.environ)
    rows = showing.rows(models or ModelsConfig(), held)
    report = {"upstreams": rows, "keys": [showing.key_row(one) for one in sealed]}
    lines = [showing.line(one) for one in rows] or ["no upstreams in the policy in force"]
    put(report, [*lines, *(showing.key_line(one) for one in sealed)], as_json=as_json)


@group.command()
@click.argument("name")
@by_staff
@with_json
@click.pass_context
def key(context: click.Context, name: str, by: str, *, as_json: bool) -> None:
    """Seal the key NAME, read from standard input; an older one is replaced."""
    desk = desk_of(context)
    actor, secret = desk.staff(by), _secret(name)
    with desk.database.write() as tx:
        made = keys.seal_key(tx, actor, name, secret)
    put(showing.key_row(made), [showing.key_line(made)], as_json=as_json)


@group.command()
@click.argument("name")
@by_staff
@with_json
@click.pass_context
def remove(context: click.Context, name: str, by: str, *, as_json: bool) -> None:
    """Destroy the key NAME; upstreams that need it are asked no more."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        gone = keys.remove_key(tx, actor, name)
    put(showing.key_row(gone), [f"removed {gone.name}"], as_json=as_json)


@group.command(name="check")
@click.argument("name", required=False)
@click.option("--file", type=file_type, help="A policy not yet proposed.")
@click.option("--ask", is_flag=True, help="Send each model one word too, which may cost.")
@with_json
@click.pass_context
def check_(
    context: click.Context, name: str | None, file: Path | None, *, ask: bool, as_json: bool
) -> None:
    """Probe upstream NAME, or all: status, latency, models (exit 1: one does not answer)."""
    desk = desk_of(context)
    if not isinstance(desk, UpstreamDesk):
        raise TypeError("the desk has no fleet")
    with desk.database.read() as tx:
        models = _models(None if file is None else policies.read_file(file), policies.active(tx))
        desk.fleet.router(models, lambda one: keys.opened(tx, one, otherwise=os.environ.get))
    found = asyncio.run(_checked(desk.fleet, models, name, ask=ask))
    lines = [showing.checked_line(one) for one in found]
    put([showing.checked_row(one) for one in found], lines, as_json=as_json)
    context.exit(int(not all(one.fine for one in found)))


async def _checked(
    fleet: Fleet, models: ModelsConfig, name: str | None, *, ask: bool
) -> list[Checked]:
    chosen = [one for one in fleet.endpoints() if name in {None, one.config.name}]
    if not chosen:
        raise _no_upstream(name)
    try:
        return await check(chosen, models, ask=ask)
    finally:
        await fleet.close()


def _models(given: dict[str, Any] | None, active: policies.Policy | None) -> ModelsConfig:
    body = given or (None if active is None else active.body)
    models = None if body is None else models_of(body)
    if models is None:
        raise _no_upstream(None)
    return models


def _secret(name: str) -> str:
    """The key from standard input, or from a person who types it unseen; never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.read(_LONGEST)
    typed: str = click.prompt(f"key {name}", hide_input=True, err=True)
    return typed


def _no_upstream(name: str | None) -> NotFound:
    what = Text(zh="规则中没有上游。", en="The policy names no upstream.")
    if name is not None:
        shown = name[:60]
        what = Text(zh=f"规则中没有上游 {shown!r}。", en=f"The policy names no upstream {shown!r}.")
    return NotFound(
        "upstream-unknown",
        what,
        Text(zh="运行 guiju upstream list 查看。", en="See guiju upstream list."),
    )
