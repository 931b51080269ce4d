# SPDX-License-Identifier: Apache-2.0
"""The table `limit_meter`: one row a subject, which whoever is the authority reads and writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import msgspec
from sqlalchemy import Column, LargeBinary, String, delete, select, text

from guiju.kernel import Text, Unavailable
from guiju.limits.meter import Meter
from guiju.storage import Tx, coded_row_holds, table

METER = table(
    "limit_meter",
    Column("subject", String(40), primary_key=True),
    Column("state", LargeBinary, nullable=False),
    guard="coded",
    clustered=True,
)

# Many subjects go into several statements: databases take some tens of thousands of values in one.
T = TypeVar("T")
_MOST = 500
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Meter).decode


def load(tx: Tx, subjects: Collection[str]) -> dict[str, Meter]:
    """The meters of these subjects; one that nobody has used yet is new.

    Raises:
        Unavailable: `meter-altered`, when a row is not as it was written.
    """
    found = {one: Meter(one) for one in subjects}
    for some in _in_parts(sorted(subjects)):
        for row in tx.rows(select(METER).where(METER.c.subject.in_(some))):
            values = {"subject": row.subject, "state": row.state, "code": row.code}
            if not coded_row_holds(METER, values, tx.keys):
                raise _altered(row.subject)
            found[row.subject] = _decode(row.state)
    return found


def packed(meters: Iterable[Meter]) -> dict[str, bytes]:
    """The meters as their rows hold them, by subject."""
    return {one.subject: _encode(one) for one in meters}


def save(tx: Tx, rows: Mapping[str, bytes]) -> None:
    """Write what `packed` gave over what stands there."""
    for some in _in_parts(sorted(rows)):
        tx.execute(delete(METER).where(METER.c.subject.in_(some)))
        tx.insert_many(METER, [{"subject": one, "state": rows[one]} for one in some])


def count(tx: Tx, subjects: Collection[str]) -> int:
    """How many of these subjects have a meter."""
    found = 0
    for some in _in_parts(sorted(subjects)):
        found += len(tx.rows(select(METER.c.subject).where(METER.c.subject.in_(some))))
    return found


def drop(tx: Tx, subjects: Collection[str]) -> int:
    """Drop their meters; how many there were."""
    gone = 0
    for some in _in_parts(sorted(subjects)):
        gone += tx.connection.execute(delete(METER).where(METER.c.subject.in_(some))).rowcount
    return gone


def lock(tx: Tx, subjects: Collection[str]) -> None:
    """Let nobody else touch these meters before this transaction ends (PostgreSQL).

    In one order for all, so that nobody waits for somebody who waits for them.
    """
    tx.execute(
        text(
            "SELECT pg_advisory_xact_lock(:family, key) FROM "
            "(SELECT DISTINCT hashtext(one) AS key FROM unnest(CAST(:subjects AS text[])) AS one "
            "ORDER BY 1) AS keys"
        ),
        {"family": _FAMILY, "subjects": sorted(subjects)},
    )


# A number of our own among the advisory locks of the database.
_FAMILY = 71_0016


def _in_parts(items: list[T]) -> Iterable[list[T]]:
    return (items[at : at + _MOST] for at in range(0, len(items), _MOST))


def not_kept() -> Unavailable:
    """The disk takes no more: what cannot be booked is not let through."""
    return Unavailable(
        "unavailable",
        Text(
            zh="用量无法记下，请求未被受理。",
            en="What is used cannot be noted; nothing was accepted.",
        ),
        Text(zh="请腾出磁盘空间后重试。", en="Free some disk space and try again."),
        article=13,
    )


def _altered(subject: str) -> Unavailable:
    return Unavailable(
        "meter-altered",
        Text(
            zh=f"{subject} 的用量记录与其校验码不符，不予采用。",
            en=f"The meter of {subject} does not match its code; it is not used.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
        article=13,
    )
