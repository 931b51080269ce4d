# SPDX-License-Identifier: Apache-2.0
"""Why a policy treats a text as it does, in words for a reviewer (Article 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guiju.kernel import Text
from guiju.policies.judging import Judge, Judged
from guiju.policies.words import ACTIONS, AUDIENCES, SCOPES, listed
from guiju.screening import Finding, explain
from guiju.screening.matrix import Audience, Decision

_NOT_ASKED = {
    "guard": Text(zh="护栏模型", en="guard models"),
    "classifier": Text(zh="分类器", en="the classifier"),
}


def explained(
    judged: Judged, judge: Judge, body: Mapping[str, Any], language: str, text: str
) -> list[str]:
    """Sentences: what was found, which named rules decide, what is read, what was not asked."""
    lines = explain(judged.verdict, language, text)
    lines += [one.to(language) for one in _decisions(judged)]
    answer = judge.answer(judged)
    if answer is not None:
        read = answer.to(language)
        lines.append(Text(zh=f"对方看到：{read}", en=f"The person reads: {read}").to(language))
    left = [words for key, words in _NOT_ASKED.items() if key in body["screening"]]
    if left:
        named = listed(left)
        said = Text(zh=f"此处未询问{named.zh}。", en=f"Not asked here: {named.en}.")
        lines.append(said.to(language))
    return [_on_one_line(one) for one in lines]


def heading(direction: str, audience: Audience) -> Text:
    """What the sentences are about."""
    way, who = SCOPES[direction], AUDIENCES[audience]
    return Text(zh=f"方向：{way.zh}；对象：{who.zh}。", en=f"Direction: {way.en}; for {who.en}.")


def _decisions(judged: Judged) -> Iterator[Text]:
    told = set[tuple[str, Decision]]()
    for found, decision in zip(judged.asked.findings, judged.decisions, strict=True):
        # A flood of hits of one entry is decided once.
        if decision.rule is None or (found.rule, decision) in told:
            continue
        told.add((found.rule, decision))
        done, own = ACTIONS[decision.action.value], _instead(found, decision)
        yield Text(
            zh=f"处置规则 {decision.rule} 决定 {found.rule}：{done.zh}{own.zh}。",
            en=f"Rule {decision.rule} decides on {found.rule}: {done.en}{own.en}.",
        )


def _instead(found: Finding, decision: Decision) -> Text:
    if decision.action is found.outcome:
        return Text(zh="，与原定相同", en=", as asked")
    asked = ACTIONS[found.outcome.value]
    return Text(zh=f"（原定{asked.zh}）", en=f", instead of {asked.en}")


def _on_one_line(line: str) -> str:
    """As a terminal can show it: what was judged may hold anything."""
    return "".join(one if one.isprintable() else "?" for one in line)
