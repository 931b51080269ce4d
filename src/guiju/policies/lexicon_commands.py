# SPDX-License-Identifier: Apache-2.0
"""`guiju lexicon`: operators' lists of words, looked at, proposed, rolled back (Article 4).

Words are shown only to who decides about them, and only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import Actor, Invalid, Text
from guiju.policies import lexicons, lists, urgent, urgent_commands, urgent_folding
from guiju.policies.desk import screens_of
from guiju.policies.lexicon_outlook import Outlook
from guiju.policies.lexicon_reading import (
    Report,
    gathered,
    lines_about,
    lines_on_views,
    manner,
    options_of,
    plain,
    reading_options,
    views_refused,
)
from guiju.policies.list_commands import add_list_commands, put_proposal, with_note
from guiju.policies.lists_model import LEXICONS, ListName, Reference
from guiju.screening import importing

_FILES = click.Path(path_type=Path)
_files = click.argument("files", type=_FILES, nargs=-1, required=True, metavar="FILE...")
_benign = click.option("--benign", type=_FILES, help="Harmless texts: lines, or JSONL with text.")
_most = click.option(
    "--most",
    type=click.FloatRange(min=0),
    default=importing.USUAL_MOST,
    show_default=True,
    help="False hits of one entry in a million harmless characters.",
)
_hear = click.option(
    "--hear",
    type=click.IntRange(2, 3),
    help="Hear entries of 3, or of 2 and 3, syllables by sound if they hit nothing in --benign.",
)
_report = click.option("--report", type=_FILES, help="Write every line left out to this file.")


@click.group(name="lexicon")
def group() -> None:
    """Operators' lists of words: checked, proposed by one person, approved by another."""


