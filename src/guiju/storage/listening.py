# SPDX-License-Identifier: Apache-2.0
"""What one process tells all others through the database (PostgreSQL), heard at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from guiju.storage.database import Database
from guiju.storage.transaction import Tx

_CHANNEL = "guiju"
_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 0.5
_log = logging.getLogger("guiju.storage")


def notify(tx: Tx, said: str) -> None:
    """Let every listener hear `said` (below 8000 bytes) once this transaction has committed."""
    tx.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": _CHANNEL, "said": said})


class Listener:
    """Hears in a thread of its own what others `notify`; comes back when the database does."""

    def __init__(
        self, database: Database, hear: Callable[[str], None], missed: Callable[[], None]
    ) -> None:
        """`hear` gets what was said; `missed` is called when something may not have been heard."""
        self._database = database
        self._hear = hear
        self._missed = missed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End; blocks for up to a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 - whatever it is, one listens again
                _log.info("nothing is heard from the database: %s", type(error).__name__)
                self._stop.wait(_AGAIN_SECONDS)

    def _listen(self) -> None:
        pooled = self._database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {_CHANNEL}")
            self._missed()
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=_LOOK_SECONDS):
                    self._hear(notice.payload)
                # A connection that was cut without a word says so now.
                connection.execute("SELECT 1")
        finally:
            connection.close()
