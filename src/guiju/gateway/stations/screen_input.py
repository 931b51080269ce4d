# SPDX-License-Identifier: Apache-2.0
"""Screen input: judge everything the model would read before it reads it (Articles 4, 14)."""

from __future__ import annotations

from guiju.gateway.passages import Passages, gather, writable
from guiju.gateway.signals import Command
from guiju.gateway.work import Work
from guiju.records import Screening
from guiju.screening import Outcome, Screen


def screen_input(work: Work) -> tuple[Command, ...]:
    """Judge all text of the request; mask what is to be masked, stop what is to be stopped."""
    passages = gather(work.body)
    verdict = work.rules.screen.judge(passages.joined(), "input")
    outcome = verdict.outcome
    if outcome is Outcome.MASK and not _masked(work.rules.screen, passages):
        outcome = Outcome.BLOCK
    work.incoming = Screening(outcome.value, verdict.screened)
    work.note(verdict, "input")
    if outcome.stops:
        work.stopped, work.finish = True, "content_filter"
    return ()


def _masked(screen: Screen, passages: Passages) -> bool:
    """Mask each passage where it stands; False when a hit reaches over several passages."""
    for one in writable(passages):
        found = screen.judge(one.text, "input")
        if found.findings:
            one.text = one.home[one.key] = found.masked(one.text)
    left = screen.judge(passages.joined(), "input").outcome
    return not left.stops and left is not Outcome.MASK
