# SPDX-License-Identifier: Apache-2.0
"""The attempts at one model when the usual way does not go: somebody else, later, or nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import msgspec

from guiju.gateway.signals import AskModel
from guiju.gateway.upstreams.asking import Limits
from guiju.gateway.upstreams.choosing import Chance, Member, Route, chosen
from guiju.gateway.upstreams.failing import AGAIN, FailedError

T = TypeVar("T")
Ask = Callable[[Member, bytes, Limits], Awaitable[T]]
"""Asks one member; raises FailedError."""

# Nobody waits longer than this for an upstream that asked to be left alone, or for a second try.
_MOST_WAIT = 2.0
_BACKOFF = 0.1
# With less time left nobody is asked any more: it would be blamed for the slowness of others.
_LEAST_LEFT = 0.5
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Means(NamedTuple):
    """What time it is, whose turn it is by chance, and how to wait."""

    clock: Callable[[], float]
    chance: Chance
    sleep: Callable[[float], Awaitable[None]]


class Failure(NamedTuple):
    """An attempt that was made before, and how it failed."""

    member: Member
    error: FailedError


class NobodyReadyError(Exception):
    """Everybody who could answer is ill, or wants to be left alone for too long."""


class Trial:
    """The attempts at one route, with one bound for all of them."""

    def __init__(
        self, route: Route, head: bytes, means: Means, before: Failure | None = None
    ) -> None:
        """A question begins with `head`; `before` is an attempt that counts already."""
        self._route = route
        self._head = head
        self._means = means
        start = means.clock() if before is None else before.error.start
        self._until = start + route.limits.longest
        self._tried = [] if before is None else [before.member]
        self._failed = None if before is None else before.error
        self.attempts = len(self._tried)

    async def run(self, ask: AskModel, doing: Ask[T]) -> tuple[Member, T]:
        """Who answered and what.

        Raises:
            FailedError: that of the last attempt.
            NobodyReadyError: there was none.
        """
        while self.attempts <= self._route.retries:
            member = await self._next()
            if member is None:
                break
            self.attempts += 1
            try:
                return member, await doing(
                    member, body_for(ask, member, self._head), self._limits()
                )
            except FailedError as error:
                if error.reason not in AGAIN:
                    raise
                self._failed = error
                self._tried.append(member)
        raise self._failed or NobodyReadyError

    async def _next(self) -> Member | None:
        """Somebody new if there is one; else, after a while, somebody who was asked before."""
        clock, chance, sleep = self._means
        members, now = self._route.members, clock()
        if self._until - now < _LEAST_LEFT:
            return None
        found = chosen(members, self._tried, now, chance)
        if found is not None:
            return found
        pause = min(one.endpoint.wait(now) for one in members)
        if self._tried:
            pause = max(pause, _BACKOFF * 2 ** len(self._tried) * (0.5 + chance() / 2))
        if pause > _MOST_WAIT or now + pause >= self._until - _LEAST_LEFT:
            return None
        await sleep(pause)
        return chosen(members, (), clock(), chance)

    def _limits(self) -> Limits:
        """Those of the route, but no more than is left of the whole."""
        limits, left = self._route.limits, self._until - self._means.clock()
        return limits._replace(
            connect=min(limits.connect, left),
            first=min(limits.first, left),
            whole=min(limits.whole, left),
            longest=left,
        )


def head_for(model: str) -> bytes:
    """How a question to `model` begins."""
    return b'{"model":%b' % _encode(model)


def body_for(ask: AskModel, member: Member, head: bytes) -> bytes:
    """The question with the name by which this upstream knows the model.

    The model stands first in the body (`AskModel`), which begins with `head`, so the rest need not
    be read.
    """
    body = ask.body
    if member.model != ask.model:
        if not body.startswith(head):
            raise RuntimeError("a question does not begin with its model")
        body = member.head + body[len(head) :]
    if ask.stream and not member.endpoint.config.usage_in_streams:
        question = _decode(body)
        question.pop("stream_options", None)
        body = _encode(question)
    return body
