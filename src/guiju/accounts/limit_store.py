# SPDX-License-Identifier: Apache-2.0
"""The table `limit_override`: limits of one key or person that differ from the policy's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, String, bindparam, select

from guiju.storage import CanonicalJson, Instant, Question, Tx, table

OVERRIDE = table(
    "limit_override",
    Column("subject", String(40), primary_key=True),
    # By measure: a number, or null for no limit; what is not named is as the policy has it.
    Column("limits", CanonicalJson, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Instant, nullable=False),
)


class Override(NamedTuple):
    """Whose limits differ from the policy's, in what, why, and who said so."""

    subject: str
    limits: Mapping[str, int | None]
    reason: str
    set_by: str
    set_at: datetime


_TWO = [bindparam("one", type_=String), bindparam("other", type_=String)]
_OF_TWO = Question(select(OVERRIDE).where(OVERRIDE.c.subject.in_(_TWO)))


def of_caller(tx: Tx, key: str, person: str | None) -> dict[str, Override]:
    """Those of a key and of the person behind it that have limits of their own."""
    return _by_subject(tx.ask(_OF_TWO, one=key, other=key if person is None else person))


def overrides(tx: Tx, subjects: Collection[str]) -> dict[str, Override]:
    """Those of `subjects` that have limits of their own."""
    wanted = select(OVERRIDE).where(OVERRIDE.c.subject.in_(sorted(subjects)))
    return _by_subject(tx.rows(wanted))


def _by_subject(rows: Iterable[Any]) -> dict[str, Override]:
    return {row.subject: Override(*row) for row in rows}


def put(tx: Tx, one: Override) -> None:
    """Keep these limits; without any, the policy's count again."""
    values = one._asdict()
    key = {"subject": values.pop("subject")}
    if not one.limits:
        tx.delete(OVERRIDE, key)
    elif not tx.update(OVERRIDE, key, values):
        tx.insert(OVERRIDE, key | values)
