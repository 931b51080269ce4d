# SPDX-License-Identifier: Apache-2.0
"""The port to the model, and the adapter for any OpenAI-compatible address."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any, Protocol

import msgspec

from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError, Connection
from guiju.gateway.joining import joined
from guiju.gateway.sse import EventReader, TooLargeError
from guiju.kernel import GuijuError, Invalid, Text, Unavailable, monotonic

CHAT_PATH = "/chat/completions"
_decode = msgspec.json.Decoder().decode
_MOST_ANSWER = 32 * 1024 * 1024
_MOST_STREAM = 256 * 1024 * 1024
_REFUSED = range(400, 500)
_DONE = b"[DONE]"


class Upstream(Protocol):
    """Whoever generates."""

    async def answer(self, body: bytes, path: str = CHAT_PATH) -> dict[str, Any]:
        """The whole answer of what is asked at `path`, below the base address.

        Raises Unavailable, or Invalid when the model refuses the request.
        """
        ...

    def stream(self, body: bytes, path: str = CHAT_PATH) -> AsyncGenerator[dict[str, Any], None]:
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
        # Compressed answers could unfold without bound; nothing is gained next door.
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        self._client = Client(base_url, headers)
        self._silence, self._whole, self._longest = silence, whole, longest

    async def start(self) -> None:
        """Do nothing: connections are made when they are needed."""

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._client.close()

    async def answer(self, body: bytes, path: str = CHAT_PATH) -> dict[str, Any]:
        """The whole answer of the model."""
        return await self._got("POST", path, body, self._whole)

    async def stream(
        self, body: bytes, path: str = CHAT_PATH
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks of the model's answer; one that breaks off before [DONE] has failed."""
        try:
            answer = await self._client.begun(
                "POST", path, body, most=_MOST_STREAM, within=self._silence
            )
        except BrokenError as error:
            raise unavailable() from error
        leave = answer.drop
        try:
            _check(answer.status)
            async for payloads in self._payloads(answer):
                chunks, last = _chunks(payloads)
                for chunk in joined(chunks):
                    yield chunk
                if last == _DONE:
                    leave = partial(self._client.end, answer)
                    return
                if last is not None:
                    raise unavailable()
        except (BrokenError, TooLargeError) as error:
            raise unavailable() from error
        finally:
            leave()
        raise unavailable()

    async def _payloads(self, answer: Connection) -> AsyncGenerator[list[bytes], None]:
        """What each read has brought."""
        reader, until = EventReader(), monotonic() + self._longest
        while piece := await answer.piece(min(self._silence, until - monotonic())):
            yield reader.feed(piece)
        yield reader.close()

    async def models(self) -> list[str]:
        """What the service lists under /models; nothing when it lists none."""
        listed = (await self._got("GET", "/models", b"", self._silence)).get("data")
        if type(listed) is not list:
            return []
        names = [one.get("id") for one in listed if type(one) is dict]
        return [name for name in names if type(name) is str]

    async def _got(self, method: str, path: str, body: bytes, within: float) -> dict[str, Any]:
        try:
            status, raw = await self._client.whole(
                method, path, body, most=_MOST_ANSWER, within=within
            )
        except BrokenError as error:
            raise unavailable() from error
        # A redirect is no answer: it would carry the question, and who knows what, elsewhere.
        _check(status)
        return _object(raw)


def _chunks(payloads: list[bytes]) -> tuple[list[dict[str, Any]], bytes | None]:
    """The chunks up to the end of the stream or to what is none, and that one."""
    chunks: list[dict[str, Any]] = []
    for payload in payloads:
        if payload == _DONE:
            return chunks, payload
        try:
            chunks.append(_object(payload))
        except Unavailable:
            return chunks, payload
    return chunks, None


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
        raise refused(status)
    raise unavailable()


def refused(status: int) -> Invalid:
    """The model service understood the request and will not do it."""
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
