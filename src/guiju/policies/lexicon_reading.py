# SPDX-License-Identifier: Apache-2.0
"""The options by which a list of words is read at the command line, and the report about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from guiju.kernel import Invalid, Text
from guiju.measures import law
from guiju.policies.body_entries import ACTIONS
from guiju.screening import DIRECTIONS, VIEW_NAMES, importing

_MOST_SHOWN = 20
_MOST_KEPT = 1_000
Left = importing.Rejected | importing.Duplicate
Command = TypeVar("Command", bound=Callable[..., Any])
_ENCODINGS = "utf-8, utf-16, gb18030 ..."
_OPTIONS = (
    click.option(
        "--harm", metavar="HARM", help="The harm of all entries that name none (A1a ...)."
    ),
    click.option("--action", type=click.Choice(ACTIONS), default="block", show_default=True),
    click.option("--scope", "scopes", type=click.Choice(DIRECTIONS), multiple=True),
    click.option(
        "--map", "harms", multiple=True, metavar="CATEGORY=HARM", help="Their categories."
    ),
    click.option("--level", "actions", multiple=True, metavar="LEVEL=ACTION", help="Their levels."),
    click.option("--column", "columns", multiple=True, metavar="ROLE=HEADER", help="term=词语 ..."),
    click.option("--format", "form", type=click.Choice(importing.FORMS), help="Not to be guessed."),
    click.option("--encoding", metavar="NAME", help=f"{_ENCODINGS}; found out when not given."),
    click.option("--separator", metavar="SIGN", help="Between cells, or between word and tags."),
    click.option("--tag-separator", default=",", show_default=True, metavar="SIGN"),
    click.option("--header/--no-header", default=None, help="Whether the first row names columns."),
    click.option("--base64/--plain", "base64", default=None, help="Whether each line is Base64."),
    click.option("--combine/--no-combine", default=True, help="Read a+b and a&b as combinations."),
    click.option("--pattern-mark", default="re:", show_default=True, metavar="SIGN"),
    click.option("--sheet", metavar="TITLE", help="Only this sheet of a workbook."),
    click.option("--source", default="", help="Where the list comes from."),
    click.option("--licence", default="", help="Under which terms."),
)


def reading_options(command: Command) -> Command:
    """Give a command every option by which a list is read; they arrive as `**said`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def options_of(said: Mapping[str, Any]) -> importing.Options:
    """The options as the importer takes them; a harm or role that is not known is refused."""
    values = dict(said)
    harms = _pairs("map", values.pop("harms"), law().harms)
    actions = _pairs("level", values.pop("actions"), ACTIONS)
    columns = _pairs("column", values.pop("columns"), None)
    _known("harm", values["harm"], law().harms)
    for role in columns:
        _known("column", role, importing.ROLES)
    if values["separator"] is not None:
        values["separator"] = values["separator"].replace("\\t", "\t") or None
    return importing.Options(
        harms=harms, actions=actions, columns=columns, scope=tuple(values.pop("scopes")), **values
    )


def _pairs(option: str, given: Sequence[str], known: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint=f"--{option}")
        if known is not None:
            _known(option, value.strip(), known)
        found[name.strip()] = value.strip()
    return found


def _known(option: str, value: str | None, known: Any) -> None:
    if value is not None and value not in known:
        listed = ", ".join(known)
        raise click.BadParameter(f"{value!r} is none of {listed}", param_hint=f"--{option}")


# -- reading -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
    """What was left out of a lexicon: counted in full, kept in part, written in full if asked."""

    rejected: int = 0
    duplicates: int = 0
    kept: list[Left] = field(default_factory=list)
    written: Callable[[bytes], object] = len

    def add(self, one: Left) -> None:
        """Take note of a line."""
        if isinstance(one, importing.Rejected):
            self.rejected += 1
        else:
            self.duplicates += 1
        if len(self.kept) < _MOST_KEPT:
            self.kept.append(one)
        self.written(msgspec.json.encode(plain(one)) + b"\n")


