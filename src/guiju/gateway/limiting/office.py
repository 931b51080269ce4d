# SPDX-License-Identifier: Apache-2.0
"""Asks the authority for what this worker has not in hand, and tells it once a beat what was used.

A share has one turn under way at a time, and the worker one frame of turns; what comes up meanwhile
goes with the next. So asking costs little however many ask.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence

from guiju.gateway.limiting.authority import Authority
from guiju.gateway.limiting.refusing import refused, too_large, uncounted
from guiju.gateway.limiting.shares import Group, Hold, Shares, Tally, lacking
from guiju.kernel import GuijuError, Unavailable, monotonic
from guiju.limits import FREE, Grant, Share, Turn

BEAT_SECONDS = 0.5
# So long is somebody waited for who has in hand what another is short of, or who is to count next.
_PATIENCE_SECONDS = 1.0
_ASK_AGAIN_SECONDS = 0.03
# However it comes about: nobody waits longer than this to be let through or refused.
_LONGEST_SECONDS = 5.0
_log = logging.getLogger("guiju.limits")


class _Job:
    """A turn under way: who waits for it is woken, whatever came of it."""

    __slots__ = ("done", "error", "grant", "sent", "share", "tokens", "turn")

    def __init__(self, share: Share, turn: Turn, tokens: int, now: float) -> None:
        self.share, self.turn, self.tokens, self.sent = share, turn, tokens, now
        self.done = asyncio.Event()
        self.grant: Grant | None = None
        self.error: GuijuError | None = None

    def short(self) -> tuple[Share, Grant] | None:
        """What others have in hand; raises what stands against it for good."""
        if self.error is not None or self.grant is None:
            raise self.error or uncounted()
        if self.grant.lacks and not self.grant.elsewhere:
            raise refused(self.share, self.grant)
        return (self.share, self.grant) if self.grant.lacks else None


class Office:
    """What one worker has in hand, and its talk with the authority."""

    def __init__(
        self,
        authority: Authority,
        told: Callable[[str], None] = lambda _: None,
        missed: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing is lent before `start`.

        `told` gets on the event loop what processes tell each other; `missed` is called when
        something may not have been heard.
        """
        self.shares = Shares()
        self.told, self.missed = told, missed
        self._authority = authority
        self._jobs: dict[str, _Job] = {}
        self._gathered: list[_Job] = []
        self._sending: asyncio.Task[None] | None = None
        self._recalls: set[str] = set()
        self._returns: dict[str, asyncio.Event] = {}
        self._waiting: Counter[str] = Counter()
        self._beating: asyncio.Task[None] | None = None
        # Since when nobody answers; None: somebody does.
        self._silent: float | None = None

    async def start(self) -> None:
        """Find the authority, and begin to tell it, once a beat, what was used."""
        await self._authority.start(self)
        self._beating = asyncio.get_running_loop().create_task(self._beat_on())

    async def close(self) -> None:
        """Tell what was used and give everything back."""
        if self._beating is not None:
            self._beating.cancel()
        while self._sending is not None:
            await asyncio.wait({self._sending})
        now = monotonic()
        self.shares.tell()
        for share in list(self.shares.active.values()):
            self._begin(share, share.leave(now), 0)
        if self._sending is not None:
            await asyncio.wait({self._sending})
        await self._authority.close()

    def check_open(self) -> None:
        """Raise Unavailable while nobody answers who counts what is limited."""
        limited = any(one.limits != FREE for one in self.shares.active.values())
        if self._silent is not None and limited:
            raise uncounted()

    # -- a request ---------------------------------------------------------------------------------

    async def allow(self, group: Group, tokens: int) -> Hold | Tally:
        """Let a request of about so many tokens through.

        Raises:
            Refused: 429 `rate-limited` or `budget-used-up`; 413 `tokens-over-limit`.
            Unavailable: nobody answers who counts.
        """
        for share in group.shares:
            if (error := too_large(share.subject, tokens, share.limits)) is not None:
                raise error
        now = monotonic()
        while (hold := group.take(tokens, monotonic())) is None:
            try:
                short = await self._ask(group, tokens)
            except Unavailable:
                # Where one authority was killed, another is there in a moment.
                if self._silent is None or monotonic() - self._silent > _PATIENCE_SECONDS:
                    raise
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                continue
            waited = monotonic() - now
            if short and waited > _PATIENCE_SECONDS:
                share, grant = short[0]
                share.refuse(grant, now + waited, tokens)
                raise refused(share, grant)
            if waited > _LONGEST_SECONDS:
                raise uncounted()
            if short:
                await self._return(short[0][0].subject)
        return hold

    async def _ask(self, group: Group, tokens: int) -> list[tuple[Share, Grant]]:
        """Ask for what is lacking; returns what others have in hand.

        Raises:
            Refused, Unavailable: as `allow` does.
        """
        now = monotonic()
        missing = lacking(group.shares, tokens, now)
        for share in missing:
            if (grant := share.refused(tokens, now)) is not None:
                raise refused(share, grant)
        subjects = [one.subject for one in missing]
        self._waiting.update(subjects)
        asked = [self._join(share, tokens, now) for share in missing]
        try:
            for job, _ in asked:
                await job.done.wait()
        finally:
            self._waiting.subtract(subjects)
        # What came of a turn that was under way already is seen at the next look.
        return [found for job, mine in asked if mine and (found := job.short()) is not None]

    def _join(self, share: Share, tokens: int, now: float) -> tuple[_Job, bool]:
        """The turn under way of this share, or a new one, which is ours."""
        job = self._jobs.get(share.subject)
        if job is not None:
            return job, False
        turn = share.ask(tokens, self._waiting[share.subject], now)
        self.shares.active[share.subject] = share
        return self._begin(share, turn, tokens), True

    async def _return(self, subject: str) -> None:
        """Wait until somebody has given some of this back, but not for long."""
        event = self._returns.setdefault(subject, asyncio.Event())
        timer = asyncio.get_running_loop().call_later(_ASK_AGAIN_SECONDS, event.set)
        await event.wait()
        timer.cancel()
        self._returns.pop(subject, None)

    # -- what the authority tells unasked ----------------------------------------------------------

    def recalled(self, subject: str) -> bool:
        """Give back what nobody needs here; whether there is anything to tell."""
        share = self.shares.find(subject)
        if subject in self._jobs:
            self._recalls.add(subject)
        elif share is not None:
            self._begin(share, share.give_back(monotonic()), 0)
        return subject in self._jobs

    def returned(self, subject: str) -> None:
        """It is worth asking again."""
        if (event := self._returns.get(subject)) is not None:
            event.set()

    # -- turns -------------------------------------------------------------------------------------

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._beat(monotonic())

    def _beat(self, now: float) -> None:
        self.shares.tell()
        for subject, share in list(self.shares.active.items()):
            if subject in self._jobs:
                continue
            if share.idle(now):
                del self.shares.active[subject]
                self._begin(share, share.leave(now), 0)
            elif share.due(now):
                self._begin(share, share.report(now), 0)
        if self._silent is not None:
            # With nothing to tell it is an empty frame, to see whether somebody answers.
            self._set_out()

    def _begin(self, share: Share, turn: Turn, tokens: int) -> _Job:
        job = self._jobs[share.subject] = _Job(share, turn, tokens, monotonic())
        self._gathered.append(job)
        self._set_out()
        return job

    def _set_out(self) -> None:
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        try:
            await self._send_frame()
            while self._gathered:
                await self._send_frame()
        finally:
            self._sending = None

    async def _send_frame(self) -> None:
        jobs, self._gathered = self._gathered, []
        try:
            grants = await self._authority.turns([one.turn for one in jobs])
        except GuijuError as error:
            self._failed(jobs, error)
        except Exception:  # noqa: BLE001 - whoever waits must be told
            _log.exception("the authority of limits broke")
            self._failed(jobs, uncounted())
        else:
            self._heard(jobs, grants)

    def _heard(self, jobs: Sequence[_Job], grants: Sequence[Grant]) -> None:
        if self._silent is not None:
            _log.warning("the authority of limits answers again")
            self._silent = None
        for job, grant in zip(jobs, grants, strict=True):
            job.share.hear(grant, job.sent, job.tokens)
            job.grant = grant
            self._end(job)

    def _failed(self, jobs: Sequence[_Job], error: GuijuError) -> None:
        if self._silent is None:
            _log.warning("the authority of limits does not answer: %s", error.code)
            self._silent = monotonic()
        for job in jobs:
            job.share.fail()
            job.error = error
            # It is told again with the next beat, even of a share that was about to be left.
            self.shares.active[job.share.subject] = job.share
            self._end(job)

    def _end(self, job: _Job) -> None:
        subject = job.share.subject
        del self._jobs[subject]
        job.done.set()
        if subject in self._recalls:
            self._recalls.discard(subject)
            self.recalled(subject)
