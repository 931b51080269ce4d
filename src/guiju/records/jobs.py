# SPDX-License-Identifier: Apache-2.0
"""Jobs that make films: each belongs to the person who asked for it (Articles 11 and 12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from guiju.kernel import Actor, ActorKind
from guiju.ledger import append
from guiju.records import jobs_store, media_store
from guiju.records.model import Source
from guiju.storage import Tx


class VideoJob(NamedTuple):
    """A job; `theirs` is its id at the model service, which answers to `source`."""

    request: str
    person: str
    produce_id: str
    model: str
    source: Source | None
    theirs: str
    seconds: str
    size: str
    at: datetime


def job(tx: Tx, request: str, person: str) -> VideoJob | None:
    """The job that a request of this person began; None also for anybody else's."""
    row = jobs_store.find(tx, request)
    return None if row is None or row.person != person else _job(row)


def jobs(
    tx: Tx, person: str, after: str | None = None, limit: int = 20, *, newest: bool = True
) -> list[VideoJob]:
    """The jobs of one person."""
    return [_job(row) for row in jobs_store.of_person(tx, person, after, limit, newest=newest)]


def drop_job(tx: Tx, one: VideoJob) -> bool:
    """Forget a job and the film that was kept of it, as its owner asks; False if it is gone.

    What its use has left on record stays there.
    """
    if not jobs_store.drop(tx, one.request):
        return False
    media_store.drop_body(tx, one.produce_id)
    append(
        tx,
        "video-deleted",
        controls=("media-label",),
        actor=Actor(ActorKind.PERSON, one.person),
        subject=one.person,
        facts={"request": one.request, "produce_id": one.produce_id},
    )
    return True


def _job(row: Row[Any]) -> VideoJob:
    source = None
    if row.upstream:
        source = Source(row.upstream, row.upstream_model, row.upstream_name, 1)
    return VideoJob(
        row.request,
        row.person,
        row.produce_id,
        row.model,
        source,
        row.theirs,
        row.seconds,
        row.size,
        row.at,
    )
