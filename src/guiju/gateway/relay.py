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

from guiju.gateway.channels import TEXT_CHANNELS, ToolCall
from guiju.gateway.sse import DONE, event
from guiju.gateway.stations.screen_output import FINISHES, not_understood, usage_of
from guiju.kernel import micros
from guiju.records import Screening, Usage
from guiju.screening import Outcome, Stream, Verdict

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Channel:
    """One channel of one choice: its scanner, what the model said and what was let through."""

    scanner: Stream
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
        self._id = f"chatcmpl-{work.ask.request}"
        self._created = micros(work.ask.at) // 1_000_000
        self._model = work.model

    # -- while the model speaks --------------------------------------------------------------------

    def take(self, chunk: dict[str, Any]) -> list[bytes]:
        """What may be sent now that `chunk` has come.

        Raises:
            Unavailable: the chunk reports an error or is no chunk.
        """
        choices = chunk.get("choices")
        if type(choices) is not list or "error" in chunk:
            raise not_understood()
        if chunk.get("usage") is not None:
            self._usage = usage_of(chunk["usage"])
        if type(chunk.get("model")) is str:
            self._model = chunk["model"]
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
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = Choice()
        if one.get("finish_reason") in FINISHES:
            choice.finish = one["finish_reason"]
        if type(delta) is not dict:
            return None
        out: dict[str, Any] = {}
        for name in TEXT_CHANNELS:
            text = delta.get(name)
            if type(text) is str and text:
                released = self._feed(choice, name, text)
                if released:
                    out[name] = released
        if delta.get("tool_calls"):
            _collect(choice, delta["tool_calls"])
        return self._chunk(index, choice, out) if out else None

    def _feed(self, choice: Choice, name: str, text: str) -> str:
        channel = choice.channels.get(name)
        if channel is None:
            channel = Channel(self.work.rules.screen.stream("output"))
            choice.channels[name] = channel
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
            if channel.verdict is None:
                release = channel.scanner.close()
                channel.verdict = release.verdict
                hold = self.stopped or self.silent
                self.stopped = self.stopped or release.stopped
                if release.text and not hold:
                    channel.delivered.append(release.text)
                    out[name] = release.text
        if choice.calls and not self.stopped and not self.silent and self._calls_pass(choice):
            calls = choice.calls.items()
            out["tool_calls"] = [{"index": at, **call.as_message()} for at, call in calls]
            choice.calls_delivered = True
            self._calls_length += sum(call.length() for call in choice.calls.values())
        return out

    def _calls_pass(self, choice: Choice) -> bool:
        readable = "\0".join(call.readable() for call in choice.calls.values())
        verdict = self.work.rules.screen.judge(readable, "output")
        self.work.note(verdict, "output")
        # Masking inside JSON arguments would break them: what would be masked is stopped.
        masked = verdict.outcome is Outcome.MASK
        outcome = Outcome.BLOCK if masked else verdict.outcome
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
            parts.append(event(_encode({**self._head(), "choices": shown, "aigc": aigc})))
        options = self.work.body.get("stream_options")
        if type(options) is dict and options.get("include_usage"):
            usage = {
                "prompt_tokens": self._usage.prompt_tokens,
                "completion_tokens": self._usage.completion_tokens,
                "total_tokens": self._usage.prompt_tokens + self._usage.completion_tokens,
            }
            last = {**self._head(), "choices": [], "usage": usage, "aigc": aigc}
            parts.append(event(_encode(last)))
        return b"".join((*parts, DONE))

    def _head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
        }

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
        return event(_encode({**self._head(), "choices": shown}))


def _collect(choice: Choice, calls: Any) -> None:
    """Add the pieces of tool calls to what is held of them."""
    for piece in calls if type(calls) is list else ():
        at = piece.get("index", 0) if type(piece) is dict else None
        if type(at) is not int:
            raise not_understood()
        call = choice.calls.get(at)
        if call is None:
            call = choice.calls[at] = ToolCall()
        function = piece.get("function")
        if type(piece.get("id")) is str:
            call.id = call.id or piece["id"]
        if type(function) is dict:
            call.name += function.get("name") or ""
            call.arguments.append(function.get("arguments") or "")
