# SPDX-License-Identifier: Apache-2.0
"""Workers and an authority on a network that delays, loses and kills; time moves when told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.limits import (
    LIFE_SECONDS,
    LONG_LIFE_SECONDS,
    WINDOW_SECONDS,
    Grant,
    Limits,
    Meter,
    Moment,
    Share,
    Turn,
    moment,
)

MORNING = moment(0.0, datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
LIMITS = st.sampled_from(
    (
        Limits(requests=5),
        Limits(tokens=20),
        Limits(concurrent=3),
        Limits(day=30),
        Limits(requests=7, tokens=40, concurrent=4, day=150),
    )
)
NONE = 1 << 40
BEAT = 0.5
Step = tuple[str, int, int]

# What may happen, to which of the three workers, and how much of it.
HAPPENS = ("ask", "burst", "burst", "finish", "deliver", "hear", "recall", "leave", "wait", "wait")
FAULTS = ("lose", "kill", "bury")
LIVES = st.sampled_from((LIFE_SECONDS, LONG_LIFE_SECONDS))
WAITS = (0.001, 0.1, 0.3, 0.5, 0.5, 1.0, 2.0, 3.5, 20.0, 59.4, 61.0)


def stories(*names: str) -> st.SearchStrategy[list[Step]]:
    """Three bytes a step: what, where, how much. One draw, so that many stories are tried."""

    def told(drawn: bytes) -> list[Step]:
        triples = zip(drawn[::3], drawn[1::3], drawn[2::3], strict=False)
        return [(names[one % len(names)], at % 3, much % 13) for one, at, much in triples]

    return st.binary(min_size=120, max_size=240).map(told)


class Worker:
    """A share, what is under way of it, and what it has said and not heard the answer to."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.share = Share("pe_1", limits)
        self.sent: tuple[Turn, float, int] | None = None
        self.answer: Grant | None = None
        self.busy: list[int] = []
        self.strays: list[int] = []
        self.known_at = 0.0

    def say(self, turn: Turn, now: float, tokens: int = 0) -> None:
        self.sent = (turn, now, tokens)


