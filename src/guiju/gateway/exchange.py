# SPDX-License-Identifier: Apache-2.0
"""One exchange as a machine without I/O: told what happened, it says what to do.

It walks the stations of `guiju.gateway.route` and pauses where somebody must be asked: whose key it
is, the model, the recorder. The same events always give the same commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from guiju.gateway.faults import internal, note_fault
from guiju.gateway.route import CHAT, Station
from guiju.gateway.signals import (
    Allow,
    Allowed,
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
    Minded,
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
    WardFound,
)
from guiju.gateway.stations.allow import allowed
from guiju.gateway.stations.guard_input import hear_input
from guiju.gateway.stations.guard_output import hear_output
from guiju.gateway.stations.label_media import hear_labelled
from guiju.gateway.stations.minors import heed, minded
from guiju.gateway.stations.see_input import hear_eyes
from guiju.gateway.stations.see_output import hear_seen
from guiju.gateway.stations.take_media import hear_taken
from guiju.gateway.work import Work
from guiju.kernel import GuijuError, error_body
from guiju.measures import enforces
from guiju.records import Refusal

_PAUSING = frozenset(
    {
        *(LookUp, FindWard, Mind, Allow, AskModel, AskGuards, AskEyes, TakeIn, LabelMedia),
        *(Record, Reply, End, HandOut),
    }
)
# What storage says of a number that is taken: of a film, by a worker that was asked for it too.
_ALREADY_THERE = "already-there"
_encode = msgspec.json.Encoder().encode


@enforces("generation-stopped", "closed-door")
class Exchange:
    """Articles 13 and 14 in one place: what is condemned ends, what fails closes the door."""

    def __init__(self, work: Work, stations: Iterable[Station] = CHAT) -> None:
        """At the first station."""
        self.work = work
        self._walk = iter(stations)
        self._started = False
        self._asking = False
        self._recording = False
        self._recorded = False
        self._error: GuijuError | None = None
        self.over = False
        self.asked = False
        self.told: str | None = None
        """The code of the error that was told, if one was."""

    def handle(self, event: Event) -> list[Command]:
        """The commands that follow from `event`, in order; none once the exchange is over."""
        if self.over:
            return []
        try:
            commands = _TURNS[type(event)](self, event)
        except GuijuError as error:
            commands = self._failed(error)
        except Exception as error:  # noqa: BLE001 - what was delivered is on record all the same
            commands = self._broke(error)
        for command in commands:
            kind = type(command)
            if kind is Send:
                self._started = True
            elif kind is AskModel:
                self._asking = self.asked = True
            elif kind is Record:
                self._recording = True
            elif kind is Reply or kind is End or kind is HandOut:
                self.over = True
        return commands

    def _walk_on(self) -> list[Command]:
        commands: list[Command] = []
        work = self.work
        for station in self._walk:
            if some := station(work):
                commands += some
                if type(some[-1]) in _PAUSING:
                    break
        return commands

    def _identified(self, event: CallerKnown) -> list[Command]:
        self.work.caller = event.caller
        return self._walk_on()

    def _allowed(self, event: Allowed) -> list[Command]:
        allowed(self.work, event.hold)
        return self._walk_on()

    def _is_asking(self) -> bool:
        """Once: what the model says after it was stopped, or failed, has nobody to go to."""
        asked, self._asking = self._asking, False
        return asked

    def _answered(self, event: ModelAnswered) -> list[Command]:
        if not self._is_asking():
            return []
        self.work.answer = self.work.wire.answered(event.answer)
        self.work.source = event.source
        return self._walk_on()

    def _done(self, _event: ModelDone) -> list[Command]:
        return self._walk_on() if self._is_asking() else []

    def _began(self, event: ModelBegan) -> list[Command]:
        self.work.source = event.source
        return []

    def _relayed(self, event: ModelChunk) -> list[Command]:
        if not self._asking:
            return []
        work, relay = self.work, self.work.relay
        if relay is None:
            raise RuntimeError("a chunk came for an answer that is no stream")
        commands: list[Command] = list(map(Send, relay.take(event.chunk)))
        if commands and (work.use is not None or work.notices):
            commands += relay.told()
        if relay.stopped or relay.ended:
            commands.append(StopModel())
        elif relay.watched and (look := relay.look()) is not None:
            commands.append(look)
        return commands

    def _heard(self, event: GuardsSaid) -> list[Command]:
        """Guards have judged: an input, a whole answer, or a part of a stream."""
        work, relay = self.work, self.work.relay
        if event.look.direction == "input":
            hear_input(work, event.verdicts)
            return self._walk_on()
        if relay is None:
            hear_output(work, event.verdicts)
            return self._walk_on()
        commands: list[Command] = [Send(data) for data in relay.heard(event.look, event.verdicts)]
        if not self._asking:
            return commands + self._walk_on()
        return [*commands, StopModel()] if relay.stopped else commands

    def _protected(self, event: WardFound) -> list[Command]:
        """It is known who reads this: the station goes on."""
        commands = list(heed(self.work, event.ward))
        return commands or self._walk_on()

    def _may_begin(self, event: Minded) -> list[Command]:
        minded(self.work, event.use)
        return self._walk_on()

    def _seen(self, event: EyesSaid) -> list[Command]:
        if self.work.made:
            hear_seen(self.work, event.verdicts)
        else:
            hear_eyes(self.work, event.verdicts)
        return self._walk_on()

    def _taken(self, event: TakenIn) -> list[Command]:
        hear_taken(self.work, event.media)
        return self._walk_on()

    def _labelled(self, event: MediaLabelled) -> list[Command]:
        hear_labelled(self.work, event.media)
        return self._walk_on()

    def _left(self, _event: ClientGone) -> list[Command]:
        """Nobody reads any more: what was delivered is still recorded."""
        if self.work.relay is None or self._recording:
            return []
        self._asking = False
        self.work.relay.silent = True
        self.work.finish = "client-gone"
        return [one for one in self._walk_on() if type(one) is not Send]

    def _kept(self, _event: Recorded) -> list[Command]:
        """The record is durable: the answer counts, or the error that made it one may be told."""
        self._recording, self._recorded = False, True
        return self._walk_on() if self._error is None else [self._ended_by(self._error)]

    def _failed(self, error: GuijuError) -> list[Command]:
        self._asking = False
        settled = self._recording or self._recorded or self._error is not None
        if settled or self.work.caller is None:
            return [self._ended_by(error)]
        self._error = error
        if self._started:
            # Text has left: keep the record of it before saying that the rest will not come.
            self.work.finish = _CUT.get(error.code, "upstream-error")
            if self.work.relay is not None:
                self.work.relay.cut = True
            return self._walk_on()
        return [Record(self._refusal(error))]

    def _broke(self, error: Exception) -> list[Command]:
        note_fault(self.work.ask.request, error)
        try:
            return self._failed(internal())
        except Exception as again:  # noqa: BLE001 - the door closes even when the record cannot be made
            note_fault(self.work.ask.request, again)
            return [self._ended_by(internal())]

    def _refusal(self, error: GuijuError) -> Refusal:
        caller, ask = self.work.caller, self.work.ask
        return Refusal(
            request=ask.request,
            at=ask.at,
            route=ask.route,
            key="" if caller is None else caller.key,
            person=None if caller is None else caller.person,
            code=error.code,
            pictures=tuple(self.work.seen),
        )

    def _ended_by(self, error: GuijuError) -> Command:
        work = self.work
        if work.film is not None and error.code == _ALREADY_THERE:
            return HandOut()
        self.told = error.code
        body = error_body(error, work.ask.language, work.ask.request)
        if self._started and work.relay is not None:
            return End(work.relay.voice.broken(body, error.status))
        said = _encode(work.wire.error(body, error.status))
        return Reply(error.status, said, error.retry_after)


# What has cut a stream short, where it was not the model service.
_CUT = {
    "service-stopping": "service-stopped",
    "key-revoked": "access-ended",
    "account-suspended": "access-ended",
    "function-restricted": "access-ended",
    "account-terminated": "access-ended",
    "route-stopped": "part-stopped",
    "model-stopped": "part-stopped",
    "scene-stopped": "part-stopped",
}

_TURNS: dict[type[Event], Callable[[Exchange, Any], list[Command]]] = {
    RequestArrived: lambda self, _: self._walk_on(),
    CallerKnown: Exchange._identified,  # noqa: SLF001 - the table of this class
    Allowed: Exchange._allowed,  # noqa: SLF001 - as above
    WardFound: Exchange._protected,  # noqa: SLF001 - as above
    Minded: Exchange._may_begin,  # noqa: SLF001 - as above
    ModelAnswered: Exchange._answered,  # noqa: SLF001 - as above
    ModelDone: Exchange._done,  # noqa: SLF001 - as above
    ModelBegan: Exchange._began,  # noqa: SLF001 - as above
    ModelChunk: Exchange._relayed,  # noqa: SLF001 - as above
    GuardsSaid: Exchange._heard,  # noqa: SLF001 - as above
    EyesSaid: Exchange._seen,  # noqa: SLF001 - as above
    TakenIn: Exchange._taken,  # noqa: SLF001 - as above
    MediaLabelled: Exchange._labelled,  # noqa: SLF001 - as above
    Recorded: Exchange._kept,  # noqa: SLF001 - as above
    ClientGone: Exchange._left,  # noqa: SLF001 - as above
    Failed: lambda self, event: self._failed(event.error),
}
