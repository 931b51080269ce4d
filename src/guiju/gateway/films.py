# SPDX-License-Identifier: Apache-2.0
"""Films that are being made: looked after for the person who asked for them, and nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from guiju.gateway.media.shelf import Shelf
from guiju.gateway.signals import AskModel
from guiju.gateway.upstreams import no_such_job
from guiju.gateway.wires.strict import not_offered, wrong
from guiju.kernel import Conflict, Invalid, NotFound, Text, micros
from guiju.records import VideoJob

PATH = "/v1/videos/"
CONTENT = "/content"
_ID = re.compile(r"video_(req_[0-9a-z]{1,36})")
_STATES = frozenset({"queued", "in_progress", "completed", "failed"})
# What services of this kind say instead.
_LIKE = {"processing": "in_progress", "succeeded": "completed", "cancelled": "failed"}
_WORD = re.compile(r"[a-z0-9_.-]{1,60}")
_MOST_LISTED = 20
_WHOLE = 100
_MICRO = 1_000_000
_encode = msgspec.json.Encoder().encode
Ask = Callable[[AskModel], Awaitable[dict[str, Any]]]


class Films:
    """Tells owners how their films stand; `ask` asks whoever makes one."""

    def __init__(self, shelf: Shelf, ask: Ask) -> None:
        """Nothing is remembered between two requests."""
        self._shelf = shelf
        self._ask = ask

    async def of(self, path: str, person: str) -> VideoJob:
        """The film that a path is about; raises NotFound `video-not-found`, also for others'."""
        found = _ID.fullmatch(path.removeprefix(PATH).removesuffix(CONTENT))
        job = None
        if found is not None:
            job = await asyncio.to_thread(self._shelf.job, found[1], person)
        if job is None:
            raise no_such_job()
        return job

    async def listed(self, query: bytes, person: str) -> dict[str, Any]:
        """The films of a person, as OpenAI lists them."""
        after, limit, newest = _page(query)
        kept = await asyncio.to_thread(self._shelf.jobs, person, after, limit + 1, newest=newest)
        shown = await asyncio.gather(*(self._told(one) for one in kept[:limit]))
        ends = (shown[0]["id"], shown[-1]["id"]) if shown else (None, None)
        more = len(kept) > limit
        return {
            "object": "list",
            "data": shown,
            "first_id": ends[0],
            "last_id": ends[1],
            "has_more": more,
        }

    async def shown(self, job: VideoJob) -> dict[str, Any]:
        """How it stands; raises NotFound when whoever makes it has forgotten it."""
        return _shown(job, await self._ask(about(job, "GET")))

    async def deleted(self, job: VideoJob) -> dict[str, Any]:
        """Forget it, there and here; what the law wants kept of its use is kept.

        Raises:
            Conflict: `record-held`, before anything is deleted there.
        """
        await asyncio.to_thread(self._shelf.check_free, job)
        with suppress(NotFound):  # it is gone there already
            await self._ask(about(job, "DELETE"))
        await asyncio.to_thread(self._shelf.drop, job)
        return {"id": f"video_{job.request}", "object": "video.deleted", "deleted": True}

    async def is_kept(self, job: VideoJob) -> bool:
        """Whether it was labelled before, and is here."""
        return await asyncio.to_thread(self._shelf.kept, job.produce_id)

    async def check_ready(self, job: VideoJob) -> None:
        """Raise Conflict `video-not-ready` unless it is finished."""
        state = (await self.shown(job))["status"]
        if state != "completed":
            raise _not_ready(state)

    async def _told(self, job: VideoJob) -> dict[str, Any]:
        try:
            return await self.shown(job)
        except NotFound:
            return _shown(job, {"status": "failed", "error": {"code": "expired"}})


def label_stays() -> Invalid:
    """A film is labelled once and kept, so the visible label cannot be left out for one request."""
    return not_offered(
        "x-guiju-explicit-label",
        Text(zh="视频只加一次标识并留存", en="a film is labelled once, and kept so"),
        Text(zh="请去掉该请求头。", en="Leave this header out."),
    )


def check_variant(query: bytes) -> None:
    """Raise Invalid for anything but the film itself: a preview has no label of its own."""
    variant = dict(parse_qsl(query.decode("latin-1"))).get("variant", "video")
    if variant != "video":
        raise not_offered(
            "variant",
            Text(zh="预览图没有自己的标识", en="a preview carries no label of its own"),
            Text(zh="请取回视频本身。", en="Fetch the video itself."),
        )


def about(job: VideoJob, method: str, more: str = "", *, raw: bool = False) -> AskModel:
    """A question about a film to whoever makes it."""
    path = f"/videos/{job.theirs}{more}"
    return AskModel(b"", stream=False, path=path, model=job.model, raw=raw, method=method, job=job)


def _shown(job: VideoJob, said: Mapping[str, Any]) -> dict[str, Any]:
    """The job in our words; of what is said of it only what can be told by its form."""
    state = said.get("status")
    state = _LIKE.get(state, state) if type(state) is str else None
    if state not in _STATES:
        state = "in_progress"
    progress = said.get("progress")
    fits = type(progress) is int and 0 <= progress <= _WHOLE
    shown: dict[str, Any] = {
        "id": f"video_{job.request}",
        "object": "video",
        "created_at": micros(job.at) // _MICRO,
        "status": state,
        "progress": progress if fits else _WHOLE if state == "completed" else 0,
        "model": job.model,
        "seconds": job.seconds,
        "size": job.size,
    }
    for name in ("completed_at", "expires_at"):
        if type(said.get(name)) is int:
            shown[name] = said[name]
    if state == "failed":
        shown["error"] = _error(said.get("error"))
    return shown


def _error(said: Any) -> dict[str, str]:
    code = said.get("code") if type(said) is dict else None
    known = code if type(code) is str and _WORD.fullmatch(code) else "failed"
    return {"code": known, "message": "The model service could not make this video."}


def _page(query: bytes) -> tuple[str | None, int, bool]:
    given = dict(parse_qsl(query.decode("latin-1")))
    after, limit, order = given.get("after"), given.get("limit"), given.get("order", "desc")
    found = None if after is None else _ID.fullmatch(after)
    if after is not None and found is None:
        raise wrong("after", "应为视频编号", "must be the id of a video")
    if limit is not None and not (limit.isdigit() and 0 < int(limit[:4]) <= _MOST_LISTED):
        raise wrong("limit", f"应为 1 到 {_MOST_LISTED}", f"must be 1 to {_MOST_LISTED}")
    if order not in {"asc", "desc"}:
        raise wrong("order", "应为 asc 或 desc", "must be asc or desc")
    number = _MOST_LISTED if limit is None else int(limit)
    return None if found is None else found[1], number, order == "desc"


def _not_ready(state: str) -> Conflict:
    return Conflict(
        "video-not-ready",
        Text(zh=f"视频尚未完成（{state}）。", en=f"The video is not finished ({state})."),
        Text(zh="请稍后查询 GET /v1/videos/{id}。", en="Ask GET /v1/videos/{id} a little later."),
        article=12,
    )
