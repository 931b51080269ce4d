# SPDX-License-Identifier: Apache-2.0
"""How the standing of the Measures is laid out for reading: chapters, shapes, one line an article.

Pure: a report goes in, plain values for templates come out. Counts only; never a percentage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from guiju.kernel import Text
from guiju.measures import ArticleStanding, ControlStanding, Law, Outcome, Report

_NAMED = 2
"""How many controls a line names before it only counts the rest."""


class Look(NamedTuple):
    """An outcome as the eye meets it: a shape of its own, a tone that repeats it, and the word."""

    name: str
    shape: str
    tone: str
    text: Text
    means: Text


class Chapter(NamedTuple):
    """A chapter of the Measures with the standing of its articles."""

    number: int
    title: Text
    articles: tuple[ArticleStanding, ...]


CHAPTERS = {
    1: Text(zh="总则", en="General provisions"),
    2: Text(zh="技术发展与治理", en="Development and governance of technology"),
    3: Text(zh="服务规范", en="Rules for the service"),
    4: Text(zh="监督检查和法律责任", en="Supervision, inspection and liability"),
    5: Text(zh="附则", en="Supplementary provisions"),
}

_SHAPES: Mapping[Outcome, tuple[str, str, Text]] = {
    Outcome.NOT_MET: (
        "cross",
        "bad",
        Text(zh="窗口内有反例。", en="There is a counter-example in the window."),
    ),
    Outcome.NO_EVIDENCE: (
        "dashed",
        "none",
        Text(zh="义务存在，但没有任何凭证。", en="The duty applies; nothing was collected."),
    ),
    Outcome.STALE: (
        "clock",
        "old",
        Text(zh="最近的凭证已过有效期。", en="The last evidence is past its validity."),
    ),
    Outcome.CHECK_ERROR: (
        "triangle",
        "fault",
        Text(zh="检查本身出错，不作结论。", en="The check itself failed; nothing follows."),
    ),
    Outcome.NOT_EXERCISED: (
        "ring",
        "quiet",
        Text(
            zh="机制已建成，窗口内既无真实事件也无演练。",
            en="It is built, but nothing happened and nobody drilled it.",
        ),
    ),
    Outcome.ATTESTED_ONLY: (
        "half",
        "said",
        Text(zh="只有具名人员的声明。", en="It rests on a named person's statement."),
    ),
    Outcome.MET_WITH_EXCEPTIONS: (
        "notch",
        "nearly",
        Text(
            zh="反例都属于已批准的限期例外。",
            en="Approved, dated exceptions cover what did not hold.",
        ),
    ),
    Outcome.MET: ("tick", "good", Text(zh="所见全部满足。", en="All that was seen held.")),
    Outcome.NOT_APPLICABLE: (
        "dash",
        "off",
        Text(
            zh="没有给提供者设定义务，或经两个岗位签署不适用。",
            en="It sets the provider no duty, or two roles signed that it does not apply.",
        ),
    ),
}

LOOKS: Mapping[str, Look] = {
    one.name: Look(one.name, shape, tone, one.text, means)
    for one, (shape, tone, means) in _SHAPES.items()
}

STRENGTHS: Mapping[str, Text] = {
    "designed": Text(zh="已设计", en="designed"),
    "implemented": Text(zh="已实现", en="implemented"),
    "operating": Text(zh="在运行", en="operating"),
    "effective": Text(zh="经实测有效", en="effective"),
}


def tallies(outcomes: Iterable[str]) -> list[tuple[Look, int]]:
    """Every outcome with how often it occurs, worst first; the ones that do not occur too."""
    found = Counter(outcomes)
    return [(look, found[name]) for name, look in LOOKS.items()]


def chapters(report: Report, law: Law, only: str | None = None) -> list[Chapter]:
    """The articles by chapter; `only` keeps those of one outcome, and chapters that have some."""
    found = []
    for number, title in CHAPTERS.items():
        mine = tuple(
            one
            for one in report["articles"]
            if law.articles[one["article"]].chapter == number and only in {None, one["outcome"]}
        )
        if mine:
            found.append(Chapter(number, title, mine))
    return found


def line(article: ArticleStanding) -> Text:
    """What is met and what is not, in one line, naming the worst first."""
    if "reason" in article:
        return Text(**article["reason"])
    controls = article["controls"]
    met = sum(one["outcome"] in {"MET", "MET_WITH_EXCEPTIONS"} for one in controls)
    zh, en = f"{len(controls)} 项控制中 {met} 项满足。", f"{met} of {len(controls)} controls met."
    for look in LOOKS.values():
        mine = [one for one in controls if one["outcome"] == look.name]
        if mine and look.name not in {"MET", "NOT_APPLICABLE"}:
            names, unbuilt = [Text(**one["title"]) for one in mine], _unbuilt(mine)
            zh += f"{look.text.zh}：{_listed_zh(names)}{unbuilt.zh}。"
            en += f" {look.text.en}: {_listed_en(names)}{unbuilt.en}."
    return Text(zh=zh, en=en)


def _unbuilt(controls: Sequence[ControlStanding]) -> Text:
    """How many of them are only planned: nobody shall take a plan for a gap in the evidence."""
    planned = sum(one["state"] == "planned" for one in controls)
    if not planned:
        return Text(zh="", en="")
    if planned == len(controls):
        return Text(zh="（尚未建成）", en=" (not built yet)")
    return Text(zh=f"（其中 {planned} 项尚未建成）", en=f" ({planned} not built yet)")


def _listed_zh(names: list[Text]) -> str:
    shown = "、".join(one.zh for one in names[:_NAMED])
    return f"{shown}等 {len(names)} 项" if len(names) > _NAMED else shown


def _listed_en(names: list[Text]) -> str:
    shown = ", ".join(one.en for one in names[:_NAMED])
    rest = len(names) - _NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def worst_first(controls: Iterable[ControlStanding]) -> list[ControlStanding]:
    """The controls of an article, those first that need eyes; equals stay in the law's order."""
    return sorted(controls, key=lambda one: Outcome[one["outcome"]])


def standing_of(report: Report, article: int) -> ArticleStanding:
    """The standing of one article, which the report holds for every article of the law."""
    return next(one for one in report["articles"] if one["article"] == article)


def control_standing(report: Report, control: str) -> ControlStanding | None:
    """The standing of one control, wherever it serves; None when no article lists it."""
    every = (one for article in report["articles"] for one in article["controls"])
    return next((one for one in every if one["id"] == control), None)
