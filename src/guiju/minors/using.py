# SPDX-License-Identifier: Apache-2.0
"""May this person be served now, and for how long; and what was used (Article 10).

The rows are the one count of all devices, workers and machines: whoever begins or goes on writes
its span into the row of the day, under a lock, and the union is what was used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from guiju.kernel import Refused
from guiju.measures import enforces, rule
from guiju.minors import hours as clock
from guiju.minors import refusing, use_store
from guiju.minors.diary import BREAK, COMPANION, LONG, NIGHT, OFTEN, Diary
from guiju.minors.hours import HOUR, MINUTE, Hours
from guiju.minors.model import DaySummary, Used, Ward
from guiju.minors.spans import DAY, Span, day_of, millis, on_line, start_of, used
from guiju.policies import MinorRules
from guiju.storage import Tx

SLACK = 5_000
"""Milliseconds by which the clocks of two machines may differ without one being turned back."""
_TOLERATED = 5 * MINUTE
"""A guardian may have taken time back, or an answer been read: then more was used than is now
allowed. Anything longer than this was a limit that did not hold."""
_SECOND = 1_000
_WEEK = 7


class Begun(NamedTuple):
    """Somebody is served from `at` on, until `ends` at most; what they are reminded of.

    `minutes` is how long they have gone on, `left` what is left of the day, both in minutes.
    """

    at: int
    ends: int | None
    why: str
    reminders: tuple[str, ...]
    minutes: int
    left: int | None


class Entry(NamedTuple):
    """Who asks to be served, when by the clock, and at least when by a stopwatch."""

    ward: Ward
    now: int
    floor: int = 0
    companion: bool = False


class Stretch(NamedTuple):
    """What was used since somebody began: from `at`, for so long, and so long to read it."""

    person: str
    at: int
    elapsed: int
    reading: int = 0
    ended: str = ""
    late: int = 0
    """By how much an answer that a limit ended went on beyond it, in milliseconds."""


@enforces("minors-time-limits", "companion-reminders", "over-reliance-reminders")
def begin(tx: Tx, rules: MinorRules, entry: Entry) -> Begun | Refused:
    """Let somebody begin, and count it; or say why not: `minors.curfew` or `minors.time-spent`.

    A refusal is returned and not raised, for what is on record about it is to be kept.
    """
    diary = Diary(tx, rules, entry.ward.person, (entry.now, entry.now))
    at = on_line(entry.now, diary.seen, entry.floor, SLACK)
    # What was used until now counts for the answer to "is there time left", a refused try does not.
    before = diary.spans
    diary.add((at, at))
    refused = _refused(diary, _held(entry.ward), at, entry.now)
    if refused is not None:
        diary.spans = before
        # Seen all the same: a clock that is set back now does not make this moment undone.
        diary.keep(max(diary.seen, at))
        return refused
    begun = _begun(diary, entry, at)
    diary.change(at, requests=diary.today(at).requests + 1)
    diary.keep(at)
    return begun


def look_again(tx: Tx, rules: MinorRules, entry: Entry, at: int) -> Begun:
    """Until when an answer that is under way may go on, as things stand at moment `at` of it.

    What a guardian has changed meanwhile counts; whoever may go on no longer is over at once.
    """
    diary = Diary(tx, rules, entry.ward.person, (at, at))
    diary.add((at, at))
    begun = _begun(diary, entry, at)
    diary.keep(at)
    if clock.reopens(_held(entry.ward), entry.now) is not None:
        return begun._replace(ends=at, why=refusing.CURFEW)
    return begun


def go_on(tx: Tx, rules: MinorRules, found: Stretch) -> None:
    """Count what was used so far; as often as one likes, in any order."""
    end = found.at + max(found.elapsed, 0)
    diary = Diary(tx, rules, found.person, (found.at, end))
    diary.add((found.at, end + found.reading))
    if found.ended:
        kept = found.late <= rules.ending_seconds * _SECOND + SLACK
        diary.note_once(found.ended, end, kept=kept)
    diary.keep(end)


def summary(tx: Tx, person: str, days: int) -> list[DaySummary]:
    """The last days of a person, the newest first: how long and when, never what."""
    now = millis(tx.now)
    last = day_of(now)
    kept = use_store.between(tx, person, last - timedelta(days=days - 1), last)
    found = [_summed(day, one, now) for day, one in sorted(kept.items(), reverse=True)]
    return [one for one in found if one.requests or one.minutes]


def spent(tx: Tx, person: str) -> int:
    """Minutes used today."""
    found = summary(tx, person, 1)
    return found[0].minutes if found else 0


def forget_old(tx: Tx, rules: MinorRules) -> int:
    """Remove days that are older than the policy keeps; how many."""
    return use_store.forget(tx, day_of(millis(tx.now)) - timedelta(days=rules.keep_days))


# -- limits and reminders --------------------------------------------------------------------------


def _held(ward: Ward) -> Hours:
    return ward.hours if ward.limited else Hours(break_minutes=ward.hours.break_minutes)


def _refused(diary: Diary, held: Hours, at: int, now: int) -> Refused | None:
    allowed = held.allowed(day_of(at))
    opens = clock.reopens(held, now)
    if opens is not None:
        diary.note_once(refusing.CURFEW, at)
        return refusing.curfew(opens, now)
    if allowed is None or clock.left(held, diary.spans, at):
        return None
    over = used(diary.spans, start_of(day_of(at)), at) - allowed
    diary.note_once(refusing.TIME_SPENT, at, kept=over <= _TOLERATED)
    return refusing.time_spent(allowed, clock.opens_after_budget(held, at), now)


def _begun(diary: Diary, entry: Entry, at: int) -> Begun:
    held = _held(entry.ward)
    reminders = _reminders(diary, entry, at)
    end = clock.ends(held, diary.spans, at)
    why = refusing.CURFEW if end == clock.closes_next(held, at) else refusing.TIME_SPENT
    rest = clock.left(held, diary.spans, at)
    left = None if rest is None else rest // MINUTE
    return Begun(at, end, why, reminders, diary.gone_on(at), left)


def _reminders(diary: Diary, entry: Entry, at: int) -> tuple[str, ...]:
    ward, found = entry.ward, []
    every = ward.hours.break_minutes
    if entry.companion:
        most = rule("companion.reminder.hours").number * 60
        every = most if every is None else min(every, most)
    due = clock.pause_due(every, diary.spans, at, diary.gap, diary.reminded)
    if due is not None:
        code = COMPANION if entry.companion and not ward.limited else BREAK
        diary.change(at, reminded=at)
        diary.note(code, at)
        found.append(code)
    if ward.reminders:
        found += _habits(diary, at)
    return tuple(found)


def _habits(diary: Diary, at: int) -> list[str]:
    """What somebody asked to be told about their own use, once a day each."""
    rules, today = diary.rules, day_of(at)
    found = [LONG] if diary.minutes(at) >= rules.long_minutes else []
    if diary.today(at).requests == 0:
        first = today - timedelta(days=_WEEK)
        week = use_store.between(diary.tx, diary.person, first, today - timedelta(days=1))
        before = [_summed(day, one, at) for day, one in week.items()]
        if sum(one.night_minutes > 0 for one in before) >= rules.night_days:
            found.append(NIGHT)
        if sum(one.requests > 0 for one in before) >= rules.often_days:
            found.append(OFTEN)
    told = diary.today(at).told
    fresh = [one for one in found if one not in told]
    for one in fresh:
        diary.note_once(one, at)
    return fresh


def _summed(day: date, one: Used, now: int) -> DaySummary:
    since = start_of(day)
    until = min(since + DAY, now)
    six, ten = since + 6 * HOUR, since + 22 * HOUR
    spans: Sequence[Span] = one.spans
    longest = max((min(end, until) - start for start, end in spans if start < until), default=0)
    night = used(spans, since, min(six, until)) + used(spans, min(ten, until), until)
    minutes = used(spans, since, until) // MINUTE
    return DaySummary(day, minutes, night // MINUTE, longest // MINUTE, one.requests)
