# SPDX-License-Identifier: Apache-2.0
"""Ask model: hand the screened request on, without what the model need not know (Article 11)."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.passages import KEPT_BACK
from guiju.gateway.relay import Relay
from guiju.gateway.signals import AskModel, Command
from guiju.gateway.work import Work

_encode = msgspec.json.Encoder().encode


def ask_model(work: Work) -> tuple[Command, ...]:
    """Ask, unless the input was stopped."""
    if work.stream:
        work.relay = Relay(work)
    if work.stopped:
        return ()
    return (AskModel(_encode(_question(work)), work.stream),)


def _question(work: Work) -> dict[str, Any]:
    question = {key: value for key, value in work.body.items() if key not in KEPT_BACK}
    if work.stream:
        # Usage is part of the record, whether the client asked for it or not.
        question["stream_options"] = {"include_usage": True}
    return question
