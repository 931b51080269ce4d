# SPDX-License-Identifier: Apache-2.0
"""`/v1/videos/{id}/content`: a finished film, labelled when it is fetched for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from guiju.gateway.signals import Reply
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


class Film(Wire):
    """A file, whose request says nothing but which one."""

    name = "film"
    in_words = False
    makes = "film"

    def given(self, work: Work) -> bytes:
        """Which film."""
        return _encode({"video": "" if work.film is None else work.film.request})

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:  # noqa: ARG002 - of the base
        """Nothing: this answer is a file."""
        raise RuntimeError("a film is no JSON")

    def handed_over(self, work: Work) -> Reply:
        """The film, with what machines read of its label in the head too."""
        labelled = work.made[0].labelled
        if labelled is None:
            raise RuntimeError("a film leaves without its label")
        marks = ((b"x-guiju-aigc", _encode(labelled.label.fields)),)
        return Reply(200, labelled.data, kind=labelled.kind, marks=marks)


FILM = Film()
