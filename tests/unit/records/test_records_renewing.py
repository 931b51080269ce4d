# SPDX-License-Identifier: Apache-2.0
"""One person's key is made anew while people use it; everything under it is sealed again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, exchange, leaves

from guiju import ledger, records
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    FixedClock,
    Keyring,
    LocalMasterKey,
    MasterKeys,
    NotFound,
    Refused,
    Sealer,
)
from guiju.records import RenewalState
from guiju.records.store import BODY
from guiju.storage import Database, has_earlier_key
from guiju.storage.vault import EARLIER, SUBJECT_KEY

pytestmark = pytest.mark.control("person-key-renewal")
OTHER = Actor(ActorKind.STAFF, "staff_other", frozenset({"safety-officer"}))
REVIEWER = Actor(ActorKind.STAFF, "staff_reviewer", frozenset({"reviewer"}))
PAST_MEMORY = 400


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    name = "db" if request.param == "sqlite" else "pg_db"
    found: Database = request.getfixturevalue(name)
    found.check_master_key()
    return found


def said(db: Database, clock: FixedClock, person: str, count: int = 3, mark: str = "") -> None:
    with db.write() as tx:
        many = [exchange(clock, f"req_{person}{mark}{at:03}", person) for at in range(count)]
        records.record(tx, many)


def wrapped(db: Database, person: str) -> bytes:
    with db.read() as tx:
        row = tx.row(select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == person))
    assert row is not None
    return bytes(row.wrapped)


def opens(db: Database, request: str) -> bool:
    with db.write() as tx:
        given, _ = records.read(tx, OFFICER, request, "to see")
    return bool(given)


def agreed(db: Database, person: str) -> records.Renewal:
    with db.write() as tx:
        asked = records.ask_renewal(tx, OFFICER, person, "the laptop was stolen")
        assert asked.state is RenewalState.ASKED
    with db.write() as tx:
        return records.decide_renewal(tx, OTHER, asked.id, yes=True, remembered=300)


def state(db: Database, name: str) -> records.Renewal:
    with db.read() as tx:
        return next(one for one in records.renewals(tx) if one.id == name)


def under(db: Database, person: str, key: bytes) -> int:
    """How many bodies of a person this wrapped key opens."""
    sealer, found = Sealer(db.keys.open_key(key, person)), 0
    with db.read() as tx:
        for row in tx.rows(select(BODY).where(BODY.c.person == person)):
            try:
                sealer.unseal(row.content, f"exchange/{row.request}".encode())
            except Exception:  # noqa: BLE001, S112 - that it does not open is the answer
                continue
            found += 1
    return found


def test_all_is_sealed_again_and_the_old_key_destroyed(either: Database, clock: FixedClock) -> None:
    """Readable at every moment; afterwards the old key opens nothing, and is nowhere."""
    said(either, clock, "ann", 120)
    said(either, clock, "bob")
    old, bobs = wrapped(either, "ann"), wrapped(either, "bob")
    going = agreed(either, "ann")
    assert going.state is RenewalState.UNDER_WAY
    assert wrapped(either, "ann") != old
    assert opens(either, "req_ann000"), "while nothing is sealed again yet"
    renewer = records.Renewer(either)
    assert renewer.carry_on(going.id) == 120
    assert opens(either, "req_ann000")
    assert under(either, "ann", old) == 0
    assert under(either, "ann", wrapped(either, "ann")) == 120
    assert renewer.carry_on(going.id) == 0
    assert state(either, going.id).state is RenewalState.UNDER_WAY, "some process may remember it"
    clock.advance(seconds=PAST_MEMORY)
    assert renewer.work(60) == 0
    done = state(either, going.id)
    assert (done.state, done.again, done.broken) == (RenewalState.DONE, 120, 0)
    with either.read() as tx:
        assert not has_earlier_key(tx, "ann")
    assert wrapped(either, "bob") == bobs
    assert opens(either, "req_ann119")
    assert opens(either, "req_bob000")
    ledger.integrate(either)
    (leaf,) = [one for one in leaves(either) if one["kind"] == "key-renewed"]
    assert leaf["facts"]["earlier"] == "destroyed"
    assert (leaf["facts"]["first"], leaf["facts"]["second"]) == (OFFICER.id, OTHER.id)
    assert ledger.verify(either).ok


def test_the_old_key_is_not_in_the_files(db: Database, clock: FixedClock, tmp_path: Path) -> None:
    """Neither in the database nor in its log."""
    db.check_master_key()
    said(db, clock, "ann")
    old = wrapped(db, "ann")
    going = agreed(db, "ann")
    clock.advance(seconds=PAST_MEMORY)
    renewer = records.Renewer(db)
    while state(db, going.id).state is RenewalState.UNDER_WAY:
        renewer.work(60)
    found = b"".join(one.read_bytes() for one in tmp_path.glob("guiju.db*"))
    assert old not in found
    assert wrapped(db, "ann") in found


def test_a_process_that_remembers_the_old_key_loses_nothing(
    either: Database, clock: FixedClock
) -> None:
    """What it seals after the renewal began opens, and is sealed again before the key goes."""
    said(either, clock, "ann")
    other = Database(either.engine, either.keys, either.clock)
    said(other, clock, "ann", 1, "first")
    old = wrapped(either, "ann")
    going = agreed(either, "ann")
    renewer = records.Renewer(either)
    renewer.carry_on(going.id)
    said(other, clock, "ann", 2, "late")
    assert under(either, "ann", old) == 2
    assert opens(either, "req_annlate001")
    clock.advance(seconds=PAST_MEMORY)
    assert renewer.carry_on(going.id) == 2
    assert state(either, going.id).state is RenewalState.UNDER_WAY, "it looks once more"
    assert renewer.carry_on(going.id) == 0
    assert state(either, going.id).state is RenewalState.DONE
    assert opens(either, "req_annlate001")


def test_it_may_be_killed_after_every_commit(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes next goes on, and every record opens in between."""
    db.check_master_key()
    said(db, clock, "ann", 120)
    going = agreed(db, "ann")
    clock.advance(seconds=PAST_MEMORY)
    write, left = Database.write, [0]

    def dying(self: Database) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return write(self)

    for commits in range(1, 60):
        monkeypatch.setattr(Database, "write", dying)
        left[0] = commits
        with suppress(KeyboardInterrupt):
            records.Renewer(db).carry_on(going.id)
        monkeypatch.setattr(Database, "write", write)
        assert opens(db, "req_ann000")
        assert opens(db, "req_ann119")
        if state(db, going.id).state is RenewalState.DONE:
            break
    assert commits > 3, "it died again and again"
    assert state(db, going.id).again == 120
    ledger.integrate(db)
    assert ledger.verify(db).ok


