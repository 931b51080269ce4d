# SPDX-License-Identifier: Apache-2.0
"""The table of urgent terms: each word sealed, its state and people beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    String,
    Text,
    and_,
    bindparam,
    or_,
    select,
)

from guiju.kernel import seal, unseal
from guiju.policies.urgent_model import UrgentState, UrgentTerm
from guiju.storage import Instant, Question, Tx, table

_PURPOSE = "urgent-term"

URGENT_TERM = table(
    "urgent_term",
    Column("id", String(40), primary_key=True),
    Column("state", String(12), nullable=False, index=True),
    Column("lexicon", String(60), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("harm", String(3), nullable=False),
    Column("action", String(8), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("adder", String(80), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Instant, nullable=False),
    Column("decider", String(80)),
    Column("decided_at", Instant),
    Column("decision", Text),
    Column("folded_in", String(64)),
)
_T = URGENT_TERM.c
_HEAD = [column for column in URGENT_TERM.columns if column.name != "content"]


def add(tx: Tx, term: UrgentTerm, line: bytes) -> None:
    """Keep a term with its line, which is sealed and bound to its id."""
    content = seal(_key(tx), line, _context(term.id))
    values = {column.name: getattr(term, column.name) for column in _HEAD}
    tx.insert(URGENT_TERM, {**values, "state": term.state.value, "content": content})


def move(tx: Tx, term: UrgentTerm, target: str, **changes: object) -> bool:
    """Bring a term into another state, unless it has left its own; False then."""
    return tx.update(
        URGENT_TERM,
        {"id": term.id},
        {"state": str(target), **changes},
        expect={"state": term.state.value},
    )


def note_list(tx: Tx, term: UrgentTerm, digest: str) -> bool:
    """Remember in which proposed list a confirmed term stands; False if it is confirmed no more."""
    return move(tx, term, term.state, folded_in=digest)


def find(tx: Tx, term: str) -> UrgentTerm | None:
    """The term with this id; what cannot be an id is not even asked for."""
    if not (term.isascii() and term.isprintable()):
        return None
    row = tx.row(select(*_HEAD).where(_T.id == term))
    return None if row is None else _term(row)


def in_force(tx: Tx) -> list[UrgentTerm]:
    """The terms that count now, in the order in which they were added."""
    wanted = select(*_HEAD).where(_counts(tx.now)).order_by(_T.added_at, _T.id)
    return [_term(row) for row in tx.rows(wanted)]


def due(tx: Tx) -> list[UrgentTerm]:
    """The provisional terms whose time has run out."""
    wanted = select(*_HEAD).where(_T.state == UrgentState.PROVISIONAL.value, _T.until <= tx.now)
    return [_term(row) for row in tx.rows(wanted.order_by(_T.until))]


def newest(tx: Tx, limit: int) -> list[UrgentTerm]:
    """The newest terms, whatever became of them."""
    wanted = select(*_HEAD).order_by(_T.added_at.desc(), _T.id).limit(limit)
    return [_term(row) for row in tx.rows(wanted)]


def lines(tx: Tx, terms: Sequence[UrgentTerm]) -> list[tuple[UrgentTerm, bytes]]:
    """The lines of these terms; raises Invalid `seal-broken` when a row was changed."""
    wanted = select(_T.id, _T.content).where(_T.id.in_([one.id for one in terms]))
    content = {row.id: row.content for row in tx.rows(wanted)}
    key = _key(tx)
    return [(one, unseal(key, content[one.id], _context(one.id))) for one in terms]


def mark(tx: Tx) -> tuple[str, ...]:
    """What is the same as long as the same terms count: cheap enough to ask each second."""
    return tuple(row.id for row in tx.ask(_MARK, now=tx.now))


def _counts(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    provisional = and_(_T.state == UrgentState.PROVISIONAL.value, _T.until > now)
    return or_(_T.state == UrgentState.CONFIRMED.value, provisional)


_MARK = Question(select(_T.id).where(_counts(bindparam("now"))).order_by(_T.id))


def _term(row: Row[tuple[object, ...]]) -> UrgentTerm:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return UrgentTerm(**{**values, "state": UrgentState(values["state"])})


def _key(tx: Tx) -> bytes:
    return tx.keys.service_key(_PURPOSE)


def _context(term: str) -> bytes:
    return f"urgent-term/{term}".encode()
