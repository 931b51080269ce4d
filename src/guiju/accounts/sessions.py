# SPDX-License-Identifier: Apache-2.0
"""Sessions: a token in a cookie, its digest in a coded row, and the roles of this very moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from guiju.accounts import refusing_entry as refusing
from guiju.accounts import staff_store, store
from guiju.accounts.browsers import browser_of
from guiju.accounts.model import Entry, Opened, Session, SessionKind, Visit
from guiju.kernel import Actor, digest, new_id, secret_token
from guiju.storage import Tx

# Policies of the house, not law. Staff see other people's cases: a working day, and half an hour
# away from the desk. People come back to their own account for a fortnight.
LASTS = {SessionKind.STAFF: timedelta(hours=10), SessionKind.PERSON: timedelta(days=14)}
IDLE = {SessionKind.STAFF: timedelta(minutes=30), SessionKind.PERSON: timedelta(days=3)}
# Reading pages writes at most this often.
TOUCH_EVERY = timedelta(minutes=1)
_MOST_SHOWN = 200
_TOKEN = re.compile(r"gj-session-[0-9a-z]{40}")


def open_session(
    tx: Tx,
    kind: SessionKind,
    actor: Actor,
    visit: Visit = Visit(),  # noqa: B008 - a value that nobody can change
    *,
    entry: Entry = Entry.PASSWORD,
) -> Opened:
    """A session with a token nobody has seen before; the one this browser had ends."""
    if visit.replacing is not None:
        close_session(tx, visit.replacing)
    token = secret_token("gj-session")
    opened = Session(
        key=digest(token.encode()),
        kind=kind,
        actor=actor,
        csrf=secret_token("gj-csrf"),
        started_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + LASTS[kind],
        id=new_id("ss"),
        entry=entry,
        browser=browser_of(visit.browser),
    )
    staff_store.add_session(tx, opened)
    return Opened(opened, token)


def session(tx: Tx, token: str | None) -> Session | None:
    """Who is signed in with `token`; None once it ran out, lay idle, or its owner was dismissed."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    row = staff_store.find_session(tx, digest(token.encode()))
    if row is None or not _is_alive(row, tx.now):
        return None
    kind = SessionKind(row.kind)
    actor = owner_of(tx, kind, row.owner)
    if actor is None:
        return None
    return _session(row, actor)


def needs_touch(one: Session, now: datetime) -> bool:
    """Whether it is time to note that the session is in use."""
    return now - one.seen_at >= TOUCH_EVERY


def touch_session(tx: Tx, one: Session) -> bool:
    """Note that the session is in use; False when it was closed meanwhile."""
    return staff_store.touch_session(tx, one.key)


def close_session(tx: Tx, token: str) -> bool:
    """End the session of `token`; False when there was none."""
    return bool(_TOKEN.fullmatch(token)) and staff_store.drop_session(tx, digest(token.encode()))


def sessions_of(tx: Tx, actor: Actor) -> list[Session]:
    """Where somebody is signed in, the place used last first."""
    every = staff_store.sessions_of(tx, actor.id)
    return [_session(row, actor) for row in every if _is_alive(row, tx.now)]


def staff_sessions(tx: Tx) -> list[Session]:
    """Where staff are signed in, the place used last first."""
    found = []
    for row in staff_store.sessions_of_kind(tx, SessionKind.STAFF.value, _MOST_SHOWN):
        actor = owner_of(tx, SessionKind.STAFF, row.owner) if _is_alive(row, tx.now) else None
        if actor is not None:
            found.append(_session(row, actor))
    return found


def end_session(tx: Tx, actor: Actor, session: str) -> None:
    """End one's own session of this id, wherever it is; raises NotFound `session-not-found`."""
    if not staff_store.drop_session_of(tx, actor.id, session):
        raise refusing.no_such_session()


def end_sessions(tx: Tx, owner: str, *, but: str | None = None) -> int:
    """End every session of an owner, but the one of this token; how many ended."""
    keep = None if but is None else digest(but.encode())
    return staff_store.drop_sessions_of(tx, owner, but=keep)


def _session(row: Row[Any], actor: Actor) -> Session:
    return Session(
        key=row.token_digest,
        kind=SessionKind(row.kind),
        actor=actor,
        csrf=row.csrf,
        started_at=row.started_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        id=row.id,
        entry=Entry(row.entry),
        browser=row.browser,
    )


def _is_alive(row: Row[Any], now: datetime) -> bool:
    idle: timedelta = IDLE[SessionKind(row.kind)]
    return bool(now < row.expires_at and now - row.seen_at < idle)


def owner_of(tx: Tx, kind: SessionKind, owner: str) -> Actor | None:
    """Who may be signed in by this id, with the roles of now; None for dismissed staff."""
    if kind is SessionKind.STAFF:
        member = staff_store.find_staff(tx, owner)
        return None if member is None or member.dismissed_at is not None else member.actor
    # A suspended person may sign in: to read why, to appeal, to have what is theirs.
    person = store.find_person(tx, owner)
    return None if person is None else person.actor
