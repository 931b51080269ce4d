# SPDX-License-Identifier: Apache-2.0
"""Whom a conversation asks: accounts, limits, the model, those who label, the recorder."""

from __future__ import annotations

from collections.abc import Awaitable

from guiju.accounts import Caller
from guiju.gateway.barring import Barring
from guiju.gateway.eyes import Viewers
from guiju.gateway.faults import internal
from guiju.gateway.leaving import Departure, Whole
from guiju.gateway.limiting import Levee, Office
from guiju.gateway.lookups import Lookups
from guiju.gateway.media.labelling import labelled, too_many_wait
from guiju.gateway.media.model import Labelled
from guiju.gateway.minding import Minder
from guiju.gateway.recorder import Recorder
from guiju.gateway.rules import Rules
from guiju.gateway.signals import (
    Allow,
    Allowed,
    AskModel,
    Event,
    Failed,
    FindWard,
    LabelMedia,
    LookUp,
    Mind,
    ModelAnswered,
    TakeIn,
)
from guiju.gateway.upstreams import Speech, Upstream
from guiju.kernel import GuijuError
from guiju.records import Exchange, Refusal


class Asked:
    """The means of a conversation, as wiring has made them; what they say is an event."""

    def __init__(
        self,
        *,
        lookups: Lookups,
        upstream: Upstream,
        recorder: Recorder,
        levee: Levee,
        office: Office | None,
        barring: Barring | None,
        minder: Minder | None = None,
    ) -> None:
        """Without an `office` nothing is limited, without a `barring` no answer is cut short.

        Without a `minder` nobody's time is counted.
        """
        self._minder = minder
        self.lookups = lookups
        self.upstream = upstream
        self._recorder = recorder
        self._levee = levee
        self._office = office
        self._labellers = Viewers(too_many_wait)
        self.under_way: set[Departure] = set() if barring is None else barring.under_way
        self.whole = Whole() if barring is None else barring.whole

    def known(self, command: LookUp) -> Caller | None:
        """The caller, if they need not be looked up."""
        return self.lookups.known(command.token, command.end_user)

    def look_up(self, command: LookUp) -> Awaitable[Caller]:
        """Find the caller; raises what `Lookups.find` raises."""
        return self.lookups.find(command.token, command.end_user)

    async def find_ward(self, command: FindWard) -> Event:
        """Find out how somebody is protected."""
        return Failed(internal()) if self._minder is None else await self._minder.find(command)

    async def mind(self, command: Mind, rules: Rules) -> Event:
        """Let somebody begin whose time is counted."""
        if self._minder is None:
            return Failed(internal())
        return await self._minder.enter(command, rules)

    async def allow(self, command: Allow) -> Event:
        """See whether there is enough left, where what this worker has in hand is too little."""
        if self._office is None:
            return Failed(internal())
        try:
            return Allowed(await self._office.allow(command.group, command.tokens))
        except GuijuError as error:
            return Failed(error)

    def answer(self, command: AskModel, rules: Rules) -> Awaitable[ModelAnswered]:
        """The model's whole answer from whom `rules` name, else from whom the settings do.

        Raises what `Upstream.answer` and `Upstream.about` raise.
        """
        upstream = rules.models or self.upstream
        return upstream.answer(command) if command.job is None else _about(upstream, command)

    async def begin(self, command: AskModel, rules: Rules) -> Speech:
        """The model's stream, once it has begun."""
        return await (rules.models or self.upstream).begin(command)

    async def take_in(self, command: TakeIn, rules: Rules) -> tuple[bytes, ...]:
        """Fetch what the model service left at its own addresses, one after another."""
        upstream = rules.models or self.upstream
        return tuple([await upstream.fetch(one, command.source) for one in command.urls])

    async def label_media(self, command: LabelMedia) -> tuple[Labelled, ...]:
        """Put labels into pictures or sound, in threads of their own."""
        return await self._labellers.each(labelled, command.orders)

    def record(self, item: Exchange | Refusal) -> Awaitable[None]:
        """Make it durable; raises what stood against it."""
        return (self._levee if type(item) is Refusal else self._recorder).write(item)


async def _about(upstream: Upstream, command: AskModel) -> ModelAnswered:
    """What whoever makes a film says of it."""
    source = None if command.job is None else command.job.source
    return ModelAnswered(await upstream.about(command), source)
