# SPDX-License-Identifier: Apache-2.0
"""The law and its standing laid out for reading: as plain values for JSON, as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from guiju.kernel import Text
from guiju.measures.enforcing import enforcers
from guiju.measures.model import Article, Control, Duty, How, Law, Mark, Obligation, Rule, State
from guiju.measures.outcome import Outcome
from guiju.measures.standing import ArticleStanding, ControlStanding, Report
from guiju.measures.tables import paragraph, table

DUTIES = {
    Duty.PROVIDER: Text(zh="提供者", en="provider"),
    Duty.USER: Text(zh="使用者", en="user"),
    Duty.AUTHORITY: Text(zh="主管部门", en="authority"),
    Duty.STATE: Text(zh="国家", en="State"),
    Duty.NONE: Text(zh="—", en="-"),
}
STATES = {
    State.BUILT: Text(zh="已建", en="built"),
    State.PLANNED: Text(zh="计划", en="planned"),
    State.EXTERNAL: Text(zh="外部", en="external"),
}
HOWS = {
    How.SOFTWARE: Text(zh="软件", en="software"),
    How.PERSON: Text(zh="人", en="person"),
}
MARKS = {
    Mark.CONFIRMED: Text(zh="● 已证实", en="● confirmed"),
    Mark.SECONDARY: Text(zh="◐ 二手", en="◐ secondary"),
    Mark.MEMORY: Text(zh="○ 待核", en="○ memory"),
}


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def _counts(controls: Sequence[Control]) -> dict[str, int]:
    found = Counter(one.state for one in controls)
    return {state.value: found[state] for state in State}


# -- list ----------------------------------------------------------------------------------------


def articles(law: Law) -> list[dict[str, Any]]:
    """One entry for each article: title, whom it binds, how many controls in which state."""
    return [
        {
            "article": one.number,
            "chapter": one.chapter,
            "title": _both(one.title),
            "duties": [duty.value for duty in _duties(one)],
            "obligations": [obligation.id for obligation in one.obligations],
            "controls": _counts(law.controls_of(one.number)),
        }
        for one in law.articles.values()
    ]


def _duties(article_: Article) -> list[Duty]:
    return sorted({one.duty for one in article_.obligations}, key=list(Duty).index)


def articles_text(law: Law, lang: str) -> list[str]:
    """The table of `guiju law list`."""
    heads = {"zh": ["条", "约束", "已建", "计划", "外部", "标题"]}.get(
        lang, ["Art.", "Binds", "Built", "Planned", "External", "Title"]
    )
    rows = []
    for one in law.articles.values():
        counts = _counts(law.controls_of(one.number))
        bound = [DUTIES[duty].to(lang) for duty in _duties(one) if duty is not Duty.NONE]
        binds = ", ".join(bound) or DUTIES[Duty.NONE].to(lang)
        numbers = [str(count or "·") for count in counts.values()]
        rows.append([str(one.number), binds, *numbers, one.title.to(lang)])
    return table(heads, rows)


# -- show ----------------------------------------------------------------------------------------


def article(law: Law, one: Article) -> dict[str, Any]:
    """One article with its obligations, controls and related duties of other instruments."""
    return {
        "article": one.number,
        "chapter": one.chapter,
        "title": _both(one.title),
        "obligations": [_obligation(law, obligation) for obligation in one.obligations],
        "controls": [control(item) for item in law.controls_of(one.number)],
        "elsewhere": [
            {"instrument": instrument, "id": id_, "clause": clause, "text": _both(text)}
            for instrument, id_, clause, text in _elsewhere(law, one)
        ],
    }


def _obligation(law: Law, one: Obligation) -> dict[str, Any]:
    return {
        "id": one.id,
        "paragraph": one.paragraph,
        "item": one.item,
        "duty": one.duty.value,
        "text": _both(one.text),
        "needs_when": _both(one.needs_when),
        "controls": [item.id for item in law.controls_for(one.id)],
    }


def control(one: Control) -> dict[str, Any]:
    """One control with where the source enforces it."""
    return {
        "id": one.id,
        "serves": list(one.serves),
        "how": one.how.value,
        "state": one.state.value,
        "room": one.room,
        "evidence": list(one.evidence),
        "cadence": one.cadence.value,
        "valid_days": one.valid_days,
        "title": _both(one.title),
        "what": _both(one.what),
        "docs": one.docs,
        "enforced_by": list(enforcers().get(one.id, ())),
    }


def _elsewhere(law: Law, one: Article) -> list[tuple[str, str, str, Text]]:
    """Duties of other instruments that the article's own controls also serve."""
    mine = {item.id for item in law.controls_of(one.number)}
    return [
        (instrument.id, duty.id, duty.clause, duty.text)
        for instrument in law.instruments.values()
        for duty in instrument.obligations
        if not mine.isdisjoint(duty.controls)
    ]


