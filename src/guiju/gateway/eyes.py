# SPDX-License-Identifier: Apache-2.0
"""The eyes of a policy at work: pictures are judged in threads of their own (Articles 4 and 14).

A look takes tens of milliseconds, and seconds where text is read: too long for the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from guiju.gateway.guarding import ClientPost, headers_of
from guiju.kernel import Text, Unavailable
from guiju.screening import Direction, Outcome, guards
from guiju.screening.images import (
    Asker,
    ImageScreen,
    ImageVerdict,
    PdqList,
    TextJudge,
    read_image_policy,
)
from guiju.screening.images import Eyes as Parts

Given = TypeVar("Given")
Came = TypeVar("Came")
_AT_ONCE = 2
_MOST_WAITING = 64


class Eyes:
    """Judges the pictures of requests; belongs to one process, not to one request."""

    def __init__(self, screen: ImageScreen, viewers: Viewers) -> None:
        """`screen` is that of the policy in force."""
        self._screen = screen
        self._viewers = viewers

    @property
    def unseen(self) -> Outcome:
        """What the policy says of a picture that nobody could look at."""
        return self._screen.unscreened

    async def judge(
        self, pictures: tuple[bytes, ...], direction: Direction = "input"
    ) -> tuple[ImageVerdict, ...]:
        """One verdict for each picture, in order; raises Unavailable when too many wait."""
        return await self._viewers.each(lambda one: self._screen.judge(one, direction), pictures)


class Viewers:
    """A few threads that look at pictures, and a queue that has an end."""

    def __init__(self, busy: Callable[[], Unavailable] | None = None) -> None:
        """No thread runs before the first picture comes; `busy` says that too many wait."""
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="eyes")
        self._waiting = 0
        self._busy = busy or _busy

    async def each(
        self, look: Callable[[Given], Came], given: tuple[Given, ...]
    ) -> tuple[Came, ...]:
        """What `look` says of each; raises Unavailable `screening-unavailable`."""
        if self._waiting + len(given) > _MOST_WAITING:
            raise self._busy()
        self._waiting += len(given)
        try:
            loop = asyncio.get_running_loop()
            seen = [loop.run_in_executor(self._pool, look, one) for one in given]
            return tuple(await asyncio.gather(*seen))
        finally:
            self._waiting -= len(given)


def eyes_of(
    screening: Mapping[str, Any],
    policy: str,
    judge: TextJudge,
    viewers: Viewers,
    secret: Callable[[str], str | None],
    *,
    known: PdqList | None = None,
) -> Eyes | None:
    """The eyes that a policy asks for, with its `known` pictures; None where it has no such table.

    Raises:
        Unavailable: `guard-key-missing`, when there is no key for the model that sees.
    """
    if not screening.get("images"):
        return None
    vision = read_image_policy(screening["images"]).vision
    asker = None if vision is None else _asker(headers_of(vision, secret))
    parts = Parts.installed(known=known, ask=asker)
    return Eyes(ImageScreen.load(screening, policy, judge, parts), viewers)


def _asker(headers: Mapping[str, str]) -> Asker:
    """Asks a model that sees, from the thread that looks; no answer is a gap, never a pass."""

    def ask(guard: guards.GuardConfig, body: bytes, /) -> bytes:
        return asyncio.run(_asked(guard, body, headers))

    return ask


async def _asked(guard: guards.GuardConfig, body: bytes, headers: Mapping[str, str]) -> bytes:
    post, seconds = ClientPost(), guard.timeout_ms / 1000
    try:
        async with asyncio.timeout(seconds):
            return await post(guard.chat_url, body, headers, seconds)
    finally:
        await post.close()


def _busy() -> Unavailable:
    return Unavailable(
        "screening-unavailable",
        Text(zh="等待审查的图片过多，暂不受理。", en="Too many pictures wait for being looked at."),
        Text(zh="请稍后重试。", en="Try again shortly."),
        article=4,
    )
