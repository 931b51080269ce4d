# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from guiju.app.notices import Notices
from guiju.app.settings import Settings
from guiju.gateway.limiting import Embedded, Office
from guiju.kernel import Bus, Event, PolicyActivated, StandingChanged
from guiju.storage import Database


def heard_by(bus: Bus) -> list[Event]:
    events: list[Event] = []
    for kind in (StandingChanged, PolicyActivated):
        bus.subscribe(kind, events.append)
    return events


@pytest.mark.control("account-and-keys")
def test_what_one_process_announces_another_publishes(db: Database, tmp_path: Path) -> None:
    """A key revoked at the command line, a policy approved there: the workers hear of both."""
    settings, bus = Settings(data=str(tmp_path)), Bus()
    events, serving = heard_by(bus), Notices(settings, db, bus)
    announcing = Notices(settings, db, Bus())
    said = [StandingChanged("pe_1"), PolicyActivated("d" * 64)]

    async def play() -> None:
        office = Office(Embedded(db, settings.limits, "w"), told=serving.heard)
        await office.start()
        for one in said:
            await asyncio.to_thread(announcing.announce, one)
        for _ in range(500):
            if len(events) == len(said):
                break
            await asyncio.sleep(0.01)
        await office.close()

    asyncio.run(play())
    assert events == said


def test_nobody_listens_and_nothing_fails(db: Database, tmp_path: Path) -> None:
    """Commands work on data that nothing serves."""
    Notices(Settings(data=str(tmp_path)), db, Bus()).announce(StandingChanged("pe_1"))


def test_what_is_not_understood_is_left(db: Database, tmp_path: Path) -> None:
    """Another version may say more than this one knows."""
    bus = Bus()
    events, notices = heard_by(bus), Notices(Settings(data=str(tmp_path)), db, bus)
    for text in ("", "weather fine", "standing", "policy"):
        notices.heard(text)
    assert events == []
