# SPDX-License-Identifier: Apache-2.0
"""The port through which guard models are asked, and the adapter that asks by HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import aiohttp

from guiju.screening import guards

Reason = Literal["timeout", "unreachable", "unavailable", "refused", "redirected", "too-large"]

# What the guard, its host or its key is to blame for. A question that is refused for what it says
# is not: else a hostile text could shut the guard for everybody.
BLAMED = frozenset({"timeout", "unreachable", "unavailable", "redirected"})
_CONNECT = 2.0
_OURS = {401, 403, 404, 405, 408, 429}  # a key, an address or a limit; no matter of the text


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
        """The body of the answer, at most `guards.MOST_REPLY` bytes; raises NotAnsweredError.

        Follows no redirect, uses no proxy that the policy does not name, keeps no cookie.
        """
        ...


class SessionPost:
    """Posts through a session of aiohttp, which belongs to whoever gave it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """`session` should keep no cookies and trust no environment."""
        self._session = session

    async def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], within: float, /
    ) -> bytes:
        """The body of the answer, read no further than an answer of a guard is long."""
        limits = aiohttp.ClientTimeout(total=within, sock_connect=min(within, _CONNECT))
        # The causes are cut off: they may quote the other side, and nobody here would show them.
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                _check(response.status)
                return await _bounded(response.content)
        except TimeoutError:
            raise NotAnsweredError("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise NotAnsweredError("unreachable") from None


def _check(status: int) -> None:
    if status == 200:  # noqa: PLR2004 - HTTP's own word for yes
        return
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's own words for elsewhere
        raise NotAnsweredError("redirected")
    refused = 400 <= status < 500 and status not in _OURS  # noqa: PLR2004 - and for no
    raise NotAnsweredError("refused" if refused else "unavailable")


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    parts, size = [], 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > guards.MOST_REPLY:
            raise NotAnsweredError("too-large")
        parts.append(piece)
    return b"".join(parts)
