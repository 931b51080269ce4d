# SPDX-License-Identifier: Apache-2.0
"""Guard input: let classifier and guard models judge what the model would read (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.gateway.passages import by_message
from guiju.gateway.signals import AskGuards, Command
from guiju.gateway.work import Work
from guiju.records import Screening
from guiju.screening import Verdict


def guard_input(work: Work) -> tuple[Command, ...]:
    """Ask, where the policy has somebody to ask and nothing has stopped the input before."""
    guards = work.rules.guards
    if guards is None or work.stopped or not guards.serves("input"):
        return ()
    texts = tuple(by_message(work.body))
    return (work.asked(AskGuards(texts, "input")),) if texts else ()


def hear_input(work: Work, verdicts: Sequence[Verdict]) -> None:
    """Take what they said: the worst counts, and who did not judge is named."""
    outcome, screened = work.input_outcome, work.incoming.screened
    for verdict in verdicts:
        work.note(verdict, "input")
        outcome = max(outcome, verdict.outcome)
        if screened == "full":
            screened = verdict.screened
    work.input_outcome = outcome
    work.incoming = Screening(outcome.value, screened)
    if outcome.stops:
        work.stopped, work.finish = True, "content_filter"