@group.command()
@_files
@reading_options
@_benign
@_most
@_hear
@_report
@click.option("--show", is_flag=True, help="Show the words and places of false hits (with --as).")
@click.option("--as", "by", metavar="STAFF", help="Who looks, by name; for --show.")
@with_json
@click.pass_context
def check(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    benign: Path | None,
    most: float,
    hear: int | None,
    report: Path | None,
    by: str | None,
    show: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Read FILE... and forecast false hits; nothing is kept (exit 1: not all of it is fit)."""
    reader = _reader(context, by) if show else None
    found, left = gathered(files, options_of(said), report)
    if reader is not None:
        words = Reference("", found.digest, len(found.lines))
        with desk_of(context).database.write() as tx:
            lexicons.note_reading(tx, reader, "check", words)
    outlook = _outlook(found, benign, most, show=show, hear=hear)
    refused = views_refused(found)
    forecast = None if outlook is None else outlook.plain()
    value = {**_plain(found, left), "views_refused": refused, "forecast": forecast}
    lines = [*lines_about(found, left), *lines_on_views(refused)]
    lines += [] if outlook is None else outlook.lines()
    fit = bool(found.lines) and not left.rejected and (outlook is None or not outlook.noisy)
    put({"ok": fit, **value}, lines, as_json=as_json)
    context.exit(int(not fit))


@group.command(name="import")
@_files
@by_staff
@reading_options
@click.option("--name", "lexicon", metavar="NAME", help="The lexicon; else the file's name.")
@click.option("--without-rejected", is_flag=True, help="Leave out lines that are turned down.")
@_benign
@_most
@_hear
@_report
@with_note
@with_json
@click.pass_context
def import_(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    by: str,
    lexicon: str | None,
    benign: Path | None,
    most: float,
    hear: int | None,
    report: Path | None,
    note: str,
    without_rejected: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Propose FILE... as a lexicon; another person must approve the policy that names it."""
    desk = desk_of(context)
    actor = desk.staff(by)
    found, left = gathered(files, options_of(said), report)
    outlook = _outlook(found, benign, most, hear=hear)
    _check_all_fit(found, left, outlook, without=without_rejected)
    if outlook is not None:
        found = outlook.quiet()
    name = lexicon or files[0].stem
    with desk.database.read() as tx:
        terms = urgent_folding.confirmed(tx, name)
        found = importing.joined(found, urgent.entries(tx, terms))
    prepared = lexicons.prepare(found)
    # Before the transaction, which should be short; and whoever approves it need not wait.
    screens_of(context).prepare(prepared, desk.database.clock.now(), found.entries)
    with desk.database.write() as tx:
        urgent_folding.note_list(tx, terms, prepared.digest)
        made = lists.propose(tx, actor, ListName(LEXICONS, name), prepared, note)
    folded = [f"{len(terms)} urgent terms are folded in"] if terms else []
    value = {**_plain(found, left), **({"folded": [one.id for one in terms]} if terms else {})}
    put_proposal(made, value, [*lines_about(found, left), *folded], as_json=as_json)


@group.command()
@click.argument("lexicon", metavar="NAME")
@by_staff
@click.option("--reason", required=True, help="Why they are read; it stays on record.")
@click.option("--to", type=_FILES, help="Write to this file, readable by its owner only.")
@click.pass_context
def export(context: click.Context, lexicon: str, by: str, reason: str, to: Path | None) -> None:
    """Write the entries of NAME in force as JSONL; the reading itself goes on record."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        lines = lexicons.read(tx, actor, lexicon, reason)
    # Only now that the reading is on record.
    _write(lines, to)


add_list_commands(group, LEXICONS)
for urgent_command in urgent_commands.COMMANDS:
    group.add_command(urgent_command)


def _reader(context: click.Context, by: str | None) -> Actor:
    """Who looks at words; refused before anything is read, if they may not."""
    if by is None:
        raise click.UsageError("--show prints words: say who looks, with --as STAFF.")
    reader = desk_of(context).staff(by)
    lexicons.check_reader(reader)
    return reader


def _outlook(
    found: importing.Gathered,
    benign: Path | None,
    most: float,
    *,
    hear: int | None,
    show: bool = False,
) -> Outlook | None:
    if benign is not None:
        return Outlook(found, benign, most, show=show, hear=hear)
    if hear is not None:
        raise click.UsageError("--hear chooses by harmless texts: name them with --benign.")
    return None


def _check_all_fit(
    found: importing.Gathered, left: Report, outlook: Outlook | None, *, without: bool
) -> None:
    noisy = 0 if outlook is None else len(outlook.noisy)
    bad = left.rejected + noisy
    if len(found.lines) == noisy:
        raise _unfit("没有可用的词条", "no entry is fit", left)
    if bad and not without:
        raise _unfit(f"有 {bad} 行不可用", f"{bad} lines are not fit", left)


def _unfit(zh: str, en: str, left: Report) -> Invalid:
    """The first reason stands in the error; the rest is what `check` is for."""
    first = next((one for one in left.kept if isinstance(one, importing.Rejected)), None)
    place = f" ({first.file}:{first.line}: {first.what.en.rstrip('.')})" if first else ""
    return Invalid(
        "lexicon-unfit",
        Text(zh=f"{zh}{place}。", en=f"The list was not imported: {en}{place}."),
        Text(
            zh="运行 guiju lexicon check 查看全部，更正后再导入，或加 --without-rejected 略去。",
            en="See all with guiju lexicon check; correct them, or add --without-rejected.",
        ),
        article=4,
    )


def _plain(found: importing.Gathered, left: Report) -> dict[str, Any]:
    return {
        "files": [manner(one) for one in found.manners],
        "entries": len(found.lines),
        "lexicon": found.digest,
        "counts": dict(found.counts),
        "left_out": [plain(one) for one in left.kept],
    }


def _write(lines: Iterator[bytes], to: Path | None) -> None:
    if to is None:
        for line in lines:
            click.echo(line.decode(), nl=False)
        return
    to.touch(mode=0o600)
    to.chmod(0o600)
    with to.open("wb") as file:
        file.writelines(lines)
