# SPDX-License-Identifier: Apache-2.0
"""Records kept aside: each comes back once, nothing readable lies on the disk."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.records.test_records_service import exchange, leaves

from guiju.kernel import FixedClock, Keyring, LocalMasterKey, Unavailable
from guiju.ledger import verify
from guiju.records import Exchange, Medium, Refusal, Spill, catch_up, find, record
from guiju.records import made as made_medium
from guiju.records.spill import MOST_BYTES
from guiju.storage import Database

Spilling = Callable[..., Spill]
KEYS = Keyring(LocalMasterKey(bytes(32)))


@pytest.fixture
def spilling(tmp_path: Path) -> Iterator[Spilling]:
    """Makes spills in one folder, and closes them at the end."""
    made: list[Spill] = []

    def make(most: int = MOST_BYTES) -> Spill:
        made.append(Spill(tmp_path, KEYS, most))
        return made[-1]

    yield make
    for one in made:
        one.close()


def refusal(clock: FixedClock, request: str) -> Refusal:
    return Refusal(request, clock.now(), "/v1/chat/completions", "key_1", "pe_1", "rate-limited")


def taken_up(spill: Spill) -> list[list[Exchange | Refusal]]:
    return list(spill.batches())


@pytest.mark.control("records-kept-aside")
def test_what_was_kept_aside_comes_back_once_and_in_order(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """Exchanges and refusals alike, also what is added while somebody reads."""
    spill = spilling()
    first, second = exchange(clock, "req_1"), refusal(clock, "req_2")
    spill.add([first, second])
    reading = spill.batches()
    assert next(reading) == [first, second]
    spill.add([exchange(clock, "req_3")])
    assert [one.request for one in next(reading)] == ["req_3"]
    assert not spill.finish()
    assert list(reading) == []
    assert spill.finish()
    assert taken_up(spill) == []
    assert list(tmp_path.iterdir()) == []


def test_a_batch_that_was_not_done_with_comes_again(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """Whoever fails over a batch gets it the next time."""
    spill = spilling()
    spill.add([exchange(clock, "req_1")])
    next(spill.batches())
    assert [[one.request for one in batch] for batch in spill.batches()] == [["req_1"]]


def test_another_process_takes_up_what_one_left_behind_and_not_what_it_still_holds(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """The lock of a file goes with its process."""
    one, other = spilling(), spilling()
    one.add([exchange(clock, "req_1")])
    assert taken_up(other) == []
    one.close()
    assert [[item.request for item in batch] for batch in other.batches()] == [["req_1"]]
    assert list(tmp_path.iterdir()) == []


def test_nothing_readable_lies_on_the_disk(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """Neither content nor person; and nobody else may even open the file."""
    spilling().add([exchange(clock, "req_1")])
    (file,) = tmp_path.iterdir()
    data = file.read_bytes()
    assert not any(word in data for word in (b"pe_1", b"req_1", exchange(clock).input))
    assert file.stat().st_mode & 0o777 == 0o600


@given(cut=st.integers(0, 1_000_000), flipped=st.booleans())
def test_what_a_crash_cut_off_was_promised_to_nobody(cut: int, flipped: bool) -> None:
    """Every whole batch before it comes back; the torn end is dropped with its file."""
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spill = Spill(folder, KEYS)
        spill.add([exchange(clock, "req_1")])
        whole = spill.waiting
        spill.add([exchange(clock, "req_2")])
        size = spill.waiting
        spill.close()
        (file,) = folder.iterdir()
        at = whole + cut % (size - whole)
        data = bytearray(file.read_bytes())
        if flipped and at >= whole + 4:
            data[at] ^= 1
        else:
            del data[at:]
        file.write_bytes(data)
        batches = taken_up(Spill(folder, KEYS))
        assert [[one.request for one in batch] for batch in batches] == [["req_1"]]
        assert list(folder.iterdir()) == []


def test_damage_in_the_middle_is_not_thrown_away(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """What stands before it is taken up; the file stays for somebody to look at."""
    spill = spilling()
    for number in range(3):
        spill.add([exchange(clock, f"req_{number}")])
    size = spill.waiting
    spill.close()
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[size // 2] ^= 1
    file.write_bytes(data)
    assert [[one.request for one in batch] for batch in spilling().batches()] == [["req_0"]]
    (left,) = tmp_path.iterdir()
    assert left.suffix == ".damaged"


def test_a_full_spill_takes_no_more_and_keeps_what_it_has(
    tmp_path: Path, spilling: Spilling, clock: FixedClock
) -> None:
    """The door closes with the house's own word for it."""
    spill = spilling(1500)
    spill.add([exchange(clock, "req_1")])
    with pytest.raises(Unavailable, match="kept aside"):
        for number in range(10):
            spill.add([exchange(clock, f"req_x{number}")])
    assert next(iter(spill.batches()))[0].request == "req_1"


def test_a_batch_that_the_disk_did_not_take_leaves_no_trace(
    tmp_path: Path,
    spilling: Spilling,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A later batch stands where the failed one began."""
    spill = spilling()
    spill.add([exchange(clock, "req_1")])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(Unavailable):
            spill.add([exchange(clock, "req_2")])
    spill.add([exchange(clock, "req_3")])
    assert [batch[0].request for batch in spill.batches()] == ["req_1", "req_3"]


@pytest.mark.control("records-kept-aside")
def test_records_are_caught_up_once(db: Database, clock: FixedClock) -> None:
    """A batch that the database had taken after all is not told twice."""
    with db.write() as tx:
        record(tx, [exchange(clock, "req_1")])
    with db.write() as tx:
        late: list[Exchange | Refusal] = [
            exchange(clock, "req_1"),
            exchange(clock, "req_2"),
            refusal(clock, "req_3"),
        ]
        assert catch_up(tx, late) == 2
    with db.read() as tx:
        assert find(tx, "req_2") is not None
    with db.write() as tx:
        assert catch_up(tx, [exchange(clock, "req_2")]) == 0


@pytest.mark.control("records-kept-aside")
def test_a_film_that_two_workers_labelled_meanwhile_holds_nobody_up(
    db: Database, clock: FixedClock
) -> None:
    """Both exchanges are on record, the film once; the evidence tells the digest of the other."""
    mine = Medium("p-1", "video/mp4", "a" * 64, 3, "words", "inside", b"one")
    theirs = Medium("p-1", "video/mp4", "b" * 64, 3, "words", "inside", b"two")
    with db.write() as tx:
        assert catch_up(tx, [replace(exchange(clock, "req_1"), media=(mine,))]) == 1
    with db.write() as tx:
        assert catch_up(tx, [replace(exchange(clock, "req_2"), media=(theirs,))]) == 1
    with db.read() as tx:
        assert find(tx, "req_2") is not None
        kept = made_medium(tx, "p-1")
    assert kept is not None
    assert (kept.request, kept.digest) == ("req_1", "a" * 64)
    told = [one["facts"] for one in leaves(db) if one["kind"] == "records-caught-up"]
    assert told[-1]["twice"] == {"p-1": "b" * 64}
    assert verify(db, None).problems == ()
