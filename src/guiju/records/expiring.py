# SPDX-License-Identifier: Apache-2.0
"""Delete what has reached its limit, in steps that hold no lock for long (Article 11).

Each step is one transaction with one piece of evidence. Content of a day goes when the last of that
day has expired, so at most a day after its own limit. What cases hold is left out of the spans that
go, and goes with a later step once it is released.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Table

from guiju.kernel import Actor, new_id, time_of
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import expiry_store as store
from guiju.records import sameness_store, term_store
from guiju.records.expiry_model import (
    CONTROLS,
    HOLDS,
    Expired,
    Hold,
    HoldState,
    RetentionClass,
    ends,
    no_days,
    no_such_hold,
    overtaken,
    span,
    surely_kept,
)
from guiju.storage import Tx

_MOST_ROWS = 1_000
"""Rows of a span in one transaction: about a tenth of a second on either database."""
_MOST_MEDIA = 100
_WHILE_MADE = timedelta(days=2)
"""So long a job stays whatever is kept of it: its film may still be in the making."""
_MOST_HELD = 200
"""Held records between those of one step: each parts a span in two, and a leaf names some 400."""
_JUST_AFTER = "!"
"""Behind a number: no other stands between, as all are as long and this mark is in none."""
_LONGEST_REASON = 500


class Due(msgspec.Struct, frozen=True):
    """What is due: a class, and the day it is of; of files the day of the first one."""

    kind: RetentionClass
    day: date


def next_due(tx: Tx, usage_days: int | None) -> Due | None:
    """What to delete next; None when nothing is due. Looks only, so that nobody waits for it.

    `usage_days` is how long usage stays after its content has gone with it; None: it stays.
    """
    held = store.holds(tx, standing=True)
    return next(_all_due(tx, held, usage_days), None)


class Spot(msgspec.Struct, frozen=True):
    """What the next step takes: the rows of a table between two numbers, of one class and day.

    `before`: how many rows of the day stand before them, which stay because cases hold them.
    """

    due: Due
    first: str
    last: str
    before: int


def look(tx: Tx, due: Due, most: int) -> Spot | None:
    """Where the next up to `most` rows of what is due stand; None when none of it is left.

    All that can be found out before anybody has to wait is found out here.
    """
    if due.kind is RetentionClass.MEDIA or not _is_ripe(tx, due, *span(due.day)):
        return None
    subject, (first, last) = _TABLES[due.kind], span(due.day)
    start = store.first_free(tx, subject, first, last)
    if start is None:
        return None
    last = store.bound(tx, subject, start, last, most)
    if subject is store.HEADS:
        store.warm(tx, start, last)
    return Spot(due, start, last, store.count(tx, subject, first, start))


@enforces("retention-limits")
def take(tx: Tx, actor: Actor, spot: Spot) -> Expired | None:
    """Delete what was looked for, in one short step; None when nothing of it may go or is left.

    What came to be held since stays.
    """
    due, subject = spot.due, _TABLES[spot.due.kind]
    if any(one.keeps(due.day) for one in store.holds(tx, standing=True)):
        return None
    if not _is_ripe(tx, due, spot.first, spot.last):
        return None
    last, held = spot.last, store.kept_in(tx, subject, spot.first, spot.last, _MOST_HELD)
    if len(held) == _MOST_HELD:
        last = held.pop()
    gone = 0
    for begin, end in _between(spot.first, held, last):
        gone += tx.delete_span(subject, begin, end)
        # Usually they have gone with the content; after a backup was put back some may be left.
        if subject in {store.BODIES, store.HEADS}:
            sameness_store.drop_span(tx, begin, end)
            # What was held just before keeps its terms, too, which stand behind its number.
            after = begin.endswith(_JUST_AFTER)
            term_store.drop_between(tx, begin.rstrip(_JUST_AFTER), end, beyond=after)
    if not gone:
        return None  # another machine has just done it
    return _told(tx, actor, Expired(due.kind, due.day, gone, spot.before + len(held)))


def _is_ripe(tx: Tx, due: Due, first: str, last: str) -> bool:
    """Whether what stands between these numbers may go as far as its limits are concerned."""
    if due.kind is RetentionClass.CONTENT:
        return store.last_expiry(tx, first, last, tx.now) is None
    return due.kind is RetentionClass.JOBS or not store.any_body(tx, first, last)


@enforces("retention-limits")
def expire_due(tx: Tx, actor: Actor, due: Due, most: int) -> Expired | None:
    """Delete up to `most` rows of what is due; None when none of it is left.

    What came to be held since it was looked for stays.
    """
    held = store.holds(tx, standing=True)
    if due.kind is RetentionClass.MEDIA:
        return _media(tx, actor, held, min(most, _MOST_MEDIA))
    if any(one.keeps(due.day) for one in held):
        return None
    if due.kind is RetentionClass.USAGE and (media := _media_of(tx, actor, due.day, most)):
        return media
    spot = look(tx, due, most)
    return None if spot is None else take(tx, actor, spot)


def expire(tx: Tx, actor: Actor, usage_days: int | None) -> Expired | None:
    """Delete some of what is due, in one transaction; None when nothing is."""
    held = store.holds(tx, standing=True)
    for due in _all_due(tx, held, usage_days):
        gone = expire_due(tx, actor, due, _MOST_ROWS)
        if gone is not None:
            return gone
    return None


def _all_due(tx: Tx, held: Sequence[Hold], usage_days: int | None) -> Iterator[Due]:
    yield from _content_due(tx, held)
    for row in store.media_due(tx, held, 1):
        yield Due(RetentionClass.MEDIA, row.at.date())
    yield from _jobs_due(tx, held)
    if usage_days is not None:
        yield from _usage_due(tx, held, usage_days)


def _content_due(tx: Tx, held: Sequence[Hold]) -> Iterator[Due]:
    # Content may be kept as short as the provider likes, so each day is looked at that is over.
    for day in _days(tx, store.BODIES, tx.now, held):
        if store.last_expiry(tx, *span(day), tx.now) is None and store.any_body(tx, *span(day)):
            yield Due(RetentionClass.CONTENT, day)


def _jobs_due(tx: Tx, held: Sequence[Hold]) -> Iterator[Due]:
    """The jobs of a day go once nothing is left of what was asked on it, nor of their films."""
    for day in _days(tx, store.JOBS, tx.now - _WHILE_MADE, held):
        left = store.any_body(tx, *span(day)) or store.any_film(tx, *span(day))
        if not left and store.first_free(tx, store.JOBS, *span(day)) is not None:
            yield Due(RetentionClass.JOBS, day)


def _usage_due(tx: Tx, held: Sequence[Hold], days: int) -> Iterator[Due]:
    until = tx.now - max(timedelta(days=days), surely_kept())
    for day in _days(tx, store.HEADS, until, held):
        if store.any_body(tx, *span(day)):
            continue
        if store.first_free(tx, store.HEADS, *span(day)) is not None:
            yield Due(RetentionClass.USAGE, day)


def _media(tx: Tx, actor: Actor, held: Sequence[Hold], most: int) -> Expired | None:
    due = store.media_due(tx, held, most)
    if not due:
        return None
    for row in due:
        store.drop_bytes(tx, row.produce_id)
    return _told(tx, actor, Expired(RetentionClass.MEDIA, due[0].at.date(), len(due)))


def _media_of(tx: Tx, actor: Actor, day: date, most: int) -> Expired | None:
    """What is known of things that were delivered on a day goes before the usage of it."""
    if store.any_body(tx, *span(day)):
        return None
    media = store.media_of(tx, *span(day), min(most, _MOST_MEDIA))
    for produce_id in media:
        store.drop_medium(tx, produce_id)
    return _told(tx, actor, Expired(RetentionClass.USAGE, day, len(media))) if media else None


def has_media(tx: Tx, due: Due) -> bool:
    """Whether the next step of what is due takes things that were delivered."""
    if due.kind is RetentionClass.USAGE:
        return bool(store.media_of(tx, *span(due.day), 1))
    return due.kind is RetentionClass.MEDIA


_TABLES = {
    RetentionClass.CONTENT: store.BODIES,
    RetentionClass.JOBS: store.JOBS,
    RetentionClass.USAGE: store.HEADS,
}


def _days(tx: Tx, subject: Table, until: datetime, held: Sequence[Hold]) -> Iterator[date]:
    """The days that ended by `until`, have rows, and are not held; the oldest first."""
    key = store.next_request(tx, subject, "")
    while key is not None:
        at = time_of(key)
        if at is None or ends(at.date()) > until:
            return
        if not any(one.keeps(at.date()) for one in held):
            yield at.date()
        key = store.next_request(tx, subject, span(at.date())[1])


def _between(first: str, held: Sequence[str], last: str) -> Iterator[tuple[str, str]]:
    """The spans that lie before, between and after these numbers."""
    for one in held:
        yield first, one
        first = one + _JUST_AFTER
    yield first, last


def _told(tx: Tx, actor: Actor, one: Expired) -> Expired:
    append(
        tx,
        "records-expired",
        controls=CONTROLS,
        actor=actor,
        facts={
            "class": one.kind.value,
            "day": one.day.isoformat(),
            "records": one.records,
            "held": one.held,
        },
    )
    return one


@enforces("retention-limits")
def hold(tx: Tx, actor: Actor, first: date, last: date, reason: str) -> Hold:
    """Keep the records of these days whatever their limit, until `release_hold`.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`, or `hold-invalid`.
    """
    step = HOLDS.step(HoldState.ASKED, "hold", actor, reason=reason)
    if last < first:
        raise no_days(first, last)
    said = (step.reason or "")[:_LONGEST_REASON]
    made = Hold(new_id("hold"), HoldState(step.target), first, last, said, actor.id, tx.now)
    store.add_hold(tx, made)
    facts = {"hold": made.id, "first": first.isoformat(), "last": last.isoformat()}
    append(tx, "records-held", controls=CONTROLS, actor=actor, subject=made.id, facts=facts)
    return made


@enforces("retention-limits")
def release_hold(tx: Tx, actor: Actor, name: str, reason: str) -> Hold:
    """Let the limits count again for what was held.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        NotFound: `hold-unknown`.
        Conflict: `wrong-state`, or `hold-overtaken`.
    """
    found = _get_hold(tx, name)
    step = HOLDS.step(found.state, "release", actor, reason=reason)
    if not store.release(tx, found, step.target, actor.id, (step.reason or "")[:_LONGEST_REASON]):
        raise overtaken()
    append(
        tx,
        "records-hold-released",
        controls=CONTROLS,
        actor=actor,
        subject=found.id,
        facts={"hold": found.id},
    )
    return _get_hold(tx, name)


def holds(tx: Tx) -> list[Hold]:
    """All holds, by their first day."""
    return store.holds(tx, standing=False)


def held_days(tx: Tx) -> list[tuple[date, date]]:
    """The first and last days of what is held now."""
    return [(one.first, one.last) for one in store.holds(tx, standing=True)]


def _get_hold(tx: Tx, name: str) -> Hold:
    found = store.find_hold(tx, name)
    if found is None:
        raise no_such_hold(name)
    return found
