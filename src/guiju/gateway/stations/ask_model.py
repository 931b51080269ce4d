# SPDX-License-Identifier: Apache-2.0
"""Ask model: hand the screened request on, without what the model need not know (Article 11)."""

from __future__ import annotations

import msgspec

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
    wire = work.wire
    # The model stands first, so that its name can be exchanged without reading the rest.
    question = {"model": work.model} | wire.question(work.body, stream=work.stream)
    body = _encode(question)
    if not wire.makes:
        return (AskModel(body, work.stream, wire.asks, work.model),)
    files = wire.files(work.body)
    asked = AskModel(
        body,
        work.stream,
        wire.asks,
        work.model,
        files=files,
        form=wire.forms,
        raw=wire.makes == "sound",
    )
    return (asked,)
