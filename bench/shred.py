# SPDX-License-Identifier: Apache-2.0
"""Erase some of many people under load and look for them in every file; pack 10,000 records.

1,000 people with 100,000 records, 50 of them erased at random while others go on: planted strings
(in what they said, in names and labels of keys, in copies, in records that waited on disk) and the
wrapped keys must be in no file afterwards. Prints one line for each figure and writes
bench/results/shred.json. Limit: 10 s for a copy of 10,000 records.
"""

from __future__ import annotations

import json
import logging
import os
import random  # noqa: TID251 - seeded: the same people each time
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.unit.privacy.conftest import PASSWORD, Scene
from tools.make_migration import import_every_table

from guiju import accounts, ledger, records
from guiju.app.stores import person_stores
from guiju.kernel import Keyring, LocalMasterKey, SystemClock, canonical, digest, monotonic, new_id
from guiju.ledger import verify_bundle
from guiju.privacy import certifying, store
from guiju.records import Exchange, Label, Screening, Spill, Usage
from guiju.storage import Database, metadata
from guiju.storage.vault import SUBJECT_KEY

RESULTS = Path(__file__).parent / "results" / "shred.json"
COPY_LIMIT_S = 10.0
_BATCH = 500


@dataclass(frozen=True)
class Size:
    """How many people, records of each, erased people, and planted strings."""

    people: int = 1_000
    records: int = 100
    erased: int = 50
    planted: int = 200


FULL = Size()


