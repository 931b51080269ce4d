# SPDX-License-Identifier: Apache-2.0
"""Asks guard models through the gateway's own HTTP client."""

from __future__ import annotations

from collections.abc import Mapping

from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError
from guiju.gateway.guarding.port import NotAnsweredError
from guiju.screening import guards

_OURS = {401, 403, 404, 405, 408, 429}  # a key, an address or a limit; no matter of the text


class ClientPost:
    """A `Post` with a client for each address and key; belongs to one event loop."""

    def __init__(self) -> None:
        """Connections are made when they are needed."""
        self._clients: dict[tuple[str, str], Client] = {}

    async def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], within: float, /
    ) -> bytes:
        """The body of an answer with status 200; raises NotAnsweredError."""
        client = self._client(url, headers)
        # The cause is cut off: it may quote the other side, and nobody here would show it.
        try:
            said = await client.whole("POST", "", body, most=guards.MOST_REPLY, within=within)
        except BrokenError:
            raise NotAnsweredError("unreachable") from None
        _check(said.status)
        return said.body

    async def close(self) -> None:
        """Drop all connections."""
        while self._clients:
            await self._clients.popitem()[1].close()

    def _client(self, url: str, headers: Mapping[str, str]) -> Client:
        key = (url, headers.get("authorization", ""))
        if key not in self._clients:
            self._clients[key] = Client(url, headers)
        return self._clients[key]


def _check(status: int) -> None:
    if status == 200:  # noqa: PLR2004 - HTTP's own word for yes
        return
    if 300 <= status < 400:  # noqa: PLR2004 - for elsewhere
        raise NotAnsweredError("redirected")
    refused = 400 <= status < 500 and status not in _OURS  # noqa: PLR2004 - and for no
    raise NotAnsweredError("refused" if refused else "unavailable")
