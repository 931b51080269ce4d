# SPDX-License-Identifier: Apache-2.0
"""What an office asks of whoever is the authority, and what it is told unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from guiju.limits import Grant, Turn


class Hears(Protocol):
    """Who is told, on the event loop, what happens elsewhere."""

    def recalled(self, subject: str) -> bool:
        """Somebody is short of this: give back what nobody needs here; whether a turn follows."""
        ...

    def returned(self, subject: str) -> None:
        """Somebody has given some of this back: it is worth asking again."""
        ...

    @property
    def told(self) -> Callable[[str], None]:
        """Something has changed that concerns every process, e.g. a key was revoked."""
        ...

    @property
    def missed(self) -> Callable[[], None]:
        """Nobody could be heard for a while; something may have been told meanwhile."""
        ...


class Authority(Protocol):
    """One count for all workers: in this process, in another, or in the rows of a database."""

    async def start(self, hears: Hears) -> None:
        """Begin; returns once it answers, or after a few seconds without."""
        ...

    async def turns(self, said: Sequence[Turn]) -> Sequence[Grant]:
        """The answers in order; raises Unavailable when nobody answers."""
        ...

    async def close(self) -> None:
        """Everything was given back; write down what must be."""
        ...
