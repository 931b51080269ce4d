# SPDX-License-Identifier: Apache-2.0
"""The port to the model, and the adapter for any OpenAI-compatible address."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import aiohttp
import msgspec

from guiju.gateway.sse import EventReader, TooLargeError
from guiju.kernel import GuijuError, Invalid, Text, Unavailable

_decode = msgspec.json.Decoder().decode
_MOST_ANSWER = 32 * 1024 * 1024
_MOST_STREAM = 256 * 1024 * 1024
_REFUSED = range(400, 500)


class Upstream(Protocol):
    """Whoever generates."""

    async def answer(self, body: bytes) -> dict[str, Any]:
        """The whole answer; raises Unavailable, or Invalid when the model refuses the request."""
        ...

    def stream(self, body: bytes) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks of the answer; raises as `answer` does, before or between chunks."""
        ...

    async def models(self) -> list[str]:
        """The names of the models behind this port."""
        ...

    async def start(self) -> None:
        """Get ready on the running event loop."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class HttpUpstream:
    """An OpenAI-compatible service, e.g. `http://127.0.0.1:8000/v1`."""

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        silence: float = 120.0,
        whole: float = 600.0,
        longest: float = 3600.0,
    ) -> None:
        """How many seconds the model may be quiet in a stream, or take for a whole answer.

        `longest` bounds a stream that is never quiet and never ends.
        """
        self._chat = base_url.rstrip("/") + "/chat/completions"
        self._models = base_url.rstrip("/") + "/models"
        # Compressed answers could unfold without bound; nothing is gained next door.
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._timeout = aiohttp.ClientTimeout(total=longest, sock_connect=5.0, sock_read=silence)
        self._whole = aiohttp.ClientTimeout(total=whole, sock_connect=5.0)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the pool of connections; it belongs to the running event loop."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
        )

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the upstream was not started")
        return self._session

    def _post(
        self, body: bytes, timeout: aiohttp.ClientTimeout
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        # A redirect would carry the question, and who knows what else, to another host.
        return self._pool().post(
            self._chat, data=body, headers=self._headers, timeout=timeout, allow_redirects=False
        )

    async def answer(self, body: bytes) -> dict[str, Any]:
        """The whole answer of the model."""
        try:
            async with self._post(body, self._whole) as response:
                _check(response.status)
                return _object(await _read(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unavailable() from error

    async def stream(self, body: bytes) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks of the model's answer; one that breaks off before [DONE] has failed."""
        reader, size = EventReader(), 0
        try:
            async with self._post(body, self._timeout) as response:
                _check(response.status)
                async for piece in response.content.iter_any():
                    size += len(piece)
                    if size > _MOST_STREAM:
                        raise unavailable()
                    for payload in reader.feed(piece):
                        if payload == b"[DONE]":
                            return
                        yield _object(payload)
                for payload in reader.close():
                    if payload == b"[DONE]":
                        return
                    yield _object(payload)
        except (aiohttp.ClientError, TimeoutError, OSError, TooLargeError) as error:
            raise unavailable() from error
        raise unavailable()

    async def models(self) -> list[str]:
        """What the service lists under /models; nothing when it lists none."""
        try:
            async with self._pool().get(
                self._models, headers=self._headers, allow_redirects=False
            ) as response:
                _check(response.status)
                listed = _object(await _read(response)).get("data")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unavailable() from error
        if type(listed) is not list:
            return []
        names = [one.get("id") for one in listed if type(one) is dict]
        return [name for name in names if type(name) is str]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, as long as it is no longer than any answer."""
    parts, size = [], 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > _MOST_ANSWER:
            raise unavailable()
        parts.append(piece)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise unavailable() from error
    if type(value) is not dict:
        raise unavailable()
    return value


def _check(status: int) -> None:
    if status == 200:  # noqa: PLR2004 - HTTP's own word for yes
        return
    if status in _REFUSED and status not in {401, 403, 408, 429}:
        raise _refused(status)
    raise unavailable()


def _refused(status: int) -> Invalid:
    # What the upstream says about it is unscreened text, so only its status is passed on.
    return Invalid(
        "upstream-refused",
        Text(
            zh=f"模型服务拒绝了这个请求（状态 {status}）。",
            en=f"The model service refused this request (status {status}).",
        ),
        Text(
            zh="请核对模型名称和参数。",
            en="Check the model name and the parameters.",
        ),
        status=status if status in {400, 404, 413, 422} else 400,
    )


def unavailable() -> GuijuError:
    """The model cannot be reached, broke off, or answered with nonsense."""
    return Unavailable(
        "upstream-unavailable",
        Text(zh="模型服务暂不可用。", en="The model service is not available."),
        Text(zh="请稍后重试；内容没有丢失。", en="Try again shortly; nothing was lost."),
        article=13,
    )
