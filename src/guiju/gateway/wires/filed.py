# SPDX-License-Identifier: Apache-2.0
"""What the wires share whose answer is one file: it is handed over with its label in the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from guiju.gateway.signals import Reply
from guiju.gateway.wires.wire import Json, Wire

if TYPE_CHECKING:
    from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


class FileWire(Wire):
    """The answer is a file and nothing else."""

    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:  # noqa: ARG002 - of the base
        """Nothing: this answer is a file."""
        raise RuntimeError("a file is no JSON")

    def handed_over(self, work: Work) -> Reply:
        """The file, with what machines read of its label in the head too."""
        labelled = work.made[0].labelled
        if labelled is None:
            raise RuntimeError("a file leaves without its label")
        marks = ((b"x-guiju-aigc", _encode(labelled.label.fields)),)
        return Reply(200, labelled.data, kind=labelled.kind, marks=marks)
