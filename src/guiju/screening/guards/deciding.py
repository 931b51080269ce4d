# SPDX-License-Identifier: Apache-2.0
"""From what a guard said to what is done: levels to outcomes, harms to findings, errors to policy.

A verdict that is an error never passes by itself: what could be read of it and what the policy says
about errors are both weighed, and the worse counts.
"""

from __future__ import annotations

from guiju.measures import enforces
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.verdict import GuardVerdict, Level
from guiju.screening.model import FULL, Finding, Outcome

_SCORES = {Level.CONTROVERSIAL: 500, Level.UNSAFE: 1000}


@enforces("guard-models")
def outcome_of(guard: GuardConfig, verdict: GuardVerdict) -> Outcome:
    """What the policy does with this verdict."""
    said = _said(guard, verdict)
    return max(said, guard.on_error) if verdict.is_error else said


def findings_of(
    guard: GuardConfig, verdict: GuardVerdict, start: int, end: int
) -> tuple[Finding, ...]:
    """The findings of the window from `start` to `end`, one for each harm.

    None for what the guard could not say: an error accuses nobody.
    """
    outcome = _said(guard, verdict)
    if outcome is Outcome.PASS or verdict.level is None:
        return ()
    known = _SCORES[verdict.level]
    score = known if verdict.score is None else round(1000 * verdict.score)
    return tuple(
        Finding(
            start=start,
            end=end,
            rule=f"{guard.name}:{verdict.level}",
            harm=harm,
            detector=f"guard:{guard.name}",
            view="window",
            score=score,
            outcome=outcome,
        )
        for harm in verdict.harms
    )


def not_screened(verdict: GuardVerdict) -> str:
    """`full`, or why this guard did not screen the window: `guard-timeout`, `guard-unparsed` ..."""
    if not verdict.is_error:
        return FULL
    return f"guard-{verdict.reason}" if verdict.status == "failed" else "guard-unparsed"


def _said(guard: GuardConfig, verdict: GuardVerdict) -> Outcome:
    if verdict.level is None or verdict.level is Level.SAFE or not verdict.harms:
        return Outcome.PASS
    return guard.unsafe if verdict.level is Level.UNSAFE else guard.controversial
