# SPDX-License-Identifier: Apache-2.0
"""The second ring of screening: what takes longer than a look into a lexicon (Articles 4, 14).

The embedded classifier and guard models judge whole sentences, while the lexicon has judged every
character before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from guiju.gateway.guarding import Guarding, Judgement
from guiju.screening import Finding, Outcome, Verdict

FULL = "full"


class Triage(Protocol):
    """Whoever judges a sentence at once and without asking anybody: the embedded classifier."""

    def serves(self, direction: str) -> bool:
        """Whether it is to be asked about texts of this direction."""
        ...

    def judge(self, text: str, direction: str) -> tuple[Finding, ...]:
        """What it finds."""
        ...


class Guards:
    """Classifier and guard models of one policy."""

    def __init__(self, policy: str, guarding: Guarding, triage: Triage | None = None) -> None:
        """`policy` is the digest that every verdict names."""
        self._policy = policy
        self._guarding = guarding
        self._triage = triage

    def serves(self, direction: str) -> bool:
        """Whether anybody is to be asked about texts of this direction."""
        triage = self._triage
        return self._guarding.serves(direction) or (triage is not None and triage.serves(direction))

    async def judge(
        self, texts: Sequence[str], direction: str, prompt: str = ""
    ) -> tuple[Verdict, ...]:
        """One verdict for each text; who does not answer has not screened: never a pass."""
        return tuple([await self._verdict(text, direction, prompt) for text in texts])

    async def _verdict(self, text: str, direction: str, prompt: str) -> Verdict:
        found = self._triaged(text, direction)
        said: tuple[Judgement, ...] = ()
        if self._guarding.serves(direction):
            said = await self._guarding.judge(text, direction, prompt)
        findings = (*found, *(one for each in said for one in each.findings))
        outcomes = [*(one.outcome for one in found), *(one.outcome for one in said)]
        return Verdict(
            outcome=max(outcomes, default=Outcome.PASS),
            findings=findings,
            policy=self._policy,
            covered=len(text),
            screened=next((one.screened for one in said if one.screened != FULL), FULL),
            found=len(findings),
            harms=frozenset(one.harm for one in findings),
        )

    def _triaged(self, text: str, direction: str) -> tuple[Finding, ...]:
        triage = self._triage
        if triage is None or not triage.serves(direction):
            return ()
        return triage.judge(text, direction)

    def metrics(self) -> str:
        """Counts of the guard models as Prometheus exposition text."""
        return self._guarding.metrics()
