# SPDX-License-Identifier: Apache-2.0
"""The tables of signing in: `staff`, and the coded ones `credential`, `session`, `sign_in_failure`.

A coded row that was changed behind our back is not believed: it is as if it were not there, and
the one that counts failures then counts as locked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, delete, func, select
from sqlalchemy.sql import Select

from guiju.accounts.model import Session, Staff
from guiju.accounts.roles import Role, in_order
from guiju.kernel import new_id
from guiju.storage import CanonicalJson, Instant, Tx, coded_row_holds, table

STAFF = table(
    "staff",
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("display", String(80), nullable=False),
    # Random, so that nobody can try names until one gives the digest that evidence holds.
    Column("salt", String(40), nullable=False),
    Column("roles", CanonicalJson, nullable=False),
    Column("appointed_by", String(80), nullable=False),
    Column("appointed_at", Instant, nullable=False),
    Column("dismissed_at", Instant),
)

# Apart from `person` and `staff`, so that a new password is no change of standing; its code binds
# the hash to its owner, so that nobody who writes to the database can lend it to another.
CREDENTIAL = table(
    "credential",
    Column("owner", String(40), primary_key=True),
    Column("hash", String(200), nullable=False),
    Column("changed_at", Instant, nullable=False),
    guard="coded",
)

SESSION = table(
    "session",
    Column("token_digest", String(64), primary_key=True),
    Column("kind", String(6), nullable=False),
    Column("owner", String(40), nullable=False, index=True),
    Column("csrf", String(60), nullable=False),
    Column("id", String(40), nullable=False),
    Column("entry", String(10), nullable=False),
    Column("browser", String(40), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    guard="coded",
)

SIGN_IN_FAILURE = table(
    "sign_in_failure",
    # A keyed digest of who tried to sign in, also for names that nobody has.
    Column("name_index", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    guard="coded",
)

_CLEARED_AT_ONCE = 100
_STAFF = [one for one in STAFF.columns if one.name != "salt"]


def add_staff(tx: Tx, one: Staff) -> bool:
    """Keep a new member; False when one has the name."""
    row = {name.name: getattr(one, name.name) for name in _STAFF}
    roles = [role.value for role in one.roles]
    return tx.insert_if_absent(STAFF, {**row, "roles": roles, "salt": new_id("salt")})


def set_roles(tx: Tx, staff: str, roles: tuple[Role, ...]) -> None:
    """Let a member hold exactly these."""
    tx.update(STAFF, {"id": staff}, {"roles": [one.value for one in roles]})


def dismiss(tx: Tx, staff: str) -> bool:
    """Mark a member as dismissed now; False when they were already."""
    return tx.update(STAFF, {"id": staff}, {"dismissed_at": tx.now}, expect={"dismissed_at": None})


def find_staff(tx: Tx, staff: str) -> Staff | None:
    """The member with this id."""
    return _staff(tx.row(select(*_STAFF).where(STAFF.c.id == staff)))


def find_staff_by_name(tx: Tx, name: str) -> Staff | None:
    """The member with this folded name."""
    return _staff(tx.row(select(*_STAFF).where(STAFF.c.name == name)))


def staff(tx: Tx, limit: int) -> list[Staff]:
    """All members by name, the dismissed ones too."""
    found = (_staff(row) for row in tx.rows(select(*_STAFF).order_by(STAFF.c.name).limit(limit)))
    return [one for one in found if one is not None]


def staff_before(tx: Tx, moment: datetime) -> bool:
    """Whether anybody was appointed before `moment`."""
    wanted = select(func.count()).select_from(STAFF).where(STAFF.c.appointed_at < moment)
    row = tx.row(wanted)
    return bool(row and row[0])


def set_credential(tx: Tx, owner: str, hashed: str) -> None:
    """Keep the password hash of an owner, instead of the one they had."""
    values = {"hash": hashed, "changed_at": tx.now}
    if not tx.update(CREDENTIAL, {"owner": owner}, values):
        tx.insert(CREDENTIAL, {"owner": owner} | values)


def find_credential(tx: Tx, owner: str) -> str | None:
    """The owner's password hash."""
    row = _believed(tx, CREDENTIAL, select(CREDENTIAL).where(CREDENTIAL.c.owner == owner))
    return None if row is None else row.hash


