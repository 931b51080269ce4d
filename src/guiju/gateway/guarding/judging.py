# SPDX-License-Identifier: Apache-2.0
"""Asks guard models about windows of text (Articles 4 and 14); no answer is a verdict too.

Nothing a guard sends reaches a client, a log or an error: only words of ours and digests remain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from guiju.gateway.guarding.counts import Counts
from guiju.gateway.guarding.port import Post
from guiju.gateway.guarding.sentry import Sentry
from guiju.kernel import Text, Unavailable, monotonic
from guiju.measures import enforces
from guiju.screening import Finding, Outcome, guards

T = TypeVar("T")


class Judgement(NamedTuple):
    """What one guard said about the characters from `start` to `end`, and what follows from it.

    `screened` is "full" or why this guard did not screen them: that is never a pass.
    """

    guard: str
    start: int
    end: int
    verdict: guards.GuardVerdict
    outcome: Outcome
    screened: str
    findings: tuple[Finding, ...]


class Guarding:
    """The guards of a policy, ready to be asked on one event loop."""

    def __init__(
        self,
        configs: Iterable[guards.GuardConfig],
        post: Post,
        secret: Callable[[str], str | None],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`secret` gives the key behind a name.

        Raises:
            Unavailable: `guard-key-missing`, when it has none for a name that the policy gives.
        """
        self._counts = Counts()
        self._clock = clock
        self._sentries = tuple(
            Sentry(one, headers_of(one, secret), post, self._counts, clock) for one in configs
        )

    def serves(self, direction: str) -> bool:
        """Whether any guard is to be asked about texts of this direction."""
        return any(direction in one.config.directions for one in self._sentries)

    @enforces("guard-models")
    async def judge(self, text: str, direction: str, prompt: str = "") -> tuple[Judgement, ...]:
        """What each guard of `direction` says about each window of `text`.

        An output is judged in the light of the end of `prompt`. All windows are asked about at
        once, as far as the guards have places; a caller who is cancelled gives all of them up.
        """
        waiting = [
            self._window(sentry, text, span, direction, prompt)
            for sentry in self._sentries
            if direction in sentry.config.directions
            for span in _spans(text, sentry.config.window)
        ]
        return tuple(await _together(waiting))

    async def _window(
        self, sentry: Sentry, text: str, span: tuple[int, int], direction: str, prompt: str
    ) -> Judgement:
        start, end = span
        if end - start > sentry.config.window:
            return _judgement(sentry.config, span, guards.failed("too-long"))
        turn = _turn(text[start:end], direction, prompt[-sentry.config.window :])
        asked = guards.requests(sentry.config, turn)
        verdicts = await _together([sentry.ask(one) for one in asked])
        return _judgement(sentry.config, span, guards.worst(verdicts))

    def metrics(self) -> str:
        """The counts as Prometheus exposition text."""
        now = self._clock()
        states = {one.config.name: one.circuit.state(now) for one in self._sentries}
        return self._counts.text(states)


def _spans(text: str, size: int) -> list[tuple[int, int]]:
    """The windows of a text; the whole, as one, when it is longer than anybody is asked about."""
    return [(0, len(text))] if len(text) > guards.MOST_TEXT else guards.windows(text, size)


def _turn(text: str, direction: str, prompt: str) -> guards.Turn:
    return guards.Turn(prompt, text) if direction == "output" else guards.Turn(text)


def _judgement(
    config: guards.GuardConfig, span: tuple[int, int], verdict: guards.GuardVerdict
) -> Judgement:
    return Judgement(
        config.name,
        *span,
        verdict,
        guards.outcome_of(config, verdict),
        guards.not_screened(verdict),
        guards.findings_of(config, verdict, *span),
    )


async def _together(waiting: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """What each gives, all under way at once; when one breaks, the others are given up."""
    if len(waiting) == 1:
        return [await waiting[0]]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in waiting]
    return [one.result() for one in tasks]


def headers_of(config: guards.GuardConfig, secret: Callable[[str], str | None]) -> dict[str, str]:
    """The headers of a question, with its key; raises Unavailable `guard-key-missing`."""
    # Compressed answers could unfold without bound.
    headers = {"content-type": "application/json", "accept-encoding": "identity"}
    if config.key:
        headers["authorization"] = f"Bearer {_key(config, secret)}"
    return headers


def _key(config: guards.GuardConfig, secret: Callable[[str], str | None]) -> str:
    key = (secret(config.key) or "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise Unavailable(
            "guard-key-missing",
            Text(
                zh=f"护栏模型 {config.name} 的密钥 {config.key} 没有可用的值。",
                en=f"Guard {config.name}: there is no usable key under the name {config.key}.",
            ),
            Text(
                zh=f"请设置环境变量或密封的密钥 {config.key}。",
                en=f"Set the environment variable or sealed secret {config.key}.",
            ),
            article=4,
        )
    return key
