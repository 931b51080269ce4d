# SPDX-License-Identifier: Apache-2.0
"""The models of a policy: who is asked by which name, and who else when that fails (Article 13).

Somebody else is asked only while nothing has come back, and only after failures that are safe to
repeat (`failing.AGAIN`). What a model refuses is refused. The usual way is short, as every request
goes it; all others begin where it ends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams.asking import Limits, Streamed
from guiju.gateway.upstreams.choosing import Member, Route, usual
from guiju.gateway.upstreams.endpoint import NEVER
from guiju.gateway.upstreams.errors import (
    elsewhere,
    no_such_job,
    no_such_model,
    refused,
    told_of_job,
    unavailable,
)
from guiju.gateway.upstreams.failing import AGAIN, FailedError
from guiju.gateway.upstreams.port import Speech
from guiju.gateway.upstreams.trying import (
    Ask,
    Failure,
    Means,
    NobodyReadyError,
    Trial,
    body_for,
)
from guiju.kernel import GuijuError
from guiju.records import Source

T = TypeVar("T")

# What a client is told to wait when nobody answers, at least and at most.
_LEAST_AFTER, _MOST_AFTER = 1, 60


class Router:
    """An `Upstream` that asks as a policy says; belongs to the fleet that made it."""

    def __init__(self, routes: Mapping[str, Route], means: Means) -> None:
        """`routes` by the names that people ask for."""
        self._routes = routes
        self._means = means

    async def start(self) -> None:
        """Do nothing: the fleet is started."""

    async def close(self) -> None:
        """Do nothing: the fleet is closed."""

    async def models(self) -> Mapping[str, str]:
        """The names that people may ask for, and to whom each belongs."""
        return {name: route.owner for name, route in self._routes.items()}

    def check(self, model: str) -> None:
        """Raise NotFound `model-not-found` for a name that nobody answers to."""
        self._route(model)

    async def answer(self, ask: AskModel) -> ModelAnswered:
        """The whole answer, under the name of the model that gave it."""
        route, before = self._route(ask.model), None
        member = usual(route, self._means.chance)
        if member is not None:
            try:
                said = await member.endpoint.answer(
                    ask, body_for(ask, member, route.head), route.limits
                )
            except FailedError as error:
                before = Failure(member, error)
            else:
                said["model"] = route.name
                return ModelAnswered(said, member.source)
        said, source = await self._otherwise(ask, _whole(ask), before)
        said["model"] = source.name
        return ModelAnswered(said, source)

    async def fetch(self, url: str, source: Source | None) -> bytes:
        """The file at an address of the upstream that answered."""
        member = None if source is None else self._member(source)
        if member is None:
            raise elsewhere()
        limits = self._routes[source.name].limits if source is not None else Limits()
        try:
            return await member.endpoint.fetch(url, limits)
        except FailedError as error:
            raise unavailable() from error

    async def about(self, ask: AskModel) -> dict[str, Any]:
        """What the upstream says that makes the film."""
        source = None if ask.job is None else ask.job.source
        member = None if source is None else self._member(source)
        if member is None or source is None:
            raise no_such_job()
        try:
            return await member.endpoint.answer(ask, ask.body, self._routes[source.name].limits)
        except FailedError as error:
            raise told_of_job(error) from error

    def _member(self, source: Source) -> Member | None:
        route = self._routes.get(source.name)
        members = () if route is None else route.members
        return next((one for one in members if one.endpoint.config.name == source.upstream), None)

    async def begin(self, ask: AskModel) -> Speech:
        """The stream of the first who begins to speak, under the name of the model that does."""
        route, before = self._route(ask.model), None
        member = usual(route, self._means.chance)
        if member is not None:
            try:
                said = await member.endpoint.begin(
                    ask.path, body_for(ask, member, route.head), route.limits
                )
            except FailedError as error:
                before = Failure(member, error)
            else:
                return said.of(member.source)
        said, source = await self._otherwise(ask, _begun(ask), before)
        return said.of(source)

    def _route(self, model: str) -> Route:
        route = self._routes.get(model)
        if route is None:
            raise no_such_model(model, self._routes)
        return route

    async def _otherwise(
        self, ask: AskModel, doing: Ask[T], before: Failure | None
    ) -> tuple[T, Source]:
        """Ask whoever is left, then those of other models; `before` is the attempt that failed."""
        if before is not None and before.error.reason not in AGAIN:
            raise self._told(before.error, ask.model) from before.error
        asked, attempts = self._routes[ask.model], 0
        for name in (ask.model, *asked.fallback):
            trial = Trial(self._routes[name], asked.head, self._means, before)
            before = None
            try:
                member, said = await trial.run(ask, doing)
            except FailedError as error:
                if error.reason not in AGAIN:
                    raise self._told(error, ask.model) from error
            except NobodyReadyError:
                pass
            else:
                upstream, attempts = member.endpoint.config.name, attempts + trial.attempts
                return said, Source(upstream, member.model, name, attempts)
            attempts += trial.attempts
        raise unavailable(self._after(ask.model))

    def _told(self, error: FailedError, model: str) -> GuijuError:
        if error.reason == "refused":
            return refused(error.status)
        return unavailable(self._after(model))

    def _after(self, model: str) -> int:
        """In how many seconds somebody may be well again."""
        now = self._means.clock()
        soonest = min(
            member.endpoint.wait(now)
            for name in (model, *self._routes[model].fallback)
            for member in self._routes[name].members
        )
        after = _MOST_AFTER if soonest == NEVER else math.ceil(soonest)
        return min(max(after, _LEAST_AFTER), _MOST_AFTER)


def _whole(ask: AskModel) -> Ask[dict[str, Any]]:
    async def doing(member: Member, body: bytes, limits: Limits) -> dict[str, Any]:
        return await member.endpoint.answer(ask, body, limits)

    return doing


def _begun(ask: AskModel) -> Ask[Streamed]:
    async def doing(member: Member, body: bytes, limits: Limits) -> Streamed:
        return await member.endpoint.begin(ask.path, body, limits)

    return doing