class Shred:
    """The whole of it in one folder."""

    def __init__(self, folder: Path, size: Size, seed: int = 8) -> None:
        """Make an empty service in `folder`."""
        self.folder, self.size = folder, size
        self.random = random.Random(seed)
        import_every_table()
        keys = Keyring(LocalMasterKey(bytes(range(32))))
        self.db = Database.open(f"sqlite:///{folder / 'guiju.db'}", keys, SystemClock())
        metadata.create_all(self.db.engine)
        (folder / "spill").mkdir()
        stores = person_stores(folder / "spill", folder / "copies")
        self.scene = Scene(self.db, SystemClock(), folder, stores)  # type: ignore[arg-type]
        logging.basicConfig(filename=folder / "guiju.log", level=logging.DEBUG, force=True)
        self.planted: list[str] = []
        self.people: list[str] = []

    def run(self) -> dict[str, Any]:
        """Fill, erase under load, look."""
        start = monotonic()
        doomed = self.fill()
        filled = monotonic() - start
        wrapped = self.wrapped(doomed)
        before = self.found(self.planted)
        stop = threading.Event()
        load = threading.Thread(target=self.load, args=(stop, doomed))
        load.start()
        start = monotonic()
        cases = [self.scene.decided(one) for one in doomed]
        self.work(cases)
        erasing = monotonic() - start
        stop.set()
        load.join()
        ledger.integrate(self.db)
        ledger.publish(self.db, self.folder / "ledger")
        with self.db.read() as tx:
            told = [store.head(tx, one.id).outcome for one in cases]
            probes = [one.name for who in doomed for one in self.scene.stores if one.probe(tx, who)]
        return {
            "people": self.size.people,
            "records": self.size.people * self.size.records,
            "erased": len(doomed),
            "finished": sum(one is not None for one in told),
            "planted": len(self.planted),
            "in_clear_before": before,
            "found": self.found(self.planted),
            "keys_found": self.found_bytes(wrapped),
            "probes": probes,
            "others_read": self.others_read(doomed),
            "ledger": ledger.verify(self.db, self.folder / "ledger").ok,
            "certificates": sum(self.certified(one) for one in cases),
            "fill_s": round(filled, 1),
            "erase_s": round(erasing, 1),
        }

    def fill(self) -> list[str]:
        """People with what they said; strings are planted with those who will be erased."""
        hashed = accounts.hash_password("nobody", PASSWORD)
        doomed = set(self.random.sample(range(self.size.people), self.size.erased))
        each = -(-self.size.planted // len(doomed))
        found = []
        for number in range(self.size.people):
            marks = [f"plant-{new_id('x')}" for _ in range(each)] if number in doomed else []
            self.planted += marks
            name = marks[0] if marks else f"somebody-{number}"
            with self.db.write() as tx:
                person = accounts.register_person(tx, None, name, hashed)
                label = marks[-1] if marks else "laptop"
                accounts.issue_key(tx, person.actor, person.id, label)
            self.people.append(person.id)
            self.record(list(self.said(person.id, self.size.records, marks)))
            if marks:
                found.append(person.id)
        self.set_aside(found)
        self.make_copies(found)
        return found

    def set_aside(self, people: Sequence[str]) -> None:
        """Something of each waits on disk for a while, as when the database stalls."""
        spill = Spill(self.folder / "spill", self.db.keys)
        for one in people:
            mark = f"plant-{new_id('x')}"
            self.planted.append(mark)
            spill.add(list(self.said(one, 1, [mark])))
        for batch in spill.batches():
            with self.db.write() as tx:
                records.catch_up(tx, batch)
        spill.finish()
        spill.close()

    def make_copies(self, people: Sequence[str]) -> None:
        """Some have had a copy made."""
        for one in people[::5]:
            self.scene.ask("copy", one)
        self.scene.packer.work()

    def said(self, person: str, count: int, marks: Sequence[str]) -> Iterator[Exchange]:
        """What somebody said, with one of the marks in each."""
        for number in range(count):
            words = marks[number % len(marks)] if marks else f"words {number} of {person}"
            yield Exchange(
                request=new_id("req"),
                at=self.db.clock.now(),
                route="/v1/chat/completions",
                stream=False,
                service="service",
                person=person,
                key="key_1",
                model="m",
                policy="d" * 64,
                agreement=1,
                incoming=Screening("pass", "full"),
                outgoing=Screening("pass", "full"),
                label=Label("p-1", "end", implicit=True),
                usage=Usage(1, 2, 3, 3),
                finish="stop",
                retention_days=183,
                input=json.dumps({"messages": [{"content": words}]}).encode(),
                output=json.dumps({"delivered": {"content": f"about {words}"}}).encode(),
            )

    def record(self, items: list[Exchange]) -> None:
        """Keep them as the gateway does, some at a time."""
        for at in range(0, len(items), _BATCH):
            with self.db.write() as tx:
                records.record(tx, items[at : at + _BATCH])

    def load(self, stop: threading.Event, doomed: Sequence[str]) -> None:
        """Others go on meanwhile."""
        others = [one for one in self.people if one not in set(doomed)]
        while not stop.is_set():
            self.record(list(self.said(self.random.choice(others), 5, [])))
            stop.wait(0.02)

    def work(self, cases: Sequence[Any]) -> None:
        """Until every erasure is finished; what was put off is waited for."""
        until = monotonic() + 600
        left = {one.id for one in cases}
        while left and monotonic() < until:
            if not self.scene.eraser.work():
                threading.Event().wait(0.5)
            with self.db.read() as tx:
                left = {one for one in left if store.certificate(tx, one) is None}

    # -- looking -----------------------------------------------------------------------------------

    def wrapped(self, people: Sequence[str]) -> list[bytes]:
        """Their wrapped keys, as they stand in the database now."""
        with self.db.read() as tx:
            mine = SUBJECT_KEY.c.subject.in_(list(people))
            return [row.wrapped for row in tx.rows(select(SUBJECT_KEY.c.wrapped).where(mine))]

    def found(self, strings: Sequence[str]) -> int:
        """How many of these strings are in some file."""
        return self.found_bytes([one.encode() for one in strings])

    def found_bytes(self, strings: Sequence[bytes]) -> int:
        """The same of bytes; every file of the folder is read: database, log, copies, tiles."""
        everything = [one.read_bytes() for one in self.folder.rglob("*") if one.is_file()]
        return sum(any(one in data for data in everything) for one in strings)

    def others_read(self, doomed: Sequence[str]) -> int:
        """How many of twenty others can read all that they said."""
        others = [one for one in self.people if one not in set(doomed)]
        with self.db.read() as tx:
            chosen = self.random.sample(others, min(20, len(others)))
            return sum(records.holdings(tx, one).content >= self.size.records for one in chosen)

    def certified(self, case: Any) -> bool:
        """Whether the certificate verifies offline."""
        out = self.folder / "bundles" / case.number
        certifying.write(self.db, self.folder / "ledger", case, out)
        body = (out / "certificate.json").read_bytes().rstrip(b"\n")
        leaf = certifying.read(body)
        said = next((out / "leaves").glob("*.json")).read_bytes()
        same = leaf is not None and digest(canonical(leaf)).encode() in said
        return same and bool(verify_bundle.check(out)["ok"])


def copied(folder: Path, count: int = 10_000) -> dict[str, Any]:
    """How long a copy of so many records of one person takes."""
    shred = Shred(folder, Size(1, count, 1, 1))
    hashed = accounts.hash_password("nobody", PASSWORD)
    with shred.db.write() as tx:
        person = accounts.register_person(tx, None, "somebody", hashed)
    shred.record(list(shred.said(person.id, count, [])))
    shred.scene.ask("copy", person.id)
    start = monotonic()
    made = shred.scene.packer.work()
    taken = monotonic() - start
    (file,) = (folder / "copies").iterdir()
    return {
        "copy_records": count,
        "copies": made,
        "copy_s": round(taken, 2),
        "copy_mb": round(file.stat().st_size / 2**20, 1),
    }


def main() -> int:
    """Measure, print and write; arguments: people, records of each, erased."""
    given = [int(one) for one in sys.argv[1:4]]
    size = Size(given[0], given[1], given[2], 4 * given[2]) if len(given) > 2 else FULL
    place = os.environ.get("GUIJU_BENCH_DIR")
    with (
        tempfile.TemporaryDirectory(dir=place) as one,
        tempfile.TemporaryDirectory(dir=place) as two,
    ):
        found = {**Shred(Path(one), size).run(), **copied(Path(two))}
    found |= {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    for name, value in found.items():
        print(f"{name:16} {value}")
    print(f"copy limit       {COPY_LIMIT_S / found['copy_s']:.1f}x")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    whole = found["finished"] == found["erased"] == found["certificates"] and found["ledger"]
    return int(not whole or bool(found["found"] or found["keys_found"] or found["probes"]))


if __name__ == "__main__":
    sys.exit(main())
