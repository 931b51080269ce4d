# SPDX-License-Identifier: Apache-2.0
"""The machine's clock is put forward and back while the service runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guiju import ledger
from guiju.app.data_plane import gateway_of
from guiju.app.first_run import set_up_demo
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.gateway import Gateway
from guiju.kernel import SystemClock

JUMPS = [
    timedelta(),
    timedelta(days=2),
    timedelta(days=-400),
    timedelta(hours=-1),
    timedelta(days=30),
    timedelta(),
]


async def asked(gateway: Gateway, key: str, *, stream: bool) -> tuple[int, str]:
    """Status and text of a chat with the demo model."""
    messages = [{"role": "user", "content": "你好"}]
    body = json.dumps({"model": "guiju-demo", "messages": messages, "stream": stream}).encode()
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"content-length", b"%d" % len(body))]
    path = "/v1/chat/completions"
    scope = {"type": "http", "path": path, "method": "POST", "headers": headers}
    sent: list[MutableMapping[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if waiting:
            return waiting.pop()
        await asyncio.get_running_loop().create_future()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await gateway(scope, receive, send)
    text = b"".join(one.get("body", b"") for one in sent).decode()
    return int(sent[0]["status"]), text


@pytest.mark.slow
@pytest.mark.control("usage-record")
def test_a_clock_that_jumps_stops_nobody_and_loses_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two days on, a year back, an hour off: all are served and on record, the tree is true."""
    ahead = timedelta()
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + ahead)  # noqa: TID251 - it is the clock
    house = House.prepare(Settings(data=str(tmp_path / "data")))
    key = set_up_demo(house)["user"]["api_key"]

    async def scene() -> list[tuple[int, str]]:
        nonlocal ahead
        gateway = gateway_of(house)
        house.rules.refresh()
        await gateway.start()
        got = []
        try:
            for jump in JUMPS:
                ahead = jump
                # Callers are known for a moment only: each jump is met by a fresh look.
                house.directory.forget_all()
                got += [await asked(gateway, key, stream=stream) for stream in (False, True)]
        finally:
            await gateway.close()
        return got

    try:
        got = asyncio.run(scene())
        assert [status for status, _ in got] == [200] * len(got), got
        assert all("[DONE]" in text for _, text in got[1::2])
        ledger.integrate(house.database)
        ledger.publish(house.database, house.tiles)
        assert ledger.verify(house.database, house.tiles).problems == ()
        with house.database.read() as tx:
            leaves = ledger.leaves(tx, limit=10_000)
        assert sum(one["kind"] == "exchange-recorded" for one in leaves) == len(got)
    finally:
        house.close()
