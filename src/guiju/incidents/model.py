# SPDX-License-Identifier: Apache-2.0
"""What an incident is: how it came to light, what is stated of it, how grave it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from guiju.casework import Case, Severity
from guiju.kernel import Conflict, Form, Invalid, NotFound, Refused, Text
from guiju.policies import Operator

CODE = "incident-facts-invalid"
_MOST = 10**15
_LONGEST = 4_000


class Category(StrEnum):
    """How an incident came to light, or what it is."""

    COVERAGE = "coverage"
    CONTENT = "content"
    LEAK = "leak"
    BREACH = "breach"
    OUTAGE = "outage"
    COMPLAINT = "complaint"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.COVERAGE: Text(zh="审查缺口", en="delivered without a verdict"),
    Category.CONTENT: Text(zh="违法信息", en="illegal content"),
    Category.LEAK: Text(zh="个人信息泄露", en="leak of personal information"),
    Category.BREACH: Text(zh="入侵或篡改", en="intrusion or tampering"),
    Category.OUTAGE: Text(zh="服务中断", en="outage"),
    Category.COMPLAINT: Text(zh="投诉反映", en="shown by a complaint"),
    Category.OTHER: Text(zh="其他", en="other"),
}
SEVERITIES: Mapping[Category, Severity] = {
    Category.LEAK: Severity.CRITICAL,
    Category.BREACH: Severity.CRITICAL,
    Category.CONTENT: Severity.HIGH,
    Category.COVERAGE: Severity.HIGH,
}


class Grade(StrEnum):
    """How grave; from `larger` on it is reported."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"
    EXTRA_MAJOR = "extra-major"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _GRADES[self]

    @property
    def rank(self) -> int:
        """Its place: a graver one has a higher."""
        return list(Grade).index(self)


_GRADES = {
    Grade.GENERAL: Text(zh="一般（未达报告等级）", en="general (below the grade that is reported)"),
    Grade.LARGER: Text(zh="较大", en="larger"),
    Grade.MAJOR: Text(zh="重大", en="major"),
    Grade.EXTRA_MAJOR: Text(zh="特别重大", en="extra-major"),
}


class Measure(StrEnum):
    """What is counted to grade an incident; minutes, yuan, or simply a number."""

    PERSONS = "persons"
    LOSS = "loss"
    HOME_PAGE_TIME = "home-page-time"
    OTHER_PAGE_TIME = "other-page-time"
    VIEWS = "views"
    REPOSTS = "reposts"
    OUTAGE = "outage"

    @property
    def text(self) -> Text:
        """What it counts, in which unit."""
        return _MEASURES[self]


_MEASURES = {
    Measure.PERSONS: Text(
        zh="个人信息泄露涉及人数", en="persons whose personal information leaked"
    ),
    Measure.LOSS: Text(zh="直接经济损失（元）", en="direct loss (CNY)"),
    Measure.HOME_PAGE_TIME: Text(
        zh="违法信息在首页停留（分钟）", en="illegal content on the home page (minutes)"
    ),
    Measure.OTHER_PAGE_TIME: Text(
        zh="违法信息在其他页面停留（分钟）", en="illegal content on another page (minutes)"
    ),
    Measure.VIEWS: Text(zh="违法信息浏览次数", en="views of illegal content"),
    Measure.REPOSTS: Text(zh="违法信息转发次数", en="reposts of illegal content"),
    Measure.OUTAGE: Text(zh="服务中断（分钟）", en="service interrupted (minutes)"),
}

Facts = Mapping[Measure, int]
"""What is stated in numbers; what is not known is left out and never taken for nothing."""