def article_text(law: Law, one: Article, lang: str) -> list[str]:
    """The page of `guiju law show`."""
    name = (
        f"第{one.number}条　{one.title.zh}"
        if lang == "zh"
        else f"Article {one.number}: {one.title.en}"
    )
    lines = [name, ""]
    for obligation in one.obligations:
        lines += _obligation_text(obligation, lang)
    controls = law.controls_of(one.number)
    if controls:
        lines += ["", *_controls_text(controls, lang)]
    elsewhere = _elsewhere(law, one)
    if elsewhere:
        heads = ["其他文件", "条款", "要求"] if lang == "zh" else ["Elsewhere", "Clause", "Duty"]
        rows = [[where, clause, text.to(lang)] for where, _, clause, text in elsewhere]
        lines += ["", *table(heads, rows)]
    return lines


def _obligation_text(one: Obligation, lang: str) -> list[str]:
    lines = [f"  {one.id}  [{DUTIES[one.duty].to(lang)}]", *paragraph(one.text.to(lang), 8)]
    if one.needs_when is not None:
        lines += paragraph(f"({one.needs_when.to(lang)})", 8)
    return lines


def _controls_text(controls: Sequence[Control], lang: str) -> list[str]:
    heads = {"zh": ["控制", "服务于", "由谁", "状态", "作用"]}.get(
        lang, ["Control", "Serves", "By", "State", "What it does"]
    )
    rows = [
        [
            one.id,
            " ".join(one.serves),
            HOWS[one.how].to(lang),
            STATES[one.state].to(lang),
            one.what.to(lang),
        ]
        for one in controls
    ]
    return table(heads, rows)


# -- rules ---------------------------------------------------------------------------------------


def rules(chosen: Sequence[Rule]) -> list[dict[str, Any]]:
    """Every rule with all it knows of its source."""
    return [
        {
            "id": one.id,
            "operator": one.operator.value,
            "value": one.value,
            "unit": one.unit,
            "instrument": one.instrument,
            "clause": one.clause,
            "in_force": None if one.in_force is None else one.in_force.isoformat(),
            "verb": one.verb.value,
            "mark": one.mark.value,
            "verified_by": one.verified_by,
            "text": _both(one.text),
            "why": _both(one.why),
        }
        for one in chosen
    ]


def rules_text(chosen: Sequence[Rule], lang: str) -> list[str]:
    """The list of `guiju law rules`: for each rule a line of facts, then what it says."""
    lines = []
    for one in chosen:
        shown = str(one.value).replace(",", ", ").replace("|", " | ")
        value = f"{one.operator.value} {shown} {one.unit}"
        source = f"{one.verb.value}, {one.instrument} {one.clause}"
        lines += paragraph(f"{one.id}  {MARKS[one.mark].to(lang)}")
        lines += paragraph(f"{value}  ({source})", 4)
        lines += [*paragraph(one.text.to(lang), 4), ""]
    return lines


# -- standing ------------------------------------------------------------------------------------


def standing_text(report: Report, lang: str) -> list[str]:
    """The page of `guiju law standing`: each article, and below it each control."""
    leaves, days = report["leaves"], report["window_days"]
    head = {"zh": f"截至 {report['as_of']}，共 {leaves} 条凭证，窗口 {days} 天。"}.get(
        lang, f"As of {report['as_of']}, from {leaves} leaves, window {days} days."
    )
    lines = [head, ""]
    for one in report["articles"]:
        lines += _article_standing(one, lang)
    return lines


def _article_standing(one: ArticleStanding, lang: str) -> list[str]:
    title = Text(**one["title"]).to(lang)
    outcome = Outcome[one["outcome"]].text.to(lang)
    number = f"第{one['article']}条" if lang == "zh" else f"Art. {one['article']}"
    lines = [f"{number}  {title}: {outcome}"]
    if "reason" in one:
        lines += paragraph(Text(**one["reason"]).to(lang), 4)
    for control_ in one["controls"]:
        lines += _control_standing(control_, lang)
    return lines


def _control_standing(one: ControlStanding, lang: str) -> list[str]:
    outcome = Outcome[one["outcome"]].text.to(lang)
    strength = one["strength"] or "-"
    reason = Text(**one["reason"]).to(lang)
    lines = paragraph(f"{one['id']} [{outcome}; {strength}] {reason}", 4)
    examples = ", ".join(str(example["index"]) for example in one["counterexamples"])
    if examples:
        label = "反例（账本序号）" if lang == "zh" else "counter-examples (ledger index)"
        lines += paragraph(f"{label}: {examples}", 8)
    return lines
