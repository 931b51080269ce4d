# SPDX-License-Identifier: Apache-2.0
"""Delete what has reached its limit, in steps that hold no lock for long (Article 11).

Each step is one transaction with one piece of evidence. Content of a day goes when the last of that
day has expired, so at most a day after its own limit. What cases hold is left out of the spans that
go, and goes with a later step once it is released.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Table

from guiju.kernel import Actor, new_id, time_of
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import expiry_store as store
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
_MOST_HELD = 200
"""Held records between those of one step: each parts a span in two, and a leaf names some 400."""
_JUST_AFTER = "!"
"""Behind a number: no other stands between, as all are as long and this mark is in none."""
_LONGEST_REASON = 500


@enforces("retention-limits")
def expire(tx: Tx, actor: Actor, usage_days: int | None) -> Expired | None:
    """Delete some of what is due; None when nothing is.

    `usage_days` is how long usage stays after its content has gone with it; None: it stays.
    """
    held = store.holds(tx, standing=True)
    found = _content(tx, actor, held) or _media(tx, actor, held) or _jobs(tx, actor, held)
    if found is None and usage_days is not None:
        found = _usage(tx, actor, held, usage_days)
    return found


def _content(tx: Tx, actor: Actor, held: Sequence[Hold]) -> Expired | None:
    for day in _days(tx, store.BODIES, tx.now - surely_kept(), held):
        if store.last_expiry(tx, *span(day), tx.now) is None:
            gone = _span_gone(tx, actor, store.BODIES, RetentionClass.CONTENT, day)
            if gone is not None:
                return gone
    return None


def _media(tx: Tx, actor: Actor, held: Sequence[Hold]) -> Expired | None:
    due = store.media_due(tx, held, _MOST_MEDIA)
    if not due:
        return None
    for row in due:
        store.drop_bytes(tx, row.produce_id)
    return _told(tx, actor, Expired(RetentionClass.MEDIA, due[0].at.date(), len(due)))


def _jobs(tx: Tx, actor: Actor, held: Sequence[Hold]) -> Expired | None:
    """The jobs of a day go once nothing is left of what was asked on it, nor of their films."""
    for day in _days(tx, store.JOBS, tx.now - surely_kept(), held):
        if not store.any_body(tx, *span(day)) and not store.any_film(tx, *span(day)):
            gone = _span_gone(tx, actor, store.JOBS, RetentionClass.JOBS, day)
            if gone is not None:
                return gone
    return None


def _usage(tx: Tx, actor: Actor, held: Sequence[Hold], days: int) -> Expired | None:
    until = tx.now - max(timedelta(days=days), surely_kept())
    for day in _days(tx, store.HEADS, until, held):
        if store.any_body(tx, *span(day)):
            continue
        media = store.media_of(tx, *span(day), _MOST_MEDIA)
        for produce_id in media:
            store.drop_medium(tx, produce_id)
        if media:
            return _told(tx, actor, Expired(RetentionClass.USAGE, day, len(media)))
        gone = _span_gone(tx, actor, store.HEADS, RetentionClass.USAGE, day)
        if gone is not None:
            return gone
    return None


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


def _span_gone(
    tx: Tx, actor: Actor, subject: Table, kind: RetentionClass, day: date
) -> Expired | None:
    """Some of a day's rows, without those that cases hold; None when no others are left."""
    first, last = span(day)
    start = store.first_free(tx, subject, first, last)
    if start is None:
        return None
    last = store.bound(tx, subject, start, last, _MOST_ROWS)
    held = store.kept_in(tx, subject, start, last, _MOST_HELD)
    if len(held) == _MOST_HELD:
        last = held.pop()
    gone = sum(tx.delete_span(subject, *part) for part in _between(start, held, last))
    stay = store.count(tx, subject, first, last)
    # None were left: another machine has just done it.
    return _told(tx, actor, Expired(kind, day, gone, stay)) if gone else None


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
