# SPDX-License-Identifier: Apache-2.0
"""The second ring of screening: what takes longer than a look into a lexicon (Articles 4, 14).

The embedded classifier and guard models judge whole sentences, while the lexicon has judged every
character before them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from guiju.gateway.guarding import Guarding, Judgement
from guiju.screening import Finding, Outcome, Verdict
from guiju.screening.matrix import GENERAL, MINORS, Audience, Matrix

if TYPE_CHECKING:
    from guiju.gateway.signals import AskGuards

FULL = "full"


class Triage(Protocol):
    """Whoever judges a sentence at once and without asking anybody: the embedded classifier."""

    def serves(self, direction: str) -> bool:
        """Whether it is to be asked about texts of this direction."""
        ...

    def judge(self, text: str, met: Collection[str]) -> tuple[Finding, ...]:
        """What it finds, knowing which of the operator's named rules were met before."""
        ...


class Guards:
    """Classifier and guard models of one policy."""

    def __init__(
        self,
        policy: str,
        guarding: Guarding,
        triage: Triage | None = None,
        matrix: Matrix | None = None,
        *,
        everybody: Audience = GENERAL,
    ) -> None:
        """`policy` is the digest that every verdict names; `matrix` its named rules.

        `everybody` is the audience whose rules count for who is no minor.
        """
        self._policy = policy
        self._guarding = guarding
        self._triage = triage
        self._matrix = matrix or Matrix()
        self._everybody = everybody

    def serves(self, direction: str) -> bool:
        """Whether anybody is to be asked about texts of this direction."""
        triage = self._triage
        return self._guarding.serves(direction) or (triage is not None and triage.serves(direction))

    async def judge(self, look: AskGuards) -> tuple[Verdict, ...]:
        """One verdict for each text; who does not answer has not screened: never a pass."""
        return tuple([await self._verdict(text, look) for text in look.texts])

    async def _verdict(self, text: str, look: AskGuards) -> Verdict:
        found = self._triaged(text, look)
        said: tuple[Judgement, ...] = ()
        if self._guarding.serves(look.direction):
            said = await self._guarding.judge(text, look.direction, look.prompt)
        findings = [
            self._decided(one, look)
            for one in (*found, *(one for each in said for one in each.findings))
        ]
        # Who has not judged has no finding; what follows from that is the policy's own word.
        silent = [one.outcome for one in said if not one.findings]
        kept = tuple(one for one in findings if one.outcome is not Outcome.PASS)
        return Verdict(
            outcome=max((*(one.outcome for one in kept), *silent), default=Outcome.PASS),
            findings=kept,
            policy=self._policy,
            covered=len(text),
            screened=next((one.screened for one in said if one.screened != FULL), FULL),
            found=len(kept),
            harms=frozenset(one.harm for one in kept),
        )

    def _triaged(self, text: str, look: AskGuards) -> tuple[Finding, ...]:
        triage = self._triage
        if triage is None or not triage.serves(look.direction):
            return ()
        return triage.judge(text, look.met)

    def _decided(self, one: Finding, look: AskGuards) -> Finding:
        """The finding as the named rules have it."""
        audience = MINORS if look.minor else self._everybody
        told = self._matrix.decide(
            one.harm, one.detector, look.direction, audience, one.outcome, score=one.score
        )
        # What a sentence is judged for cannot be starred out of it.
        outcome = Outcome.REFUSE if told.action is Outcome.MASK else told.action
        return one._replace(outcome=outcome, by=told.rule)

    def metrics(self) -> str:
        """Counts of the guard models as Prometheus exposition text."""
        return self._guarding.metrics()
