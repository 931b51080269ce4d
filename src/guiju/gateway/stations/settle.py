# SPDX-License-Identifier: Apache-2.0
"""Settle: what becomes of the answer, now that everybody has judged it (Article 14)."""

from __future__ import annotations

from typing import Any

from guiju.gateway.heads import extras_of, head_of, model_of, shown_usage
from guiju.gateway.signals import Command, Send
from guiju.gateway.withheld import why_withdrawn
from guiju.gateway.work import Judged, Work
from guiju.records import Part, Screening, Usage
from guiju.screening import Outcome


def settle(work: Work) -> tuple[Command, ...]:
    """Put the answer together from what may leave; what may not is kept apart from it."""
    if work.relay is not None:
        return tuple(Send(data) for data in work.relay.settle())
    if not work.judged:
        return ()
    judged = [
        _withheld(work, one, index) if one.outcome.stops or _is_withdrawn(work, one, index) else one
        for index, one in enumerate(work.judged)
    ]
    _note(work, judged)
    answer = work.answer or {}
    clean = head_of(work, "chat.completion", model_of(work, answer.get("model")))
    clean["choices"] = [one.choice for one in judged]
    if answer.get("usage") is not None:
        clean["usage"] = shown_usage(answer["usage"], work.usage)
    work.answer = clean | extras_of(work, answer)
    return ()


def _is_withdrawn(work: Work, judged: Judged, index: int) -> bool:
    """Whether a case has withdrawn this very text; else how it is found again is noted."""
    text = judged.choice["message"]["content"]
    if not text or not (work.rules.withdrawn or work.rules.retention_days):
        return False
    digest = work.rules.same.of_text(text)
    if why_withdrawn(work, digest, len(text)):
        judged.outcome = Outcome.BLOCK
        return True
    if digest is not None:
        work.parts.append(Part(str(index), digest))
    return False


def _withheld(work: Work, judged: Judged, index: int) -> Judged:
    work.withheld[str(index)] = "\n".join(judged.raw)
    message: dict[str, Any] = {"role": "assistant", "content": work.refusal()}
    choice = {"index": index, "message": message, "finish_reason": "content_filter"}
    return Judged(choice, judged.outcome, judged.screened, 0, 0, [], [])


def _note(work: Work, judged: list[Judged]) -> None:
    outcome, screened, characters, covered = judged[0].outcome, "full", 0, 0
    for one in judged:
        outcome = max(outcome, one.outcome)
        screened = one.screened if screened == "full" else screened
        characters += one.characters
        covered += one.covered
    work.outgoing = Screening(outcome.value, screened)
    used = work.usage
    work.usage = Usage(used.prompt_tokens, used.completion_tokens, characters, covered)
    first = judged[0].choice["finish_reason"]
    work.finish = "content_filter" if outcome.stops else str(first)
