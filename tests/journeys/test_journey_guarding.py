# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from guiju.gateway.guarding import ClientPost, Guarding, Judgement
from guiju.screening import Outcome, guards

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Served:
    """A guard model behind a real socket, which answers by `handler`."""

    def __init__(self, handler: Handler) -> None:
        app = web.Application(client_max_size=2**20)
        app.router.add_post("/v1/chat/completions", handler)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        self.followed = 0

    async def _elsewhere(self, _: web.Request) -> web.Response:
        self.followed += 1
        return said("Safety: Safe\nCategories: None")

    async def __aenter__(self) -> str:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/v1"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()


def said(content: str) -> web.Response:
    return web.json_response({"choices": [{"message": {"content": content}}]})


async def judged_at(url: str, text: str = "示例", **more: Any) -> tuple[Judgement, ...]:
    table = {"name": "g", "family": "qwen3guard", "url": url, "model": "m", "key": "K"}
    configs = guards.read_guards({"guard": [{**table, "timeout_ms": 500, **more}]})
    post = ClientPost()
    try:
        return await Guarding(configs, post, {"K": "word"}.get).judge(text, "input")
    finally:
        await post.close()


def judged(handler: Handler, text: str = "示例", **more: Any) -> tuple[Judgement, ...]:
    async def scene() -> tuple[Judgement, ...]:
        async with Served(handler) as url:
            return await judged_at(url, text, **more)

    return asyncio.run(scene())


def test_a_guard_behind_a_socket_is_asked_and_read() -> None:
    """Key, body and answer travel as the port says."""
    seen: list[tuple[str | None, Any]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.headers.get("authorization"), await request.json()))
        return said("Safety: Unsafe\nCategories: Violent")

    found = judged(handler, "甲" * 9_000)
    assert [one.outcome for one in found] == [Outcome.BLOCK] * 3
    assert {key for key, _ in seen} == {"Bearer word"}
    assert {body["model"] for _, body in seen} == {"m"}


def test_a_redirect_is_not_followed() -> None:
    """Neither the text nor the key is carried to another place."""

    async def handler(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async def scene() -> None:
        served = Served(handler)
        async with served as url:
            (one,) = await judged_at(url)
        assert (one.screened, one.outcome) == ("guard-redirected", Outcome.BLOCK)
        assert served.followed == 0

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("status", "screened"),
    [
        (400, "guard-refused"),
        (401, "guard-unavailable"),
        (404, "guard-unavailable"),
        (429, "guard-unavailable"),
        (500, "guard-unavailable"),
        (204, "guard-unavailable"),
    ],
)
def test_any_status_but_200_is_an_error(status: int, screened: str) -> None:
    """Whatever its body says."""

    async def handler(_: web.Request) -> web.Response:
        answer = said("Safety: Safe\nCategories: None")
        answer.set_status(status)
        return answer

    (one,) = judged(handler)
    assert (one.screened, one.outcome) == (screened, Outcome.BLOCK)


def test_an_answer_without_end_is_read_no_further_than_an_answer_is_long() -> None:
    """Neither memory nor time is spent on it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 65_536)
        except ConnectionError:
            return response

    (one,) = judged(handler, timeout_ms=5_000)
    assert (one.screened, one.outcome) == ("guard-unreachable", Outcome.BLOCK)


def test_a_compressed_answer_is_not_unfolded() -> None:
    """Nobody asked for one, and it could be a thousand times as long as it looks."""

    async def handler(_: web.Request) -> web.Response:
        body = gzip.compress(b" " * 50_000_000)
        return web.Response(body=body, headers={"content-encoding": "gzip"})

    (one,) = judged(handler, timeout_ms=5_000)
    assert (one.screened, one.outcome) == ("guard-unparsed", Outcome.BLOCK)


def test_a_guard_that_keeps_silent_is_a_time_out() -> None:
    """And one that says half a word, too."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"choices": [{"message": {"content": "Safety: Safe')
        await asyncio.sleep(5)
        return response

    (one,) = judged(handler, timeout_ms=200)
    assert (one.screened, one.outcome) == ("guard-timeout", Outcome.BLOCK)


def test_nobody_there_is_an_error() -> None:
    """A closed port, as when the guard was not started."""

    async def handler(_: web.Request) -> web.Response:
        return said("")

    async def scene() -> None:
        async with Served(handler) as url:
            pass
        (one,) = await judged_at(url)
        assert (one.screened, one.outcome) == ("guard-unreachable", Outcome.BLOCK)

    asyncio.run(scene())


def test_a_client_who_leaves_frees_the_guard() -> None:
    """The connection to it is closed, not left to run."""

    async def scene() -> None:
        came, gone = asyncio.Event(), asyncio.Event()

        async def handler(request: web.Request) -> web.StreamResponse:
            came.set()
            transport = request.transport
            for _ in range(500):
                if transport is None or transport.is_closing():
                    gone.set()
                await asyncio.sleep(0.01)
            return said("")

        async with Served(handler) as url:
            task = asyncio.get_running_loop().create_task(judged_at(url, timeout_ms=5_000))
            await came.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(3):
                await gone.wait()

    asyncio.run(scene())
