# SPDX-License-Identifier: Apache-2.0
"""`guiju lexicon add`, `confirm`, `withdraw`, `urgent`, `fold`: terms that cannot wait."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Invalid, PolicyActivated, Text, isoformat
from guiju.measures import harms
from guiju.policies import lexicons, lists, service, urgent, urgent_folding
from guiju.policies.body_entries import ACTIONS
from guiju.policies.desk import screens_of
from guiju.policies.lexicon_outlook import Outlook
from guiju.policies.list_commands import put_proposal, with_note
from guiju.policies.lists_model import LEXICONS, ListName, reference
from guiju.policies.urgent_model import USUAL_LEXICON, UrgentState, UrgentTerm, nothing_to_fold
from guiju.screening import DIRECTIONS, KINDS, VIEW_NAMES, Entry, importing, read_entry

_STDIN = "-"
_reason = click.option("--reason", required=True, help="Why; it stays on record.")


@click.command()
@click.argument("term", metavar="TERM or -")
@click.option("--harm", required=True, type=click.Choice([*harms()]), metavar="HARM")
@click.option("--action", type=click.Choice(ACTIONS), default="block", show_default=True)
@click.option("--scope", type=click.Choice(DIRECTIONS), multiple=True, help="Left out: all.")
@click.option("--kind", type=click.Choice([*KINDS]), default="term", show_default=True)
@click.option("--view", "views", type=click.Choice(VIEW_NAMES), multiple=True)
@click.option("--except", "phrases", multiple=True, metavar="PHRASE", help="Not inside this.")
@click.option("--whole-word/--inside-words", default=None)
@click.option("--name", "lexicon", default=USUAL_LEXICON, show_default=True, metavar="NAME")
@click.option("--benign", type=file_type, help="Harmless texts that it may not hit too often.")
@click.option("--most", type=click.FloatRange(min=0), default=importing.USUAL_MOST)
@by_staff
@_reason
@with_json
@click.pass_context
def add(
    context: click.Context,
    /,
    term: str,
    *,
    lexicon: str,
    benign: Path | None,
    most: float,
    by: str,
    reason: str,
    as_json: bool,
    **said: Any,
) -> None:
    """Let TERM count at once, everywhere; another person must confirm it in time.

    - reads TERM from standard input, so that it stands in no history of a shell. NAME is the
    lexicon that it becomes a part of when that is imported or folded the next time.
    """
    desk = desk_of(context)
    actor = desk.staff(by)
    entry = _entry(term, said)
    if benign is not None:
        _check_quiet(entry, benign, most)
    with desk.database.write() as tx:
        made = urgent.add(tx, actor, entry, lexicon, reason)
        policy = service.in_force(tx).digest
    desk.publish(PolicyActivated(policy))
    lines = [
        made.id,
        f"in force at once; it lapses at {isoformat(made.until)} unless confirmed",
        f"another person: guiju lexicon confirm {made.id} --as OTHER",
    ]
    put(_plain(made), lines, as_json=as_json)


@click.command()
@click.argument("term", metavar="ID")
@by_staff
@with_json
@click.pass_context
def confirm(context: click.Context, term: str, by: str, *, as_json: bool) -> None:
    """Let the urgent term ID stay; whoever added it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        found = urgent.confirm(tx, actor, term)
    put(_plain(found), [_line(found)], as_json=as_json)


