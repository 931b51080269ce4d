# SPDX-License-Identifier: Apache-2.0
"""Screen output: judge every channel of every choice before a character leaves (Articles 4, 14).

A stream is judged chunk by chunk in `guiju.gateway.relay`; here is the whole answer.
"""

from __future__ import annotations

from typing import Any

from guiju.gateway import likelihoods
from guiju.gateway.channels import (
    MOST_CALLS,
    MOST_TEXT,
    TEXT_CHANNELS,
    ToolCall,
    text_of,
    tool_calls,
)
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
    for index, choice in enumerate(choices):
        work.judged.append(_choice(work, choice, index))
    return ()


def _choice(work: Work, choice: Any, index: int) -> Judged:
    message = choice.get("message") if type(choice) is dict else None
    if type(message) is not dict:
        raise not_understood()
    clean: dict[str, Any] = {"role": "assistant", "content": None}
    shown = {
        "index": index,
        "message": clean,
        "finish_reason": finish_of(choice.get("finish_reason")) or "stop",
    }
    judged = Judged(shown, Outcome.PASS, "full", 0, 0, [], [])
    for channel in TEXT_CHANNELS:
        said = message.get(channel)
        # Many servers name the channels on which nothing was said.
        if said and (text := text_of(said)):
            plainly = channel == "content" and "\\" in text and work.wants_json()
            clean[channel] = _text(work, judged, _resolved(text) if plainly else text)
    calls = tool_calls(message)
    if calls:
        if len(calls) > MOST_CALLS:
            raise not_understood()
        for call in calls:
            _call(work, judged, call)
        clean["tool_calls"] = [call.as_message() for call in calls]
    if judged.characters > MOST_TEXT:
        raise not_understood()
    if likelihoods.asked_for(work.body):
        text = clean["content"] or ""
        shown["logprobs"] = likelihoods.beside(work.screen(), choice.get("logprobs"), text)
    return judged


def _text(work: Work, judged: Judged, text: str) -> str:
    """`text` as it may leave, masked where the policy says so."""
    verdict = _judge(work, judged, text, len(text))
    clean = verdict.masked(text) if verdict.masks else text
    judged.texts.append(clean)
    return clean


def _call(work: Work, judged: Judged, call: ToolCall) -> None:
    """A tool call cannot be masked without breaking it: what would be masked is stopped."""
    readable = call.readable()
    verdict = _judge(work, judged, readable, call.length())
    if verdict.masks:
        judged.outcome = max(judged.outcome, Outcome.BLOCK)
    judged.texts.append(readable.strip(BORDER))


def _judge(work: Work, judged: Judged, text: str, length: int) -> Verdict:
    """Judge one text of a choice, `length` characters of which leave; the worst counts for all."""
    verdict = work.screen().judge(text, "output")
    work.note(verdict, "output")
    if verdict.outcome.rank > judged.outcome.rank:
        judged.outcome = verdict.outcome
    judged.raw.append(text)
    judged.characters += length
    if verdict.screened == "full":
        judged.covered += length
    else:
        judged.screened = verdict.screened
    return verdict


def _resolved(text: str) -> str:
    resolver = Resolver()
    return resolver.feed(text) + resolver.close()
