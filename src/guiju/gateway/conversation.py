# SPDX-License-Identifier: Apache-2.0
"""Carries the commands of one exchange out, one after another, and tells it what became of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from guiju.accounts import Caller
from guiju.gateway.chunks import Chunk
from guiju.gateway.exchange import Exchange
from guiju.gateway.faults import internal, note_fault
from guiju.gateway.leaving import Departure, Left, Whole
from guiju.gateway.limiting import BUDGET
from guiju.gateway.line import Line
from guiju.gateway.media.model import Labelled
from guiju.gateway.rules import Rules
from guiju.gateway.signals import (
    Allow,
    AskEyes,
    AskGuards,
    AskModel,
    CallerKnown,
    ClientGone,
    Command,
    End,
    Event,
    EyesSaid,
    Failed,
    FindWard,
    GuardsSaid,
    HandOut,
    LabelMedia,
    LookUp,
    MediaLabelled,
    Mind,
    ModelAnswered,
    ModelBegan,
    ModelChunk,
    ModelDone,
    Record,
    Recorded,
    Reply,
    RequestArrived,
    Send,
    StopModel,
    TakeIn,
    TakenIn,
)
from guiju.gateway.upstreams import Speech
from guiju.kernel import GuijuError, Text, Unavailable, monotonic
from guiju.records import Exchange as Recording
from guiju.records import Refusal

T = TypeVar("T")
_LONGEST_STREAM = 3600.0


class Means(Protocol):
    """Whom a conversation asks: accounts, the model, the recorder."""

    under_way: set[Departure]
    whole: Whole

    def known(self, command: LookUp) -> Caller | None:
        """The caller, if they need not be looked up."""
        ...

    def look_up(self, command: LookUp) -> Awaitable[Caller]:
        """Find the caller; raises GuijuError."""
        ...

    async def allow(self, command: Allow) -> Event:
        """See whether there is enough left."""
        ...

    async def find_ward(self, command: FindWard) -> Event:
        """Find out how somebody is protected."""
        ...

    async def mind(self, command: Mind, rules: Rules) -> Event:
        """Let somebody begin whose time is counted."""
        ...

    def answer(self, command: AskModel, rules: Rules) -> Awaitable[ModelAnswered]:
        """Get the model's whole answer from whom `rules` name; raises GuijuError."""
        ...

    async def begin(self, command: AskModel, rules: Rules) -> Speech:
        """The model's stream, once it has begun."""
        ...

    async def take_in(self, command: TakeIn, rules: Rules) -> tuple[bytes, ...]:
        """Fetch what the model service left at its own addresses."""
        ...

    async def label_media(self, command: LabelMedia) -> tuple[Labelled, ...]:
        """Put labels into pictures or sound."""
        ...

    def record(self, item: Recording | Refusal) -> Awaitable[None]:
        """Make it durable; raises GuijuError."""
        ...


