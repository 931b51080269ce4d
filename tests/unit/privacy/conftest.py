# SPDX-License-Identifier: Apache-2.0
"""People with records and accounts, officers, and every store of the house."""

from __future__ import annotations

import json
import random  # noqa: TID251 - as the picture says
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from guiju import accounts, ledger, privacy, records
from guiju.app.stores import person_stores
from guiju.casework import Case
from guiju.casework import receipts as casework_receipts
from guiju.kernel import Actor, ActorKind, FixedClock, digest, first_id
from guiju.privacy import entering, planning, reading, service
from guiju.privacy.model import Proof
from guiju.records import Exchange, Label, Screening, Usage
from guiju.records.model import Medium
from guiju.storage import Database, PersonStore

OFFICER = Actor(ActorKind.STAFF, "staff_privacy", frozenset({"privacy-officer"}))
SECOND = Actor(ActorKind.STAFF, "staff_safety", frozenset({"safety-officer"}))
CLERK = Actor(ActorKind.STAFF, "staff_clerk", frozenset({"reviewer"}))
PASSWORD = "correct horse battery"
SECRET = "quetzal lamplighter"
PICTURE = random.randbytes(30_000)  # noqa: S311 - a picture, not a secret


@pytest.fixture(scope="session", autouse=True)
def _cheap_receipts() -> Iterator[None]:
    """The same algorithm with the least of memory and time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casework_receipts, "_MEMORY", 8)
        patch.setattr(casework_receipts, "_PASSES", 1)
        yield


@dataclass
class Scene:
    """A service with its stores, and what tests do on it."""

    db: Database
    clock: FixedClock
    folder: Path
    stores: tuple[PersonStore, ...]

    @property
    def eraser(self) -> privacy.Eraser:
        return privacy.Eraser(self.db, self.stores)

    @property
    def packer(self) -> privacy.Packer:
        return privacy.Packer(self.db, self.stores, self.folder / "copies")

    def person(self, name: str, records_of: int = 3, media: int = 1) -> str:
        """Somebody with a password, a key, and things they have said."""
        with self.db.write() as tx:
            found = accounts.register_person(tx, None, name, PASSWORD)
            issued = accounts.issue_key(tx, found.actor, found.id, f"laptop of {name}")
        said = [self.said(found.id, at, issued.key.id, at < media) for at in range(records_of)]
        with self.db.write() as tx:
            records.record(tx, said)
        return found.id

    def said(self, person: str, number: int, key: str, media: bool) -> Exchange:
        request = f"{first_id('req', self.clock.now())}{number:06}{person[-10:]}"
        one = Exchange(
            request=request,
            at=self.clock.now(),
            route="/v1/chat/completions",
            stream=False,
            service="service",
            person=person,
            key=key,
            model="m",
            policy="d" * 64,
            agreement=1,
            incoming=Screening("pass", "full"),
            outgoing=Screening("pass", "full"),
            label=Label(f"p-{request}", "end", implicit=True),
            usage=Usage(1, 2, 3, 3),
            finish="stop",
            retention_days=183,
            input=json.dumps({"messages": [{"content": f"{SECRET} {number}"}]}).encode(),
            output=b'{"delivered": {"content": "an answer"}}',
        )
        made = Medium(f"m-{request}", "image/png", digest(PICTURE), 3, "inside", "inside", PICTURE)
        return replace(one, media=(made,)) if media else one

    def ask(self, wish: str, person: str, text: str = "", **more: Any) -> entering.Filed:
        """What somebody who has just typed their password asks."""
        asked = reading.asking(
            wish=wish, text=text, person=person, **({"proof": Proof.RECENT} | more)
        )
        return entering.file_by_person(self.db, asked)

    def case(self, number: str) -> Case:
        with self.db.read() as tx:
            return service.get_request(tx, number)[0]

    def decided(self, person: str, wish: str = "delete") -> Case:
        """An erasure that two people have decided, before its first step."""
        case = self.ask(wish, person).case
        with self.db.write() as tx:
            case = service.accept(tx, OFFICER, case)
            case = service.ask_second(tx, OFFICER, case)
            case = service.say_second(tx, SECOND, case, yes=True)
            plan = planning.plan(tx, self.stores, person)
            return service.erase(tx, OFFICER, case, plan, "As you asked.")

    def work(self, most: int = 50) -> None:
        """Let everything that is due be done."""
        for _ in range(most):
            if not self.eraser.work():
                return

    def verified(self) -> bool:
        ledger.integrate(self.db)
        return ledger.verify(self.db).ok


def scene_on(db: Database, clock: FixedClock, folder: Path) -> Scene:
    (folder / "spill").mkdir(exist_ok=True)
    return Scene(db, clock, folder, person_stores(folder / "spill", folder / "copies"))


@pytest.fixture
def scene(db: Database, clock: FixedClock, tmp_path: Path) -> Scene:
    return scene_on(db, clock, tmp_path)


@pytest.fixture(params=["db", "pg_db"])
def either(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Scene:
    """The same on both databases."""
    found: Database = request.getfixturevalue(request.param)
    return scene_on(found, clock, tmp_path)