def add_session(tx: Tx, one: Session) -> None:
    """Keep a new session, and drop those that have run out."""
    tx.execute(delete(SESSION).where(SESSION.c.expires_at <= tx.now))
    tx.insert(
        SESSION,
        {
            "token_digest": one.key,
            "kind": one.kind.value,
            "owner": one.actor.id,
            "csrf": one.csrf,
            "id": one.id,
            "entry": one.entry.value,
            "browser": one.browser,
            "started_at": one.started_at,
            "seen_at": one.seen_at,
            "expires_at": one.expires_at,
        },
    )


def find_session(tx: Tx, token_digest: str) -> Row[Any] | None:
    """The session whose token has this digest."""
    wanted = select(SESSION).where(SESSION.c.token_digest == token_digest)
    return _believed(tx, SESSION, wanted)


def touch_session(tx: Tx, token_digest: str) -> bool:
    """Note that the session was used now; False when it is gone."""
    return tx.update(SESSION, {"token_digest": token_digest}, {"seen_at": tx.now})


def drop_session(tx: Tx, token_digest: str) -> bool:
    """Forget one session; False when it was gone."""
    return tx.delete(SESSION, {"token_digest": token_digest})


def drop_sessions_of(tx: Tx, owner: str, *, but: str | None = None) -> int:
    """Forget all sessions of one owner, but the one with this digest; how many went."""
    gone = SESSION.c.owner == owner
    if but is not None:
        gone &= SESSION.c.token_digest != but
    return len(tx.execute(delete(SESSION).where(gone).returning(SESSION.c.id)).all())


def drop_session_of(tx: Tx, owner: str, session: str) -> bool:
    """Forget the session that its owner calls by this id; False when there is none."""
    wanted = delete(SESSION).where(SESSION.c.owner == owner, SESSION.c.id == session)
    return tx.execute(wanted.returning(SESSION.c.id)).first() is not None


def sessions_of(tx: Tx, owner: str) -> list[Row[Any]]:
    """The sessions of one owner, the one used last first."""
    wanted = select(SESSION).where(SESSION.c.owner == owner).order_by(SESSION.c.seen_at.desc())
    return [row for row in tx.rows(wanted) if _holds(tx, SESSION, row)]


def sessions_of_kind(tx: Tx, kind: str, limit: int) -> list[Row[Any]]:
    """All sessions of staff, or of persons, the one used last first."""
    wanted = select(SESSION).where(SESSION.c.kind == kind).order_by(SESSION.c.seen_at.desc())
    return [row for row in tx.rows(wanted.limit(limit)) if _holds(tx, SESSION, row)]


def failures(tx: Tx, name_index: str, since: datetime) -> int:
    """How often signing in failed lately; a row that is not to be believed counts without end."""
    wanted = select(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.name_index == name_index)
    row = tx.row(wanted)
    if row is None:
        return 0
    if not _holds(tx, SIGN_IN_FAILURE, row):
        return 1_000_000
    return int(row.tries) if row.last_at > since else 0


def hold_failures(tx: Tx, name_index: str) -> None:
    """Let whoever else signs in by this name wait until this transaction is over."""
    tx.insert_if_absent(SIGN_IN_FAILURE, {"name_index": name_index, "tries": 0, "last_at": tx.now})
    wanted = select(SIGN_IN_FAILURE.c.tries).where(SIGN_IN_FAILURE.c.name_index == name_index)
    tx.row(wanted.with_for_update())


def add_failure(tx: Tx, name_index: str, since: datetime) -> None:
    """Count one more failure of a name that is held; some that are older than `since` go."""
    tries = 1 + failures(tx, name_index, since)
    tx.update(SIGN_IN_FAILURE, {"name_index": name_index}, {"tries": tries, "last_at": tx.now})
    # Held ones are skipped: two who clear up for each other would wait for ever.
    old = (
        select(SIGN_IN_FAILURE.c.name_index)
        .where(SIGN_IN_FAILURE.c.last_at <= since)
        .limit(_CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    tx.execute(delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.name_index.in_(old)))


def clear_failures(tx: Tx, name_index: str) -> None:
    """Forget the failures of somebody who has signed in."""
    tx.delete(SIGN_IN_FAILURE, {"name_index": name_index})


def _staff(row: Row[Any] | None) -> Staff | None:
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return Staff(**{**values, "roles": in_order(values["roles"])})


def _believed(tx: Tx, subject: Table, wanted: Select[Any]) -> Row[Any] | None:
    row = tx.row(wanted)
    return row if row is not None and _holds(tx, subject, row) else None


def _holds(tx: Tx, subject: Table, row: Row[Any]) -> bool:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return coded_row_holds(subject, values, tx.keys)
