# SPDX-License-Identifier: Apache-2.0
"""The tables of cases and their events, and the one way a case's row is changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Row, String, select

from guiju.casework.case import Case, Event, Origin, Severity, Tie
from guiju.casework.kind import Kind, Kinds
from guiju.casework.model import PEOPLE
from guiju.casework.sealing import owned_with_case
from guiju.storage import CanonicalJson, Instant, Tx, sealed, table

# Sorts behind every date, so that pages can begin behind any row: NULL is before or behind
# nothing.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_FARTHEST = 16
_PEOPLE = tuple(one.value for one in PEOPLE)

CASE = table(
    "casework_case",
    Column("id", String(40), primary_key=True),
    Column("number", String(24), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("state", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("queue", String(40)),
    Column("subject", String(80), index=True),
    Column("service", String(80)),
    Column("about", String(80), index=True),
    Column("policy", String(64)),
    Column("opened_by", String(80), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("parent", String(40), index=True),
    Column("caused_by", String(40), index=True),
    Column("duplicate_of", String(40), index=True),
)
# Who waits for nobody stands in no queue, and in neither of these.
_WAITS = CASE.c.queue.is_not(None)
for _name, _order in {
    "due": (CASE.c.due_at, CASE.c.severity),
    "severity": (CASE.c.severity, CASE.c.due_at),
}.items():
    Index(
        f"ix_casework_case_by_{_name}",
        CASE.c.queue,
        *_order,
        CASE.c.id,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )

# Which closed cases have reached their limit is asked by kind, the longest closed first.
Index("ix_casework_case_closed", CASE.c.kind, CASE.c.closed_at)

EVENT = table(
    "casework_event",
    Column("case_id", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("verb", String(40), nullable=False),
    Column("source", String(40)),
    Column("target", String(40), nullable=False),
    Column("actor_kind", String(12), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("facts", CanonicalJson, nullable=False),
    Column("reason", LargeBinary, info=sealed("casework_event/{case_id}/{seq}", owned_with_case())),
)


def add_case(tx: Tx, case: Case) -> None:
    """Keep a new case."""
    tx.insert(
        CASE,
        {
            "id": case.id,
            "number": case.number,
            "kind": case.kind.name,
            "state": case.state,
            "version": case.version,
            "severity": int(case.severity),
            "origin": case.origin.value,
            "queue": case.queue,
            "subject": case.subject,
            "service": case.service,
            "about": case.about,
            "policy": case.policy,
            "opened_by": case.opened_by,
            "opened_at": case.opened_at,
            "due_at": case.due or NEVER,
            "parent": case.parent,
            "caused_by": case.caused_by,
        },
    )


def change_case(tx: Tx, case: Case, changes: Mapping[str, Any]) -> Case | None:
    """The case one version on; None when somebody else has changed it since it was read."""
    more = {**changes, "version": case.version + 1}
    if not tx.update(CASE, {"id": case.id}, more, expect={"version": case.version}):
        return None
    return find_case(tx, Kinds([case.kind]), case.id)


def case_row(tx: Tx, name: str) -> Row[Any] | None:
    """The row of the case with this id, of whatever kind."""
    return tx.row(select(CASE).where(CASE.c.id == name))


def find_case(tx: Tx, kinds: Kinds, name: str) -> Case | None:
    """The case with this id or number; what cannot be one is not even asked for."""
    if not (name.isascii() and name.isprintable()):
        return None
    column = CASE.c.id if name.startswith("case_") else CASE.c.number
    row = tx.row(select(CASE).where(column == name))
    return None if row is None else case_of(row, kinds)


def cases_where(tx: Tx, kinds: Kinds, column: str, value: str, most: int) -> list[Case]:
    """The newest cases whose `column` holds `value`, of these kinds."""
    names = [one.name for one in kinds]
    wanted = select(CASE).where(CASE.c[column] == value, CASE.c.kind.in_(names))
    rows = tx.rows(wanted.order_by(CASE.c.id.desc()).limit(most))
    return [case_of(row, kinds) for row in rows]


def case_of(row: Row[Any], kinds: Kinds) -> Case:
    """A row of the table, read."""
    values = {name: row._mapping[name] for name in _PLAIN}  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Case(
        **values,
        kind=kinds.of(row.kind),
        severity=Severity(row.severity),
        origin=Origin(row.origin),
        due=None if row.due_at == NEVER else row.due_at,
    )


_PLAIN = tuple(
    one.name for one in CASE.columns if one.name not in {"kind", "severity", "origin", "due_at"}
)


def add_event(tx: Tx, event: Event, sealed: bytes | None) -> None:
    """Keep what happened; `sealed` is the reason under its key."""
    tx.insert(
        EVENT,
        {
            "case_id": event.case,
            "seq": event.seq,
            "verb": event.verb,
            "source": event.source,
            "target": event.target,
            "actor_kind": event.actor_kind,
            "actor": event.actor,
            "at": event.at,
            "facts": dict(event.facts),
            "reason": sealed,
        },
    )


def events(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """What happened to a case, in order."""
    return tx.rows(select(EVENT).where(EVENT.c.case_id == case).order_by(EVENT.c.seq))


def any_words(tx: Tx, case: str) -> bool:
    """Whether somebody gave a reason for a step of this case."""
    wanted = select(EVENT.c.seq).where(EVENT.c.case_id == case, EVENT.c.reason.is_not(None))
    return tx.row(wanted.limit(1)) is not None


def actors(tx: Tx, cases: Collection[str], verbs: Collection[str] | None = None) -> frozenset[str]:
    """The people and staff who did something in these cases, or one of these things."""
    c = EVENT.c
    wanted = select(c.actor).where(c.case_id.in_(list(cases)), c.actor_kind.in_(_PEOPLE))
    if verbs is not None:
        wanted = wanted.where(c.verb.in_(list(verbs)))
    return frozenset(row.actor for row in tx.rows(wanted))


def origins(tx: Tx, case: Case) -> frozenset[str]:
    """The cases this one came from, as parent or cause, however far back."""
    found: set[str] = set()
    new = {one for one in (case.parent, case.caused_by) if one}
    for _ in range(_FARTHEST):
        if not new:
            break
        found |= new
        wanted = select(CASE.c[Tie.PARENT], CASE.c[Tie.CAUSED_BY]).where(CASE.c.id.in_(list(new)))
        new = {one for row in tx.rows(wanted) for one in row if one} - found
    return frozenset(found)


def kind_only(kind: Kind | Kinds) -> Kinds:
    """One kind or several, as several."""
    return kind if isinstance(kind, Kinds) else Kinds([kind])
