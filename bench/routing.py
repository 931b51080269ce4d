# SPDX-License-Identifier: Apache-2.0
"""What choosing an upstream costs a request: the router of a policy beside one address for all.

Both ask a client that answers at once, so that what is left is our own: processor time of one
whole answer, the best of several rounds.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Iterator
from typing import Any

from guiju.gateway.client import Answered, Client
from guiju.gateway.signals import AskModel
from guiju.gateway.upstreams import Fleet, HttpUpstream, Upstream
from guiju.policies.upstreams import MemberConfig, ModelConfig, ModelsConfig, UpstreamConfig

ROUNDS, ASKED = 9, 10_000
URL = "http://127.0.0.1:1/v1"
_MESSAGE = {"role": "assistant", "content": "好"}
_ANSWER = {"choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop"}], "model": "x"}
_SAID = Answered(200, json.dumps(_ANSWER).encode(), b"")
_QUESTION = {"model": "m", "messages": [{"role": "user", "content": "天气" * 100}]}
ASK = AskModel(json.dumps(_QUESTION, separators=(",", ":")).encode(), stream=False, model="m")


class AtOnce(Client):
    """A client that has the answer already."""

    async def whole(self, *_: Any, **__: Any) -> Answered:
        """The answer."""
        return _SAID


class Played(Fleet):
    """A fleet of such clients."""

    def _client(self, config: UpstreamConfig, key: str | None) -> Client:  # noqa: ARG002 - no header
        return AtOnce(URL, {})


class Direct(HttpUpstream):
    """One address for all."""

    def __init__(self) -> None:
        """With such a client."""
        super().__init__(URL)
        self._client = AtOnce(URL, {})


def routed(*use: MemberConfig) -> Upstream:
    """The router of a policy with one model that these answer."""
    upstreams = {one.upstream: UpstreamConfig(one.upstream, URL) for one in use}
    config = ModelsConfig(upstreams, {"m": ModelConfig("m", use)})
    return Played(seed=0.5).router(config, lambda _: None)


async def micros(upstream: Upstream) -> float:
    """Microseconds of processor time for one answer."""
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        for _ in range(ASKED):
            await upstream.answer(ASK)
        best = min(best, time.process_time() - start)
    return best / ASKED * 1e6


def ways() -> Iterator[tuple[str, Upstream]]:
    """What is compared, the direct way first."""
    yield "one address for all", Direct()
    yield "one upstream", routed(MemberConfig("a", "m"))
    yield "one upstream, another name there", routed(MemberConfig("a", "Org/Model"))
    yield "two by weight", routed(MemberConfig("a", "m", 3), MemberConfig("b", "m"))


async def main() -> None:
    """Print one line for each way."""
    direct = 0.0
    for name, upstream in ways():
        took = await micros(upstream)
        direct = direct or took
        print(f"{name:<34} {took:6.2f} us  {took - direct:+6.2f} us")


if __name__ == "__main__":
    asyncio.run(main())
