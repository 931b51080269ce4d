# SPDX-License-Identifier: Apache-2.0
"""Counts the time of those who are protected, for all devices, by the one count in the database.

Everything that requests of this worker ask at one moment goes into one transaction in a thread of
its own, so that a thousand minors cost few commits. While an answer is under way its time is told
every few seconds: a kill loses no more than that, and less still, as a short pause counts as use.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from guiju import minors
from guiju.gateway.faults import internal
from guiju.gateway.hands import Hand
from guiju.gateway.rules import Rules
from guiju.gateway.signals import Event, Failed, FindWard, Mind, Minded, WardFound
from guiju.gateway.use import Use
from guiju.kernel import Clock, GuijuError, Refused, micros, monotonic
from guiju.minors import Begun, Entry, Stretch, Wards
from guiju.storage import Database, Tx

BEAT_SECONDS = 10.0
_MILLI = 1000
_MOST_OWED = 10_000
_REMEMBERED_SECONDS = 3600.0
_log = logging.getLogger("guiju.gateway")

Came: TypeAlias = "Begun | Refused | GuijuError | None"
Job: TypeAlias = Callable[[Tx], "Begun | Refused | None"]
_Waiting = tuple[Job, Callable[[Came], None]]


class Minder:
    """Belongs to the event loop of one worker."""

    def __init__(
        self,
        database: Database,
        wards: Wards,
        clock: Clock,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        """Nobody is minded yet."""
        self.wards = wards
        self._database = database
        self._clock = clock
        self._timer = timer
        self._hand: Hand[list[_Waiting], list[Came]] = Hand(self._do, "minder")
        self._waiting: list[_Waiting] = []
        self._owed: list[Job] = []
        self._under_way: set[Use] = set()
        self._lines: dict[str, tuple[int, float]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work for the running loop."""
        self._loop = asyncio.get_running_loop()
        self._hand.start(self._loop)
        self._beating = self._loop.create_task(self._beat())

    async def close(self) -> None:
        """Tell what is owed, then end."""
        if self._beating is not None:
            self._beating.cancel()
        for use in list(self._under_way):
            self.leave(use, 0)
        self._repay()
        await self._ask(lambda _: None)  # what waited before this is done before it
        await asyncio.to_thread(self._hand.stop)

    # -- what a conversation asks ------------------------------------------------------------------

    async def find(self, command: FindWard) -> Event:
        """How a person is protected."""
        loop = asyncio.get_running_loop()
        try:
            ward = await loop.run_in_executor(None, self.wards.fetch, command.person)
        except GuijuError as error:
            return Failed(error)
        return WardFound(ward)

    async def enter(self, command: Mind, rules: Rules) -> Event:
        """Whether somebody may begin, and until when; what a crisis or an exit leaves on record."""
        person = command.ward.person
        now = micros(self._clock.now()) // _MILLI
        entry = Entry(command.ward, now, self._floor(person), command.companion)
        came = await self._ask(lambda tx: _entered(tx, rules, command, entry))
        if isinstance(came, Begun):
            use = Use(rules, entry, came, self._timer(), signalled=command.signalled)
            self._under_way.add(use)
            self._arm(use)
            return Minded(use)
        failed = isinstance(came, GuijuError) and not isinstance(came, Refused)
        if command.crisis and failed:
            # Comfort is given now; the person who is to hear of it hears once somebody can be told.
            self._owed.append(lambda tx: _noticed(tx, person, command.request))
        if came is None or command.crisis or command.exits:
            return Minded(None)
        if not isinstance(came, Refused) and not command.ward.limited:
            # A reminder that cannot be counted shuts nobody out; a limit that cannot does.
            _log.warning("use could not be counted: %s", came.code)
            return Minded(None)
        return Failed(came)

    def leave(self, use: Use, characters: int) -> None:
        """The answer is over; so many characters of it are read."""
        if use not in self._under_way:
            return
        self._under_way.discard(use)
        use.disarm()
        rules = use.rules.minors
        reading = min(characters * 60 * _MILLI // rules.reading, rules.reading_most * _MILLI)
        self._keep(use, self._stretch(use, reading))

    def review(self, subject: str) -> None:
        """What holds for a person may have changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._review, subject)

    # -- in the event loop -------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._repay()
            for use in list(self._under_way):
                self._look_again(use)
            horizon = self._timer() - _REMEMBERED_SECONDS
            self._lines = {one: at for one, at in self._lines.items() if at[1] > horizon}

    def _review(self, subject: str) -> None:
        for use in list(self._under_way):
            if subject in {use.entry.ward.person, "*"}:
                self._look_again(use)

    def _look_again(self, use: Use) -> None:
        """Tell what was used so far, and hear until when it may go on."""
        stretch = self._stretch(use, 0)
        now = micros(self._clock.now()) // _MILLI

        def look(tx: Tx) -> Begun | None:
            minors.go_on(tx, use.rules.minors, stretch)
            ward = minors.ward_of(tx, stretch.person)
            if ward is None or use.signalled:
                ward = use.entry.ward
            entry = use.entry._replace(ward=ward, now=now)
            at = stretch.at + stretch.elapsed
            return minors.look_again(tx, use.rules.minors, entry, at)

        def then(came: Came) -> None:
            if isinstance(came, Begun) and use in self._under_way:
                use.take(came)
                self._arm(use)

        self._put(look, then)

    def _arm(self, use: Use) -> None:
        """Let the answer end when its time is over."""
        loop = self._loop
        if loop is None or use.begun.ends is None:
            use.disarm()
            return
        gone = (self._timer() - use.since) * _MILLI
        seconds = max(0.0, (use.begun.ends - use.started - gone) / _MILLI)
        use.arm(loop, seconds)

    def _stretch(self, use: Use, reading: int) -> Stretch:
        elapsed = int((self._timer() - use.since) * _MILLI)
        ended, late = "", 0
        if use.cut and use.begun.ends is not None:
            ended, late = use.begun.why, use.started + elapsed - use.begun.ends
        return Stretch(use.entry.ward.person, use.started, elapsed, reading, ended, late)

    def _keep(self, use: Use, stretch: Stretch) -> None:
        self._lines[stretch.person] = stretch.at + stretch.elapsed, self._timer()
        self._owed.append(_keeping(use.rules, stretch))
        self._repay()

    def _repay(self) -> None:
        """Tell what was used; what cannot be told now is told at the next beat."""
        owed, self._owed = self._owed[-_MOST_OWED:], []
        for job in owed:
            self._put(job, partial(self._again, job))

    def _again(self, job: Job, came: Came) -> None:
        if isinstance(came, GuijuError) and not isinstance(came, Refused):
            self._owed.append(job)

    def _floor(self, person: str) -> int:
        """At least when it is, by what this worker's stopwatch says since somebody was seen."""
        seen = self._lines.get(person)
        return 0 if seen is None else seen[0] + int((self._timer() - seen[1]) * _MILLI)

    async def _ask(self, job: Job) -> Came:
        future: asyncio.Future[Came] = asyncio.get_running_loop().create_future()

        def then(came: Came) -> None:
            if not future.done():
                future.set_result(came)

        self._put(job, then)
        return await future

    def _put(self, job: Job, then: Callable[[Came], None]) -> None:
        self._waiting.append((job, then))
        self._give()

    def _give(self) -> None:
        if self._waiting and not self._hand.busy:
            jobs, self._waiting = self._waiting, []
            self._hand.give(jobs, self._told)

    def _told(self, jobs: list[_Waiting], came: list[Came]) -> None:
        for (_, then), one in zip(jobs, came, strict=True):
            then(one)
        self._give()

    # -- in the thread -----------------------------------------------------------------------------

    def _do(self, jobs: Sequence[_Waiting]) -> list[Came]:
        """All in one transaction; if that fails, each by itself, so that one spoils no other."""
        try:
            with self._database.write() as tx:
                return [job(tx) for job, _ in jobs]
        except Exception:  # noqa: BLE001 - each is tried alone, and says what is wrong
            return [self._alone(job) for job, _ in jobs]

    def _alone(self, job: Job) -> Came:
        try:
            with self._database.write() as tx:
                return job(tx)
        except GuijuError as error:
            return error
        except Exception:  # noqa: BLE001 - nobody is served because somebody broke
            _log.exception("time of use could not be counted")
            return internal()


def _entered(tx: Tx, rules: Rules, command: Mind, entry: Entry) -> Begun | Refused | None:
    person = entry.ward.person
    if command.crisis:
        _noticed(tx, person, command.request)
    if command.exits:
        minors.ended(tx, person, command.request)
    return minors.begin(tx, rules.minors, entry)


def _noticed(tx: Tx, person: str, request: str) -> None:
    minors.notice(tx, person, request)


def _keeping(rules: Rules, stretch: Stretch) -> Job:
    def keep(tx: Tx) -> None:
        minors.go_on(tx, rules.minors, stretch)

    return keep
