# SPDX-License-Identifier: Apache-2.0
"""`/v1/videos/{id}/content`: a finished film, labelled when it is fetched for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from guiju.gateway.wires.filed import FileWire

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


class Film(FileWire):
    """A file, whose request says nothing but which one."""

    name = "film"
    in_words = False
    makes = "film"

    def given(self, work: Work) -> bytes:
        """Which film."""
        return _encode({"video": "" if work.film is None else work.film.request})


FILM = Film()
