# SPDX-License-Identifier: Apache-2.0
"""Know model: only what two people have approved answers, under the name they gave it (Art. 4)."""

from __future__ import annotations

from guiju.gateway.signals import Command
from guiju.gateway.work import Work


def know_model(work: Work) -> tuple[Command, ...]:
    """Raise NotFound 404 `model-not-found` for a name that the policy does not know.

    A policy without models leaves them to the settings, and every name is passed on. It stands
    behind `identify`, so that a key which may use some models only can be asked for them here.
    """
    if work.rules.models is not None:
        work.rules.models.check(work.model)
    return ()
