# SPDX-License-Identifier: Apache-2.0
"""A text judged by a whole policy: what is found, what the named rules make of it, what is read.

For trying a policy out (Articles 4 and 10). Guard models and the classifier are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.screening import Direction, Finding, Outcome, Screen, Verdict
from guiju.screening.matrix import AUDIENCES, Answers, Audience, Decision, Matrix


class Judged(NamedTuple):
    """What came of a text.

    `verdict` is as the named rules have it; `decisions` are about each finding of `asked`, which
    is as the entries and kinds themselves ask for. Of a flood both tell a part.
    """

    verdict: Verdict
    asked: Verdict
    decisions: tuple[Decision, ...]

    @property
    def deciding(self) -> list[Finding]:
        """The findings that made the outcome what it is; none when nothing is to be done."""
        return [one for one in self.verdict.findings if one.outcome is self.verdict.outcome]

    @property
    def rule(self) -> str | None:
        """The named rule that made the outcome so; None when it is what was asked for."""
        if self.verdict.outcome is not Outcome.PASS:
            return next((one.by for one in self.deciding if one.by is not None), None)
        return next((one.rule for one in self.decisions if one.rule is not None), None)


class Judge:
    """Judges by one policy."""

    def __init__(self, screen: Screen, body: Mapping[str, Any]) -> None:
        """`screen` is that of the same body, which was checked."""
        self._screen = screen
        self._matrix = Matrix.load(body["screening"])
        self._decided = {who: screen.under(self._matrix, who) for who in AUDIENCES}
        self._answers = Answers.load(body["screening"])
        refusal = body["screening"]["refusal"]
        self._refusal = Text(zh=refusal["zh"], en=refusal["en"])

    def judge(self, text: str, direction: Direction, audience: Audience) -> Judged:
        """What is done about `text`, which somebody of `audience` says or reads."""
        asked = self._screen.judge(text, direction)
        decisions = tuple(
            self._matrix.decide(
                one.harm, one.detector, direction, audience, one.outcome, score=one.score
            )
            for one in asked.findings
        )
        return Judged(self._decided[audience].judge(text, direction), asked, decisions)

    def answer(self, judged: Judged) -> Text | None:
        """What a refused person reads; None when nobody is refused."""
        if not judged.verdict.stops:
            return None
        deciding = judged.deciding
        harms = {one.harm for one in deciding}
        entries = {name for one in deciding for name in (one.entry, one.rule)}
        rules = {one.by for one in deciding if one.by is not None}
        return self._answers.for_finding(harms, entries, rules) or self._refusal
