# SPDX-License-Identifier: Apache-2.0
"""The relay of a stream: chunks in, judged chunks out, nothing unjudged between (Articles 4, 14).

Every choice and every channel of text has a scanner of its own. Text is held back while it may yet
become a hit; tool calls are held until they are whole. `finish_reason` is kept for the last chunk,
which waits for the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from guiju.gateway import likelihoods
from guiju.gateway.account import account
from guiju.gateway.channels import MOST_TEXT, TEXT_CHANNELS, text_of
from guiju.gateway.choices import Choice
from guiju.gateway.chunks import Chunk
from guiju.gateway.escapes import Resolver
from guiju.gateway.faults import not_understood
from guiju.gateway.heads import finish_of, model_of, shown_usage, usage_of
from guiju.gateway.said import Said
from guiju.gateway.sentences import ENDS
from guiju.gateway.signals import AskGuards, Command, Send
from guiju.gateway.watch import CALLS, Channel, Watch, Window, withdrawal
from guiju.gateway.withheld import Suspense, note
from guiju.records import Usage
from guiju.screening import BORDER, Outcome, Verdict

if TYPE_CHECKING:
    from guiju.gateway.work import Work


# Characters of an earlier text that the scanner of a later one in the same channel has read.
_KNOWN = 400


class Relay:
    """Turns the model's chunks into those the client gets."""

    def __init__(self, work: Work) -> None:
        """Nothing has come yet."""
        self.work = work
        self.stopped = False
        self.ended = False
        """Whether the reader's time is over: what was said so far is the answer."""
        self.silent = False
        self.cut = False
        """Whether the model broke off: then a call may be half of one, and does not leave."""
        self.choices: dict[int, Choice] = {}
        self._usage = Usage()
        self._calls_outcome = Outcome.PASS
        self._calls_length = 0
        self._guards_outcome = Outcome.PASS
        guards = work.rules.guards
        watched = guards is not None and guards.serves("output")
        self.watched = watched
        """Whether guards judge what leaves."""
        self._watch = Watch(work.rules.streaming, work.prompt()) if watched else None
        self._most = work.most_choices()
        self._rules = work.rules
        self._json = work.wants_json()
        self._likely = likelihoods.asked_for(work.body)
        self._taken = 0
        self._given_usage: Any = None
        self._given_model: Any = None
        self._ear = work.wire.ear()
        self._is_plain = self._ear is None and not self._likely
        self._before = work.label_before()
        self.voice = work.wire.voice(work)
        self._in_turn = self.voice.in_turn
        # With a label in front the first piece of a text is another than it was judged.
        beside = self._in_turn or self._likely or self._before
        self._is_straight = self._watch is None and not beside

    # -- while the model speaks --------------------------------------------------------------------

    def take(self, chunk: Chunk) -> list[bytes]:
        """What may be sent now that `chunk` has come.

        Raises:
            Unavailable: the chunk reports an error or is no chunk.
        """
        if isinstance(chunk, Said):
            if self._is_plain:
                return self._said(chunk)
            chunk = chunk.as_chunk()
        return self._whole(chunk)

    def told(self) -> list[Command]:
        """What the reader is told beside the answer, once it has begun; it may end here."""
        work, use = self.work, self.work.use
        language = work.ask.language
        notices, work.notices = work.notices, []
        if use is not None:
            notices += use.said(language)
            if use.over and not self.stopped and (use.overdue or self._ends_a_sentence()):
                use.cut = self.ended = True
                notices.append(use.closing(language))
                for choice in self.choices.values():
                    choice.finish = "length"
        return [Send(self.voice.notice(one)) for one in notices]

    def _ends_a_sentence(self) -> bool:
        """Whether every text that is being said is at the end of a sentence."""
        said = [
            channel.raw[-1].rstrip(" \t\"'”’」』)）*")
            for choice in self.choices.values()
            for channel in choice.channels.values()
            if channel.raw
        ]
        return all(not one or one[-1] in ENDS for one in said)

    def _whole(self, chunk: dict[str, Any]) -> list[bytes]:
        if self._ear is not None:
            chunk = self._ear(chunk)
        choices = chunk.get("choices")
        if type(choices) is not list or chunk.get("error") is not None:
            raise not_understood()
        if chunk.get("usage") is not None:
            self._given_usage = chunk["usage"]
            self._usage = usage_of(self._given_usage)
        if self._given_model is None and "model" in chunk:
            self._given_model = chunk["model"]
            self.voice.named(model_of(self.work, self._given_model))
        sent = []
        for one in choices:
            delta = self._delta(one)
            if delta is not None:
                sent.append(delta)
            if self.stopped:
                break
        return sent

    def _said(self, said: Said) -> list[bytes]:
        index, name, text = said.index, said.channel, said.text
        choice = self.choices.get(index) or self._begun(index)
        if not text:
            return []
        channel = choice.channels.get(name)
        if channel is None or not channel.straight:
            out = self._text(index, choice, name, text)
            return [self._chunk(index, choice, out)] if out else []
        self._take(len(text))
        passed = self._judged(channel, text)
        if not passed:
            return []
        channel.delivered.append(passed)
        return [self.voice.part(index, choice, {name: passed})]

    def _begun(self, index: int) -> Choice:
        """A choice of which nothing was said before."""
        if not 0 <= index < self._most:
            raise not_understood()
        choice = self.choices[index] = Choice()
        return choice

    def _delta(self, one: Any) -> bytes | None:
        if type(one) is not dict or type(one.get("index")) is not int:
            raise not_understood()
        index, delta = one["index"], one.get("delta")
        choice = self.choices.get(index) or self._begun(index)
        choice.finish = finish_of(one.get("finish_reason")) or choice.finish
        if type(delta) is not dict:
            return None
        if self._likely:
            choice.tokens = choice.tokens or likelihoods.Tokens()
            self._take(choice.tokens.take(one.get("logprobs")))
        out = self._texts(index, choice, delta)
        if delta.get("tool_calls"):
            self._take(choice.collect(delta["tool_calls"]))
        return self._chunk(index, choice, out) if out else None

    def _texts(self, index: int, choice: Choice, delta: dict[str, Any]) -> dict[str, Any]:
        """What the channels let go of, now that this has come."""
        out: dict[str, Any] = {}
        for name in TEXT_CHANNELS:
            text = text_of(delta.get(name))
            if text:
                out |= self._text(index, choice, name, text)
                if self.stopped and self._in_turn:
                    break
        return out

    def _text(self, index: int, choice: Choice, name: str, text: str) -> dict[str, Any]:
        self._take(len(text))
        out: dict[str, Any] = {}
        if self._in_turn and choice.speaking != name:
            out = self._turn(index, choice, name)
            if self.stopped:
                return out
        channel = choice.channels.get(name)
        if channel is None:
            channel = choice.channels[name] = self._channel(index, name)
        if channel.resolver is not None:
            text = channel.resolver.feed(text)
        if text and (released := self._scan(channel, text)):
            out[name] = released
        return out

    def _take(self, length: int) -> None:
        """Bound what an endless answer can make us hold."""
        self._taken += length
        if self._taken > MOST_TEXT:
            raise not_understood()

    def _channel(self, index: int, name: str) -> Channel:
        channel = Channel(self.work.screen().stream("output"), index, name)
        if name == "content":
            if self._json:
                channel.resolver = Resolver()
            if self._rules.withdrawn:
                channel.suspense = Suspense(self._rules.withdrawn, self._rules.same)
        between = channel.resolver is not None or channel.suspense is not None
        channel.straight = self._is_straight and not between
        return channel

    def _turn(self, index: int, choice: Choice, name: str) -> dict[str, str]:
        """End the text that was being said, now that `name` speaks; returns its last piece."""
        before, choice.speaking = choice.speaking, name
        last = self._last(choice.channels[before]) if before else ""
        old = choice.channels.get(name)
        if old is not None and not self.stopped:
            choice.channels[f"{name}.{len(choice.channels)}"] = old
            choice.channels[name] = self._again(index, old)
        return {before: last} if last else {}

    def _again(self, index: int, old: Channel) -> Channel:
        """A channel that speaks again: a text of its own, but clients may put both together.

        So its scanner has read the end of the text before, and a word that is spread over both is
        seen. That end has left already and is not let go of a second time.
        """
        channel = self._channel(index, old.name)
        channel.known = (old.known + "".join(old.raw))[-_KNOWN:]
        channel.before = old.before
        release = channel.scanner.feed(channel.known)
        channel.skip = len(channel.known) - len(release.text)
        if release.stopped:
            channel.verdict, self.stopped = release.verdict, True
        return channel

    def _scan(self, channel: Channel, text: str) -> str:
        return self._let(channel, self._judged(channel, text))

    def _judged(self, channel: Channel, text: str) -> str:
        """What of a text, and of what was held before it, the lexicon has nothing against."""
        channel.raw.append(text)
        release = channel.scanner.feed(text)
        if release.stopped:
            channel.verdict = release.verdict
            self.stopped = True
        return release.text

    def _let(self, channel: Channel, text: str) -> str:
        """Let a text go that the lexicon has nothing against: at once, or to the guards first."""
        if channel.skip:
            known, channel.skip = channel.skip, max(channel.skip - len(text), 0)
            text = text[known:]
        if channel.suspense is not None:
            text = channel.suspense.take(text)
        return self._said_on(channel, text) if text else ""

    def _said_on(self, channel: Channel, text: str) -> str:
        if self._watch is not None:
            return self._watch.take(channel, text)
        channel.delivered.append(text)
        return text

    # -- while guards judge ------------------------------------------------------------------------

    def look(self) -> AskGuards | None:
        """What classifier and guard models are to be asked now."""
        look = None if self._watch is None or self.stopped else self._watch.look()
        return None if look is None else self.work.asked(look)

    def last_look(self) -> AskGuards | None:
        """What they are to be asked about the end and, if policy says so, the whole."""
        if self._watch is None or self.stopped or self.silent:
            return None
        channels = [one for choice in self.choices.values() for one in choice.channels.values()]
        look = self._watch.last_look(channels)
        return None if look is None else self.work.asked(look)

    def heard(self, look: AskGuards, verdicts: Sequence[Verdict]) -> list[bytes]:
        """What may be sent now that they have judged; what has left already may be withdrawn."""
        if self._watch is None:
            return []
        sent: list[bytes] = []
        for window, verdict in self._watch.heard(look, verdicts):
            self._note(window, verdict)
            if verdict.outcome.stops:
                self.stopped = True
                sent += self._withdrawn(window, verdict)
            elif not self.stopped and not window.whole:
                sent += self._passed(window)
        return [] if self.silent else sent

    def _note(self, window: Window, verdict: Verdict) -> None:
        moved = window.start - len(window.context)
        findings = tuple(
            one._replace(start=max(one.start + moved, 0), end=one.end + moved)
            for one in verdict.findings
        )
        self.work.note(verdict._replace(findings=findings), "output")
        self._guards_outcome = max(self._guards_outcome, verdict.outcome)

    def _passed(self, window: Window) -> list[bytes]:
        choice = self.choices[window.index]
        if window.name == CALLS:
            choice.calls_pass = True
        elif window.channel is not None and not window.delivered:
            window.channel.delivered.append(window.text)
            return [self._chunk(window.index, choice, {window.name: window.text})]
        return []

    def _withdrawn(self, window: Window, verdict: Verdict) -> list[bytes]:
        """Tell the client to take back what was delivered of a condemned window."""
        channel = window.channel
        if channel is None or not window.delivered:
            return []
        if channel.withdrawn is not None and channel.withdrawn <= window.start:
            return []
        channel.withdrawn = window.start
        # A label that stands before the text is part of what the client has counted.
        labelled = window.name == "content" and not window.whole
        before = len(self._before) if labelled else 0
        notice = withdrawal(window, verdict, before, self.work.ask.language)
        return [self.voice.withdrawal(notice, channel)]

    # -- when it has ended -------------------------------------------------------------------------

    def end(self) -> list[bytes]:
        """Let go of what the scanners still hold, unless something stopped the stream."""
        sent: list[bytes] = []
        if not self.choices:
            self.choices[0] = Choice()
        for index, choice in self.choices.items():
            out = self._rest(index, choice)
            if out:
                sent.append(self._chunk(index, choice, out))
        return [] if self.silent else sent

    def settle(self) -> list[bytes]:
        """Settle the verdict; returns the tool calls that waited for it, or the refusal."""
        if self._watch is not None:
            self._watch.give_up()
        sent = [] if self.stopped or self.silent else self._waiting_calls()
        self._account()
        if self.work.stopped or self.stopped:
            sent += self._refusals()
            # Where no model was asked, nothing was said yet beside which it could be told.
            notices, self.work.notices = self.work.notices, []
            sent += [self.voice.notice(one) for one in notices] if sent else []
        return [] if self.silent else sent

    def _account(self) -> None:
        work = self.work
        outcome = max(self._calls_outcome, self._guards_outcome)
        account(work, self.choices, outcome, self._calls_length, self._usage)
        if self.stopped:
            work.finish = "content_filter"
        elif work.finish == "stop":
            work.finish = self.choices[min(self.choices)].finish

    def _waiting_calls(self) -> list[bytes]:
        waiting = [(at, one) for at, one in self.choices.items() if one.calls_pass]
        return [self._chunk(at, one, {CALLS: self._delivered_calls(one)}) for at, one in waiting]

    def _rest(self, index: int, choice: Choice) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, channel in choice.channels.items():
            text = self._last(channel)
            if text:
                out[name] = text
        whole = not (self.stopped or self.silent or self.cut)
        if choice.calls and whole and self._calls_pass(choice):
            if self._watch is None:
                out[CALLS] = self._delivered_calls(choice)
            else:
                self._watch.add_calls(index, choice.readable().strip(BORDER))
        return out

    def _delivered_calls(self, choice: Choice) -> list[dict[str, Any]]:
        choice.calls_delivered = True
        self._calls_length += sum(call.length() for call in choice.calls.values())
        return [{"index": at, **call.as_message()} for at, call in choice.calls.items()]

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
        last = held if hold else held + self._let(channel, release.text)
        if channel.suspense is not None and not self.stopped and not self.silent:
            last += self._out_of(channel, channel.suspense)
        if self._watch is not None and not self.stopped and not self.silent:
            self._watch.end(channel)
        return last

    def _out_of(self, channel: Channel, suspense: Suspense) -> str:
        """What was held as the beginning of a withdrawn text; nothing if it has become one."""
        text, why = suspense.end()
        if why is not None:
            note(self.work, why, sum(map(len, channel.raw)))
            self._guards_outcome, self.stopped = Outcome.BLOCK, True
        return self._said_on(channel, text) if text else ""

    def _calls_pass(self, choice: Choice) -> bool:
        verdict = self.work.screen().judge(choice.readable(), "output")
        self.work.note(verdict, "output")
        # Masking inside JSON arguments would break them: what would be masked is stopped.
        outcome = Outcome.BLOCK if verdict.masks else verdict.outcome
        self._calls_outcome = max(self._calls_outcome, outcome)
        self.stopped = self.stopped or outcome.stops
        return not self.stopped

    def _refusals(self) -> list[bytes]:
        if self.work.rules.reply_as_error and not self.work.usage.characters:
            return []
        refusal = self.work.refusal()
        sent = []
        for index, choice in self.choices.items():
            gap = "\n\n" if choice.text("content") else ""
            sent.append(self._chunk(index, choice, {"content": gap + refusal}))
        return sent

    def label(self, text: str, index: int) -> bytes:
        """The chunk that carries the visible label of one choice."""
        choice = self.choices[index]
        choice.labelled = True
        return self._chunk(index, choice, {"content": text})

    def ending(self, aigc: dict[str, str]) -> bytes:
        """The last events, in the manner of the wire."""
        stopped = self.stopped or self.work.stopped
        said = self.work.instead is not None
        finishes = {
            index: ("stop" if said else "content_filter") if stopped else choice.finish
            for index, choice in self.choices.items()
        }
        return self.voice.ending(finishes, shown_usage(self._given_usage, self._usage), aigc)

    def _chunk(self, index: int, choice: Choice, delta: dict[str, Any]) -> bytes:
        if choice.tokens is not None:
            said = delta.get("content")
            choice.marks = choice.tokens.beside(said) if said else None
        if self._before and not choice.labelled and delta.get("content") and not self.work.stopped:
            choice.labelled = True
            delta["content"] = self._before + delta["content"]
        return self.voice.part(index, choice, delta)
