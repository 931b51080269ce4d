# SPDX-License-Identifier: Apache-2.0
"""The named rules and the answer bank of a policy's body (Articles 4, 10 and 14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from guiju.kernel import Invalid
from guiju.policies.part import LONGEST_NAME, Part
from guiju.screening import DIRECTIONS, Outcome
from guiju.screening.matrix import (
    AUDIENCES,
    DETECTORS,
    EVERYBODY,
    GROUPS,
    SCORED,
    Loosening,
    MatrixRule,
    able,
    loosened,
)

MOST_RULES = 64
MOST_ANSWERS = 256
LONGEST_ANSWER = 2_000
MOST_NAMED = 1_000
_LONGEST_NOTE = 200
_OUTCOMES = tuple(one.value for one in Outcome)
_USUAL_DIRECTIONS = ("input", "output")


def rules(form: Part) -> list[dict[str, Any]]:
    """The rules in their order, of which the first that is met decides."""
    seen: dict[str, str] = {}
    read: list[MatrixRule] = []
    tables: list[dict[str, Any]] = []
    for one in form.forms("rule", most=MOST_RULES):
        table = _rule(one, seen)
        rule = MatrixRule.read(table)
        _check_has_work(one, rule, read)
        read.append(rule)
        tables.append(table)
    milder = loosened(read)
    if milder is not None:
        raise _milder(form, milder, [one.name for one in read])
    return tables


def _rule(form: Part, seen: dict[str, str]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": form.name(seen),
        "action": form.word("action", _OUTCOMES),
        "harms": form.harms("harms", default=tuple(GROUPS)),
        "directions": form.words("directions", DIRECTIONS, default=_USUAL_DIRECTIONS),
        "audience": form.word("audience", (EVERYBODY, *AUDIENCES), default=EVERYBODY),
        "detectors": _detectors(form),
    }
    if form.has("at_least"):
        table["at_least"] = form.word("at_least", _OUTCOMES[1:])
    if form.has("score_from"):
        table["score_from"] = form.number("score_from", 1, 1_000)
    note = form.text("note", longest=_LONGEST_NOTE, default="").strip()
    form.done()
    return table | ({"note": note} if note else {})


def _detectors(form: Part) -> list[str]:
    """Those named, if such a rule can be about what they find; else all that it can."""
    scored = form.has("score_from")
    if scored and form.has("at_least"):
        raise form.fault("at_least", "不能与 score_from 同用", "cannot stand beside score_from")
    action = Outcome(form.word("action", _OUTCOMES))
    fit = able(action, scored=scored)
    if not fit:
        raise form.fault(
            "score_from", "需遮盖的命中没有分值", "does nothing: what is masked has no score"
        )
    named = form.words("detectors", DETECTORS, default=fit)
    for one in named:
        if one not in fit:
            raise form.fault("detectors", *_unfit(one, action, scored=scored))
    return named


def _unfit(detector: str, action: Outcome, *, scored: bool) -> tuple[str, str]:
    if scored and detector not in able(Outcome.REVIEW, scored=True):
        return f"{detector} 没有分值", f"{detector} has no score"
    if action is Outcome.MASK:
        return f"{detector} 的发现没有位置，无法遮盖", f"what {detector} finds has no place to mask"
    return (
        f"{detector} 只作分流，不能{action.value}",
        f"{detector} is triage and cannot {action.value}",
    )


def _check_has_work(form: Part, rule: MatrixRule, before: Sequence[MatrixRule]) -> None:
    """A rule that can never decide is a mistake: it stands after one that decides all of it."""
    for one in before:
        if one.leaves_nothing_to(rule):
            raise form.fault(
                "name",
                f"永远不会生效，前面的 {one.name} 已全部处置",
                f"never decides, because {one.name} before it decides all of that",
            )


def _milder(form: Part, found: Loosening, names: Sequence[str]) -> Invalid:
    at = names.index(found.rule) if found.rule in names else 0
    harm, way, asked = found.harm, found.direction, found.asked.value
    if found.detector in SCORED:
        harm = f"{harm} ({found.score} ‰)"
    general, minors = found.general.action.value, found.minors.action.value
    return form.fault(
        f"rule[{at}].action",
        f"对未成年人不得轻于其他人：{found.detector} 在 {way} 中发现 {harm}、"
        f"原定 {asked} 时，其他人为 {general}，未成年人为 {minors}",
        f"may not be milder for minors: what {found.detector} finds of {harm} in {way} "
        f"and asks to {asked} is {general} for others and {minors} for minors",
    )


def answers(form: Part, named: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a refused person reads, by harm, rule or entry."""
    seen: dict[str, str] = {}
    refusing = [one["name"] for one in named if Outcome(one["action"]).stops]
    for one in form.forms("answer", most=MOST_ANSWERS):
        table: dict[str, Any] = {"name": one.name(seen)}
        if one.has("harms"):
            table["harms"] = one.harms("harms")
        if one.has("rules"):
            table["rules"] = one.words("rules", [rule["name"] for rule in named])
            _check_refuse(one, table["rules"], refusing)
        if one.has("entries"):
            table["entries"] = one.texts("entries", longest=LONGEST_NAME, most=MOST_NAMED)
        if len(table) == 1:
            raise one.fault(
                "", "没有写明适用的 harms、rules 或 entries", "names no harms, rules or entries"
            )
        for language in ("zh", "en"):
            table[language] = one.text(language, longest=LONGEST_ANSWER).strip()
        one.done()
        yield table


def _check_refuse(form: Part, rules: Sequence[str], refusing: Sequence[str]) -> None:
    for one in rules:
        if one not in refusing:
            raise form.fault("rules", f"{one} 不拒绝任何内容", f"{one} refuses nothing")
