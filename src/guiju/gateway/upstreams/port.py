# SPDX-License-Identifier: Apache-2.0
"""The port to the models: a question goes in, and who answered comes out beside the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

from guiju.gateway.chunks import Chunk
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.records import Source

OURS = "guiju"
"""To whom a model belongs when nobody else is named."""

CHAT_PATH = "/chat/completions"


class Speech:
    """A model that has begun to speak: its first chunk is here, so nobody else is asked any more.

    Whoever takes one closes it, read to its end or not.
    """

    def __init__(self, chunks: AsyncGenerator[Chunk, None], source: Source | None = None) -> None:
        """`chunks` raise a GuijuError when the model breaks off."""
        self.chunks = chunks
        self.source = source

    async def aclose(self) -> None:
        """Nobody listens any more."""
        await self.chunks.aclose()


class Upstream(Protocol):
    """Whoever generates."""

    async def answer(self, ask: AskModel) -> ModelAnswered:
        """The whole answer; raises Unavailable, or Invalid when the model refuses the request."""
        ...

    async def fetch(self, url: str, source: Source | None) -> bytes:
        """The file at an address that the answer of `source` names, of its own origin only.

        Raises Unavailable `media-elsewhere` for any other address, or as `answer`.
        """
        ...

    async def about(self, ask: AskModel) -> dict[str, Any]:
        """What whoever makes the film of `ask.job` says.

        Raises NotFound `video-not-found`, Unavailable, or Invalid when it refuses.
        """
        ...

    async def begin(self, ask: AskModel) -> Speech:
        """The answer as a stream that has begun; raises as `answer` does.

        Whatever was tried before the first chunk is over by then.
        """
        ...

    async def models(self) -> Mapping[str, str]:
        """The names of the models behind this port, and to whom each belongs."""
        ...

    async def start(self) -> None:
        """Get ready on the running event loop."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
