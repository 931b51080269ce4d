# SPDX-License-Identifier: Apache-2.0
"""The relay of a stream: chunks in, judged chunks out, nothing unjudged between (Articles 4, 14).

Every choice and every channel of text has a scanner of its own. Text is held back while it may yet
become a hit; tool calls are held until they are whole. `finish_reason` is kept for the last chunk,
which waits for the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.channels import (
    MOST_CALLS,
    MOST_TEXT,
    TEXT_CHANNELS,
    ToolCall,
    called,
    text_of,
)
from guiju.gateway.escapes import Resolver
from guiju.gateway.heads import finish_of, head_of, model_of, shown_usage, usage_of
from guiju.gateway.sse import DONE, event
from guiju.gateway.stations.screen_output import not_understood
from guiju.records import Screening, Usage
from guiju.screening import Outcome, Stream, Verdict

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Channel:
    """One channel of one choice: its scanner, what the model said and what was let through."""

    scanner: Stream
    resolver: Resolver | None = None
    raw: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    verdict: Verdict | None = None


@dataclass(slots=True)
class Choice:
    """One of the answers that the model generates side by side."""

    channels: dict[str, Channel] = field(default_factory=dict)
    calls: dict[int, ToolCall] = field(default_factory=dict)
    calls_delivered: bool = False
    finish: str = "stop"
    greeted: bool = False
    labelled: bool = False

    def text(self, channel: str) -> str:
        """What was delivered on a channel."""
        found = self.channels.get(channel)
        return "" if found is None else "".join(found.delivered)


class Relay:
    """Turns the model's chunks into those the client gets."""

    def __init__(self, work: Work) -> None:
        """Nothing has come yet."""
        self.work = work
        self.stopped = False
        self.silent = False
        self.choices: dict[int, Choice] = {}
        self._usage = Usage()
        self._calls_outcome = Outcome.PASS
        self._calls_length = 0
        self._most = work.most_choices()
        self._json = work.wants_json()
        self._taken = 0
        self._given_usage: Any = None
        self._given_model: Any = None
        self._head = head_of(work, "chat.completion.chunk", work.model)

    # -- while the model speaks --------------------------------------------------------------------

    def take(self, chunk: dict[str, Any]) -> list[bytes]:
        """What may be sent now that `chunk` has come.

        Raises:
            Unavailable: the chunk reports an error or is no chunk.
        """
        choices = chunk.get("choices")
        if type(choices) is not list or chunk.get("error") is not None:
            raise not_understood()
        if chunk.get("usage") is not None:
            self._given_usage = chunk["usage"]
            self._usage = usage_of(self._given_usage)
        if self._given_model is None and "model" in chunk:
            self._given_model = chunk["model"]
            self._head["model"] = model_of(self.work, self._given_model)
        sent = []
        for one in choices:
            delta = self._delta(one)
            if delta is not None:
                sent.append(delta)
            if self.stopped:
                break
        return sent

    def _delta(self, one: Any) -> bytes | None:
        if type(one) is not dict or type(one.get("index")) is not int:
            raise not_understood()
        index, delta = one["index"], one.get("delta")
        if not 0 <= index < self._most:
            raise not_understood()
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = Choice()
        choice.finish = finish_of(one.get("finish_reason")) or choice.finish
        if type(delta) is not dict:
            return None
        out: dict[str, Any] = {}
        for name in TEXT_CHANNELS:
            text = text_of(delta.get(name))
            if text:
                self._take(len(text))
                released = self._feed(choice, name, text)
                if released:
                    out[name] = released
        if delta.get("tool_calls"):
            self._take(_collect(choice, delta["tool_calls"]))
        return self._chunk(index, choice, out) if out else None

    def _take(self, length: int) -> None:
        """Bound what an endless answer can make us hold."""
        self._taken += length
        if self._taken > MOST_TEXT:
            raise not_understood()

    def _feed(self, choice: Choice, name: str, text: str) -> str:
        channel = choice.channels.get(name)
        if channel is None:
            channel = Channel(self.work.rules.screen.stream("output"))
            choice.channels[name] = channel
            if self._json and name == "content":
                channel.resolver = Resolver()
        if channel.resolver is not None:
            text = channel.resolver.feed(text)
        return self._scan(channel, text) if text else ""

    def _scan(self, channel: Channel, text: str) -> str:
        channel.raw.append(text)
        release = channel.scanner.feed(text)
        if release.text:
            channel.delivered.append(release.text)
        if release.stopped:
            channel.verdict = release.verdict
            self.stopped = True
        return release.text

    # -- when it has ended -------------------------------------------------------------------------

    def close(self) -> list[bytes]:
        """Let go of what is still held, unless something stopped the stream; settle the verdict."""
        sent: list[bytes] = []
        if not self.choices:
            self.choices[0] = Choice()
        for index, choice in self.choices.items():
            out = self._rest(choice)
            if out:
                sent.append(self._chunk(index, choice, out))
        self._settle()
        if self.work.stopped or self.stopped:
            sent += self._refusals()
        return [] if self.silent else sent

    def _rest(self, choice: Choice) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, channel in choice.channels.items():
            text = self._last(channel)
            if text:
                out[name] = text
        if choice.calls and not self.stopped and not self.silent and self._calls_pass(choice):
            calls = choice.calls.items()
            out["tool_calls"] = [{"index": at, **call.as_message()} for at, call in calls]
            choice.calls_delivered = True
            self._calls_length += sum(call.length() for call in choice.calls.values())
        return out

    def _last(self, channel: Channel) -> str:
        """What a channel still lets go of; nothing once something was stopped."""
        if channel.verdict is not None:
            return ""
        hold = self.stopped or self.silent
        held = channel.resolver.close() if channel.resolver is not None else ""
        if held:
            held = "" if hold else self._scan(channel, held)
        if channel.verdict is not None:
            return held
        release = channel.scanner.close()
        channel.verdict = release.verdict
        self.stopped = self.stopped or release.stopped
        if hold or not release.text:
            return held
        channel.delivered.append(release.text)
        return held + release.text

    def _calls_pass(self, choice: Choice) -> bool:
        readable = "".join(call.readable() for call in choice.calls.values())
        verdict = self.work.rules.screen.judge(readable, "output")
        self.work.note(verdict, "output")
        # Masking inside JSON arguments would break them: what would be masked is stopped.
        outcome = Outcome.BLOCK if verdict.masks else verdict.outcome
        self._calls_outcome = max(self._calls_outcome, outcome)
        self.stopped = self.stopped or outcome.stops
        return not self.stopped

    def _refusals(self) -> list[bytes]:
        if self.work.rules.reply_as_error and not self.work.usage.characters:
            return []
        refusal = self.work.rules.refusal.to(self.work.ask.language)
        sent = []
        for index, choice in self.choices.items():
            gap = "\n\n" if choice.text("content") else ""
            sent.append(self._chunk(index, choice, {"content": gap + refusal}))
        return sent

    def _settle(self) -> None:
        work = self.work
        outcome, screened = self._calls_outcome, "full"
        characters, covered = self._calls_length, self._calls_length
        for index, choice in self.choices.items():
            for name, channel in choice.channels.items():
                delivered = sum(map(len, channel.delivered))
                characters += delivered
                verdict = channel.verdict
                if verdict is None:
                    screened = "not-screened"
                    continue
                work.note(verdict, "output")
                outcome = max(outcome, verdict.outcome)
                if verdict.screened == "full":
                    covered += delivered
                else:
                    screened = verdict.screened
                raw = "".join(channel.raw)
                if raw != "".join(channel.delivered):
                    work.withheld[f"{index}/{name}"] = raw
        if any(choice.channels or choice.calls for choice in self.choices.values()):
            work.outgoing = Screening(outcome.value, screened)
        work.usage = Usage(
            self._usage.prompt_tokens, self._usage.completion_tokens, characters, covered
        )
        if self.stopped:
            work.finish = "content_filter"
        elif work.finish == "stop":
            work.finish = self.choices[min(self.choices)].finish

    def label(self, text: str, index: int) -> bytes:
        """The chunk that carries the visible label of one choice."""
        choice = self.choices[index]
        choice.labelled = True
        return self._chunk(index, choice, {"content": text})

    def ending(self, aigc: dict[str, str]) -> bytes:
        """The last chunks: why each choice ended, the implicit label, usage if wanted, [DONE]."""
        parts = []
        for index, choice in self.choices.items():
            stopped = self.stopped or self.work.stopped
            finish = "content_filter" if stopped else choice.finish
            shown = [{"index": index, "delta": {}, "finish_reason": finish}]
            parts.append(event(_encode({**self._head, "choices": shown, "aigc": aigc})))
        options = self.work.body.get("stream_options")
        if type(options) is dict and options.get("include_usage"):
            usage = shown_usage(self._given_usage, self._usage)
            last = {**self._head, "choices": [], "usage": usage, "aigc": aigc}
            parts.append(event(_encode(last)))
        return b"".join((*parts, DONE))

    def _chunk(self, index: int, choice: Choice, delta: dict[str, Any]) -> bytes:
        if not choice.greeted:
            choice.greeted = True
            delta = {"role": "assistant", **delta}
        if not choice.labelled and not self.work.stopped and delta.get("content"):
            before = self.work.label_before()
            if before:
                choice.labelled = True
                delta["content"] = before + delta["content"]
        shown = [{"index": index, "delta": delta, "finish_reason": None}]
        return event(_encode({**self._head, "choices": shown}))


def _collect(choice: Choice, calls: Any) -> int:
    """Add the pieces of tool calls to what is held of them; returns how many characters came."""
    taken = 0
    for piece in calls if type(calls) is list else ():
        at = piece.get("index", 0) if type(piece) is dict else None
        if type(at) is not int or not 0 <= at < MOST_CALLS:
            raise not_understood()
        call = choice.calls.get(at)
        if call is None:
            call = choice.calls[at] = ToolCall()
        number, function = piece.get("id"), piece.get("function")
        if type(number) is str and not call.id:
            call.id = number
            taken += len(number)
        if type(function) is dict:
            name, arguments = called(function)
            taken += len(name) + len(arguments)
            call.name += name
            if arguments:
                call.arguments.append(arguments)
    return taken
