# SPDX-License-Identifier: Apache-2.0
"""Settle: what becomes of the answer, now that everybody has judged it (Article 14)."""

from __future__ import annotations

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
    choices = []
    for index, one in enumerate(work.judged):
        if one.outcome.stops or _is_withdrawn(work, one, index):
            _withhold(work, one, index)
        choices.append(one.choice)
    _note(work)
    answer = work.answer or {}
    clean = head_of(work, "chat.completion", model_of(work, answer.get("model")))
    clean["choices"] = choices
    usage = answer.get("usage")
    if usage is not None:
        clean["usage"] = shown_usage(usage, work.usage)
    clean.update(extras_of(work, answer))
    work.answer = clean
    return ()


def _is_withdrawn(work: Work, judged: Judged, index: int) -> bool:
    """Whether a case has withdrawn this very text; else how it is found again is noted."""
    rules, text = work.rules, judged.choice["message"]["content"]
    if not text or not (rules.retention_days or rules.withdrawn):
        return False
    digest = rules.same.of_text(text)
    if digest is None:
        return False
    if why_withdrawn(work, digest, len(text)):
        judged.outcome = Outcome.BLOCK
        return True
    work.parts.append(Part(str(index), digest))
    return False


def _withhold(work: Work, judged: Judged, index: int) -> None:
    """Say something else in its place; nothing of what the model wrote leaves."""
    work.withheld[str(index)] = "\n".join(judged.raw)
    message = {"role": "assistant", "content": work.refusal()}
    judged.choice = {"index": index, "message": message, "finish_reason": "content_filter"}
    judged.characters = judged.covered = 0
    judged.texts = []


def _note(work: Work) -> None:
    first, *others = work.judged
    outcome, screened = first.outcome, first.screened
    characters, covered = first.characters, first.covered
    for one in others:
        outcome = max(outcome, one.outcome)
        screened = one.screened if screened == "full" else screened
        characters += one.characters
        covered += one.covered
    work.outgoing = Screening(str(outcome), screened)
    used = work.usage
    work.usage = Usage(used.prompt_tokens, used.completion_tokens, characters, covered)
    work.finish = "content_filter" if outcome.stops else first.choice["finish_reason"]
