# SPDX-License-Identifier: Apache-2.0
"""The table `video_job`: whose film is made where, by the request that asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Row, String, select

from guiju.records.model import Exchange
from guiju.storage import Instant, Tx, table

JOB = table(
    "video_job",
    # The key is the request's, so the leaf of the exchange covers this row as well.
    Column("request", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("produce_id", String(80), nullable=False),
    Column("model", String(100), nullable=False),
    Column("upstream", String(100), nullable=False),
    Column("upstream_model", String(100), nullable=False),
    Column("upstream_name", String(100), nullable=False),
    Column("theirs", String(200), nullable=False),
    Column("seconds", String(8), nullable=False),
    Column("size", String(12), nullable=False),
    Column("at", Instant, nullable=False),
)


def add(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Insert the jobs that these exchanges began."""
    tx.insert_many(JOB, [_row(one) for one in exchanges if one.job is not None])


def _row(one: Exchange) -> dict[str, Any]:
    job, source = one.job, one.source
    if job is None:
        raise RuntimeError("an exchange without a job has no row of one")
    return {
        "request": one.request,
        "person": one.person,
        "produce_id": one.label.produce_id,
        "model": one.model,
        "upstream": "" if source is None else source.upstream,
        "upstream_model": "" if source is None else source.model,
        "upstream_name": "" if source is None else source.name,
        "theirs": job.theirs,
        "seconds": job.seconds,
        "size": job.size,
        "at": one.at,
    }


def find(tx: Tx, request: str) -> Row[Any] | None:
    """The job that this request began."""
    return tx.row(select(JOB).where(JOB.c.request == request))


def of_person(
    tx: Tx, person: str, after: str | None, limit: int, *, newest: bool
) -> Sequence[Row[Any]]:
    """The jobs of one person, from one on; request ids rise with time."""
    wanted = select(JOB).where(JOB.c.person == person)
    if after is not None:
        wanted = wanted.where(JOB.c.request < after if newest else JOB.c.request > after)
    order = JOB.c.request.desc() if newest else JOB.c.request
    return tx.rows(wanted.order_by(order).limit(limit))


def drop(tx: Tx, request: str) -> bool:
    """Remove the job of this request; False when there is none."""
    return tx.delete(JOB, {"request": request})
