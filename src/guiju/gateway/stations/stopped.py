# SPDX-License-Identifier: Apache-2.0
"""Stopped: what a named person has taken out of service answers nobody (Articles 13 and 14)."""

from __future__ import annotations

from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work


def stopped(work: Work) -> tuple[Command, ...]:
    """Raise Unavailable `route-stopped`, `model-stopped` or `scene-stopped`."""
    work.rules.stopped.check(work.ask.route, work.model, known(work).app)
    return ()
