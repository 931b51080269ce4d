# SPDX-License-Identifier: Apache-2.0
"""Evidence beside a case: what a room lays on the reviewer's desk, covered until somebody asks.

A panel says what there is; its sheet, opened for a reason that its room puts on record, shows it.
Rooms that keep content stand above this one, so wiring hands their `Bench` over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from guiju.casework.kind import Limit
from guiju.casework.own_steps import OwnStep
from guiju.casework.ruling import Ground
from guiju.kernel import Actor, NotFound, Text
from guiju.storage import Tx

if TYPE_CHECKING:
    from guiju.casework.case import Case


class Row(NamedTuple):
    """One fact; `address` is where it is proved or explained."""

    label: Text
    value: str | Text
    address: str | None = None


class Span(NamedTuple):
    """Where in a passage something was found, in characters; by which rule, for which harm."""

    start: int
    end: int
    harm: str
    rule: str


class Passage(NamedTuple):
    """A text with what was found in it; `direction` is one word of its room: input, output."""

    title: Text
    text: str
    spans: tuple[Span, ...] = ()
    direction: str = ""


class Picture(NamedTuple):
    """A picture by the name that its room gives it; `text` says what it is, not what it shows."""

    name: str
    text: Text


class Sheet(NamedTuple):
    """What is under the cover of a panel: passages side by side, and pictures."""

    passages: tuple[Passage, ...] = ()
    pictures: tuple[Picture, ...] = ()
    rows: tuple[Row, ...] = ()
    policy: str | None = None


class Words(NamedTuple):
    """What somebody wrote into the form of a step: the facts for the person, and the reason."""

    facts: str
    reason: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of evidence. `rows` stand open; the rest is covered when `items` is not 0.

    `kind` is one word for the list: exchange, upload. `items`: how many texts and pictures one
    looks at by uncovering it. `harms`: of what kinds it is, for what reviewers are spared.
    """

    name: str
    title: Text
    kind: str
    rows: tuple[Row, ...] = ()
    items: int = 0
    harms: tuple[str, ...] = ()


class Piece(NamedTuple):
    """A stretch of a passage, and the spans that cover all of it."""

    text: str
    spans: tuple[Span, ...]


def pieces(passage: Passage) -> list[Piece]:
    """The passage cut where a span begins or ends; put together again it is the same text."""
    text = passage.text
    spans = [one for one in passage.spans if 0 <= one.start < one.end <= len(text)]
    cuts = sorted({0, len(text), *(edge for one in spans for edge in (one.start, one.end))})
    return [
        Piece(text[begin:end], tuple(one for one in spans if one.start <= begin and end <= one.end))
        for begin, end in itertools.pairwise(cuts)
    ]


def no_panels(_tx: Tx, _case: Case) -> Sequence[Panel]:
    """For a kind that has no evidence of its own."""
    return ()


def no_sheet(_tx: Tx, _actor: Actor, case: Case, panel: str, _reason: str) -> Sheet:
    """For the same: there is nothing to uncover."""
    raise no_such_panel(case, panel)


def no_picture(_tx: Tx, case: Case, panel: str, _picture: str) -> tuple[bytes, str]:
    """For the same."""
    raise no_such_panel(case, panel)


def no_papers(_tx: Tx, _case: Case) -> Mapping[str, Any] | None:
    """For a kind whose room keeps no words of its own."""
    return None


def as_it_is(sheet: Sheet) -> Sheet:
    """For a room that marks nothing, or has marked it already."""
    return sheet


@dataclass(frozen=True)
class Bench:
    """What a room offers for the cases of one kind.

    `uncover` opens a panel for a reason and puts the reading on record itself. `mark` finds spans
    in what was uncovered, outside of any transaction: it may take a while. `picture`: bytes and
    media type. `steps`: verbs for which the room has more to do than its table, and all it needs
    are words. `hides`: verbs that no form of ours takes, and who takes them where, or when.
    `outcomes`: the words of a
    verb that decides, if it has several. `grounds`: what a decision may stand on; empty: Articles
    4 and 14. `appeals`: within which limit each verb's decision can be appealed. `elsewhere`: verbs
    that are taken on another page, with `{number}`. `own`: how programs take verbs of the last two
    sorts. `papers`: what the room itself has sealed for a case, opened, for who opens its words.
    """

    panels: Callable[[Tx, Case], Sequence[Panel]] = no_panels
    uncover: Callable[[Tx, Actor, Case, str, str], Sheet] = no_sheet
    mark: Callable[[Sheet], Sheet] = as_it_is
    picture: Callable[[Tx, Case, str, str], tuple[bytes, str]] = no_picture
    steps: Mapping[str, Callable[[Tx, Actor, Case, Words], object]] = field(default_factory=dict)
    hides: Mapping[str, Text] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    grounds: Sequence[tuple[Ground, Text]] = ()
    appeals: Mapping[str, Limit] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, OwnStep] = field(default_factory=dict)
    papers: Callable[[Tx, Case], Mapping[str, Any] | None] = no_papers


def no_such_panel(case: Case, panel: str) -> NotFound:
    """The case has no such evidence, or not any more."""
    return NotFound(
        "panel-unknown",
        Text(
            zh=f"案件 {case.number} 没有这份材料 {panel[:40]}。",
            en=f"Case {case.number} has no evidence {panel[:40]}.",
        ),
        Text(zh="材料可能已到期删除。", en="It may have reached the end of its time."),
        case=case.number,
    )
