# SPDX-License-Identifier: Apache-2.0
"""A text judged by a whole policy: what is found, what the named rules make of it, what is read.

For trying a policy out (Articles 4 and 10). Guard models and the classifier are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.screening import Direction, Finding, Outcome, Screen, Verdict
from guiju.screening.matrix import Answers, Audience, Decision, Matrix


class Judged(NamedTuple):
    """What came of a text; `decisions` are those about the verdict's findings, in their order."""

    verdict: Verdict
    decisions: tuple[Decision, ...] = ()

    @property
    def deciding(self) -> list[tuple[Finding, Decision]]:
        """The findings that made the outcome what it is; none when nothing is to be done."""
        pairs = zip(self.verdict.findings, self.decisions, strict=True)
        worst = self.verdict.outcome
        return [one for one in pairs if one[1].action is worst is not Outcome.PASS]

    @property
    def rule(self) -> str | None:
        """The named rule that made it so; None when it is what a detector asked for."""
        return next((one.rule for _, one in self.deciding if one.rule is not None), None)


class Judge:
    """Judges by one policy."""

    def __init__(self, screen: Screen, body: Mapping[str, Any]) -> None:
        """`screen` is that of the same body, which was checked."""
        self._screen = screen
        self._matrix = Matrix.load(body["screening"])
        self._answers = Answers.load(body["screening"])
        refusal = body["screening"]["refusal"]
        self._refusal = Text(zh=refusal["zh"], en=refusal["en"])

    def judge(self, text: str, direction: Direction, audience: Audience) -> Judged:
        """What is done about `text`, which somebody of `audience` says or reads."""
        found = self._screen.judge(text, direction)
        decisions = tuple(
            self._matrix.decide(
                one.harm, one.detector, direction, audience, one.outcome, score=one.score
            )
            for one in found.findings
        )
        outcome = max((one.action for one in decisions), default=Outcome.PASS)
        return Judged(found._replace(outcome=outcome), decisions)

    def answer(self, judged: Judged) -> Text | None:
        """What a refused person reads; None when nobody is refused."""
        if not judged.verdict.stops:
            return None
        deciding = judged.deciding
        harms = {one.harm for one, _ in deciding}
        entries = [one.rule for one, _ in deciding]
        rules = [one.rule for _, one in deciding if one.rule is not None]
        return self._answers.for_finding(harms, entries, rules) or self._refusal
