# SPDX-License-Identifier: Apache-2.0
"""The simple start: one OpenAI-compatible address for all models, whatever they are called."""

from __future__ import annotations

import ssl
from typing import Any

from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams import asking
from guiju.gateway.upstreams.errors import refused, told_of_job, unavailable
from guiju.gateway.upstreams.failing import FailedError
from guiju.gateway.upstreams.port import OURS, Speech
from guiju.kernel import GuijuError
from guiju.records import Source


class HttpUpstream:
    """An OpenAI-compatible service, e.g. `http://127.0.0.1:8000/v1`."""

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        context: ssl.SSLContext | None = None,
        *,
        limits: asking.Limits | None = None,
    ) -> None:
        """Ask at `base_url`, showing `key` as a bearer token; `context` says whom to trust."""
        # Compressed answers could unfold without bound; nothing is gained next door.
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        self._client = Client(base_url, headers, context)
        self._limits = limits or asking.Limits()

    async def start(self) -> None:
        """Do nothing: connections are made when they are needed."""

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._client.close()

    async def answer(self, ask: AskModel) -> ModelAnswered:
        """The whole answer of the model."""
        try:
            said = await asking.asked(self._client, ask, ask.path, ask.body, self._limits)
            return ModelAnswered(asking.answer_of(ask, said))
        except (BrokenError, FailedError) as error:
            raise _told(asking.failed(error)) from error

    async def fetch(self, url: str, source: Source | None) -> bytes:  # noqa: ARG002 - there is one
        """The file at an address of this service."""
        try:
            return await asking.fetched(self._client, url, self._limits)
        except FailedError as error:
            raise unavailable() from error

    async def about(self, ask: AskModel) -> dict[str, Any]:
        """What this service says of a film."""
        try:
            said = await asking.asked(self._client, ask, ask.path, ask.body, self._limits)
            return asking.answer_of(ask, said)
        except (BrokenError, FailedError) as error:
            raise told_of_job(asking.failed(error)) from error

    async def begin(self, ask: AskModel) -> Speech:
        """The model's answer as a stream; one that breaks off before [DONE] has failed."""
        try:
            return await asking.begun(self._client, ask.path, ask.body, self._limits)
        except FailedError as error:
            raise _told(error) from error

    async def models(self) -> dict[str, str]:
        """What the service lists under /models; nothing when it lists none."""
        try:
            names = await asking.listed(self._client, "/models", self._limits)
        except FailedError as error:
            raise unavailable() from error
        return dict.fromkeys(names, OURS)


def _told(error: FailedError) -> GuijuError:
    # Here the client names the model, so one that is not there is the client's mistake.
    return refused(error.status) if error.reason in {"refused", "missing"} else unavailable()
