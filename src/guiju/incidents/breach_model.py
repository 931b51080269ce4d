# SPDX-License-Identifier: Apache-2.0
"""A breach of personal information: leaked, lost or altered, and who is told of it.

PIPL, Article 57: authority and persons are told at once; persons may be spared where what was done
keeps harm away. Whether, a named person decides, each of the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from guiju.casework import Basis, Case, Limit
from guiju.kernel import Conflict, Invalid, NotFound, Text
from guiju.measures import rule

DELAY, ITEMS = "privacy.breach-notice.delay", "privacy.breach-notice.items"
BASIS = "pipl:57"


class Nature(StrEnum):
    """What happened to the information."""

    LEAK = "leak"
    LOSS = "loss"
    TAMPERING = "tampering"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _NATURES[self]


_NATURES = {
    Nature.LEAK: Text(zh="泄露", en="leaked"),
    Nature.LOSS: Text(zh="丢失", en="lost"),
    Nature.TAMPERING: Text(zh="篡改", en="altered"),
}


class Told(StrEnum):
    """What was decided: told, or spared with a reason."""

    TOLD = "told"
    SPARED = "spared"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _TOLD[self]


_TOLD = {
    Told.TOLD: Text(zh="通知", en="to be told"),
    Told.SPARED: Text(zh="不通知（附理由）", en="not told, for a reason on record"),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach as it stands. `authority`, `people` None: nobody has decided yet.

    `concerned`: how many persons it is known to concern, `told` how many of them were told.
    """

    case: Case
    incident: str
    natures: tuple[Nature, ...]
    authority: Told | None
    people: Told | None
    concerned: int
    told: int
    closed_at: datetime | None

    @property
    def waits(self) -> int:
        """How many persons are still to be told."""
        return self.concerned - self.told


class Choice(NamedTuple):
    """What a named person decides: whether the `authority`, or the `people`, are told."""

    whom: str
    told: Told


class Span(NamedTuple):
    """Whose requests are meant: those of a time, of one model where it is named."""

    since: datetime
    until: datetime
    model: str = ""


def at_once(hours: Limit) -> Limit:
    """How long "at once" is on our clock: as long as this class of operator has for a first report.

    The law names no number here, so the limit is our own, under the rule that it stands for.
    """
    return Limit(hours.amount, hours.unit, rule(DELAY).id, Basis.INTERNAL)


NOTICE_ITEMS: Mapping[str, Text] = {
    "kinds": Text(zh="涉及的信息种类", en="Kinds of information concerned"),
    "cause": Text(zh="原因", en="Cause"),
    "harm": Text(zh="可能造成的危害", en="Harm that may follow"),
    "remedy": Text(zh="已采取的补救措施", en="What was done about it"),
    "can-do": Text(zh="您可以采取的措施", en="What you can do"),
    "contact": Text(zh="联系方式", en="Whom to ask"),
}
"""What a notice names (rule `privacy.breach-notice.items`)."""


def no_such_breach(name: str) -> NotFound:
    """No breach has this number."""
    return NotFound(
        "breach-unknown",
        Text(
            zh=f"没有编号为 {name[:40]!r} 的个人信息泄露处置。",
            en=f"There is no breach {name[:40]!r}.",
        ),
        Text(zh="请在事件页查看。", en="See the page of the incident."),
    )


def under_way(number: str) -> Conflict:
    """An incident has one at a time."""
    return Conflict(
        "breach-under-way",
        Text(zh=f"本事件已有处置 {number} 在办。", en=f"{number} is under way for this incident."),
        Text(zh="请在该页办理。", en="Go on there."),
        article=9,
    )


def nobody_concerned() -> Invalid:
    """A scope that meets nobody."""
    return Invalid(
        "breach-scope-empty",
        Text(zh="没有找到相关的人。", en="This meets nobody."),
        Text(
            zh="请写明编号、请求编号，或有使用记录的时段。",
            en="Name persons or requests by number, or a time of which records are kept.",
        ),
        article=9,
        param="ids",
    )


def scope_invalid(field: str, zh: str, en: str) -> Invalid:
    """A scope that cannot be read."""
    return Invalid(
        "breach-scope-invalid",
        Text(zh=zh, en=en),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        article=9,
        param=field,
    )


def scope_too_wide(most: int) -> Invalid:
    """More persons than one step takes in."""
    return Invalid(
        "breach-scope-too-wide",
        Text(zh=f"一次最多 {most} 人。", en=f"One step takes {most} persons at most."),
        Text(zh="请缩短时段，分几次登记。", en="Name shorter times, one after the other."),
        article=9,
        param="since",
    )


def not_decided(zh: str, en: str) -> Conflict:
    """Nobody has decided that they are told."""
    return Conflict(
        "breach-not-decided",
        Text(zh=zh, en=en),
        Text(zh="请先由负责人具名决定。", en="A named person decides that first."),
        article=9,
    )


def no_such_choice(field: str, known: Iterable[str]) -> Invalid:
    """Something else than what can be decided."""
    names = ", ".join(known)
    return Invalid(
        "breach-choice-unknown",
        Text(zh="没有这个选项。", en="There is no such choice."),
        Text(zh=f"可用：{names}。", en=f"Known are {names}."),
        param=field,
    )