def gathered(
    files: Sequence[Path], options: importing.Options, to: Path | None
) -> tuple[importing.Gathered, Report]:
    """The lexicon in `files`; each line that is left out is also written to the file `to`.

    Raises:
        Invalid: `lexicon-unreadable`, `lexicon-too-large`.
    """
    report = Report()
    with ExitStack() as open_files:
        if to is not None:
            report.written = open_files.enter_context(_opened(to, "wb")).write
        return importing.gather(_events(files, options), report.add), report


def _events(files: Sequence[Path], options: importing.Options) -> Iterator[importing.Event]:
    for path in files:
        with _opened(path, "rb") as data:
            yield from importing.read_list(importing.Source(str(path), data), options)


def benign_texts(path: Path) -> Iterator[str]:
    """The texts of the corpus at `path`; raises Invalid `lexicon-unreadable`."""
    with _opened(path, "rb") as data:
        yield from importing.texts_of(importing.Source(str(path), data))


def _opened(path: Path, mode: str) -> Any:
    try:
        return path.open(mode)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise Invalid(
            "lexicon-unreadable",
            Text(zh=f"无法打开 {path}：{said}。", en=f"{path} cannot be opened: {said}."),
            Text(zh="请核对文件。", en="Check the file."),
        ) from error


# -- saying --------------------------------------------------------------------------------------


def plain(one: Left) -> dict[str, Any]:
    """A line that was left out, for JSON."""
    if isinstance(one, importing.Duplicate):
        return {"problem": "duplicate", **one._asdict()}
    said = {"what": one.what.en, "remedy": one.remedy.en}
    return {"problem": "rejected", "file": one.file, "line": one.line, "code": one.code, **said}


def manner(one: importing.Manner) -> dict[str, Any]:
    """How a file was read, for JSON."""
    return msgspec.to_builtins(one)  # type: ignore[no-any-return]  # a dataclass becomes a dict


def views_refused(found: importing.Gathered) -> list[dict[str, Any]]:
    """The views that entries are not given, as they name none: how many entries, and why."""
    refused = importing.refusals(list(found.entries()))
    counted = Counter((view, why) for each in refused for view, why in each.items())
    return [
        {"view": view, "entries": count, "why": why.en}
        for (view, why), count in sorted(counted.items(), key=_by_view)
    ]


def _by_view(counted: tuple[tuple[str, Text], int]) -> tuple[int, int]:
    (view, _), count = counted
    return VIEW_NAMES.index(view), -count


def lines_on_views(refused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The same for a person."""
    for one in refused:
        entries = "1 entry" if one["entries"] == 1 else f"{one['entries']} entries"
        yield f"view {one['view']}: not given to {entries}: {one['why']}"


def lines_about(found: importing.Gathered, report: Report) -> Iterator[str]:
    """The report for a person: how files were read, what was left out, and what remains."""
    for one in found.manners:
        how = [one.form, one.encoding, "Base64" if one.base64 else "", *one.columns]
        unread = f"; not read: {', '.join(one.unread)}" if one.unread else ""
        yield f"{one.file}: read as {', '.join(filter(None, how))}{unread}"
    rejected = [one for one in report.kept if isinstance(one, importing.Rejected)]
    for bad in rejected[:_MOST_SHOWN]:
        yield f"{bad.file}:{bad.line}: {bad.what.en.rstrip('.')}. {bad.remedy.en}"
    if report.rejected > _MOST_SHOWN:
        yield f"... and {report.rejected - _MOST_SHOWN} more lines (--report FILE has them all)"
    doubles = [one for one in report.kept if isinstance(one, importing.Duplicate)]
    for two in doubles[:_MOST_SHOWN]:
        yield f"{two.file}:{two.line}: stands already at {two.first_file}:{two.first_line}"
    if report.duplicates > _MOST_SHOWN:
        yield f"... and {report.duplicates - _MOST_SHOWN} more that stand already"
    counts = ", ".join(f"{number} {name}" for name, number in sorted(found.counts.items()))
    yield f"{len(found.lines)} entries ({counts})"
