# SPDX-License-Identifier: Apache-2.0
"""The tables `person`, `app` and `api_key`: pseudonyms, sealed names and digests of tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, String, bindparam, func, or_, select

from guiju.accounts.model import App, Key, KeyKind, Person, PersonState
from guiju.storage import Instant, Question, Tx, owned_by, sealed, table

PERSON = table(
    "person",
    Column("id", String(40), primary_key=True),
    Column("app", String(40), index=True),
    # A keyed digest of the folded login name, or of app and end user: it finds and tells nothing.
    Column("name_index", String(64), nullable=False, unique=True),
    Column("sealed_name", LargeBinary, info=sealed("person-name", owned_by("id"))),
    Column("language", String(2), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("standing_by", String(80), nullable=False),
    Column("standing_at", Instant, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("registered_by", String(80), nullable=False),
)

APP = table(
    "app",
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("registered_by", String(80), nullable=False),
)

API_KEY = table(
    "api_key",
    Column("id", String(40), primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("kind", String(4), nullable=False),
    Column("person", String(40), index=True),
    Column("app", String(40), index=True),
    Column("label", String(80), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

_MOST_IDS = 500
_PERSON = [one for one in PERSON.columns if one.name not in {"name_index", "sealed_name"}]
_KEY = [one for one in API_KEY.columns if one.name != "token_digest"]
# Built once, for the look-up of callers: building a query costs more than half of asking it.
_BY_ID = Question(select(*_PERSON).where(PERSON.c.id == bindparam("person")))
_BY_TOKEN = Question(select(*_KEY).where(API_KEY.c.token_digest == bindparam("token")))


def add_person(tx: Tx, person: Person, name_index: str, sealed_name: bytes | None) -> bool:
    """Keep a new person; False when somebody has the name."""
    secret = {"name_index": name_index, "sealed_name": sealed_name}
    row = {one.name: getattr(person, one.name) for one in _PERSON}
    return tx.insert_if_absent(PERSON, {**row, "state": person.state.value, **secret})


def move_person(tx: Tx, person: Person, changes: Mapping[str, Any]) -> bool:
    """Change how a person stands, unless somebody did so meanwhile; False then."""
    expect = {"state": person.state.value, "standing_at": person.standing_at}
    return tx.update(PERSON, {"id": person.id}, changes, expect=expect)


def find_person(tx: Tx, person: str) -> Person | None:
    """The person with this id."""
    return _person(tx.ask_first(_BY_ID, person=person))


def persons(tx: Tx, limit: int) -> list[str]:
    """The ids of everybody, at most so many."""
    wanted = select(PERSON.c.id).order_by(PERSON.c.id).limit(limit)
    return [str(row.id) for row in tx.rows(wanted)]


def find_person_by_index(tx: Tx, name_index: str) -> Person | None:
    """The person behind this blind index."""
    return _person(tx.row(select(*_PERSON).where(PERSON.c.name_index == name_index)))


def sealed_name(tx: Tx, person: str) -> bytes | None:
    """The person's name as it was sealed; None for an app's end user."""
    row = tx.row(select(PERSON.c.sealed_name).where(PERSON.c.id == person))
    return None if row is None else row.sealed_name


def add_app(tx: Tx, app: App) -> bool:
    """Keep a new app; False when one has the name."""
    return tx.insert_if_absent(APP, {one.name: getattr(app, one.name) for one in APP.columns})


def find_app(tx: Tx, app: str) -> App | None:
    """The app with this id."""
    row = tx.row(select(APP).where(APP.c.id == app))
    return None if row is None else App(**_values(row))


def move_app(tx: Tx, app: str, state: str, target: str) -> bool:
    """Change how an app stands; False when it does not stand so any more."""
    return tx.update(APP, {"id": app}, {"state": target}, expect={"state": state})


def apps(tx: Tx, limit: int) -> list[App]:
    """All apps by name."""
    return [App(**_values(row)) for row in tx.rows(select(APP).order_by(APP.c.name).limit(limit))]


def add_key(tx: Tx, key: Key, token_digest: str) -> None:
    """Keep a new key by the digest of its token."""
    row = {one.name: getattr(key, one.name) for one in _KEY}
    tx.insert(API_KEY, {**row, "kind": key.kind.value, "token_digest": token_digest})


def revoke(tx: Tx, key: str) -> bool:
    """Mark a key as revoked now; False when it was already."""
    return tx.update(API_KEY, {"id": key}, {"revoked_at": tx.now}, expect={"revoked_at": None})


def find_key(tx: Tx, key: str) -> Key | None:
    """The key with this id."""
    return _key(tx.row(select(*_KEY).where(API_KEY.c.id == key)))


def find_key_by_digest(tx: Tx, token_digest: str) -> Key | None:
    """The key whose token has this digest."""
    return _key(tx.ask_first(_BY_TOKEN, token=token_digest))


def revoked_among(tx: Tx, keys: Collection[str]) -> set[str]:
    """Which of these keys are revoked."""
    found: set[str] = set()
    for some in _in_parts(keys):
        revoked = API_KEY.c.id.in_(some) & API_KEY.c.revoked_at.is_not(None)
        found |= {row.id for row in tx.rows(select(API_KEY.c.id).where(revoked))}
    return found


def closed_among(tx: Tx, apps: Collection[str]) -> set[str]:
    """Which of these apps are not active."""
    found: set[str] = set()
    for some in _in_parts(apps):
        closed = APP.c.id.in_(some) & (APP.c.state != "active")
        found |= {row.id for row in tx.rows(select(APP.c.id).where(closed))}
    return found


def states_of(tx: Tx, persons: Collection[str]) -> dict[str, PersonState]:
    """How these persons stand."""
    found: dict[str, PersonState] = {}
    for some in _in_parts(persons):
        wanted = select(PERSON.c.id, PERSON.c.state).where(PERSON.c.id.in_(some))
        found |= {row.id: PersonState(row.state) for row in tx.rows(wanted)}
    return found


def keys_of_apps(tx: Tx, keys: Collection[str]) -> set[str]:
    """Which of these keys are apps'."""
    found: set[str] = set()
    for some in _in_parts(keys):
        wanted = API_KEY.c.id.in_(some) & API_KEY.c.app.is_not(None)
        found |= {row.id for row in tx.rows(select(API_KEY.c.id).where(wanted))}
    return found


