# SPDX-License-Identifier: Apache-2.0
"""How many guesses and registrations one network address has in a while.

An address stands for a household or an office, so that it has more than one person's share; the
address itself is kept as a keyed digest that changes every day. An empty address is that of a
command, which whoever holds the data may run as often as they like.
"""

from __future__ import annotations

from datetime import timedelta

from guiju.accounts import guard_store
from guiju.accounts import refusing_entry as refusing
from guiju.measures import enforces
from guiju.storage import Tx
from guiju.web import daily_mark

# Policies of the house, not law.
GUESSES, GUESSING = 30, timedelta(minutes=15)
REGISTRATIONS, REGISTERING = 20, timedelta(hours=1)
STEPS, STEPPING = 120, timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@enforces("sign-in-guarded")
def admit_guess(tx: Tx, address: str) -> None:
    """Let somebody at `address` try a password or code; raises Refused 429 `sign-in-paused`."""
    if address and guard_store.tallied(tx, _name(tx, "guess", address)) >= GUESSES:
        raise refusing.address_paused(GUESSING // _MINUTE)


def count_guess(tx: Tx, address: str) -> None:
    """A password or code was wrong."""
    if address:
        guard_store.count(tx, _name(tx, "guess", address), GUESSING)


@enforces("sign-in-guarded")
def admit_registration(tx: Tx, address: str) -> None:
    """Let somebody at `address` register; raises Refused 429 `registrations-too-many`."""
    if address and guard_store.tallied(tx, _name(tx, "register", address)) >= REGISTRATIONS:
        raise refusing.too_many_registrations(REGISTERING // _MINUTE)


def count_registration(tx: Tx, address: str) -> None:
    """Somebody registered, or tried a name that is taken."""
    if address:
        guard_store.count(tx, _name(tx, "register", address), REGISTERING)


def admit_step(tx: Tx, address: str) -> None:
    """Let a step begin that leaves a row behind; raises Refused 429 `sign-in-paused`."""
    name = _name(tx, "step", address or "unknown")
    if guard_store.tallied(tx, name) >= STEPS:
        raise refusing.address_paused(STEPPING // _MINUTE)
    guard_store.count(tx, name, STEPPING)


def _name(tx: Tx, what: str, address: str) -> str:
    return f"{what}/{daily_mark(tx.keys, tx.now, 'sign-in-address', address)}"