class Network:
    """Three workers and one meter."""

    def __init__(self, limits: Limits, life: float = LIFE_SECONDS) -> None:
        self.now = 1000.7
        self.life = life
        self.limits = limits
        self.meter = Meter("pe_1")
        self.workers = [Worker(f"w{at}", self.limits) for at in range(3)]
        self.started = 3
        self.let: list[float] = []
        self.spent: list[tuple[float, int]] = []
        self.refused: list[Grant] = []

    def when(self) -> Moment:
        return MORNING._replace(now=self.now)

    def play(self, story: Sequence[Step]) -> Network:
        for name, at, much in story:
            getattr(self, name)(self.workers[at], much)
            self.check()
        return self

    # -- what may happen ---------------------------------------------------------------------------

    def ask(self, worker: Worker, tokens: int) -> bool:
        """A request comes; whether it is let through at once."""
        if worker.share.fits(tokens, self.now):
            worker.share.take(tokens)
            worker.busy.append(tokens)
            self.let.append(self.now)
            return True
        if worker.sent is None:
            worker.say(worker.share.ask(tokens, 3, self.now), self.now, tokens)
        return False

    def burst(self, worker: Worker, much: int) -> None:
        """Several come, and the network is quick."""
        for _ in range(much):
            if not self.ask(worker, much % 3):
                self.deliver(worker)
                self.hear(worker)
                self.ask(worker, much % 3)

    def finish(self, worker: Worker, much: int) -> None:
        if under_way := worker.busy or worker.strays:
            reserved = under_way.pop(much % len(under_way))
            used = reserved * much // 12
            worker.share.settle(reserved, used)
            self.spent.append((self.now, used))

    def deliver(self, worker: Worker, _much: int = 0) -> None:
        """The authority reads what a worker said; the answer is on its way."""
        if worker.sent is not None and worker.answer is None:
            worker.answer = self.meter.turn(worker.name, worker.sent[0], self.when(), self.life)
            worker.known_at = self.now
            if worker.answer.lacks and not worker.answer.elsewhere:
                self.refused.append(worker.answer)
                self.check_refusal(worker.answer)

    def hear(self, worker: Worker, _much: int = 0) -> None:
        if worker.sent is not None and worker.answer is not None:
            _, sent, tokens = worker.sent
            worker.share.hear(worker.answer, sent, tokens)
            worker.sent = worker.answer = None

    def recall(self, worker: Worker, _much: int) -> None:
        if worker.sent is None:
            worker.say(worker.share.give_back(self.now), self.now)

    def leave(self, worker: Worker, _much: int) -> None:
        if worker.sent is None and worker.share.quiet:
            worker.say(worker.share.leave(self.now), self.now)

    def wait(self, _worker: Worker, much: int) -> None:
        """Time passes; once a beat, whoever has something to tell tells it."""
        self.now += WAITS[much % len(WAITS)]
        self.tell()

    def tell(self) -> None:
        """Once a beat: what was used, and back with what nobody needed."""
        for worker in self.workers:
            share = worker.share
            if worker.sent is None and share.idle(self.now):
                worker.say(share.leave(self.now), self.now)
            elif worker.sent is None and share.due(self.now):
                worker.say(share.report(self.now), self.now)

    def lose(self, worker: Worker, much: int) -> None:
        """The connection breaks before or after the authority has read what was said."""
        if worker.sent is not None:
            if much % 2:
                self.deliver(worker)
            worker.sent = worker.answer = None
            worker.share.fail()

    def kill(self, worker: Worker, _much: int) -> None:
        """A worker dies, its requests with it, and another takes its place."""
        self.started += 1
        self.workers[self.workers.index(worker)] = Worker(f"w{self.started}", self.limits)

    def bury(self, worker: Worker, _much: int) -> None:
        """And somebody notices."""
        self.kill(worker, 0)
        self.meter.bury(worker.name, self.when())

    # -- what holds --------------------------------------------------------------------------------

    @staticmethod
    def most(limit: int | None) -> int:
        return NONE if limit is None else limit

    def check(self) -> None:
        """However they are cut, no minute and no moment holds more than the limits."""
        since = self.now - WINDOW_SECONDS
        for one in self.workers:
            if self.now - one.known_at >= self.life:
                # The one exception: what goes on at a worker that was cut off for longer than a
                # share lives. The authority must take it for dead.
                one.strays += one.busy
                one.busy = []
        reserved = sum(sum(one.busy) for one in self.workers)
        assert len([at for at in self.let if at > since]) <= self.most(self.limits.requests)
        within = sum(tokens for at, tokens in self.spent if at > since)
        assert within + reserved <= self.most(self.limits.tokens)
        assert sum(tokens for _, tokens in self.spent) + reserved <= self.most(self.limits.day)
        assert sum(len(one.busy) for one in self.workers) <= self.most(self.limits.concurrent)

    def check_refusal(self, _grant: Grant) -> None:
        """Nothing is asked of refusals here."""


class Fair(Network):
    """Messages arrive at once here, and nobody dies."""

    def wait(self, _worker: Worker, much: int) -> None:
        until = self.now + WAITS[much % len(WAITS)]
        while self.now < until:
            self.now = min(self.now + BEAT, until)
            self.tell()
            self.quickly()
            if not any(one.busy or one.share.until for one in self.workers):
                self.now = until

    def finish(self, worker: Worker, much: int) -> None:
        self.quickly()
        super().finish(worker, much)
        self.now += 0.06

    def quickly(self) -> None:
        for one in self.workers:
            self.deliver(one)
            self.hear(one)

    def check_refusal(self, grant: Grant) -> None:
        """Nobody is refused while another sits on something that was not used."""
        if grant.lacks == "requests":
            longest = WINDOW_SECONDS + 1 + BEAT
            within = [at for at in self.let if at >= self.now - longest]
            assert len(within) >= self.most(self.limits.requests)
        if grant.lacks == "concurrent":
            assert sum(len(one.busy) for one in self.workers) >= self.most(self.limits.concurrent)


@settings(deadline=None)
@given(LIMITS, LIVES, stories(*HAPPENS, *FAULTS))
def test_no_minute_holds_more_than_the_limit_whatever_the_workers_do(
    limits: Limits, life: float, story: list[Step]
) -> None:
    """Delays, losses and deaths included: requests, tokens, places and the day's budget."""
    Network(limits, life).play(story)


@settings(deadline=None)
@given(LIMITS, LIVES, stories(*HAPPENS))
def test_nobody_is_refused_because_another_worker_sits_on_a_share(
    limits: Limits, life: float, story: list[Step]
) -> None:
    """A last refusal means that the limit was really used up within the minute before."""
    Fair(limits, life).play(story)