class Conversation:
    """Carries the commands of one exchange out, one after another."""

    def __init__(self, gateway: Means, line: Line, exchange: Exchange) -> None:
        """Nothing was told yet."""
        self._gateway = gateway
        self._line = line
        self._exchange = exchange
        self._timing = line.timing
        self._commands: deque[Command] = deque()

    def steps(self) -> Iterator[Awaitable[None]]:
        """What is to be waited for, from the request that arrived to the last byte that goes."""
        commands = self._commands
        commands.extend(self._handle(RequestArrived()))
        while commands:
            command = commands.popleft()
            step = _CARRIED_OUT[type(command)](self, command)
            if step is not None:
                yield step

    def _tell(self, event: Event) -> None:
        self._commands.extend(self._handle(event))

    def _handle(self, event: Event) -> list[Command]:
        begun = monotonic()
        commands = self._exchange.handle(event)
        self._timing.screening += monotonic() - begun
        return commands

    # -- each kind of command ----------------------------------------------------------------------

    def _look_up(self, command: LookUp) -> Awaitable[None] | None:
        """Most callers are known, and then nothing is waited for."""
        caller = self._gateway.known(command)
        if caller is None:
            return self._looked_up(command)
        self._tell(CallerKnown(caller))
        return None

    async def _looked_up(self, command: LookUp) -> None:
        try:
            event: Event = CallerKnown(await self._gateway.look_up(command))
        except GuijuError as error:
            event = Failed(error)
        self._tell(event)

    async def _find_ward(self, command: FindWard) -> None:
        self._tell(await self._gateway.find_ward(command))

    async def _mind(self, command: Mind) -> None:
        self._tell(await self._gateway.mind(command, self._exchange.work.rules))

    async def _allow(self, command: Allow) -> None:
        event = await self._gateway.allow(command)
        if type(event) is Failed:
            self._line.marks += command.group.marks()
            if event.error.code == BUDGET:
                # OpenAI's clients would try again at once, and may be told not to.
                self._line.marks.append((b"x-should-retry", b"false"))
        self._tell(event)

    async def _ask_guards(self, command: AskGuards) -> None:
        self._tell(await self._guards(command))

    async def _ask_eyes(self, command: AskEyes) -> None:
        begun = monotonic()
        event = await self._seen(command)
        self._timing.screening += monotonic() - begun
        self._tell(event)

    async def _take_in(self, command: TakeIn) -> None:
        begun = monotonic()
        rules = self._exchange.work.rules
        event = await self._tried(self._gateway.take_in(command, rules), TakenIn)
        self._timing.upstream += self._timing.part("fetch", begun)
        self._tell(event)

    async def _label_media(self, command: LabelMedia) -> None:
        begun = monotonic()
        event = await self._tried(self._gateway.label_media(command), MediaLabelled)
        self._timing.part("label", begun)
        self._tell(event)

    def _ask_model(self, command: AskModel) -> Awaitable[None]:
        return self._listen(command) if command.stream else self._answer(command)

    async def _record(self, command: Record) -> None:
        begun = monotonic()
        try:
            await self._gateway.record(command.item)
        except GuijuError as error:
            event: Event = Failed(error)
        else:
            event = Recorded()
        self._timing.recording += self._timing.part("record", begun)
        self._tell(event)

    def _reply(self, command: Reply) -> Awaitable[None]:
        self._line.mark_retry(command.retry_after)
        self._line.marks += command.marks
        return self._line.reply(command.status, command.body, self._screened(), command.kind)

    def _send(self, command: Send) -> Awaitable[None]:
        return self._put(self._line.part(command.data, self._screened(), more=True))

    def _end(self, command: End) -> Awaitable[None]:
        return self._put(self._line.part(command.data, self._screened(), more=False))

    async def _hand_out(self, _: HandOut) -> None:
        """Whoever has begun this sees that nothing was said, and does it."""

    async def _stop_model(self, _: StopModel) -> None:
        """Only a running stream can be stopped, and `_pump` does that."""

    async def _put(self, sending: Awaitable[None]) -> None:
        """Send a piece of a stream."""
        begun = self._timing.sent()
        await sending
        self._timing.taken(begun)

    def _screened(self) -> str:
        work = self._exchange.work
        both = (work.incoming.screened, work.outgoing.screened)
        return next((one for one in both if one not in {"full", "nothing-to-judge"}), "full")

    async def _answer(self, command: AskModel) -> None:
        """Get the whole answer; it is ended when its caller, or what it asks, may not go on."""
        begun, work = monotonic(), self._exchange.work
        answering = self._gateway.whole.under_way(work)
        event: Event | None = None
        try:
            with answering:
                event = await self._gateway.answer(command, work.rules)
        except GuijuError as error:
            event = Failed(error)
        except Exception as error:  # noqa: BLE001 - an input that was judged is on record all the same
            note_fault(self._line.request, error)
            event = Failed(internal())
        self._timing.upstream += self._timing.part("model", begun)
        self._tell(event or Failed(answering.why or internal()))

    async def _guards(self, command: AskGuards) -> Event:
        guards = self._exchange.work.rules.guards
        if guards is None:
            return Failed(internal())
        begun = monotonic()
        try:
            said = await guards.judge(command)
        except Exception as error:  # noqa: BLE001 - nothing passes because somebody broke
            note_fault(self._line.request, error)
            return Failed(internal())
        if command.wait:
            self._timing.screening += monotonic() - begun
        return GuardsSaid(command, said)

    async def _seen(self, command: AskEyes) -> Event:
        eyes = self._exchange.work.eyes()
        if eyes is None:
            return Failed(internal())
        return await self._tried(eyes.judge(command.pictures, command.direction), EyesSaid)

    async def _tried(self, doing: Awaitable[T], came: Callable[[T], Event]) -> Event:
        """What came of it, or why nothing did; nothing passes because somebody broke."""
        try:
            return came(await doing)
        except GuijuError as error:
            return Failed(error)
        except Exception as error:  # noqa: BLE001 - as the docstring says
            note_fault(self._line.request, error)
            return Failed(internal())

    async def _listen(self, command: AskModel) -> None:
        """Relay the model's stream until it ends, is stopped, or nobody reads it any more."""
        departure = Departure(
            self._line.gone, _LONGEST_STREAM, self._gateway.under_way, self._exchange.work
        )
        event: Event | None = None
        try:
            with departure:
                event = await self._pump(command)
        except GuijuError as error:
            event = Failed(error)
        except Exception as error:  # noqa: BLE001 - what was delivered is on record all the same
            note_fault(self._line.request, error)
            event = Failed(internal())
        if departure.has_left:
            why = departure.reason()
            # Who does not read what was sent would not read the rest either.
            self._line.left = why is Left.GONE or self._line.sending
            said = _ended(why) if isinstance(why, Left) else why
            event = ClientGone() if self._line.left else Failed(said)
        if event is not None:
            self._tell(event)

    async def _pump(self, command: AskModel) -> Event | None:
        looks: list[asyncio.Task[Event]] = []
        begun = monotonic()
        try:
            rules = self._exchange.work.rules
            async with aclosing(await self._gateway.begin(command, rules)) as speech:
                self._timing.upstream += monotonic() - begun
                if speech.source is not None:
                    self._exchange.handle(ModelBegan(speech.source))
                event = await self._pumped(speech.chunks, looks)
            # What has left is judged to the end, whatever has ended the stream.
            while looks and not self._line.left:
                await self._relay(self._handle(await looks.pop(0)), looks)
            return ClientGone() if self._line.left else event
        finally:
            self._timing.part("model", begun)
            for look in looks:
                look.cancel()

    async def _pumped(
        self, chunks: AsyncGenerator[Chunk, None], looks: list[asyncio.Task[Event]]
    ) -> Event | None:
        line, timing, handle = self._line, self._timing, self._exchange.handle
        now = monotonic()
        async for chunk in chunks:
            came = monotonic()
            timing.upstream += came - now
            commands = handle(ModelChunk(chunk))
            now = monotonic()
            timing.screening += now - came
            if len(commands) == 1 and type(commands[0]) is Send and line.status and not looks:
                # Nearly every piece is this: `_relay` would be one coroutine more for each.
                await line.stream(commands[0].data, "")
                now = timing.taken(now)
                if line.left:
                    return ClientGone()
                continue
            event = await self._relay(commands, looks) if commands else None
            while event is None and looks and looks[0].done():
                event = await self._relay(self._handle(await looks.pop(0)), looks)
            if event is not None:
                return event
            if self._commands:
                return None
            now = monotonic()
        timing.upstream += monotonic() - now
        return ModelDone()

    async def _relay(
        self, commands: Sequence[Command], looks: list[asyncio.Task[Event]]
    ) -> Event | None:
        """Carry out what one chunk has caused; returns what ends the stream."""
        line, waiting = self._line, deque(commands)
        while waiting:
            one = waiting.popleft()
            if type(one) is Send:
                # Only the head of an answer says how it was screened.
                await self._put(line.stream(one.data, "" if line.status else self._screened()))
                if line.left:
                    return ClientGone()
            elif type(one) is AskGuards and one.wait:
                waiting.extend(self._handle(await self._guards(one)))
            elif type(one) is AskGuards:
                looks.append(asyncio.create_task(self._guards(one)))  # noqa: TID251 - held in `looks`
            elif type(one) is StopModel:
                return ModelDone()
            else:
                self._commands.append(one)
        return None


