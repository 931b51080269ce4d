# SPDX-License-Identifier: Apache-2.0
"""The data plane of one worker: the gateway with its parts, and what they are told of."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from guiju import accounts, dispositions, policies, records
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.gateway import (
    Barring,
    DemoModel,
    Fleet,
    Gateway,
    HttpUpstream,
    Minder,
    Recorder,
    Shelf,
    Upstream,
)
from guiju.gateway.limiting import Embedded, Office, Rows
from guiju.gateway.telemetry import Sharing, Tracing
from guiju.kernel import Clock, PartsChanged, PolicyActivated, StandingChanged, new_id


def gateway_of(house: House) -> Gateway:
    """The gateway of a house, not yet started."""
    settings, database = house.settings, house.database
    barring = Barring(database)
    minder = Minder(database, house.wards, house.clock)

    def take_up_stops() -> None:
        """Let what was stopped answer nobody from now on, and end what it is saying."""
        with database.read() as tx:
            policies.take_up_stops(tx, house.rules.stopped)
        barring.contain()

    # Only who serves compiles a policy at once; a command that has approved one is done.
    house.bus.subscribe(PolicyActivated, lambda _: house.rules.refresh())
    house.bus.subscribe(PartsChanged, lambda _: take_up_stops())
    house.bus.subscribe(StandingChanged, lambda event: barring.review(event.person))
    house.bus.subscribe(StandingChanged, lambda event: minder.review(event.person))
    return Gateway(
        rules=house.rules,
        directory=house.directory,
        upstream=_upstream(settings, house.fleet, house.clock),
        fleet=house.fleet,
        recorder=Recorder(
            database,
            dispositions.Watch().record,
            records.Spill(settings.spill, database.keys),
            lambda person: house.publish(StandingChanged(person)),
        ),
        clock=house.clock,
        sharing=Sharing(settings.metrics, house.clock),
        tracing=Tracing(settings.traces, settings.trace_percent) if settings.traces else None,
        shelf=Shelf(database),
        office=_office(house, barring),
        barring=barring,
        minder=minder,
    )


def _office(house: House, barring: Barring) -> Office:
    """What this worker may let through, by the one count of all workers."""
    settings, worker = house.settings, new_id("wk")
    kind = Rows if settings.sqlite_file is None else Embedded

    def missed() -> None:
        house.directory.forget_all()
        house.wards.forget(accounts.EVERYBODY)
        barring.review(accounts.EVERYBODY)

    return Office(
        kind(house.database, settings.limits, worker),
        told=lambda text: _beside(house.notices.heard, text),
        missed=missed,
    )


def _upstream(settings: Settings, fleet: Fleet, clock: Clock) -> Upstream:
    if settings.upstream is None:
        return DemoModel(clock)
    key = os.environ.get("GUIJU_UPSTREAM_KEY")
    context = fleet.trusted() if settings.upstream.startswith("https:") else None
    return HttpUpstream(settings.upstream, key, context)


def _beside(do: Callable[[str], None], text: str) -> None:
    """Do what may take a while in a thread beside the event loop."""
    asyncio.get_running_loop().run_in_executor(None, do, text)
