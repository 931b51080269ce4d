# SPDX-License-Identifier: Apache-2.0
"""The parts of a policy in sentences: for a page, for a comparison, for whoever approves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.measures import harms
from guiju.policies.words import (
    ACTIONS,
    AUDIENCES,
    CLASSES,
    DETECTORS,
    KINDS,
    SCOPES,
    listed,
    plain,
)
from guiju.screening.guards import GuardConfig, as_table, read_guards
from guiju.screening.matrix import GROUPS

Table = Mapping[str, Any]

_TOLD = {
    *("name", "family", "url", "model", "directions"),
    *("harms", "unsafe", "controversial", "on_error"),
}


class RuleSaid(NamedTuple):
    """A named rule, cell by cell."""

    name: str
    harms: tuple[Text, ...]
    audience: Text
    directions: Text
    detectors: Text
    condition: Text
    action: Text
    note: str

    @property
    def line(self) -> Text:
        """The rule in one line."""
        note = f"  # {self.note}" if self.note else ""
        cells = [self.audience, self.directions, self.detectors, self.condition]
        inside = [one for one in cells if one.zh]
        harms = listed(self.harms)
        return Text(
            zh=f"处置规则 {self.name}：{harms.zh}（{'；'.join(one.zh for one in inside)}）"
            f"→ {self.action.zh}{note}",
            en=f"Rule {self.name}: {harms.en} ({'; '.join(one.en for one in inside)})"
            f" → {self.action.en}{note}",
        )


class AnswerSaid(NamedTuple):
    """An answer of the bank and what it is for."""

    name: str
    about: tuple[Text, ...]
    text: Text

    @property
    def line(self) -> Text:
        """The answer in one line, whole: a change of either language is a change."""
        about, both = listed(self.about), f"{self.text.zh} / {self.text.en}"
        return Text(
            zh=f"答复 {self.name}：{about.zh} → {both}",
            en=f"Answer {self.name}: {about.en} → {both}",
        )


def rules_said(screening: Table) -> list[RuleSaid]:
    """The named rules in their order."""
    return [
        RuleSaid(
            name=one["name"],
            harms=harms_said(one["harms"]),
            audience=AUDIENCES[one["audience"]],
            directions=listed(SCOPES[way] for way in one["directions"]),
            detectors=listed(DETECTORS[name] for name in one["detectors"]),
            condition=_condition(one),
            action=ACTIONS[one["action"]],
            note=one.get("note", ""),
        )
        for one in screening.get("rule", ())
    ]


def answers_said(screening: Table) -> list[AnswerSaid]:
    """The answer bank in its order."""
    return [
        AnswerSaid(
            name=one["name"],
            about=(
                *harms_said(one.get("harms", ())),
                *(Text(zh=f"规则 {name}", en=f"rule {name}") for name in one.get("rules", ())),
                *(Text(zh=f"词条 {name}", en=f"entry {name}") for name in one.get("entries", ())),
            ),
            text=Text(zh=one["zh"], en=one["en"]),
        )
        for one in screening.get("answer", ())
    ]


def harms_said(named: Sequence[str]) -> tuple[Text, ...]:
    """Harms and classes of them by id and words."""
    if set(named) == set(GROUPS):
        return (Text(zh="全部风险", en="all harms"),)
    return tuple(map(_harm, named))


def _harm(named: str) -> Text:
    words = CLASSES.get(named) or harms()[named].text
    return Text(zh=f"{named} {words.zh}", en=f"{named} {words.en}")


def _condition(rule: Table) -> Text:
    if "at_least" in rule:
        asked = ACTIONS[rule["at_least"]]
        return Text(zh=f"原定处理至少为{asked.zh}", en=f"if asked to {asked.en} or worse")
    if "score_from" in rule:
        return Text(zh=f"分值自 {rule['score_from']}‰ 起", en=f"score from {rule['score_from']} ‰")
    return plain("")


def personal_lines(screening: Table) -> list[Text]:
    """A line for each kind of personal information that is looked for."""
    return [
        Text(
            zh=f"个人信息 {KINDS[kind].zh}：{_ways(screening['personal'][kind]).zh}",
            en=f"Personal information, {KINDS[kind].en}: {_ways(screening['personal'][kind]).en}",
        )
        for kind in KINDS
        if kind in screening.get("personal", {})
    ]


def _ways(actions: Mapping[str, str]) -> Text:
    said = [(SCOPES[way], ACTIONS[action]) for way, action in actions.items()]
    return listed(
        Text(zh=f"{way.zh}{action.zh}", en=f"{action.en} in {way.en}") for way, action in said
    )


def guard_lines(screening: Table) -> list[Text]:
    """A line for each guard model, with every setting."""
    return [_guard(one) for one in read_guards(screening)]


def _guard(one: GuardConfig) -> Text:
    ways = listed(SCOPES[way] for way in one.directions)
    about = f" [{', '.join(one.harms)}]" if one.harms else ""
    rest = "".join(
        f" · {key} = {value}" for key, value in as_table(one).items() if key not in _TOLD
    )
    head = f"{one.name}: {one.family}, {one.model}, {one.url}"
    done = guard_actions(one)
    return Text(
        zh=f"护栏模型 {head}；{ways.zh}{about}；{done.zh}{rest}",
        en=f"Guard model {head}; {ways.en}{about}; {done.en}{rest}",
    )


def guard_actions(one: GuardConfig) -> Text:
    """What follows from each thing that a guard can say, and from none."""
    unsafe, doubtful = ACTIONS[one.unsafe.value], ACTIONS[one.controversial.value]
    silent = ACTIONS[one.on_error.value]
    return Text(
        zh=f"不安全则{unsafe.zh}，有争议则{doubtful.zh}，未作答则{silent.zh}",
        en=f"unsafe: {unsafe.en}; controversial: {doubtful.en}; no answer: {silent.en}",
    )
