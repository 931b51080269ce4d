# SPDX-License-Identifier: Apache-2.0
"""What reviewers are spared: how much a day, of which harm, and when they rest. Pure.

An uncovered panel counts from the moment it is uncovered until it is covered, or until the policy's
longest time for one, whichever comes first: nobody is watched, and nobody is counted too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guiju.kernel import BEIJING, Refused, Text
from guiju.measures import harms as all_harms

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so much a day; None: not limited."""

    minutes: int | None = None
    items: int | None = None


@dataclass(frozen=True, slots=True)
class HarmAllowance:
    """The same of some harms, by id or by class as `A1*`."""

    harms: tuple[str, ...]
    a_day: Allowance

    def counts(self, shown: Iterable[str]) -> bool:
        """Whether something of these harms falls under it."""
        return any(_fits(one, name) for one in shown for name in self.harms)


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """Part `review` of the policy in force; what it does not say is not limited.

    `shown`: for how long an uncovered panel counts at most. `rest_after` and `rest`: after so much
    without a pause, a pause of so long. `sampled`: how many in a thousand closed decisions get a
    second look. `opt_in`: queues that nobody takes from who has not chosen to.
    """

    shown: timedelta = timedelta(minutes=5)
    a_day: Allowance = Allowance()
    of_harms: tuple[HarmAllowance, ...] = ()
    rest_after: timedelta | None = None
    rest: timedelta = timedelta(0)
    sampled: int = 0
    opt_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exposure:
    """One panel that somebody uncovered: of which harms, how many items, from when until when."""

    id: str
    reviewer: str
    case: str
    panel: str
    harms: tuple[str, ...]
    items: int
    since: datetime
    until: datetime

    def at(self, now: datetime) -> Exposure:
        """As it counts now: what lies ahead is not yet seen."""
        return replace(self, until=max(self.since, min(self.until, now)))


@dataclass(frozen=True, slots=True)
class Used:
    """How much of an allowance is used today; `harms` empty: of everything."""

    harms: tuple[str, ...]
    a_day: Allowance
    minutes: int
    items: int

    @property
    def is_up(self) -> bool:
        """Whether there is nothing left."""
        return _up(self.minutes, self.a_day.minutes) or _up(self.items, self.a_day.items)


@dataclass(frozen=True, slots=True)
class Welfare:
    """How a reviewer stands now: what is used today, and minutes since the last pause.

    `rests_until` None: no need to rest.
    """

    used: tuple[Used, ...]
    since_rest: int
    rests_until: datetime | None


def day_of(now: datetime) -> datetime:
    """When today began, in Beijing."""
    return now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


def welfare(rules: ReviewRules, exposures: Sequence[Exposure], now: datetime) -> Welfare:
    """How somebody with these exposures stands; they need go back no further than a day."""
    seen = sorted((one.at(now) for one in exposures), key=lambda one: one.since)
    today = [one for one in seen if one.until > day_of(now) or one.since >= day_of(now)]
    whole = Used((), rules.a_day, *_sum(today, now))
    parts = (
        Used(one.harms, one.a_day, *_sum([this for this in today if one.counts(this.harms)], now))
        for one in rules.of_harms
    )
    since_rest, last = _since_rest(rules, seen)
    rests = None
    if rules.rest_after is not None and last is not None and since_rest >= rules.rest_after:
        rests = last + rules.rest
    return Welfare(
        (whole, *parts),
        int(since_rest.total_seconds()) // _SECONDS,
        rests if rests is not None and rests > now else None,
    )


def check(found: Welfare, harms: Iterable[str]) -> None:
    """Pass who may look at something of these harms now.

    Raises:
        Refused: `review-rest`, until when; `review-limit`, for today.
    """
    if found.rests_until is not None:
        raise _rest(found)
    wanted = tuple(harms)
    for one in found.used:
        if one.is_up and (not one.harms or HarmAllowance(one.harms, one.a_day).counts(wanted)):
            raise _limit(one)


def harm_names(names: Iterable[str]) -> Text:
    """The names of harms, for people."""
    known = all_harms()
    found = [(known[one].text if one in known else Text(zh=one, en=one)) for one in names]
    return Text(zh="、".join(one.zh for one in found), en=", ".join(one.en for one in found))


def _fits(harm: str, name: str) -> bool:
    return harm == name or (name.endswith("*") and harm.startswith(name[:-1]))


def _up(used: int, most: int | None) -> bool:
    return most is not None and used >= most


def _sum(seen: Iterable[Exposure], now: datetime) -> tuple[int, int]:
    """Minutes and items today; two panels that stood open at once count once in time."""
    found, items, edge = timedelta(0), 0, day_of(now)
    for one in seen:
        begin = max(one.since, edge)
        if one.until > begin:
            found += one.until - begin
        edge = max(edge, one.until)
        items += one.items
    return int(found.total_seconds()) // _SECONDS, items


def _since_rest(rules: ReviewRules, seen: Sequence[Exposure]) -> tuple[timedelta, datetime | None]:
    """How long somebody has looked since the last pause that was long enough, and until when."""
    found, last = timedelta(0), None
    for one in seen:
        if last is not None and one.since - last >= rules.rest > timedelta(0):
            found, last = timedelta(0), None
        begin = one.since if last is None else max(one.since, last)
        found += max(one.until - begin, timedelta(0))
        last = one.until if last is None else max(last, one.until)
    return found, last


def _rest(found: Welfare) -> Refused:
    until = found.rests_until
    at = f"{until.astimezone(BEIJING):%H:%M}" if until else "?"
    return Refused(
        "review-rest",
        Text(
            zh=f"您已连续查看材料 {found.since_rest} 分钟，请休息到 {at}（北京时间）。",
            en=f"You have looked at such material for {found.since_rest} minutes. "
            f"Please rest until {at} (Beijing).",
        ),
        Text(
            zh="案件仍在您手里，什么都不会丢。起来走走；需要时请找同事或负责人谈谈。",
            en="The case stays in your hands and nothing is lost. Get up for a while; talk to a "
            "colleague or your lead if you need to.",
        ),
    )


def _limit(one: Used) -> Refused:
    which = harm_names(one.harms)
    zh, en = (f"（{which.zh}）", f" ({which.en})") if one.harms else ("", "")
    return Refused(
        "review-limit",
        Text(
            zh=f"今天能查看的材料{zh}已到上限：{one.minutes} 分钟、{one.items} 件。",
            en=f"That is enough of such material{en} for today: {one.minutes} minutes, "
            f"{one.items} items.",
        ),
        Text(
            zh="请把案件退回队列由同事办理，或做不需查看材料的工作；明天重新计算。",
            en="Give the case back to its queue for a colleague, or do what needs no such "
            "material; it is counted anew tomorrow.",
        ),
    )
