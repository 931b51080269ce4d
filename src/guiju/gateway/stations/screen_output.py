# SPDX-License-Identifier: Apache-2.0
"""Screen output: judge every channel of every choice before a character leaves (Articles 4, 14).

A stream is judged chunk by chunk in `guiju.gateway.relay`; here is the whole answer.
"""

from __future__ import annotations

from typing import Any

from guiju.gateway import likelihoods
from guiju.gateway.channels import MOST_CALLS, MOST_TEXT, TEXT_CHANNELS, text_of, tool_calls
from guiju.gateway.escapes import Resolver
from guiju.gateway.faults import not_understood
from guiju.gateway.heads import finish_of, usage_of
from guiju.gateway.signals import Command, Send
from guiju.gateway.work import Judged, Work
from guiju.screening import BORDER, Outcome, Verdict


def screen_output(work: Work) -> tuple[Command, ...]:
    """Judge the model's answer, or what is left of its stream; raises Unavailable."""
    if work.relay is not None:
        return tuple(Send(data) for data in work.relay.end())
    if work.stopped:
        return ()
    answer = work.answer or {}
    choices = answer.get("choices")
    if type(choices) is not list or not 0 < len(choices) <= work.most_choices():
        raise not_understood()
    work.usage = usage_of(answer.get("usage"))
    work.judged = [_choice(work, choice, index) for index, choice in enumerate(choices)]
    return ()


class _Judging:
    """Judges the texts of one choice and remembers the worst."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.outcome = Outcome.PASS
        self.screened = "full"
        self.characters = 0
        self.covered = 0
        self.raw: list[str] = []
        self.clean: list[str] = []

    def text(self, text: str) -> str:
        """`text` as it may leave, masked where the policy says so."""
        verdict = self._judge(text)
        clean = verdict.masked(text) if verdict.masks else text
        self.clean.append(clean)
        self._count(len(clean), verdict)
        return clean

    def call(self, readable: str, length: int) -> None:
        """A tool call cannot be masked without breaking it: what would be masked is stopped."""
        verdict = self._judge(readable)
        if verdict.masks:
            self.outcome = max(self.outcome, Outcome.BLOCK)
        self.clean.append(readable.strip(BORDER))
        self._count(length, verdict)

    def _judge(self, text: str) -> Verdict:
        verdict = self.work.screen().judge(text, "output")
        self.work.note(verdict, "output")
        self.outcome = max(self.outcome, verdict.outcome)
        self.raw.append(text)
        return verdict

    def _count(self, length: int, verdict: Verdict) -> None:
        self.characters += length
        if verdict.screened == "full":
            self.covered += length
        else:
            self.screened = verdict.screened


def _choice(work: Work, choice: Any, index: int) -> Judged:
    message = choice.get("message") if type(choice) is dict else None
    if type(message) is not dict:
        raise not_understood()
    judging = _Judging(work)
    clean: dict[str, Any] = {"role": "assistant", "content": None}
    for channel in TEXT_CHANNELS:
        text = text_of(message.get(channel))
        if text:
            plainly = channel == "content" and "\\" in text and work.wants_json()
            clean[channel] = judging.text(_resolved(text) if plainly else text)
    calls = tool_calls(message)
    if len(calls) > MOST_CALLS:
        raise not_understood()
    for call in calls:
        judging.call(call.readable(), call.length())
    if calls:
        clean["tool_calls"] = [call.as_message() for call in calls]
    if judging.characters > MOST_TEXT:
        raise not_understood()
    shown = {
        "index": index,
        "message": clean,
        "finish_reason": finish_of(choice.get("finish_reason")) or "stop",
    }
    if likelihoods.asked_for(work.body):
        text = clean["content"] or ""
        shown["logprobs"] = likelihoods.beside(work.screen(), choice.get("logprobs"), text)
    return Judged(
        shown,
        judging.outcome,
        judging.screened,
        judging.characters,
        judging.covered,
        judging.raw,
        judging.clean,
    )


def _resolved(text: str) -> str:
    resolver = Resolver()
    return resolver.feed(text) + resolver.close()
