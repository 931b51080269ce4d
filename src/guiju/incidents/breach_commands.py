# SPDX-License-Identifier: Apache-2.0
"""`guiju incident breach`: whom it concerns, what is decided, who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import click

from guiju.casework import clocks
from guiju.desk import Stepping, by_staff, desk_of, put, with_json
from guiju.incidents import breach_papers, breaching, service
from guiju.incidents.breach_model import Breach, Choice, Nature, Span, Told, scope_invalid
from guiju.incidents.breaching import Scope
from guiju.incidents.refusing import discovered_at
from guiju.kernel import Text, isoformat
from guiju.storage import PersonStore

_the_breach = click.argument("number", metavar="BREACH")
_AT_A_TIME = 1_000


@runtime_checkable
class _KnowsStores(Protocol):
    """A desk at which every store of people's data is known."""

    @property
    def stores(self) -> Sequence[PersonStore]:
        """All of them."""
        ...


@click.group()
def breach() -> None:
    """Breaches of personal information: decided by name, told by people (PIPL, Article 57)."""


@breach.command(name="list")
@with_json
@click.pass_context
def listed(context: click.Context, *, as_json: bool) -> None:
    """The newest breaches and how they stand."""
    with desk_of(context).database.read() as tx:
        found = breaching.breaches(tx)
    put([_plain(one) for one in found], [_line(one) for one in found], as_json=as_json)


@breach.command(name="open")
@click.argument("incident", metavar="INCIDENT")
@by_staff
@with_json
@click.pass_context
def open_(context: click.Context, incident: str, by: str, *, as_json: bool) -> None:
    """Deal with INCIDENT as a breach, where its grade has not opened one."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, incident)
        one, facts = service.incident(tx, case), service.stated(tx, case).facts
        natures = breaching.first_natures(one.category, facts)
        made = breaching.open_breach(tx, actor, one, natures, service.first_limit(one.operator))
    put(_plain(made), [_line(made)], as_json=as_json)


@breach.command()
@_the_breach
@with_json
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """One BREACH: its clocks, what is decided, how many wait, what the stores hold of them."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        case = breaching.find_breach(tx, number)
        found, running = breaching.breach(tx, case), clocks(tx, case)
        held = breach_papers.kinds_held(tx, case, _stores(context))
    value = _plain(found) | {
        "clocks": {one.name: None if one.due is None else isoformat(one.due) for one in running},
        "held": {store.name: dict(kinds) for store, kinds in held},
    }
    lines = [
        _line(found),
        *(f"  {name}: {due}" for name, due in value["clocks"].items()),
        *(f"  {name}: {kinds}" for name, kinds in value["held"].items()),
    ]
    put(value, lines, as_json=as_json)


@breach.command()
@_the_breach
@click.option(
    "--nature", "natures", multiple=True, type=click.Choice([one.value for one in Nature])
)
@click.option("--person", "people", multiple=True, metavar="ID", help="A person, by id.")
@click.option("--request", "requests", multiple=True, metavar="ID", help="Whose request it was.")
@click.option("--since", default="", help="With --until: who used the service then (Beijing).")
@click.option("--until", default="", help="Up to when.")
@click.option("--model", default="", help="Of one model only.")
@click.option("--everybody", is_flag=True, help="All accounts.")
@by_staff
@with_json
@click.pass_context
def scope(context: click.Context, /, number: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Say whom it concerns; the ways add up, and nobody counts twice."""
    desk = desk_of(context)
    wanted = Scope(
        natures=tuple(Nature(one) for one in said["natures"]),
        people=said["people"],
        requests=said["requests"],
        span=_span(said["since"], said["until"], said["model"]),
        everybody=said["everybody"],
    )
    made = breaching.concern(desk.database, desk.staff(by), number, wanted)
    put(_plain(made), [_line(made)], as_json=as_json)


@breach.command()
@_the_breach
@click.argument("whom", type=click.Choice(["authority", "people"]))
@click.argument("told", type=click.Choice([one.value for one in Told]))
@click.option("--reason", required=True, help="Why; it stays with the decision.")
@by_staff
@with_json
@click.pass_context
def decide(context: click.Context, /, number: str, by: str, *, as_json: bool, **said: str) -> None:
    """Decide whether the authority, or the people, are told or spared; each once."""
    choice, why = Choice(said["whom"], Told(said["told"])), said["reason"]
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: breaching.decide(tx, actor, case, choice, why),
        as_json=as_json,
    )


@breach.command()
@_the_breach
@click.option("--to", "authority", help="To whom; left out, as the class of operator wants.")
@by_staff
@with_json
@click.pass_context
def draft(
    context: click.Context, number: str, authority: str | None, by: str, *, as_json: bool
) -> None:
    """Draft the notice to the authority; another person signs it (guiju report)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = breaching.find_breach(tx, number)
        made = breach_papers.draft_for_authority(tx, actor, case, _stores(context), authority)
    number = made.case.number
    lines = [number, f"another person: guiju report sign {number} --as OTHER"]
    put({"report": number, "digest": made.digest}, lines, as_json=as_json)


@breach.command()
@_the_breach
@click.option("--zh", required=True, help="What they are told in Chinese; sealed for each.")
@click.option("--en", required=True, help="And in English: each reads their own language.")
@by_staff
@with_json
@click.pass_context
def tell(
    context: click.Context, /, number: str, zh: str, en: str, by: str, *, as_json: bool
) -> None:
    """Tell those who wait for it, a thousand at a time: a notice for each."""
    desk = desk_of(context)
    words = Text(zh=zh, en=en)
    made = breaching.tell_some(desk.database, desk.staff(by), number, words, _AT_A_TIME)
    put(_plain(made), [_line(made)], as_json=as_json)


@breach.command()
@_the_breach
@by_staff
@with_json
@click.pass_context
def close(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Close it, once both are decided and done."""
    _stepped(context, number, by, breaching.close, as_json=as_json)


def _stores(context: click.Context) -> Sequence[PersonStore]:
    desk = desk_of(context)
    return desk.stores if isinstance(desk, _KnowsStores) else ()


def _span(since: str, until: str, model: str) -> Span | None:
    begins, ends = discovered_at(since), discovered_at(until)
    if begins is None and ends is None:
        return None
    if begins is None or ends is None:
        raise scope_invalid("until", "时段须写明起止。", "A time has a beginning and an end.")
    return Span(begins, ends, model)


def _plain(one: Breach) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "state": one.case.state,
        "natures": [nature.value for nature in one.natures],
        "authority": one.authority,
        "people": one.people,
        "concerned": one.concerned,
        "told": one.told,
        "due": None if one.case.due is None else isoformat(one.case.due),
    }


def _line(one: Breach) -> str:
    stands = f"authority {one.authority or '?'}, people {one.people or '?'}"
    return f"{one.case.number}  {one.case.state:<6}  {one.told}/{one.concerned} told  {stands}"


_stepped = Stepping(breaching.find_breach, _plain, _line)
