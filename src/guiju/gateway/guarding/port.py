# SPDX-License-Identifier: Apache-2.0
"""The port through which guard models are asked, and how it says that nothing came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

Reason = Literal["timeout", "unreachable", "unavailable", "refused", "redirected", "too-large"]

# What the guard, its host or its key is to blame for. A question that is refused for what it says
# is not: else a hostile text could shut the guard for everybody.
BLAMED = frozenset({"timeout", "unreachable", "unavailable", "redirected"})


class NotAnsweredError(Exception):
    """No whole answer with status 200 came; nothing of the other side is in this error."""

    def __init__(self, reason: Reason) -> None:
        """`reason` is all that is ever told."""
        super().__init__(reason)
        self.reason: Reason = reason


class Post(Protocol):
    """Whoever can post a question."""

    async def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], within: float, /
    ) -> bytes:
        """The body of an answer with status 200; raises NotAnsweredError.

        Reads no more than `guiju.screening.guards.MOST_REPLY` bytes, follows no redirect, unfolds
        no compression, keeps no cookie, asks no proxy of the environment.
        """
        ...
