# SPDX-License-Identifier: Apache-2.0
"""The ASGI application of one serving process: `/v1` to the gateway, all else to the pages."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from socket import socket
from typing import Any

from guiju.app.crashing import leave_no_core
from guiju.app.data_plane import gateway_of
from guiju.app.house import House
from guiju.app.keeper import GROWING, POSTING, VERIFYING, Keeper
from guiju.app.logs import set_up_logs
from guiju.app.placing import take_a_core
from guiju.app.settings import Settings
from guiju.app.site import build_site
from guiju.kernel import GuijuError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

VARIABLE = "GUIJU_SETTINGS"
STOPPING = signal.SIGUSR1
"""What the parent sends to a worker when a stop begins."""

PATIENCE_SECONDS = 20
"""After this long a worker that still runs is killed."""

# So long may a stream go on after a stop began; the rest is for ending and recording it.
_STREAMS_SECONDS = 15.0
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
# When the collector looks: at so many new objects, and at those that were left after so many looks.
# It looks at a thousand in a millisecond, in which no stream goes on; requests leave it nothing.
_COLLECTOR = (10_000, 4, 400)
# So long may a thread that keeps records or grows the tree let the event loop wait for its turn:
# at the usual 5 ms every stream that has a piece just then is late by as much.
_TURN_SECONDS = 0.0005
_log = logging.getLogger("guiju.app")


class Application:
    """Tells the requests of the data plane from those of pages and API."""

    def __init__(self, house: House, core: socket | None = None) -> None:
        """Wire the gateway and the pages; `lifespan` starts them. `core` is what holds ours."""
        self._house = house
        self._core = core
        self._gateway = gateway_of(house)
        self._pages = build_site(house, self._gateway)
        growing = (*GROWING, self._share_counts)
        self._keepers = [Keeper(house, steps) for steps in (growing, VERIFYING, POSTING)]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one ASGI connection; no coroutine, as each costs every request that waits in it."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            return self._gateway(scope, receive, send)
        if scope["type"] == "lifespan":
            return self._lifespan(receive, send)
        return self._pages(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._start()
        except GuijuError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        await asyncio.to_thread(self._house.rules.refresh)
        await self._gateway.start()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(STOPPING, self._stop_soon, loop)
        for keeper in self._keepers:
            keeper.start()

    def _stop_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """A stop has begun: say so to whoever asks, and end long streams in time."""
        self._gateway.stop_soon()
        loop.call_later(_STREAMS_SECONDS, self._gateway.wind_down)

    def _share_counts(self, _: House) -> None:
        """Let the other workers see what this one has counted."""
        self._gateway.share()

    async def _stop(self) -> None:
        await self._gateway.close()
        await self._house.post.close()
        for keeper in self._keepers:
            keeper.ask_to_stop()
        await asyncio.to_thread(self._keepers[0].stop)
        self._house.close()


def application() -> Application:
    """Made in each worker process, from the settings that the parent handed down."""
    signal.signal(STOPPING, signal.SIG_IGN)
    core = take_a_core()
    _die_with_the_parent()
    leave_no_core()
    settings = Settings.from_text(os.environ[VARIABLE])
    set_up_logs(settings.logs)
    sys.setswitchinterval(_TURN_SECONDS)
    application = Application(House.open(settings), core)
    # What stands now stands until the end: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTOR)
    return application


def _die_with_the_parent() -> None:
    """Let no worker outlive a killed parent: it would hold the port against the restart."""
    try:
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        _log.info("this system has no prctl: a killed parent may leave workers behind")
