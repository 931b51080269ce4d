# SPDX-License-Identifier: Apache-2.0
"""Jobs that make films: each belongs to the person who asked for it (Articles 11 and 12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from guiju.casework import is_held
from guiju.kernel import Actor, ActorKind, Conflict, Text
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

    Raises:
        Conflict: `record-held`, while a case needs it as it is.
    """
    check_job_free(tx, one)
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


def check_job_free(tx: Tx, one: VideoJob) -> None:
    """Refuse to let its owner delete a film that a case holds; raises as `drop_job`."""
    film = media_store.find(tx, one.produce_id)
    named = [one.request, one.produce_id, *([] if film is None else [film.request])]
    if any(is_held(tx, about) for about in named):
        raise _held()


def _held() -> Conflict:
    return Conflict(
        "record-held",
        Text(
            zh="此视频涉及尚未办结的案件，暂不能删除。",
            en="A case that is not decided yet needs this video, so it cannot be deleted now.",
        ),
        Text(
            zh="请在案件办结后再删除；届时到期的内容也会自动删除。",
            en="Delete it once the case is closed; what has expired by then goes by itself.",
        ),
        article=14,
    )


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
