# SPDX-License-Identifier: Apache-2.0
"""`guiju incident report`, `tell` and `publish`: authorities, persons concerned, the public."""

from __future__ import annotations

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.incidents import announcing, papers, service, telling
from guiju.kernel import Text

the_incident = click.argument("number", metavar="INCIDENT")


@click.command()
@the_incident
@click.option("--stage", required=True, type=click.Choice(["initial", "supplement", "final"]))
@click.option("--to", "authority", help="To whom; left out, as the class of operator wants.")
@by_staff
@with_json
@click.pass_context
def report(
    context: click.Context,
    number: str,
    stage: str,
    authority: str | None,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Draft a report from what is on record; another person signs it (guiju report)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = papers.draft_report(tx, actor, case, stage, authority)
    value = {"report": made.case.number, "stage": stage, "digest": made.digest}
    lines = [made.case.number, f"another person: guiju report sign {made.case.number} --as OTHER"]
    put(value, lines, as_json=as_json)


@click.command()
@the_incident
@click.option("--person", "persons", multiple=True, required=True, metavar="ID")
@click.option("--zh", required=True, help="What they are told in Chinese; sealed for each.")
@click.option("--en", required=True, help="And in English: each reads their own language.")
@by_staff
@with_json
@click.pass_context
def tell(
    context: click.Context,
    number: str,
    persons: tuple[str, ...],
    *,
    zh: str,
    en: str,
    by: str,
    as_json: bool,
) -> None:
    """Tell the persons concerned: a notice for each."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = telling.tell_persons(tx, actor, case, persons, Text(zh=zh, en=en))
    numbers = [one.number for one in made]
    put({"notices": numbers}, numbers, as_json=as_json)


@click.command()
@the_incident
@click.option("--zh", required=True)
@click.option("--en", required=True)
@by_staff
@with_json
@click.pass_context
def publish(
    context: click.Context, number: str, zh: str, en: str, by: str, *, as_json: bool
) -> None:
    """Say something about it in public, on /status."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = announcing.publish_entry(tx, actor, case, Text(zh=zh, en=en))
    put({"entry": made.id}, [made.id], as_json=as_json)
