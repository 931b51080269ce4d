# SPDX-License-Identifier: Apache-2.0
"""How many requests without an account, and how many wrong codes, one address may send.

Who is signed in is not counted. Addresses are kept as keyed digests that change every day.
"""

from __future__ import annotations

from datetime import timedelta

from guiju.privacy import refusing, store
from guiju.storage import Tx
from guiju.web import daily_mark

_HOUR = timedelta(hours=1)
REQUESTS_OF_ONE = 10
WRONG_CODES_OF_ONE = 20


def admit(tx: Tx, address: str) -> None:
    """Let a request without an account in, or not; raises Refused `privacy-requests-too-many`."""
    if store.TALLIES.of(tx, _name(tx, "ask", address)) >= REQUESTS_OF_ONE:
        raise refusing.too_many(int(_HOUR.total_seconds()))


def count(tx: Tx, address: str) -> None:
    """A request without an account came in."""
    store.TALLIES.add(tx, _name(tx, "ask", address), _HOUR)


def admit_code(tx: Tx, address: str) -> None:
    """Let somebody try a receipt code or a link, or not; raises Refused `receipts-too-many`."""
    if store.TALLIES.of(tx, _name(tx, "code", address)) >= WRONG_CODES_OF_ONE:
        raise refusing.too_many_codes(int(_HOUR.total_seconds()))


def count_wrong_code(tx: Tx, address: str) -> None:
    """A code was wrong."""
    store.TALLIES.add(tx, _name(tx, "code", address), _HOUR)


def _name(tx: Tx, what: str, address: str) -> str:
    return f"{what}/{daily_mark(tx.keys, tx.now, 'privacy-address', address)}"
