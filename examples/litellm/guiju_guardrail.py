# SPDX-License-Identifier: Apache-2.0
"""guiju as a guardrail of the LiteLLM proxy: its verdicts where LiteLLM already stands.

Put this file beside LiteLLM's config.yaml, which names it (config.example.yaml), and set GUIJU_URL
(e.g. http://127.0.0.1:8080) and GUIJU_KEY (a key of an app or a person). What guiju cannot judge
does not pass: neither when it is away, nor pictures, nor what it says was not screened.
"""

from __future__ import annotations

import os
from typing import Any

import httpx
from fastapi import HTTPException
from litellm.integrations.custom_guardrail import CustomGuardrail

_STOPS = frozenset({"block", "refuse"})


class Guiju(CustomGuardrail):
    """Asks `/v1/moderations` about every text of a request and of its answer."""

    def __init__(self, **options: Any) -> None:
        """`options` are LiteLLM's own."""
        key = os.environ["GUIJU_KEY"]
        self._client = httpx.AsyncClient(
            base_url=os.environ["GUIJU_URL"],
            headers={"authorization": f"Bearer {key}"},
            timeout=10.0,
        )
        # LiteLLM sends a stream on before it is judged unless told to wait for the verdict.
        self.streaming_buffer_until_moderated = True
        super().__init__(**options)

    async def apply_guardrail(
        self,
        inputs: dict[str, Any],
        request_data: dict[str, Any],
        input_type: str,
        logging_obj: Any = None,  # noqa: ARG002 - LiteLLM's signature
    ) -> dict[str, Any]:
        """Refuse, star out, or let pass; raises HTTPException 400, or 503 when guiju is away."""
        if inputs.get("images"):
            raise HTTPException(400, {"error": "pictures are not screened here"})
        texts = list(inputs.get("texts") or ())
        calls = [str(one) for one in inputs.get("tool_calls") or ()]
        if not texts and not calls:
            return inputs
        direction = "input" if input_type == "request" else "output"
        verdicts = await self._ask([*texts, *calls], direction)
        # What is held back whole is replayed as it came, so a part of it cannot be starred out.
        replayed = direction == "output" and bool(request_data.get("stream"))
        for at, verdict in enumerate(verdicts):
            if verdict["screened"] != "full":
                raise HTTPException(503, {"error": f"not screened: {verdict['screened']}"})
            masked = verdict["verdict"] == "mask"
            if verdict["verdict"] in _STOPS or (masked and (replayed or at >= len(texts))):
                raise HTTPException(400, {"error": "content-blocked", "guiju": verdict})
            if masked:
                texts[at] = verdict["masked"]
        return {**inputs, "texts": texts}

    async def _ask(self, texts: list[str], direction: str) -> list[dict[str, Any]]:
        try:
            answer = await self._client.post(
                "/v1/moderations", json={"input": texts, "direction": direction}
            )
            answer.raise_for_status()
            return [one["guiju"] for one in answer.json()["results"]]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise HTTPException(503, {"error": "screening-unavailable"}) from error
