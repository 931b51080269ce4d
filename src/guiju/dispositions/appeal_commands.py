# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition appeal`: by somebody who had no part in the decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from guiju.casework import Case, get_case
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.dispositions import action_store, appeals
from guiju.dispositions.appeal_kind import APPEAL
from guiju.dispositions.measure_options import (
    because,
    facts_of_it,
    proposal,
    the_case,
    with_measure,
)
from guiju.kernel import Actor, StandingChanged
from guiju.storage import Tx


@click.group()
def appeal() -> None:
    """Appeals; `guiju case show` has the words."""


@appeal.command()
@the_case
@by_staff
@with_json
@click.pass_context
def admit(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Take the appeal CASE up."""
    _review(context, number, by, appeals.admit, as_json=as_json)


@appeal.command()
@the_case
@because
@by_staff
@with_json
@click.pass_context
def ask(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """Ask the person for more; the limit of CASE stands still meanwhile."""

    def step(tx: Tx, actor: Actor, case: Case) -> Case:
        return appeals.ask_appellant(tx, actor, case, reason)

    _review(context, number, by, step, as_json=as_json)


@appeal.command()
@the_case
@click.argument("verb", type=click.Choice(["reject", "uphold", "vary", "overturn"]))
@partial(with_measure, required=False)
@facts_of_it
@by_staff
@with_json
@click.pass_context
def decide(
    context: click.Context, /, number: str, verb: str, by: str, *, as_json: bool, **said: Any
) -> None:
    """Decide on the appeal CASE; to vary it, say the lesser measure. It takes effect at once."""
    lesser = proposal(said) if said["measure"] else None

    def step(tx: Tx, actor: Actor, case: Case) -> Case:
        return appeals.decide_appeal(tx, actor, case, verb, said["facts"], lesser=lesser)

    _review(context, number, by, step, as_json=as_json)


def _review(
    context: click.Context,
    number: str,
    by: str,
    step: Callable[[Tx, Actor, Case], Case],
    *,
    as_json: bool,
) -> None:
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = step(tx, actor, get_case(tx, APPEAL, number))
        made = appeals.appeal_of(tx, case)
        against = action_store.find(tx, made.against)
    if against is not None:
        desk.publish(StandingChanged(against.person))
    report = {"number": case.number, "state": case.state, "outcome": made.outcome}
    put(report, [f"{case.number}  {case.state}"], as_json=as_json)
