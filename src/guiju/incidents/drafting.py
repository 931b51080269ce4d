# SPDX-License-Identifier: Apache-2.0
"""The draft of a report, from what is on record of an incident. Pure: same facts, same words.

The order is that of the obligation on the content of reports (incident-2025). What nobody has
stated is named as not known yet, and is never left out silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from guiju.casework import Event
from guiju.incidents.grading import Assessment
from guiju.incidents.model import WORDS, Incident, Measure, Statement
from guiju.kernel import BEIJING, Text
from guiju.policies import Operator, Stop
from guiju.reporting import Paper, Part

STAGES: Mapping[str, Text] = {
    "initial": Text(zh="首次报告", en="First report"),
    "supplement": Text(zh="补充报告", en="Supplement"),
    "final": Text(zh="总结报告", en="Final report"),
}
ADDRESSEES: Mapping[Operator, Text] = {
    Operator.CRITICAL_INFRASTRUCTURE: Text(
        zh="保护工作部门、公安机关", en="the protection department and the police"
    ),
    Operator.CENTRAL_ORGAN: Text(
        zh="本单位网信工作机构", en="the organ's own office for cyberspace affairs"
    ),
    Operator.OTHER: Text(zh="省级网信部门", en="the cyberspace authority of the province"),
}
_UNGRADED = Text(zh="待定", en="not graded yet")
_UNKNOWN = Text(zh="尚不掌握。", en="Not known yet.")
_ORDER = ("place", "summary", "effect", "measures", "trend", "cause", "traces", "next", "site")
_AT_THE_END = ("root", "prevention")
_DONE = frozenset({"contain", "recover"})


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a draft is made from."""

    incident: Incident
    statement: Statement
    assessment: Assessment
    provider: Text
    contact: str
    stops: Sequence[Stop]
    history: Sequence[Event]


def draft(stage: str, dossier: Dossier) -> Paper:
    """The draft of a first report, a supplement or a final report."""
    incident = dossier.incident
    head, name = STAGES[stage], incident.category.text
    title = Text(zh=f"网络安全事件{head.zh}：{name.zh}", en=f"{head.en} on an incident: {name.en}")
    names = _ORDER if stage != "final" else (*_ORDER, *_AT_THE_END)
    words = dossier.statement.words
    parts = [_unit(dossier), _grade(dossier)]
    words = {"measures": _taken(dossier.history), **words}
    parts += [Part(WORDS[one], (_said(words.get(one)),)) for one in names]
    if words.get("ransom"):
        parts.append(Part(WORDS["ransom"], (_said(words["ransom"]),)))
    parts.append(_stops(dossier.stops))
    if stage != "initial":
        parts.append(_course(dossier))
    return Paper(title, tuple(parts))


def _taken(history: Sequence[Event]) -> str:
    """What was said to have been done, where nobody has stated the measures apart from that."""
    return "\n".join(one.reason for one in history if one.verb in _DONE and one.reason)


def _unit(dossier: Dossier) -> Part:
    incident, provider = dossier.incident, dossier.provider
    return Part(
        Text(zh="报告单位与时间", en="Unit and time"),
        (
            Text(zh=f"报告单位：{provider.zh}", en=f"Unit: {provider.en}"),
            Text(
                zh=f"运营者类别：{incident.operator.text.zh}",
                en=f"Class of operator: {incident.operator.text.en}",
            ),
            Text(zh=f"联系方式：{dossier.contact}", en=f"Contact: {dossier.contact}"),
            Text(
                zh=f"发现时间：{_moment(incident.found_at)}",
                en=f"Came to light: {_moment(incident.found_at)}",
            ),
            Text(zh=f"事件编号：{incident.case.number}", en=f"Number: {incident.case.number}"),
        ),
    )


def _grade(dossier: Dossier) -> Part:
    incident, facts = dossier.incident, dossier.statement.facts
    grade = _UNGRADED if incident.grade is None else incident.grade.text
    name = incident.category.text
    lines = [
        Text(zh=f"类型：{name.zh}", en=f"Type: {name.en}"),
        Text(zh=f"级别：{grade.zh}", en=f"Grade: {grade.en}"),
    ]
    for one in Measure:
        if one in facts:
            number = f"{facts[one]:,}"
            lines.append(Text(zh=f"{one.text.zh}：{number}", en=f"{one.text.en}: {number}"))
    for threshold in dossier.assessment.reached:
        value, text, rule = f"{threshold.value:,}", threshold.measure.text, threshold.rule
        lines.append(
            Text(
                zh=f"达到界限：{text.zh}不少于 {value}（{threshold.grade.text.zh}；{rule.id}）",
                en=f"Threshold reached: {text.en}, {value} or more ({threshold.grade.value}; "
                f"{rule.id})",
            )
        )
    return Part(Text(zh="类型与级别", en="Type and grade"), tuple(lines))


def _stops(stops: Sequence[Stop]) -> Part:
    heading = Text(zh="停用的服务部分", en="Parts of the service that were stopped")
    if not stops:
        return Part(heading, (Text(zh="未停用。", en="None."),))
    return Part(heading, tuple(_stop(one) for one in reversed(stops)))


def _stop(one: Stop) -> Text:
    part, since = f"{one.kind.value} {one.name}", _moment(one.taken_at)
    if one.lifted_at is None:
        return Text(zh=f"{part}：{since} 停用", en=f"{part}: stopped {since}")
    until = _moment(one.lifted_at)
    return Text(
        zh=f"{part}：{since} 停用，{until} 恢复", en=f"{part}: stopped {since}, runs since {until}"
    )


def _course(dossier: Dossier) -> Part:
    kind = dossier.incident.case.kind
    texts = {one.verb: one.text for one in kind.machine.transitions}
    lines = [
        Text(
            zh=f"{_moment(one.at)} {texts[one.verb].zh}",
            en=f"{_moment(one.at)} {texts[one.verb].en}",
        )
        for one in dossier.history
        if one.verb in texts
    ]
    return Part(Text(zh="处置经过", en="Course"), tuple(lines))


def _said(words: str | None) -> Text:
    return _UNKNOWN if not words else Text(zh=words, en=words)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M} UTC+8"
