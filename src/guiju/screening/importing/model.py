# SPDX-License-Identifier: Apache-2.0
"""What goes into reading an operator's list of words, and what comes out of it, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO, Literal, NamedTuple, TypeAlias

from guiju.kernel import Invalid, Text
from guiju.screening.entry import Entry

CODE = "lexicon-unreadable"

Form = Literal["jsonl", "json", "xlsx", "table", "tagged", "lines"]
FORMS: tuple[Form, ...] = ("jsonl", "json", "xlsx", "table", "tagged", "lines")

LONGEST_LINE = 65_536
"""Characters of a line that are read; a longer one is no entry and is turned down."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as its reader opened it: `data` can be sought, `name` is what reports call it."""

    name: str
    data: BinaryIO

    @property
    def stem(self) -> str:
        """The name without its ending: the category of a list that names none."""
        return PurePath(self.name).stem


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator says about the list; what is left out is found out from the file.

    `harms` gives the harm for a category of theirs, `actions` the action for a level or word of
    theirs, `columns` the header (or number, from 1) of the column that plays a role.
    """

    harm: str | None = None
    action: str = "block"
    scope: tuple[str, ...] = ()
    harms: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    encoding: str | None = None
    separator: str | None = None
    tag_separator: str = ","
    header: bool | None = None
    base64: bool | None = None
    combine: bool = True
    pattern_mark: str = "re:"
    sheet: str | None = None
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is read, as it was said or found out; a report shows it to be checked."""

    file: str
    form: Form
    encoding: str = ""
    separator: str = ""
    base64: bool = False
    columns: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Taken(NamedTuple):
    """A line that became an entry."""

    file: str
    line: int
    entry: Entry


class Rejected(NamedTuple):
    """A line that did not, with the reason; it never says the words of the line."""

    file: str
    line: int
    code: str
    what: Text
    remedy: Text


class Passed(NamedTuple):
    """A line that is not meant to be an entry."""

    file: str
    line: int
    why: Literal["blank", "comment", "header"]


Event: TypeAlias = Taken | Rejected | Passed | Manner


class Line(NamedTuple):
    """A line of text; `fault` says why it cannot be read."""

    number: int
    text: str
    fault: Text | None = None


def unreadable(file: str, zh: str, en: str, remedy: Text) -> Invalid:
    """The error about a file as a whole."""
    return Invalid(CODE, Text(zh=f"{file}：{zh}。", en=f"{file}: {en}."), remedy, article=4)
