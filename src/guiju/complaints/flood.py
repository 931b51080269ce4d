# SPDX-License-Identifier: Apache-2.0
"""How many complaints and look-ups are taken in a while, so that a flood drowns nobody's voice.

Whoever has not complained within the hour is always heard: the limit of the whole service holds
only those back who have. Addresses are kept as keyed digests that change every day.
"""

from __future__ import annotations

from datetime import timedelta

from guiju.complaints import refusing, store
from guiju.storage import Tx
from guiju.web import daily_mark

_HOUR = timedelta(hours=1)
# A school or an office may stand behind one address; one person does not complain so often.
FILINGS_OF_ONE = 30
FILINGS_OF_ALL = 600
# Wrong codes only: who has a code may look as often as they like.
WRONG_CODES_OF_ONE = 20
WRONG_CODES_OF_ALL = 2_000
BYTES_A_DAY = 2 * 2**30


def admit_filing(tx: Tx, address: str, attached: int) -> None:
    """Let a complaint with so many bytes attached in, or not.

    Raises:
        Refused: `complaints-too-many`.
        Unavailable: `attachments-paused`; without attachments it is taken.
    """
    mine = store.TALLIES.of(tx, _name(tx, "file", address))
    crowded = store.TALLIES.of(tx, "file/all") >= FILINGS_OF_ALL
    if mine >= FILINGS_OF_ONE or (crowded and mine):
        raise refusing.too_many(int(_HOUR.total_seconds()))
    if attached and store.TALLIES.of(tx, "bytes/all") + attached > BYTES_A_DAY:
        raise refusing.attachments_paused()


def count_filing(tx: Tx, address: str, attached: int) -> None:
    """A complaint came in."""
    for name in (_name(tx, "file", address), "file/all"):
        store.TALLIES.add(tx, name, _HOUR)
    if attached:
        store.TALLIES.add(tx, "bytes/all", 24 * _HOUR, attached)


def admit_look_up(tx: Tx, address: str) -> None:
    """Let somebody try a receipt code, or not.

    Raises:
        Refused: `receipts-too-many`.
    """
    mine = store.TALLIES.of(tx, _name(tx, "code", address))
    crowded = store.TALLIES.of(tx, "code/all") >= WRONG_CODES_OF_ALL
    if mine >= WRONG_CODES_OF_ONE or (crowded and mine):
        raise refusing.too_many_codes(int(_HOUR.total_seconds()))


def count_wrong_code(tx: Tx, address: str) -> None:
    """A code was wrong."""
    for name in (_name(tx, "code", address), "code/all"):
        store.TALLIES.add(tx, name, _HOUR)


def forget_tallies(tx: Tx, most: int) -> int:
    """Drop counts whose while is over, so many at most; how many went."""
    return store.TALLIES.forget(tx, most)


def _name(tx: Tx, what: str, address: str) -> str:
    return f"{what}/{daily_mark(tx.keys, tx.now, 'complaint-address', address)}"
