# SPDX-License-Identifier: Apache-2.0
"""Ask upstreams how they are, for whoever sets them up: status, latency, models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from guiju.gateway.signals import AskModel
from guiju.gateway.upstreams.asking import Limits
from guiju.gateway.upstreams.endpoint import Endpoint
from guiju.gateway.upstreams.failing import FailedError
from guiju.gateway.upstreams.port import CHAT_PATH
from guiju.kernel import monotonic
from guiju.policies.upstreams import NO_PROBE, ModelsConfig

_SECONDS = Limits(connect=5.0, first=30.0, idle=30.0, whole=30.0, longest=30.0)
_MODELS = "/models"
_encode = msgspec.json.Encoder().encode


class Checked(NamedTuple):
    """What was asked of an upstream, and what came of it.

    `asked` is a path, or the model that a short question went to. `why` is the reason of a failure,
    `status` that of HTTP, 0 without one; `models` what it lists, None when it was not asked for
    them; `unlisted` those that the policy wants and it does not list.
    """

    upstream: str
    asked: str
    fine: bool
    why: str
    status: int
    seconds: float
    models: tuple[str, ...] | None = None
    unlisted: tuple[str, ...] = ()


async def check(
    endpoints: Iterable[Endpoint], models: ModelsConfig, *, ask: bool = False
) -> list[Checked]:
    """Probe each; with `ask`, send each model a question of one word, which its vendor may bill."""
    looks = []
    for one in endpoints:
        wanted = sorted(
            {
                use.model
                for model in models.models.values()
                for use in model.use
                if use.upstream == one.config.name
            }
        )
        looks.append(_probed(one, wanted))
        looks += [_answered(one, name) for name in wanted if ask]
    found: list[Checked | None] = await asyncio.gather(*looks)
    return [one for one in found if one is not None]


async def _probed(endpoint: Endpoint, wanted: Sequence[str]) -> Checked | None:
    name, path = endpoint.config.name, endpoint.config.probe
    if path == NO_PROBE:
        return None
    if not endpoint.has_key:
        return Checked(name, path, fine=False, why="no-key", status=0, seconds=0.0)
    start, listed = monotonic(), None
    try:
        if path == _MODELS:
            listed = tuple(await endpoint.listed(path, _SECONDS))
        else:
            await endpoint.answers(path)
    except FailedError as error:
        return _failed(name, path, error, start)
    unlisted = tuple(one for one in wanted if listed and one not in listed)
    took = monotonic() - start
    return Checked(name, path, True, "", 200, took, listed, unlisted)  # noqa: FBT003 - in order


async def _answered(endpoint: Endpoint, model: str) -> Checked | None:
    if not endpoint.has_key:
        return None
    question: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": "1"}],
        "max_tokens": 1,
    }
    start = monotonic()
    try:
        body = _encode(question)
        ask = AskModel(body, stream=False, path=CHAT_PATH, model=model)
        await endpoint.answer(ask, body, _SECONDS)
    except FailedError as error:
        return _failed(endpoint.config.name, model, error, start)
    took = monotonic() - start
    return Checked(endpoint.config.name, model, True, "", 200, took)  # noqa: FBT003 - in order


def _failed(name: str, asked: str, error: FailedError, start: float) -> Checked:
    took = monotonic() - start
    return Checked(name, asked, False, error.reason, error.status, took)  # noqa: FBT003 - in order
