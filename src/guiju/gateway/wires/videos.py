# SPDX-License-Identifier: Apache-2.0
"""`/v1/videos`: a prompt begins a job; the film is labelled when its owner fetches it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import msgspec

from guiju.gateway.media.model import FormFile
from guiju.gateway.passages import FILES
from guiju.gateway.signals import Reply
from guiju.gateway.wires.edits import Edits
from guiju.gateway.wires.prompted import SIZE, prompt_of
from guiju.gateway.wires.strict import json_of
from guiju.gateway.wires.wire import Json
from guiju.kernel import micros

if TYPE_CHECKING:
    from guiju.gateway.work import Ask, Work

_encode = msgspec.json.Encoder().encode


class Videos(Edits):
    """The OpenAI job that makes a film; a picture may show how it begins."""

    name = "videos"
    asks = "/videos"
    makes = "job"
    forms = True
    pictures: ClassVar[tuple[str, ...]] = ("input_reference",)
    least_pictures: ClassVar[int] = 0
    most_pictures: ClassVar[int] = 1
    settings: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "seconds": re.compile("[1-9][0-9]{0,2}"),
        "size": SIZE,
    }

    def parsed(self, ask: Ask) -> Json:
        """A form, or JSON where nothing is uploaded."""
        body = super().parsed(ask) if ask.kind.startswith("multipart/") else json_of(ask.raw)
        if type(body.get("seconds")) is int:
            body["seconds"] = str(body["seconds"])
        return body

    def files(self, body: Json) -> tuple[FormFile, ...]:
        """The picture as it was judged."""
        return tuple(body.get(FILES, ()))

    def handed_over(self, work: Work) -> Reply:
        """The job, which has only begun."""
        job = work.job
        if job is None:
            raise RuntimeError("a job is told before there is one")
        shown = {
            "id": f"video_{work.ask.request}",
            "object": "video",
            "created_at": micros(work.ask.at) // 1_000_000,
            "status": "queued",
            "progress": 0,
            "model": work.model,
            "prompt": prompt_of(work.body),
            "seconds": job.seconds,
            "size": job.size,
            "aigc": work.aigc(),
        }
        return Reply(200, _encode(shown))


VIDEOS = Videos()