_CARRIED_OUT: dict[type[Command], Callable[[Conversation, Any], Awaitable[None] | None]] = {
    LookUp: Conversation._look_up,  # noqa: SLF001 - the table of this class
    FindWard: Conversation._find_ward,  # noqa: SLF001 - as above
    Mind: Conversation._mind,  # noqa: SLF001 - as above
    Allow: Conversation._allow,  # noqa: SLF001 - as above
    AskGuards: Conversation._ask_guards,  # noqa: SLF001 - as above
    AskEyes: Conversation._ask_eyes,  # noqa: SLF001 - as above
    TakeIn: Conversation._take_in,  # noqa: SLF001 - as above
    LabelMedia: Conversation._label_media,  # noqa: SLF001 - as above
    AskModel: Conversation._ask_model,  # noqa: SLF001 - as above
    Record: Conversation._record,  # noqa: SLF001 - as above
    Reply: Conversation._reply,  # noqa: SLF001 - as above
    Send: Conversation._send,  # noqa: SLF001 - as above
    End: Conversation._end,  # noqa: SLF001 - as above
    HandOut: Conversation._hand_out,  # noqa: SLF001 - as above
    StopModel: Conversation._stop_model,  # noqa: SLF001 - as above
}


def _ended(why: Left) -> Unavailable:
    if why is Left.STOPPING:
        return Unavailable(
            "service-stopping",
            Text(
                zh="服务正在停止，回答未能说完。", en="The service stops; the answer was cut short."
            ),
            Text(zh="请稍后重试。", en="Try again shortly."),
        )
    return Unavailable(
        "stream-too-long",
        Text(
            zh="回答超过最长时间，已中止。", en="The answer took longer than any may, so it ends."
        ),
        Text(zh="请缩小任务后重试。", en="Ask for less and try again."),
    )
