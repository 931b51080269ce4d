# SPDX-License-Identifier: Apache-2.0
"""Guard output: let classifier and guard models judge the answer before it counts (Article 14).

Of a stream most was judged while it came; here is what is left of it, or the whole answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju.gateway.signals import AskGuards, Command
from guiju.gateway.work import Work
from guiju.screening import Verdict


def guard_output(work: Work) -> tuple[Command, ...]:
    """Ask, where the policy has somebody to ask and something is left to judge."""
    guards = work.rules.guards
    if guards is None or not guards.serves("output"):
        return ()
    if work.relay is not None:
        look = work.relay.last_look()
        return () if look is None else (look,)
    texts = tuple(text for one in work.judged if not one.outcome.stops for text in one.texts)
    return (work.asked(AskGuards(texts, "output", work.prompt())),) if texts else ()


def hear_output(work: Work, verdicts: Sequence[Verdict]) -> None:
    """Take what they said of a whole answer, text by text."""
    rest = iter(verdicts)
    for one in work.judged:
        if one.outcome.stops:
            continue
        for _ in one.texts:
            verdict = next(rest)
            work.note(verdict, "output")
            one.outcome = max(one.outcome, verdict.outcome)
            if verdict.screened != "full":
                one.screened, one.covered = verdict.screened, 0
