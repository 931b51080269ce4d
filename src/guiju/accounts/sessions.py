# SPDX-License-Identifier: Apache-2.0
"""Sessions: a token in a cookie, its digest in a coded row, and the roles of this very moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from guiju.accounts import staff_store, store
from guiju.accounts.model import Opened, Session, SessionKind
from guiju.kernel import Actor, digest, secret_token
from guiju.storage import Tx

# Policies of the house, not law. Staff see other people's cases: a working day, and half an hour
# away from the desk. People come back to their own account for a fortnight.
LASTS = {SessionKind.STAFF: timedelta(hours=10), SessionKind.PERSON: timedelta(days=14)}
IDLE = {SessionKind.STAFF: timedelta(minutes=30), SessionKind.PERSON: timedelta(days=3)}
# Reading pages writes at most this often.
TOUCH_EVERY = timedelta(minutes=1)
_TOKEN = re.compile(r"gj-session-[0-9a-z]{40}")


def open_session(
    tx: Tx, kind: SessionKind, actor: Actor, *, replacing: str | None = None
) -> Opened:
    """A session with a token nobody has seen before; the one it replaces ends."""
    if replacing is not None:
        close_session(tx, replacing)
    token = secret_token("gj-session")
    opened = Session(
        key=digest(token.encode()),
        kind=kind,
        actor=actor,
        csrf=secret_token("gj-csrf"),
        started_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + LASTS[kind],
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
    return Session(
        row.token_digest, kind, actor, row.csrf, row.started_at, row.seen_at, row.expires_at
    )


def needs_touch(one: Session, now: datetime) -> bool:
    """Whether it is time to note that the session is in use."""
    return now - one.seen_at >= TOUCH_EVERY


def touch_session(tx: Tx, one: Session) -> bool:
    """Note that the session is in use; False when it was closed meanwhile."""
    return staff_store.touch_session(tx, one.key)


def close_session(tx: Tx, token: str) -> bool:
    """End the session of `token`; False when there was none."""
    return bool(_TOKEN.fullmatch(token)) and staff_store.drop_session(tx, digest(token.encode()))


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
