# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts limits`: what a key or person may use, what they have used, and how to change it.

The limits of everybody stand in the policy; here are those of one key or one person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from guiju import limits
from guiju.accounts import refusing, service
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import Actor, StandingChanged, isoformat
from guiju.limits import MEASURES
from guiju.storage import Tx

_NONE = "none"


class _Limit(click.ParamType[int | None]):
    """A whole number, or `none`."""

    name = "number|none"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value == _NONE or isinstance(value, int):
            return value
        if value.isascii() and value.replace("_", "").isdigit():
            return int(value)
        return self.fail(f"{value!r} is neither a whole number nor none", param, ctx)


def _measures(command: Any) -> Any:
    for name, of in (
        ("month", "Tokens a month."),
        ("day", "Tokens a day."),
        ("concurrent", "Requests side by side."),
        ("tokens", "Tokens a minute."),
        ("requests", "Requests a minute."),
    ):
        command = click.option(f"--{name}", type=_Limit(), help=of)(command)
    return command


@click.group(name="limits")
def group() -> None:
    """What a key (key_...) or a person (pe_... or a login name) may use."""


@group.command()
@click.argument("subject")
@with_json
@click.pass_context
def show(context: click.Context, subject: str, *, as_json: bool) -> None:
    """Limits in force and use so far of SUBJECT, up to a second old."""
    with desk_of(context).database.read() as tx:
        found = _subject(tx, subject)
        report = _report(tx, found)
    _say(report, as_json=as_json)


@group.command(name="set")
@click.argument("subject")
@_measures
@click.option("--reason", required=True, help="A code such as pilot; no personal data.")
@by_staff
@with_json
@click.pass_context
def set_(
    context: click.Context, /, subject: str, reason: str, by: str, *, as_json: bool, **given: Any
) -> None:
    """Give SUBJECT limits of its own; what is not named stays as it is."""
    desk = desk_of(context)
    actor = desk.staff(by)
    named = {name: given[name] for name in MEASURES if given[name] is not None}
    with desk.database.write() as tx:
        found = _subject(tx, subject)
        own = service.own_limits(tx, [found]).get(found)
        before = {} if own is None else own.limits
        after = {**before, **{name: None if n == _NONE else n for name, n in named.items()}}
        report = _change(tx, actor, found, after, reason)
    desk.publish(StandingChanged(found))
    _say(report, as_json=as_json)


@group.command()
@click.argument("subject")
@click.option("--reason", required=True, help="A code such as pilot-over; no personal data.")
@by_staff
@with_json
@click.pass_context
def clear(context: click.Context, subject: str, reason: str, by: str, *, as_json: bool) -> None:
    """Let the policy's limits count for SUBJECT again."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        found = _subject(tx, subject)
        report = _change(tx, actor, found, {}, reason)
    desk.publish(StandingChanged(found))
    _say(report, as_json=as_json)


def _change(
    tx: Tx, actor: Actor, subject: str, after: Mapping[str, int | None], reason: str
) -> dict[str, Any]:
    service.set_limits(tx, actor, subject, after, reason)
    return _report(tx, subject)


def _subject(tx: Tx, subject: str) -> str:
    """The id of a key or person; raises NotFound."""
    if subject.startswith("key_"):
        return service.get_key(tx, subject).id
    if subject.startswith("pe_"):
        return service.get_person(tx, subject).id
    found = service.find_person(tx, subject)
    if found is None:
        raise refusing.no_such_person()
    return found.id


def _report(tx: Tx, subject: str) -> dict[str, Any]:
    own = service.own_limits(tx, [subject]).get(subject)
    used = limits.used(tx, [subject])[subject]
    now = service.limits_in_force(tx, [subject])[subject]
    return {
        "subject": subject,
        "limits": {name: getattr(now, name) for name in MEASURES},
        "own": {} if own is None else dict(own.limits),
        "last_used_at": None if used.last_at is None else isoformat(used.last_at),
        "today": {"requests": used.day_requests, "tokens": used.day_tokens},
        "this_month": {"requests": used.month_requests, "tokens": used.month_tokens},
    }


def _say(report: dict[str, Any], *, as_json: bool) -> None:
    lines = [report["subject"]]
    for name, limit in report["limits"].items():
        shown = "no limit" if limit is None else f"{limit:,}"
        lines.append(f"  {_WORDS[name]:22}{shown}{'  (own)' if name in report['own'] else ''}")
    for head, period in (("used today", "today"), ("used this month", "this_month")):
        one = report[period]
        lines.append(f"  {head:22}{one['tokens']:,} tokens, {one['requests']:,} requests")
    lines.append(f"  {'last used':22}{report['last_used_at'] or 'never'}")
    put(report, lines, as_json=as_json)


_WORDS = {
    "requests": "requests a minute",
    "tokens": "tokens a minute",
    "concurrent": "at once",
    "day": "tokens a day",
    "month": "tokens a month",
}