def test_two_keepers_decide(db: Database, clock: FixedClock) -> None:
    """Who asked does not agree; others may not; once decided it stays so."""
    db.check_master_key()
    said(db, clock, "ann")
    with db.write() as tx:
        for actor in (STRANGER, REVIEWER):
            with pytest.raises(Refused, match="role-needed"):
                records.ask_renewal(tx, actor, "ann", "why")
        with pytest.raises(Refused, match="reason-needed"):
            records.ask_renewal(tx, OFFICER, "ann", " ")
        with pytest.raises(NotFound, match="key-none"):
            records.ask_renewal(tx, OFFICER, "nobody", "why")
        asked = records.ask_renewal(tx, OFFICER, "ann", "why")
        with pytest.raises(Conflict, match="renewal-under-way"):
            records.ask_renewal(tx, OTHER, "ann", "why")
        with pytest.raises(Refused, match="second-person-needed"):
            records.decide_renewal(tx, OFFICER, asked.id, yes=True, remembered=1)
        with pytest.raises(Refused, match="role-needed"):
            records.decide_renewal(tx, REVIEWER, asked.id, yes=True, remembered=1)
        with pytest.raises(NotFound, match="renewal-unknown"):
            records.decide_renewal(tx, OTHER, "rn_none", yes=True, remembered=1)
        old = tx.row(select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == "ann"))
        no = records.decide_renewal(tx, OTHER, asked.id, yes=False, remembered=1)
        assert no.state is RenewalState.REFUSED
        with pytest.raises(Conflict, match="renewal-decided"):
            records.decide_renewal(tx, OTHER, asked.id, yes=True, remembered=1)
    assert old is not None
    assert wrapped(db, "ann") == old.wrapped


def test_an_erasure_destroys_both_keys(db: Database, clock: FixedClock) -> None:
    """Nothing opens any more, and the renewal ends by itself."""
    db.check_master_key()
    said(db, clock, "ann")
    going = agreed(db, "ann")
    with db.write() as tx:
        assert records.erase(tx, OFFICER, SECOND, "ann")
        assert tx.row(select(EARLIER)) is None
    with pytest.raises(NotFound, match="key-destroyed"):
        opens(db, "req_ann000")
    clock.advance(seconds=PAST_MEMORY)
    records.Renewer(db).work(60)
    assert state(db, going.id).state is RenewalState.ERASED


def test_another_master_key_wraps_both(db: Database, clock: FixedClock) -> None:
    """An old master key is not retired while it alone opens an earlier key."""
    db.check_master_key()
    said(db, clock, "ann", 2)
    agreed(db, "ann")
    new = LocalMasterKey(bytes(range(9, 41)))
    held = db.keys.masters
    later = Database(db.engine, Keyring(MasterKeys(new, (held.current,))), clock)
    later.check_master_key()
    with later.write() as tx:
        records.begin_rotation(tx, OFFICER)
        assert records.key_status(tx).waiting == 2
        while records.rotate_some(tx, OFFICER):
            pass
        assert records.key_status(tx).waiting == 0
    alone = Database(db.engine, Keyring(new), clock)
    alone.check_master_key()
    assert opens(alone, "req_ann000"), "sealed by the earlier key, which the new one wraps"


def test_a_seal_that_was_altered_is_counted_and_left(db: Database, clock: FixedClock) -> None:
    """It was no use before; it does not hold the others up."""
    db.check_master_key()
    said(db, clock, "ann")
    with db.engine.begin() as raw:
        raw.execute(update(BODY).where(BODY.c.request == "req_ann001").values(content=b"x" * 40))
    going = agreed(db, "ann")
    clock.advance(seconds=PAST_MEMORY)
    renewer = records.Renewer(db)
    while state(db, going.id).state is RenewalState.UNDER_WAY:
        renewer.work(60)
    done = state(db, going.id)
    assert (done.again, done.broken) == (2, 1)


def test_it_stops_when_its_time_is_over(db: Database, clock: FixedClock) -> None:
    """A second of the keeper belongs to others too."""
    db.check_master_key()
    said(db, clock, "ann")
    going = agreed(db, "ann")
    assert records.Renewer(db).carry_on(going.id, until=0.0) == 0
    assert state(db, going.id).again == 0
