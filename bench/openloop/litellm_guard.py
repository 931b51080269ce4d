# SPDX-License-Identifier: Apache-2.0
"""A guardrail for the LiteLLM proxy that costs it as little as one can: a search for one phrase.

LiteLLM imports this file from beside its configuration, in its own environment. The three classes
are its three ways with a stream: watch and stop, hold back all, hold back a tail.
"""

from __future__ import annotations

import os
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_guardrail import CustomGuardrail

_PHRASE = os.environ["BENCH_PHRASE"]


class Watching(CustomGuardrail):  # type: ignore[misc]  # LiteLLM is in an environment of its own
    """As LiteLLM does it unless told otherwise: what is sent on is looked at now and then."""

    async def apply_guardrail(
        self,
        inputs: dict[str, Any],
        request_data: dict[str, Any],  # noqa: ARG002 - LiteLLM's signature
        input_type: str,  # noqa: ARG002 - as above
        logging_obj: Any = None,  # noqa: ARG002 - as above
    ) -> dict[str, Any]:
        """Refuse a text that holds the phrase."""
        if any(_PHRASE in text for text in inputs.get("texts") or ()):
            raise HTTPException(400, {"error": "content-blocked"})
        return inputs


class Buffering(Watching):
    """Hold the whole answer back until it was looked at."""

    streaming_buffer_until_moderated = True

    async def apply_guardrail(
        self,
        inputs: dict[str, Any],
        request_data: dict[str, Any],
        input_type: str,
        logging_obj: Any = None,
    ) -> dict[str, Any]:
        """As above; LiteLLM looks for this in the class itself, not in what it inherits."""
        return await super().apply_guardrail(inputs, request_data, input_type, logging_obj)


class Tailing(Watching):
    """Look at each chunk and hold back as much as the phrase is long."""

    streaming_transform_mode = "incremental_diff"
    streaming_sampling_rate = 1

    async def apply_guardrail(
        self,
        inputs: dict[str, Any],
        request_data: dict[str, Any],
        input_type: str,
        logging_obj: Any = None,
    ) -> dict[str, Any]:
        """As above, and say how much of a stream to hold back."""
        seen = await super().apply_guardrail(inputs, request_data, input_type, logging_obj)
        return {**seen, "stream_holdback_chars": [len(_PHRASE) - 1]}
