# SPDX-License-Identifier: Apache-2.0
"""What a stream delivered, how it was judged, and how much of it verdicts cover (Article 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from guiju.gateway.choices import Choice
from guiju.gateway.watch import Channel
from guiju.records import Screening, Usage
from guiju.screening import Outcome, Verdict

if TYPE_CHECKING:
    from guiju.gateway.work import Work


def account(
    work: Work, choices: Mapping[int, Choice], outcome: Outcome, calls: int, tokens: Usage
) -> None:
    """Note verdicts, usage and what was withheld, in `work`.

    `outcome` is that of the calls and the guards, `calls` the characters of calls that were
    delivered; they were judged whole.
    """
    screened, characters, covered = "full", calls, calls
    for index, choice in choices.items():
        for name, channel in choice.channels.items():
            delivered = sum(map(len, channel.delivered))
            characters += delivered
            verdict = channel.verdict
            if verdict is None:
                screened = "not-screened"
                continue
            work.note(_own(channel, verdict), "output")
            outcome = max(outcome, verdict.outcome)
            if verdict.screened == "full":
                covered += delivered - min(channel.uncovered, delivered)
            else:
                screened = verdict.screened
            screened = channel.unscreened or screened
            raw = "".join(channel.raw)
            if raw != "".join(channel.delivered):
                work.withheld[f"{index}/{name}"] = raw
    if any(choice.channels or choice.calls for choice in choices.values()):
        work.outgoing = Screening(outcome.value, screened)
    work.usage = Usage(tokens.prompt_tokens, tokens.completion_tokens, characters, covered)


def withdrawn(choices: Mapping[int, Choice]) -> dict[str, int]:
    """From which character on each channel was withdrawn after it had left."""
    return {
        f"{index}/{name}": channel.withdrawn
        for index, choice in choices.items()
        for name, channel in choice.channels.items()
        if channel.withdrawn is not None
    }


def _own(channel: Channel, verdict: Verdict) -> Verdict:
    """The verdict without what was found in the text before, which has a verdict of its own."""
    known = len(channel.known)
    if not known:
        return verdict
    found = (one for one in verdict.findings if one.end > known)
    moved = (one._replace(start=max(one.start - known, 0), end=one.end - known) for one in found)
    return verdict._replace(findings=tuple(moved))
