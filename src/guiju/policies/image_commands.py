# SPDX-License-Identifier: Apache-2.0
"""`guiju images`: lists of known pictures, proposed by one person, approved by another (Article 4).

A list holds PDQ hashes and no picture; it lies sealed all the same, for hashes tell of pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.policies import lists, pictures
from guiju.policies.list_commands import add_list_commands, put_proposal, with_note
from guiju.policies.lists_model import PICTURES, ListName
from guiju.screening import Outcome, images

_files = click.argument("files", type=file_type, nargs=-1, required=True, metavar="FILE...")
_harm = click.option(
    "--harm",
    type=click.Choice([*harms()]),
    metavar="HARM",
    default=images.ANY_HARM,
    show_default=True,
    help="The harm of all pictures whose lines name none (A1a ...).",
)
_action = click.option(
    "--action", type=click.Choice(images.HASH_ACTIONS), default="block", show_default=True
)


@click.group(name="images")
def group() -> None:
    """Known pictures: lists of hashes, checked, proposed by one person, approved by another."""


@group.command(name="hash")
@_files
@with_json
@click.pass_context
def hash_(context: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Print a line of a list for each picture FILE... (exit 1: one is too plain to be known by)."""
    found = [(path, images.hashed(_bytes(path))) for path in files]
    rows: list[dict[str, Any]] = [
        {"file": str(path), "pdq": one.upright.hex(), "quality": one.quality} for path, one in found
    ]
    # As a list has it, so that it can be pasted there: harm and action as usual, and a note.
    put(rows, [f"{row['pdq']},,,{Path(row['file']).name}" for row in rows], as_json=as_json)
    plain = [row for row in rows if row["quality"] < images.LEAST_QUALITY]
    for row in plain:
        click.echo(f"{row['file']}: quality {row['quality']}, too plain to be known by", err=True)
    context.exit(int(bool(plain)))


@group.command()
@_files
@_harm
@_action
@with_json
def check(files: tuple[Path, ...], harm: str, action: str, *, as_json: bool) -> None:
    """Read the lists FILE... and say what they hold; nothing is kept."""
    known = _read(files, harm, action)
    put({"ok": True, **_plain(known)}, [*_lines(known)], as_json=as_json)


@group.command(name="import")
@_files
@by_staff
@click.option("--name", "wanted", metavar="NAME", help="The list; else the file's name.")
@_harm
@_action
@with_note
@with_json
@click.pass_context
def import_(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    by: str,
    wanted: str | None,
    harm: str,
    action: str,
    note: str,
    as_json: bool,
) -> None:
    """Propose the lists FILE... as one; another person must approve the policy that names it."""
    desk = desk_of(context)
    actor = desk.staff(by)
    known = _read(files, harm, action)
    prepared, name = pictures.prepare(known), wanted or files[0].stem
    with desk.database.write() as tx:
        made = lists.propose(tx, actor, ListName(PICTURES, name), prepared, note)
    value = {**_plain(known), "list": prepared.digest}
    put_proposal(made, value, [*_lines(known)], as_json=as_json)


add_list_commands(group, PICTURES)


def _read(files: Sequence[Path], harm: str, action: str) -> list[images.Listed]:
    """Every line of the lists; raises Invalid, naming file and line, and for lists without any."""
    usual = images.Mark(harm, Outcome(action))
    known = [one for path in files for one in _listed(path, usual)]
    if not known:
        raise Invalid(
            "hash-list-empty",
            Text(zh="列表中没有任何哈希。", en="The list holds no hash."),
            Text(zh="请核对文件。", en="Check the file."),
            article=4,
        )
    return known


def _listed(path: Path, usual: images.Mark) -> Iterator[images.Listed]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from images.listed(lines, usual)
    except Invalid as error:
        what = Text(zh=f"{path}：{error.what.zh}", en=f"{path}: {error.what.en}")
        raise Invalid(error.code, what, error.remedy, article=4) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Invalid:
    said = getattr(error, "strerror", None) or str(error)
    return Invalid(
        "hash-list-unreadable",
        Text(zh=f"无法读取 {path}：{said}。", en=f"{path} cannot be read: {said}."),
        Text(zh="请核对文件。", en="Check the file."),
        article=4,
    )


def _counts(known: Sequence[images.Listed]) -> Counter[tuple[str, str]]:
    return Counter((one.mark.harm, one.mark.action.value) for one in known)


def _plain(known: Sequence[images.Listed]) -> dict[str, Any]:
    """What a list holds, for JSON; hashes only as numbers."""
    return {
        "hashes": len(known),
        "different": len({one.hash for one in known}),
        "marks": [
            {"harm": harm, "action": action, "hashes": count}
            for (harm, action), count in sorted(_counts(known).items())
        ],
    }


def _lines(known: Sequence[images.Listed]) -> Iterator[str]:
    """The same for a person."""
    for (harm, action), count in sorted(_counts(known).items()):
        yield f"{count:>9}  {harm}  {action}"
    different = len({one.hash for one in known})
    yield f"{different} different pictures in {len(known)} lines"
