# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition content`: withhold, remove and restore what was delivered, by named staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from guiju.casework import Case, get_case
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.dispositions import content as verbs
from guiju.dispositions import findings, withdrawing
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.dispositions.content_model import Content
from guiju.kernel import Actor, isoformat
from guiju.storage import Tx

_case = click.argument("number", metavar="CASE")
_finding = click.argument("finding", metavar="FINDING")
_medium = click.option(
    "--file", "medium", default="", metavar="NUMBER", help="Of a file it made; else its text."
)
_reason = click.option("--reason", required=True, help="Why, in words; they are sealed.")
_facts = click.option("--facts", required=True, help="What was found; the person reads it.")


@click.group()
def content() -> None:
    """What was delivered and is illegal: kept back, removed, restored."""


@content.command()
@_finding
@_medium
@_facts
@by_staff
@with_json
@click.pass_context
def withhold(
    context: click.Context, /, finding: str, medium: str, facts: str, *, by: str, as_json: bool
) -> None:
    """Hand out no more what FINDING names, at once; it lapses unless another person removes it."""

    def begin(tx: Tx, actor: Actor) -> Case:
        return verbs.withhold(tx, actor, findings.get_finding(tx, finding), facts, medium)

    _done(context, by, begin, as_json=as_json)


@content.command()
@_finding
@_medium
@_reason
@by_staff
@with_json
@click.pass_context
def propose(
    context: click.Context, /, finding: str, medium: str, reason: str, *, by: str, as_json: bool
) -> None:
    """Propose to remove what FINDING names; another member of staff decides."""

    def begin(tx: Tx, actor: Actor) -> Case:
        return verbs.propose_removal(tx, actor, findings.get_finding(tx, finding), reason, medium)

    _done(context, by, begin, as_json=as_json)


@content.command()
@_case
@_facts
@by_staff
@with_json
@click.pass_context
def remove(context: click.Context, number: str, facts: str, by: str, *, as_json: bool) -> None:
    """Decide that the content of CASE is not handed out again."""
    _step(context, number, by, verbs.remove, facts, as_json=as_json)


@content.command()
@_case
@_facts
@by_staff
@with_json
@click.pass_context
def withdraw(context: click.Context, number: str, facts: str, by: str, *, as_json: bool) -> None:
    """Decide the same, and withdraw it from all other answers, files and caches."""
    _step(context, number, by, verbs.withdraw, facts, as_json=as_json)


@content.command()
@_case
@with_json
@click.pass_context
def elsewhere(context: click.Context, number: str, *, as_json: bool) -> None:
    """How many others got the same as CASE is about, and how far a withdrawal has come."""
    with desk_of(context).database.read() as tx:
        about = verbs.content_of(tx, get_case(tx, CONTENT_ACTION, number))
        found, come = withdrawing.elsewhere(tx, about), withdrawing.spread(tx, about.case)
    said: dict[str, Any] = {"number": about.number, **found._asdict(), "withdrawn": None}
    if come is not None:
        said["withdrawn"] = {"stage": come.stage.value, **come.reached._asdict()}
    line = f"{about.number}  {found.answers} answers  {found.files} files"
    end = "" if come is None else f"  {come.stage.value}: {sum(come.reached[:2])} withdrawn"
    put(said, [line + end], as_json=as_json)


@content.command()
@_case
@_reason
@by_staff
@with_json
@click.pass_context
def dismiss(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """Take no measure in CASE."""
    _step(context, number, by, verbs.dismiss_content, reason, as_json=as_json)


@content.command()
@_case
@_reason
@by_staff
@with_json
@click.pass_context
def restore(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """Hand the content of CASE out again."""
    _step(context, number, by, verbs.restore, reason, as_json=as_json)


@content.command(name="keep-from-others")
@_case
@click.option("--passage", required=True, help="Words of it that no other answer may say.")
@click.option("--lexicon", required=True, metavar="NAME", help="Where the urgent term belongs.")
@by_staff
@with_json
@click.pass_context
def keep_from_others(
    context: click.Context, /, number: str, passage: str, lexicon: str, *, by: str, as_json: bool
) -> None:
    """Let no other answer say a passage of CASE: an urgent term, which another person confirms."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = get_case(tx, CONTENT_ACTION, number)
        term = verbs.keep_from_others(tx, actor, case, passage, lexicon)
    put({"number": case.number, "term": term}, [f"{case.number}  {term}"], as_json=as_json)


# -- inside ----------------------------------------------------------------------------------------


def _step(
    context: click.Context,
    number: str,
    by: str,
    verb: Callable[[Tx, Actor, Case, str], Case],
    words: str,
    *,
    as_json: bool,
) -> None:
    def step(tx: Tx, actor: Actor) -> Case:
        return verb(tx, actor, get_case(tx, CONTENT_ACTION, number), words)

    _done(context, by, step, as_json=as_json)


def _done(
    context: click.Context, by: str, act: Callable[[Tx, Actor], Case], *, as_json: bool
) -> None:
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = act(tx, actor)
        about = verbs.content_of(tx, case)
    put(_plain(case, about), [_line(case, about)], as_json=as_json)


def _plain(case: Case, about: Content) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "person": about.person,
        "reach": about.reach.value,
        **about.as_facts(),
        "due": None if case.due is None else isoformat(case.due),
        "version": case.version,
    }


def _line(case: Case, about: Content) -> str:
    return f"{case.number}  {case.state:<10}  {about.harm}  {about.produce_id or about.request}"
