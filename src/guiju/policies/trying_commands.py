# SPDX-License-Identifier: Apache-2.0
"""`guiju policy test`, `explain` and `dry-run`: what a policy does, before it does it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Text, Unavailable, canonical, digest
from guiju.policies import body as bodies
from guiju.policies import cases
from guiju.policies.desk import chosen, screens_of
from guiju.policies.dry_running import Traffic, check_officer, compared, note_dry_run
from guiju.policies.explaining import explained, heading
from guiju.policies.judging import Judge
from guiju.policies.lists_model import references
from guiju.policies.words import LANGUAGES
from guiju.screening import DIRECTIONS, Direction, Screen
from guiju.screening.matrix import AUDIENCES, Audience

_id = click.option("--id", "policy", metavar="ID", help="This version, not the one in force.")
_draft = click.option(
    "--file", "draft", type=file_type, help="The rules in this file, before proposing them."
)
_WAYS: dict[str, Direction] = {one: one for one in DIRECTIONS}
_WHO: dict[str, Audience] = {one: one for one in AUDIENCES}
_LONGEST = 1_000_000


class Trial(NamedTuple):
    """A policy to try: one that is stored, or a file that nobody has proposed yet."""

    body: Mapping[str, Any]
    digest: str
    judge: Judge


@click.command()
@click.argument("file", type=file_type, metavar="CASES.jsonl")
@_id
@_draft
@with_json
@click.pass_context
def test(
    context: click.Context, file: Path, policy: str | None, draft: Path | None, *, as_json: bool
) -> None:
    """Judge each line {"text", "direction", "audience", "expect"} (exit 1: one differs)."""
    given = cases.read(file)
    trial = _trial(context, policy, draft)
    differ, rules = cases.tried(given, trial.judge)
    lines = [f"{file}:{one.line}: {one.said()}" for one in differ]
    lines += [f"{count} decided by {rule}" for rule, count in sorted(rules.items())]
    lines.append(f"{len(given)} cases, {len(differ)} differ")
    report = {
        "policy": trial.digest,
        "cases": len(given),
        "differ": [one.plain() for one in differ],
        **({"rules": dict(sorted(rules.items()))} if rules else {}),
    }
    put(report, lines, as_json=as_json)
    context.exit(int(bool(differ)))


@click.command()
@click.argument("text", default="-", metavar="[TEXT or -]")
@click.option("--direction", type=click.Choice(DIRECTIONS), default="input", show_default=True)
@click.option("--audience", type=click.Choice(AUDIENCES), default="general", show_default=True)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@_id
@_draft
@with_json
@click.pass_context
def explain(
    context: click.Context,
    /,
    text: str,
    *,
    direction: str,
    audience: str,
    language: str,
    policy: str | None,
    draft: Path | None,
    as_json: bool,
) -> None:
    """Say in words what is done about TEXT and why; - reads it from standard input."""
    text = _given(text)
    trial, who = _trial(context, policy, draft), _WHO[audience]
    judged = trial.judge.judge(text, _WAYS[direction], who)
    lines = explained(judged, trial.judge, trial.body, language, text)
    answer = trial.judge.answer(judged)
    value = {
        **judged.verdict.as_json(),
        "policy": trial.digest,
        "direction": direction,
        "audience": audience,
        "rule": judged.rule,
        "answer": None if answer is None else answer.to(language),
        "said": lines,
    }
    put(value, [heading(direction, who).to(language), *lines], as_json=as_json)


def _given(text: str) -> str:
    if text == "-":
        data = sys.stdin.buffer.read(4 * _LONGEST + 1)
        text = data.decode("utf-8", "replace").removesuffix("\n")
    if len(text) > _LONGEST:
        raise click.UsageError(f"TEXT has more than {_LONGEST} characters.")
    # Half characters, as a terminal may hand them over, cannot be said again.
    return text.encode("utf-8", "replace").decode()


def _trial(context: click.Context, policy: str | None, draft: Path | None) -> Trial:
    if draft is not None:
        body: Mapping[str, Any] = bodies.read_file(draft)
        mark = digest(canonical(body))
    else:
        found = chosen(context, policy)
        body, mark = found.body, found.digest
    return Trial(body, mark, _judge(context, body, mark))


@click.command(name="dry-run")
@click.argument("policy", metavar="ID")
@by_staff
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
    by: str,
    reason: str,
    days: int,
    most: int,
    as_json: bool,
) -> None:
    """Count how many recorded texts version ID would judge otherwise than the one in force."""
    actor = desk_of(context).staff(by)
    check_officer(actor)
    if not isinstance(context.obj, Traffic):
        raise _no_traffic()
    now, then = chosen(context, None), chosen(context, policy)
    judges = [_judge(context, one.body, one.digest) for one in (now, then)]
    found = compared(context.obj.said(actor, reason, days, most), *judges)
    with desk_of(context).database.write() as tx:
        note_dry_run(tx, actor, then, now, found)
    value = {"policy": then.digest, "in_force": now.digest, "days": days, **found.plain()}
    put(value, list(found.lines()), as_json=as_json)


def _judge(context: click.Context, body: Mapping[str, Any], mark: str) -> Judge:
    return Judge(_screen(context, body, mark), body)


def _screen(context: click.Context, body: Mapping[str, Any], mark: str) -> Screen:
    """The screen of a policy; the data are opened only if it names lexicons that lie there."""
    if not references(body):
        return bodies.compiled(body, mark)
    with desk_of(context).database.read() as tx:
        return screens_of(context).of(tx, body, mark)


def _no_traffic() -> Unavailable:
    return Unavailable(
        "traffic-not-open",
        Text(zh="此处没有可供试运行的记录。", en="No records are open here for a dry run."),
        Text(zh="请用 --data 指定数据目录。", en="Run it with --data."),
        article=11,
    )