WORDS: Mapping[str, Text] = {
    "summary": Text(zh="发生了什么", en="What happened"),
    "place": Text(zh="发生的单位、设施与位置", en="Unit, facility and place"),
    "effect": Text(zh="影响与危害", en="Effect and harm"),
    "measures": Text(zh="已采取的措施", en="Measures taken"),
    "trend": Text(zh="发展趋势", en="How it may develop"),
    "cause": Text(zh="初步原因", en="First cause"),
    "traces": Text(zh="溯源线索", en="Traces"),
    "next": Text(zh="下一步打算与请求支援", en="Next steps and help asked for"),
    "site": Text(zh="现场保护", en="How the site is kept"),
    "ransom": Text(zh="勒索：金额、方式与时间", en="Ransom: amount, way and time"),
    "root": Text(zh="根本原因", en="Root cause"),
    "prevention": Text(zh="防止再发的措施", en="What keeps it from coming back"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What is stated of an incident: facts that count for its grade, and words for its reports."""

    facts: Facts = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, mapping: object, *, origin: str = "") -> Statement:
        """Read `{"facts": {...}, "words": {...}}`.

        Raises:
            Invalid: `incident-facts-invalid`, with the exact place.
        """
        form = Form(mapping, CODE, origin=origin)
        facts = form.form("facts") if form.has("facts") else Form({}, CODE)
        words = form.form("words") if form.has("words") else Form({}, CODE)
        read = cls(
            {one: facts.number(one, 0, _MOST) for one in Measure if facts.has(one)},
            {one: words.text(one, longest=_LONGEST) for one in WORDS if words.has(one)},
        )
        for one in (facts, words, form):
            one.done()
        return read

    def over(self, newer: Statement) -> Statement:
        """This one with what `newer` states instead, or besides."""
        return Statement({**self.facts, **newer.facts}, {**self.words, **newer.words})

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        facts = {one.value: number for one, number in self.facts.items()}
        return {"facts": facts, "words": dict(self.words)}


class Cause(NamedTuple):
    """What makes somebody open an incident.

    `thing`: what it is about, by the id its room gave it, so that one thing opens one case at most.
    `lasting`: it never opens another one; else it may again once the first has ended.
    `found_in`: the case in which it came to light, as a complaint or a measure about content.
    `discovered`: when it came to light, where that was before now, and `why` that is known.
    `shown`: since when there has been evidence of the thing; `found_in` says it by itself.
    """

    category: Category
    summary: str
    thing: str | None = None
    lasting: bool = False
    found_in: Case | None = None
    discovered: datetime | None = None
    why: str = ""
    shown: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it stands; `grade` None: nobody has graded it yet."""

    case: Case
    category: Category
    operator: Operator
    thing: str | None
    found_at: datetime
    grade: Grade | None
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person has said in public about an incident, on `/status`."""

    id: str
    case: str
    words: Text
    at: datetime
    by: str
    withdrawn_at: datetime | None


def no_such_incident(name: str) -> NotFound:
    """No incident has this number."""
    return NotFound(
        "incident-unknown",
        Text(zh=f"没有编号为 {name[:40]!r} 的事件。", en=f"There is no incident {name[:40]!r}."),
        Text(zh="运行 guiju incident list 查看。", en="See all with guiju incident list."),
    )


def too_low(wanted: Grade, least: Grade) -> Refused:
    """The stated facts reach a threshold of a graver grade."""
    return Refused(
        "grade-below-threshold",
        Text(
            zh=f"已陈述的事实达到“{least.text.zh}”的界限，不能定为“{wanted.text.zh}”。",
            en=f"The stated facts reach a threshold of {least.value}; {wanted.value} is below it.",
        ),
        Text(
            zh="请按事实定级；事实有误的，先更正事实。",
            en="Grade by the facts; if they are wrong, correct them first.",
        ),
        article=13,
    )


def no_such_stage(stage: str, known: Iterable[str]) -> Invalid:
    """A report is a first one, a supplement or a final one."""
    names = ", ".join(known)
    return Invalid(
        "report-stage-unknown",
        Text(zh=f"没有 {stage[:40]!r} 这种报告。", en=f"There is no report {stage[:40]!r}."),
        Text(zh=f"可用：{names}。", en=f"Known are {names}."),
        param="stage",
    )


def nothing_stated() -> Conflict:
    """Nobody has stated what happened."""
    return Conflict(
        "incident-facts-missing",
        Text(zh="尚未陈述事件的事实。", en="Nobody has stated the facts of this incident."),
        Text(zh="请先填写事实（可以只有已知的）。", en="State them first, as far as known."),
        article=13,
    )


def no_such_part(kind: str, name: str, known: str) -> Invalid:
    """There is nothing of this name to stop."""
    return Invalid(
        "part-unknown",
        Text(
            zh=f"没有可停用的 {kind} {name[:80]!r}。",
            en=f"There is no {kind} {name[:80]!r} to stop.",
        ),
        Text(zh=f"可用：{known}。", en=f"Known are {known}."),
        param="name",
    )


def no_such_entry(name: str) -> NotFound:
    """No public entry has this id."""
    return NotFound(
        "status-entry-unknown",
        Text(zh=f"没有公示条目 {name[:40]!r}。", en=f"There is no public entry {name[:40]!r}."),
        Text(zh="请在事件页查看。", en="See the page of the incident."),
    )
