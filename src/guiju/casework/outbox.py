# SPDX-License-Identifier: Apache-2.0
"""What follows outside from a transaction: kept with it, done after it, again until it is done.

A process that is killed while it works loses nothing: its lease runs out and another one tries. So
a handler may be called twice for one thing, and must not mind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from guiju.casework import outbox_store
from guiju.kernel import new_id
from guiju.storage import Database, Tx

Handler = Callable[[Database, str], None]
"""Does what is to be done for one id; raises whatever went wrong."""

STUCK_AFTER = 8
_LEASE = timedelta(minutes=2)
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=1)
_log = logging.getLogger("guiju.casework")


def afterwards(tx: Tx, topic: str, ref: str) -> None:
    """Have the handler for `topic` called with `ref`, an id, once this has committed."""
    outbox_store.add(
        tx,
        {
            "id": new_id("out"),
            "topic": topic,
            "ref": ref,
            "made_at": tx.now,
            "next_at": tx.now,
            "attempts": 0,
            "trouble": None,
        },
    )


def deliver(database: Database, handlers: Mapping[str, Handler], most: int = 50) -> int:
    """Do what is due, as far as there are handlers; how many of it were done.

    What fails is tried again after 5 seconds, 10, 20 and so on, at last once an hour, without end.
    """
    with database.read() as tx:
        if not handlers or not outbox_store.any_due(tx, handlers):
            return 0
    with database.write() as tx:
        items = outbox_store.lease(tx, handlers, most, tx.now + _LEASE)
    return sum(_done(database, handlers[one.topic], one) for one in items)


def stuck(tx: Tx) -> int:
    """How many things have been tried in vain for ten minutes or longer."""
    return outbox_store.stuck(tx, STUCK_AFTER)


def _done(database: Database, handler: Handler, item: outbox_store.Item) -> bool:
    trouble = None
    try:
        handler(database, item.ref)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
        # Its class only: what it says may name a person.
        trouble = type(error).__name__
        _log.warning("%s %s, attempt %d: %s", item.topic, item.ref, item.attempts, trouble)
    with database.write() as tx:
        if trouble is None:
            outbox_store.drop(tx, item.id)
        else:
            wait = min(_FIRST * 2 ** (item.attempts - 1), _LONGEST)
            outbox_store.put_off(tx, item.id, tx.now + wait, trouble)
    return trouble is None