@click.command()
@click.argument("term", metavar="ID")
@by_staff
@_reason
@with_json
@click.pass_context
def withdraw(context: click.Context, term: str, by: str, reason: str, *, as_json: bool) -> None:
    """Take the urgent term ID out of force; a confirmed one not by whoever added it."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        found = urgent.withdraw(tx, actor, term, reason)
        policy = service.in_force(tx).digest
    desk.publish(PolicyActivated(policy))
    put(_plain(found), [_line(found)], as_json=as_json)


@click.command(name="urgent")
@click.option("--show", is_flag=True, help="Show the words too (with --as and --reason).")
@click.option("--as", "by", metavar="STAFF", help="Who looks, by name; for --show.")
@click.option("--reason", default="", help="Why; for --show, and it stays on record.")
@with_json
@click.pass_context
def urgent_(
    context: click.Context, by: str | None, reason: str, *, show: bool, as_json: bool
) -> None:
    """Urgent terms and what became of them, newest first, without their words."""
    desk = desk_of(context)
    if show and (by is None or not reason.strip()):
        raise click.UsageError(
            "--show prints words: say who looks and why, with --as and --reason."
        )
    words: dict[str, str] = {}
    if show and by is not None:
        actor = desk.staff(by)
        with desk.database.write() as tx:
            words = urgent.read_words(tx, actor, reason)
    with desk.database.read() as tx:
        found = urgent.listed(tx)
    rows = [_plain(one) | ({"word": words.get(one.id)} if show else {}) for one in found]
    put(rows, [f"{_line(one)}  {words.get(one.id, '')}".rstrip() for one in found], as_json=as_json)


@click.command()
@click.argument("name", metavar="[NAME]", default=USUAL_LEXICON)
@by_staff
@with_note
@with_json
@click.pass_context
def fold(context: click.Context, name: str, by: str, note: str, *, as_json: bool) -> None:
    """Propose the lexicon NAME with the confirmed urgent terms that wait for it."""
    desk = desk_of(context)
    actor, which = desk.staff(by), ListName(LEXICONS, name)
    with desk.database.read() as tx:
        terms = urgent_folding.confirmed(tx, name)
        if not terms:
            raise nothing_to_fold(name)
        before = reference(service.in_force(tx).body, which)
        lines = [] if before is None else [*lists.lines(tx, LEXICONS, before.digest)]
        found = importing.joined(
            importing.Gathered(lines, (), Counter()), urgent.entries(tx, terms)
        )
    prepared = lexicons.prepare(found)
    screens_of(context).prepare(prepared, desk.database.clock.now(), found.entries)
    with desk.database.write() as tx:
        urgent_folding.note_list(tx, terms, prepared.digest)
        made = lists.propose(tx, actor, which, prepared, note, act="fold")
    value = {"entries": prepared.entries, "folded": [one.id for one in terms]}
    put_proposal(made, value, [f"{len(terms)} urgent terms are folded in"], as_json=as_json)


COMMANDS = (add, confirm, withdraw, urgent_, fold)


def _entry(term: str, said: dict[str, Any]) -> Entry:
    """The entry as it was said; what is not said is left to be usual."""
    values = {**said, "except": said["phrases"], "term": _given(term).strip()}
    del values["phrases"]
    return read_entry({key: one for key, one in values.items() if one not in (None, ())}, "TERM")


def _given(term: str) -> str:
    return term if term != _STDIN else sys.stdin.readline()


def _check_quiet(entry: Entry, benign: Path, most: float) -> None:
    """Refuse a term that often stands in harmless texts."""
    found = importing.gather([importing.Taken("TERM", 1, entry)])
    outlook = Outlook(found, benign, most, show=False)
    if outlook.noisy:
        rate = f"{outlook.noisy[0].rate:.2f}"
        raise Invalid(
            "lexicon-unfit",
            Text(
                zh=f"该词在正常文本中每百万字误命中 {rate} 次。",
                en=f"The term hits harmless texts {rate} times in a million characters.",
            ),
            Text(
                zh="请写得更长，或用 --except 排除常见说法，或放宽 --most。",
                en="Write it longer, take phrases out with --except, or raise --most.",
            ),
            article=4,
        )


def _plain(one: UrgentTerm) -> dict[str, Any]:
    return {
        **one.facts(),
        "state": one.state.value,
        "lexicon": one.lexicon,
        "adder": one.adder,
        "added_at": isoformat(one.added_at),
        "until": isoformat(one.until),
        "decider": one.decider,
        "decided_at": None if one.decided_at is None else isoformat(one.decided_at),
        "folded_in": one.folded_in,
    }


def _line(one: UrgentTerm) -> str:
    until = f"  until {isoformat(one.until)}" if one.state is UrgentState.PROVISIONAL else ""
    return (
        f"{one.id}  {one.state.value:<11}  {one.harm}  {one.action:<6}  {one.rule}  "
        f"{one.lexicon}  by {one.adder}{until}"
    )