def keys_like(tx: Tx, wanted: str, start: int, count: int) -> tuple[int, list[Key]]:
    """How many keys there are, and some of them, newest first; live ones before revoked ones.

    `wanted` is the id of a key or owner, or how a token ends; all keys when it is empty.
    """
    every = select(*_KEY)
    if wanted:
        ids = (API_KEY.c.id, API_KEY.c.person, API_KEY.c.app, API_KEY.c.last4)
        every = every.where(or_(*(one == wanted for one in ids)))
    counted = tx.row(select(func.count()).select_from(every.subquery()))
    order = (API_KEY.c.revoked_at.is_not(None), API_KEY.c.issued_at.desc(), API_KEY.c.id.desc())
    rows = tx.rows(every.order_by(*order).limit(count).offset(start))
    found = (_key(row) for row in rows)
    return int(counted[0]) if counted else 0, [one for one in found if one is not None]


def app_names(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """The names of these apps."""
    found: dict[str, str] = {}
    for some in _in_parts(ids):
        rows = tx.rows(select(APP.c.id, APP.c.name).where(APP.c.id.in_(some)))
        found |= {row.id: row.name for row in rows}
    return found


def keys_of(tx: Tx, owner: str, limit: int) -> list[Key]:
    """The keys of a person or an app, newest first."""
    mine = (API_KEY.c.person == owner) | (API_KEY.c.app == owner)
    wanted = select(*_KEY).where(mine).order_by(API_KEY.c.issued_at.desc(), API_KEY.c.id.desc())
    found = (_key(row) for row in tx.rows(wanted.limit(limit)))
    return [one for one in found if one is not None]


def unrevoked(tx: Tx, owner: str) -> list[Key]:
    """Every key of a person or an app that opens something still."""
    mine = (API_KEY.c.person == owner) | (API_KEY.c.app == owner)
    rows = tx.rows(select(*_KEY).where(mine, API_KEY.c.revoked_at.is_(None)))
    return [one for one in map(_key, rows) if one is not None]


def live_keys(tx: Tx, owner: str) -> int:
    """How many keys of a person or an app are not revoked."""
    mine = (API_KEY.c.person == owner) | (API_KEY.c.app == owner)
    live = select(func.count()).select_from(API_KEY).where(mine, API_KEY.c.revoked_at.is_(None))
    row = tx.row(live)
    return int(row[0]) if row else 0


def _in_parts(ids: Collection[str]) -> Iterator[list[str]]:
    """Ids in numbers that a statement takes."""
    ordered = sorted(ids)
    return (ordered[at : at + _MOST_IDS] for at in range(0, len(ordered), _MOST_IDS))


def _person(row: Row[Any] | None) -> Person | None:
    if row is None:
        return None
    values = _values(row)
    return Person(**{**values, "state": PersonState(values["state"])})


def _key(row: Row[Any] | None) -> Key | None:
    if row is None:
        return None
    values = _values(row)
    return Key(**{**values, "kind": KeyKind(values["kind"])})


def _values(row: Row[Any]) -> dict[str, Any]:
    return row._asdict()  # the documented accessor of rows and of named tuples
