# SPDX-License-Identifier: Apache-2.0
"""How fast records are sealed on one core, beside what the library can do at best.

Prints one line for each way and writes bench/results/sealing.json. Limit: 100,000 records a second
through the vault, with the person's key remembered, for bodies of 300 bytes. Counted in processor
time of one thread, so that what else the machine does matters less. The library's own call, with a
cipher made once and a nonce never drawn anew, is what nothing can be faster than.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from guiju.kernel import Keyring, LocalMasterKey, Sealer, seal, unseal
from guiju.storage import Database, migrate

SHORT = bool(os.environ.get("BENCH_SHORT"))
TIMES = 20_000 if SHORT else 200_000
ROUNDS = 5
BODY = os.urandom(300)
CONTEXT = b"exchange/req_01kbaddress00000000000000"
LIMIT = 100_000
RESULTS = Path(__file__).parent / "results" / "sealing.json"


def rate(work: Callable[[], object]) -> float:
    """Times a second of processor time, the middle of some rounds."""
    found = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        for _ in range(TIMES // ROUNDS):
            work()
        found.append(TIMES / ROUNDS / (time.thread_time() - begun))
    return median(found)


def through_the_vault(place: str) -> tuple[float, float, float]:
    """Sealing for one known person, for each of 1,000 known people in turn, and opening."""
    db = Database.open(f"sqlite:///{place}/guiju.db", Keyring(LocalMasterKey(bytes(32))))
    migrate(db)
    db.check_master_key()
    people = [f"pe_{number:026}" for number in range(1_000)]
    context = CONTEXT.decode()
    with db.write() as tx:
        for person in people:
            tx.seal(person, BODY, context)
        tx.take_noted()
    with db.read() as tx:
        one = rate(lambda: tx.seal(people[0], BODY, context))
        turn = iter(people * (TIMES // len(people) + 1))
        many = rate(lambda: tx.seal(next(turn), BODY, context))
        sealed = tx.seal(people[0], BODY, context)
        opened = rate(lambda: tx.unseal(people[0], sealed, context))
    db.close()
    return one, many, opened


def measure() -> dict[str, Any]:
    """All ways, in records a second on one core."""
    key, nonce = os.urandom(32), os.urandom(12)
    aes, chacha, sealer = AESGCM(key), ChaCha20Poly1305(key), Sealer(key)
    sealed = seal(key, BODY, CONTEXT)
    with tempfile.TemporaryDirectory(dir=os.environ.get("GUIJU_BENCH_DIR")) as place:
        one, many, opened = through_the_vault(place)
    found = {
        "library AES-256-GCM": rate(lambda: aes.encrypt(nonce, BODY, CONTEXT)),
        "library ChaCha20-Poly1305": rate(lambda: chacha.encrypt(nonce, BODY, CONTEXT)),
        "kernel.Sealer, cipher kept": rate(lambda: sealer.seal(BODY, CONTEXT)),
        "kernel.seal, cipher made": rate(lambda: seal(key, BODY, CONTEXT)),
        "kernel.unseal": rate(lambda: unseal(key, sealed, CONTEXT)),
        "vault, one person": one,
        "vault, 1,000 people": many,
        "vault, opening (asks the row)": opened,
    }
    return {name: round(value) for name, value in found.items()}


def main() -> int:
    """Measure, print, write; 1 when the limit is not met."""
    found = measure()
    raw = found["library AES-256-GCM"]
    for name, value in found.items():
        print(f"{name:32} {value:>12,}/s  {value / raw:6.1%} of the library's own call")
    slowest = min(found["vault, one person"], found["vault, 1,000 people"])
    print(f"limit {LIMIT:,}/s: {'met' if slowest >= LIMIT else 'NOT met'}")
    if not SHORT:
        said = {
            "bytes": len(BODY),
            "limit": LIMIT,
            "met": slowest >= LIMIT,
            "per_second": found,
            "time": "processor",
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        }
        RESULTS.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return 0 if slowest >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
