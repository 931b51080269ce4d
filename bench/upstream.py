# SPDX-License-Identifier: Apache-2.0
"""A model service that answers at once with the same words: whole, or as a stream of 20 chunks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

TEXT = "今天天气晴朗，适合出门散步，也可以在家读一本好书。" * 4
_USAGE = {"prompt_tokens": 20, "completion_tokens": 60, "total_tokens": 80}
_HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "bench"}


def _whole() -> bytes:
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE}
    return json.dumps(answer, ensure_ascii=False).encode()


def _chunks() -> list[bytes]:
    size = len(TEXT) // 20 + 1
    pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    deltas: list[dict[str, Any]] = [{"delta": {"content": one}} for one in pieces]
    deltas[0]["delta"]["role"] = "assistant"
    deltas.append({"delta": {}, "finish_reason": "stop"})
    values = [
        {**_HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, **one}]}
        for one in deltas
    ]
    values.append({**_HEAD, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
    texts = [json.dumps(one, ensure_ascii=False) for one in values]
    return [f"data: {one}\n\n".encode() for one in (*texts, "[DONE]")]


WHOLE, CHUNKS = _whole(), _chunks()
MODELS = json.dumps({"object": "list", "data": [{"id": "bench", "object": "model"}]}).encode()


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer any POST as a chat completion, any GET as the list of models."""
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if scope["method"] == "GET":
        await _reply(send, MODELS)
    elif b'"stream":true' in body or b'"stream": true' in body:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for chunk in CHUNKS:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        await _reply(send, WHOLE)


async def _reply(send: Callable[[dict[str, Any]], Awaitable[None]], body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
