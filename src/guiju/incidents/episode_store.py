# SPDX-License-Identifier: Apache-2.0
"""The rows of `incident_episode`: when a sign that comes and goes was last above its rate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from guiju.incidents.store import EPISODE
from guiju.storage import Tx


def loud_at(tx: Tx, sign: str) -> datetime | None:
    """When this sign was last loud."""
    row = tx.row(select(EPISODE.c.loud_at).where(EPISODE.c.sign == sign))
    return None if row is None else row.loud_at


def note(tx: Tx, sign: str, before: datetime | None, now: datetime) -> bool:
    """Note that it is loud now; False when somebody else has noted it since `before`."""
    if before is None:
        return tx.insert_if_absent(EPISODE, {"sign": sign, "loud_at": now})
    return tx.update(EPISODE, {"sign": sign}, {"loud_at": now}, expect={"loud_at": before})
