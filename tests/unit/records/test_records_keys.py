# SPDX-License-Identifier: Apache-2.0
"""Another master key takes over while people's records are sealed, opened and erased."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.unit.records.test_records_service import (
    OFFICER,
    SECOND,
    STRANGER,
    exchange,
    leaves,
)

from guiju import ledger, records
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    FixedClock,
    Invalid,
    Keyring,
    LocalMasterKey,
    MasterKeys,
    NotFound,
    Refused,
    Unavailable,
    master_of,
)
from guiju.storage import Database
from guiju.storage.vault import SERVICE_SECRET, SUBJECT_KEY

OLD, NEW = LocalMasterKey(bytes(range(32))), LocalMasterKey(bytes(range(7, 39)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    name = "db" if request.param == "sqlite" else "pg_db"
    found: Database = request.getfixturevalue(name)
    found.check_master_key()
    return found


class Deployment:
    """What processes of one machine share: the files with the master keys."""

    def __init__(self) -> None:
        self.now = MasterKeys(OLD)

    def process(self, on: Database) -> Database:
        """One that starts now."""
        held = self.now
        masters = MasterKeys(held.current, held.earlier, lambda: self.now)
        made = Database(on.engine, Keyring(masters), on.clock)
        made.check_master_key()
        return made


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def said(db: Database, clock: FixedClock, *people: str) -> None:
    with db.write() as tx:
        records.record(tx, [exchange(clock, f"req_{person}", person) for person in people])


def opens(db: Database, person: str) -> bool:
    with db.write() as tx:
        given, _ = records.read(tx, OFFICER, f"req_{person}", "to see")
    return bool(given)


def rotated(db: Database, most: int = 200) -> int:
    with db.write() as tx:
        records.begin_rotation(tx, OFFICER)
    steps = 0
    while True:
        with db.write() as tx:
            if not records.rotate_some(tx, OFFICER, most):
                return steps
        steps += 1


def masters(db: Database) -> set[str]:
    with db.read() as tx:
        rows = [*tx.rows(select(SUBJECT_KEY.c.wrapped)), *tx.rows(select(SERVICE_SECRET.c.wrapped))]
    return {master_of(row.wrapped) for row in rows}


@pytest.mark.control("master-key-rotation")
def test_every_key_is_wrapped_anew_and_everything_opens_as_before(
    either: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """Content, codes and evidence stay as they are; the old master key is not needed any more."""
    people = [f"pe_{number}" for number in range(7)]
    said(deployment.process(either), clock, *people)
    deployment.now = MasterKeys(NEW, [OLD])
    assert rotated(deployment.process(either), most=3) == 3
    assert masters(either) == {NEW.id}
    deployment.now = MasterKeys(NEW)
    after = deployment.process(either)
    assert all(opens(after, person) for person in people)
    assert ledger.verify(after).problems == ()
    told = [leaf["facts"] for leaf in leaves(after) if leaf["kind"] == "keys-rewrapped"]
    assert [one["keys"] for one in told] == [3, 3, 1]
    with pytest.raises(Unavailable, match="wrong-master-key"):
        Database(either.engine, Keyring(OLD), clock).check_master_key()


@pytest.mark.control("master-key-rotation")
def test_it_goes_on_where_it_was_stopped(
    either: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """A kill between two steps costs nothing; status says how much waits."""
    said(deployment.process(either), clock, "pe_1", "pe_2", "pe_3")
    deployment.now = MasterKeys(NEW, [OLD])
    first = deployment.process(either)
    with first.write() as tx:
        begun = records.begin_rotation(tx, OFFICER)
        records.rotate_some(tx, OFFICER, 1)
    assert begun.waiting == 3
    with first.read() as tx:
        assert records.key_status(tx) == records.KeyStatus(NEW.id, 3, 2)
    again = deployment.process(either)
    assert rotated(again) == 1
    with again.read() as tx:
        assert records.key_status(tx).waiting == 0


@pytest.mark.control("master-key-rotation")
def test_a_process_that_runs_meanwhile_goes_on_and_takes_up_the_new_key(
    either: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """It seals and opens throughout, and whoever is new gets a key under the new master key."""
    running = deployment.process(either)
    said(running, clock, "pe_1")
    deployment.now = MasterKeys(NEW, [OLD])
    turning = deployment.process(either)
    with turning.write() as tx:
        records.begin_rotation(tx, OFFICER)
    assert opens(running, "pe_1")
    said(running, clock, "pe_2")
    with either.read() as tx:
        row = tx.row(select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == "pe_2"))
    assert row is not None
    assert master_of(row.wrapped) == NEW.id
    rotated(turning)
    assert opens(running, "pe_1")
    assert opens(running, "pe_2")


def test_a_process_that_cannot_find_the_new_key_makes_none_under_the_old(
    db: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """Its door is closed to new people; a key that only it could open would be lost with it."""
    stale = deployment.process(db)
    other = Deployment()
    other.now = MasterKeys(NEW, [OLD])
    rotated(other.process(db))
    with pytest.raises(Unavailable, match="master-key-changed"):
        said(stale, clock, "pe_9")


@pytest.mark.control("master-key-rotation")
def test_an_erased_person_stays_erased(
    either: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """Nothing is wrapped anew for whoever was erased before or meanwhile."""
    running = deployment.process(either)
    said(running, clock, "pe_1", "pe_2")
    deployment.now = MasterKeys(NEW, [OLD])
    turning = deployment.process(either)
    with turning.write() as tx:
        records.begin_rotation(tx, OFFICER)
        records.rotate_some(tx, OFFICER, 1)
    with running.write() as tx:
        records.erase(tx, OFFICER, SECOND, "pe_1")
        records.erase(tx, OFFICER, SECOND, "pe_2")
    rotated(turning)
    for person in ("pe_1", "pe_2"):
        with pytest.raises(NotFound, match="key-destroyed"):
            opens(turning, person)


def test_the_old_key_goes_by_two_people_and_not_while_it_is_needed(
    db: Database, clock: FixedClock, deployment: Deployment
) -> None:
    """What only it opens would be lost."""
    said(deployment.process(db), clock, "pe_1")
    deployment.now = MasterKeys(NEW, [OLD])
    turning = deployment.process(db)
    with pytest.raises(Conflict, match="keys-wait"), turning.write() as tx:
        records.retire_masters(tx, OFFICER, SECOND, ["old"])
    rotated(turning)
    for second in (OFFICER, STRANGER):
        with pytest.raises(Refused, match="second-person-needed"), turning.write() as tx:
            records.retire_masters(tx, OFFICER, second, ["old"])
    with turning.write() as tx:
        records.retire_masters(tx, OFFICER, SECOND, ["old"])
    (leaf,) = [one for one in leaves(turning) if one["kind"] == "master-key-retired"]
    assert leaf["facts"]["second"] == SECOND.id


@pytest.mark.parametrize(
    "actor", [STRANGER, Actor(ActorKind.STAFF, "st_r", frozenset({"reviewer"}))]
)
def test_others_may_not_touch_keys(db: Database, deployment: Deployment, actor: Actor) -> None:
    """Neither people nor staff of other roles."""
    turning = deployment.process(db)
    for verb in (records.begin_rotation, records.rotate_some):
        with pytest.raises(Refused, match="role-needed"), turning.write() as tx:
            verb(tx, actor)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    steps=st.lists(
        st.sampled_from(["say", "turn", "some", "erase", "restart"]), min_size=1, max_size=12
    )
)
def test_whatever_is_done_meanwhile_nobody_loses_and_nobody_comes_back(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, clock: FixedClock, steps: list[str]
) -> None:
    """A walk beside a model: who has said something and was not erased can be opened, no other."""
    path = tmp_path_factory.mktemp("walk") / "guiju.db"
    path.write_bytes(empty.read_bytes())
    base = Database.open(f"sqlite:///{path}", Keyring(OLD), clock)
    here, count = Deployment(), 0
    running = here.process(base)
    there: dict[str, bool] = {}
    for step in steps:
        if step == "say":
            count += 1
            there[f"pe_{count}"] = True
            said(running, clock, f"pe_{count}")
        elif step == "turn":
            fresh = LocalMasterKey(bytes([len(there) + count + 1]) * 32)
            here.now = MasterKeys(fresh, [here.now.current, *here.now.earlier])
            with here.process(base).write() as tx:
                records.begin_rotation(tx, OFFICER)
        elif step == "some":
            with here.process(base).write() as tx:
                records.rotate_some(tx, OFFICER, 1)
        elif step == "erase" and there:
            person = next(iter(there))
            with running.write() as tx:
                records.erase(tx, OFFICER, SECOND, person)
            there[person] = False
        else:
            running = here.process(base)
    for person, kept in there.items():
        if kept:
            assert opens(running, person)
        else:
            with pytest.raises(NotFound):
                opens(running, person)
    assert ledger.verify(here.process(base)).problems == ()
    base.close()


@pytest.mark.control("records-sealed")
@pytest.mark.parametrize(("one", "other"), [("req_pe_1", "req_pe_2"), ("req_a", "req_b")])
def test_contents_that_were_swapped_between_rows_open_for_nobody(
    db: Database, clock: FixedClock, one: str, other: str
) -> None:
    """An attacker with the database in hand moves seals between people, and between requests."""
    people = ("pe_1", "pe_2") if one == "req_pe_1" else ("pe_1", "pe_1")
    with db.write() as tx:
        records.record(
            tx,
            [
                exchange(clock, request, person)
                for request, person in zip((one, other), people, strict=True)
            ],
        )
    path = str(db.engine.url.database)
    with sqlite3.connect(path) as raw:
        found = dict(raw.execute("SELECT request, content FROM exchange_body").fetchall())
        for request, content in ((one, found[other]), (other, found[one])):
            raw.execute(
                "UPDATE exchange_body SET content = ? WHERE request = ?", (content, request)
            )
    for request in (one, other):
        with pytest.raises(Invalid, match="seal-broken"), db.write() as tx:
            records.read(tx, OFFICER, request, "to see")
    assert ledger.verify(db).problems != ()
