# SPDX-License-Identifier: Apache-2.0
"""What a person's standing costs each request, and how soon a change of it is in force elsewhere.

The check is what the stations of the gateway ask of a caller who is known: one look into the memory
of this worker, then agreement, standing, function and verified identity. A change is made in the
database behind the back of a second worker, which hears nothing and looks by itself. What a look
costs is measured too: whoever asks all the time is looked up beside a request, so often a second.
"""

from __future__ import annotations

import json
import platform
import tempfile
import time
from pathlib import Path

from tools.make_migration import import_every_table

from guiju import accounts
from guiju.accounts import directory
from guiju.kernel import Keyring, LocalMasterKey, Refused, software
from guiju.storage import Database, metadata

ROUNDS, ASKED, LOOKED, CHANGES = 9, 20_000, 100, 9
MOST_MICROSECONDS, MOST_SECONDS = 20.0, 0.6
RESULTS = Path(__file__).parent / "results" / "standing.json"
_SETUP = software("bench")


def check(known: accounts.Directory, token: str) -> None:
    """What a request asks of a caller who is remembered."""
    caller = known.cached(token)
    if caller is None:
        caller = known.fetch(token)
    accounts.require_agreement(caller)
    accounts.require_standing(caller)
    accounts.require_function(caller, "text")
    accounts.require_level(caller, 0)


def price(known: accounts.Directory, token: str) -> float:
    """Microseconds of one check: the best of several rounds; look-ups once a second included."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(ASKED):
            check(known, token)
        best = min(best, (time.perf_counter() - began) / ASKED)
    return best * 1e6


def look(known: accounts.Directory, token: str) -> float:
    """Microseconds of one look into the database: the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(LOOKED):
            known.fetch(token)
        best = min(best, (time.perf_counter() - began) / LOOKED)
    return best * 1e6


def delay(database: Database, officer: accounts.Staff, person: str, token: str) -> float:
    """Seconds from the commit of a suspension to the first refusal elsewhere."""
    other = accounts.Directory(database)
    other.fetch(token)
    with database.write() as tx:
        accounts.set_standing(tx, officer.actor, person, accounts.PersonState.SUSPENDED, "bench")
    began = time.perf_counter()
    while True:
        try:
            check(other, token)
        except Refused:
            break
    taken = time.perf_counter() - began
    with database.write() as tx:
        accounts.set_standing(tx, officer.actor, person, accounts.PersonState.ACTIVE, "bench")
    return taken


def main() -> int:
    """Measure, print, and write `bench/results/standing.json`."""
    import_every_table()
    with tempfile.TemporaryDirectory() as folder:
        keys = Keyring(LocalMasterKey(bytes(range(32))))
        database = Database.open(f"sqlite:///{folder}/guiju.db", keys)
        metadata.create_all(database.engine)
        with database.write() as tx:
            officer = accounts.appoint_staff(
                tx, _SETUP, "officer", "lantern orchard 42", ("safety-officer",)
            )
            legal = accounts.appoint_staff(
                tx, _SETUP, "legal", "lantern orchard 43", ("agreement-manager",)
            )
            accounts.install_agreement(tx, legal.actor, officer.actor, accounts.first_agreement())
            person = accounts.register_person(tx, _SETUP, "wanderer", "lantern orchard 44")
            accounts.accept_agreement(tx, person.actor, person.id, 1)
            token = accounts.issue_key(tx, person.actor, person.id).token
        microseconds = price(accounts.Directory(database), token)
        looked = look(accounts.Directory(database), token)
        seconds = [delay(database, officer, person.id, token) for _ in range(CHANGES)]
        database.close()
    often = 1 / (directory.LIVES_SECONDS - directory.AGES_SECONDS)
    print(f"standing of a known caller: {microseconds:.2f} µs (limit {MOST_MICROSECONDS:g})")
    print(f"a look into the database: {looked:.0f} µs, at most {often:.1f} a second of one caller")
    print(f"a change in force on another worker: {max(seconds):.3f} s at most of {CHANGES}")
    found = {
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "check_microseconds": round(microseconds, 2),
        "check_limit_microseconds": MOST_MICROSECONDS,
        "look_microseconds": round(looked),
        "looks_a_second_at_most": round(often, 1),
        "change_seconds": [round(one, 3) for one in seconds],
        "change_limit_seconds": MOST_SECONDS,
    }
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(microseconds > MOST_MICROSECONDS or max(seconds) > MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
