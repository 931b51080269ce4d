# SPDX-License-Identifier: Apache-2.0
"""The tables of what is done about persons: `disposition_action`, `_held`, `_strike`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, String, func, or_, select

from guiju.dispositions.model import Action, Effect, Measure, Strike
from guiju.storage import CanonicalJson, Instant, Question, Tx, table

ACTION = table(
    "disposition_action",
    Column("case", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("effect", String(12), nullable=False, index=True),
    Column("held", Boolean, nullable=False),
    Column("measure", String(12), nullable=False),
    Column("days", Integer),
    Column("clause", String(12), nullable=False),
    Column("functions", CanonicalJson, nullable=False),
    Column("agreement", Integer),
    Column("trigger", String(40), nullable=False),
    Column("measure_by", String(80), nullable=False),
    Column("strikes", Integer, nullable=False),
    Column("policy", String(64)),
    Column("in_force_at", Instant),
    Column("ends_at", Instant),
)
# One row a person, so that two workers that see the same rule reached hold the person once.
HELD = table(
    "disposition_held",
    Column("person", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
)
STRIKE = table(
    "disposition_strike",
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("case", String(40), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("removed_at", Instant),
)
_NAMES = tuple(one.name for one in ACTION.columns)
_DECIDED = Question(select(ACTION.c.case).where(ACTION.c.effect == Effect.DECIDED.value).limit(1))


def add(tx: Tx, action: Action) -> None:
    """Keep what is done in a new case."""
    values = {name: getattr(action, name) for name in _NAMES}
    plain = {"effect": action.effect.value, "measure": action.measure.value}
    tx.insert(ACTION, {**values, **plain, "functions": list(action.functions)})


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Change what is done in a case, whose version the caller has just moved on."""
    tx.update(ACTION, {"case": case}, changes)


def find(tx: Tx, case: str) -> Action | None:
    """What is done in the case with this id."""
    row = tx.row(select(ACTION).where(ACTION.c.case == case))
    return None if row is None else _action(row)


def get(tx: Tx, case: str) -> Action:
    """The same, of a case that is one about a person."""
    found = find(tx, case)
    if found is None:
        raise LookupError(case)
    return found


def of_person(tx: Tx, person: str, most: int = 100) -> list[Action]:
    """What is and was done about a person, the newest first."""
    wanted = select(ACTION).where(ACTION.c.person == person).order_by(ACTION.c.case.desc())
    return [_action(row) for row in tx.rows(wanted.limit(most))]


def taking_effect(tx: Tx, person: str) -> list[Action]:
    """What is done about the person now, the oldest first."""
    c = ACTION.c
    now = or_(c.held, c.effect == Effect.IN_FORCE.value)
    wanted = select(ACTION).where(c.person == person, now).order_by(c.case)
    return [_action(row) for row in tx.rows(wanted)]


def any_decided(tx: Tx) -> bool:
    """Whether something was decided that is not in force yet."""
    return bool(tx.ask(_DECIDED))


def decided(tx: Tx, most: int) -> list[Action]:
    """What was decided and is not in force yet."""
    wanted = select(ACTION).where(ACTION.c.effect == Effect.DECIDED.value)
    return [_action(row) for row in tx.rows(wanted.order_by(ACTION.c.case).limit(most))]


def hold(tx: Tx, person: str) -> bool:
    """Mark a person as held; False when they are already, also by somebody just now."""
    return tx.insert_if_absent(HELD, {"person": person, "at": tx.now})


def let_go(tx: Tx, person: str) -> None:
    """Take the mark away."""
    tx.delete(HELD, {"person": person})


def add_strike(tx: Tx, strike: Strike) -> None:
    """Keep a strike."""
    tx.insert(STRIKE, {one.name: getattr(strike, one.name) for one in STRIKE.columns})


def strikes_of_case(tx: Tx, case: str) -> list[Strike]:
    """The strikes of a case that were not taken back."""
    wanted = select(STRIKE).where(STRIKE.c.case == case, STRIKE.c.removed_at.is_(None))
    return [_strike(row) for row in tx.rows(wanted)]


def strikes_of(tx: Tx, person: str) -> Sequence[Strike]:
    """All strikes of a person, the newest first."""
    wanted = select(STRIKE).where(STRIKE.c.person == person).order_by(STRIKE.c.id.desc())
    return [_strike(row) for row in tx.rows(wanted)]


def counting(tx: Tx, person: str, now: datetime) -> int:
    """How many strikes count against a person."""
    c = STRIKE.c
    wanted = select(func.count()).where(
        c.person == person, c.expires_at > now, c.removed_at.is_(None)
    )
    row = tx.row(wanted)
    return int(row[0]) if row else 0


def take_back(tx: Tx, strike: Strike) -> None:
    """Let a strike count no more."""
    tx.update(STRIKE, {"id": strike.id}, {"removed_at": tx.now})


def _action(row: Row[Any]) -> Action:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    typed = {
        "effect": Effect(values["effect"]),
        "measure": Measure(values["measure"]),
        "functions": tuple(values["functions"]),
    }
    return Action(**{**values, **typed})


def _strike(row: Row[Any]) -> Strike:
    return Strike(**dict(row._mapping))  # noqa: SLF001 - as above
