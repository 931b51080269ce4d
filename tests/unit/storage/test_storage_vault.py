# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from guiju.kernel import Invalid, Keyring, LocalMasterKey, NotFound, Unavailable
from guiju.storage import Database, RowDigest, Tx, UnattestedChangeError, destroy_key, scrub
from guiju.storage import vault as vault_module
from guiju.storage.vault import SUBJECT_KEY


@contextmanager
def attested(database: Database) -> Iterator[Tx]:
    """A transaction as a service leaves it: with evidence for what changed."""
    with database.write() as tx:
        yield tx
        tx.take_noted()


def sealed_by(database: Database, person: str, plain: bytes = b"content") -> bytes:
    with attested(database) as tx:
        return tx.seal(person, plain, "row 1")


def opened_by(database: Database, person: str, sealed: bytes, context: str = "row 1") -> bytes:
    with database.read() as tx:
        return tx.unseal(person, sealed, context)


@pytest.fixture
def elsewhere(either: Database) -> Database:
    """Another process on the same data: it has its own memory of keys."""
    return Database(either.engine, either.keys, either.clock)


def test_what_one_process_seals_another_opens(either: Database, elsewhere: Database) -> None:
    """The key is in the database, wrapped; the content is not in the seal."""
    sealed = sealed_by(either, "person_1")
    assert b"content" not in sealed
    assert opened_by(elsewhere, "person_1", sealed) == b"content"


def test_a_person_has_one_key(either: Database, elsewhere: Database) -> None:
    """Made on first use, the same afterwards, in every process."""
    for database in (either, either, elsewhere):
        sealed_by(database, "person_1")
    sealed_by(either, "person_2")
    with either.read() as tx:
        rows = tx.rows(select(SUBJECT_KEY.c.subject))
    assert sorted(row.subject for row in rows) == ["person_1", "person_2"]


def test_a_new_key_must_be_in_the_evidence(either: Database) -> None:
    """A key is an attested row like any other."""
    with pytest.raises(UnattestedChangeError, match="subject_key"), either.write() as tx:
        tx.seal("person_1", b"content", "row 1")
    with either.write() as tx:
        tx.seal("person_1", b"content", "row 1")
        assert [(one.table, one.key) for one in tx.take_noted()] == [("subject_key", "person_1")]


def test_a_key_whose_transaction_failed_seals_nothing_later(
    either: Database, elsewhere: Database
) -> None:
    """Otherwise content would be sealed with a key that nobody has."""

    def fails_at_the_end(tx: Tx) -> None:
        tx.seal("person_1", b"lost", "row 1")
        raise LookupError

    with pytest.raises(LookupError), either.write() as tx:
        fails_at_the_end(tx)
    sealed = sealed_by(either, "person_1")
    assert opened_by(elsewhere, "person_1", sealed) == b"content"


def test_content_opens_only_for_its_person_and_its_row(either: Database) -> None:
    """A seal that was moved stays shut."""
    sealed = sealed_by(either, "person_1")
    sealed_by(either, "person_2")
    for person, context in (("person_2", "row 1"), ("person_1", "row 2")):
        with pytest.raises(Invalid) as broken:
            opened_by(either, person, sealed, context)
        assert broken.value.code == "seal-broken"


@pytest.mark.control("records-sealed")
def test_destroying_the_key_erases_what_it_sealed(either: Database, elsewhere: Database) -> None:
    """From that moment, in every process, also where the key was remembered (Article 11)."""
    sealed = sealed_by(either, "person_1")
    kept = sealed_by(either, "person_2")
    with either.write() as tx:
        assert destroy_key(tx, "person_1")
        gone, mark = tx.take_noted()
        assert gone == RowDigest("subject_key", "person_1", None)
        assert (mark.table, mark.key) == ("subject_erased", "person_1")
    for database in (either, elsewhere):
        with pytest.raises(NotFound) as erased:
            opened_by(database, "person_1", sealed)
        assert (erased.value.code, erased.value.article) == ("key-destroyed", 11)
        assert opened_by(database, "person_2", kept) == b"content"


def test_destroying_needs_evidence(either: Database) -> None:
    """An erasure that nobody recorded does not happen."""
    sealed = sealed_by(either, "person_1")
    with pytest.raises(UnattestedChangeError), either.write() as tx:
        destroy_key(tx, "person_1")
    assert opened_by(either, "person_1", sealed) == b"content"


def test_a_key_that_is_not_there_cannot_be_destroyed(either: Database) -> None:
    """The caller learns that there was nothing to erase."""
    with either.write() as tx:
        assert not destroy_key(tx, "person_1")


def test_many_seals_are_opened_by_one_look_for_the_key(either: Database) -> None:
    """As one by one, bound to their places; an erasure shuts them from the next look on."""
    sealed = [sealed_by(either, "person_1", body) for body in (b"one", b"two")]
    with either.read() as tx:
        opens = tx.opener("person_1")
        assert [opens(one, "row 1") for one in sealed] == [b"one", b"two"]
        with pytest.raises(Invalid, match="seal-broken"):
            opens(sealed[0], "row 2")
    with attested(either) as tx:
        destroy_key(tx, "person_1")
    with either.read() as tx, pytest.raises(NotFound, match="key-destroyed"):
        tx.opener("person_1")


def test_a_key_destroyed_in_the_transaction_that_made_it_is_not_remembered(
    either: Database, elsewhere: Database
) -> None:
    """What is sealed next is sealed with a key that nobody keeps."""
    with attested(either) as tx:
        tx.seal("person_1", b"old", "row 1")
        destroy_key(tx, "person_1")
        sealed = tx.seal("person_1", b"new", "row 1")
    for database in (either, elsewhere):
        with pytest.raises(NotFound, match="key-destroyed"):
            opened_by(database, "person_1", sealed)


def test_two_processes_that_make_a_key_at_once_share_one(
    either: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one finds no key, then finds the first one's: its seal opens all the same."""
    look = vault_module.Vault._stored
    seen: list[str] = []

    def looks_too_early(
        vault: vault_module.Vault, tx: Tx, subject: str
    ) -> vault_module.Held | None:
        seen.append(subject)
        return None if len(seen) == 1 else look(vault, tx, subject)

    sealed_by(elsewhere, "person_1")
    monkeypatch.setattr(vault_module.Vault, "_stored", looks_too_early)
    with either.write() as tx:
        sealed = tx.seal("person_1", b"content", "row 1")
        assert tx.take_noted() == []
    assert opened_by(elsewhere, "person_1", sealed) == b"content"


def test_another_master_key_opens_nothing(either: Database) -> None:
    """The error says which thing to restore."""
    sealed = sealed_by(either, "person_1")
    stranger = Database(either.engine, Keyring(LocalMasterKey(bytes(32))), either.clock)
    with pytest.raises(Unavailable) as shut:
        opened_by(stranger, "person_1", sealed)
    assert shut.value.code == "wrong-master-key"


def test_a_wrapped_key_moved_to_another_person_opens_nothing(either: Database) -> None:
    """Whoever can write to the database cannot read one person with another's key."""
    sealed = sealed_by(either, "person_1")
    with either.write() as tx:
        row = tx.row(select(SUBJECT_KEY.c.wrapped))
        assert row is not None
        tx.execute(delete(SUBJECT_KEY))
        tx.execute(
            SUBJECT_KEY.insert().values(subject="person_2", wrapped=row.wrapped, made_at=tx.now)
        )
    with pytest.raises(Unavailable):
        opened_by(either, "person_2", sealed)


def test_a_damaged_key_is_an_error_of_our_tree(either: Database) -> None:
    """Not a stack trace from a library."""
    sealed = sealed_by(either, "person_1")
    with either.write() as tx:
        tx.execute(update(SUBJECT_KEY).values(wrapped=b"short"))
    with pytest.raises(Unavailable):
        opened_by(either, "person_1", sealed)


def test_the_memory_of_keys_is_bounded(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forgetting costs a look into the table, nothing else."""
    monkeypatch.setattr(vault_module, "_CACHED_KEYS", 2)
    sealed = {name: sealed_by(sqlite_db, name) for name in ("p1", "p2", "p3", "p4", "p5")}
    assert len(sqlite_db.vault._cache) <= 3
    assert {opened_by(sqlite_db, name, one) for name, one in sealed.items()} == {b"content"}


@pytest.mark.control("erasure-proved")
def test_no_key_is_ever_made_again_for_whom_it_was_destroyed(
    either: Database, elsewhere: Database
) -> None:
    """What is still under way is sealed with one that nobody keeps; others' answers go on."""
    sealed_by(either, "person_1")
    with attested(either) as tx:
        destroy_key(tx, "person_1")
    late = sealed_by(elsewhere, "person_1", b"late")
    with pytest.raises(NotFound, match="key-destroyed"):
        opened_by(either, "person_1", late)
    with either.read() as tx:
        assert not vault_module.has_key(tx, "person_1")
        assert vault_module.is_erased(tx, "person_1")


@pytest.mark.control("erasure-proved")
def test_the_bytes_of_a_destroyed_key_are_not_in_the_files(
    tmp_path: Path, sqlite_db: Database
) -> None:
    """Neither in a page nor in the write-ahead log, once both were scrubbed."""
    people = [f"person_{number}" for number in range(200)]
    for one in people:
        sealed_by(sqlite_db, one)
    with sqlite_db.read() as tx:
        wrapped = {row.subject: row.wrapped for row in tx.rows(select(SUBJECT_KEY))}
    erased = people[::7]
    for one in erased:
        with attested(sqlite_db) as tx:
            destroy_key(tx, one)
    scrub(sqlite_db, ["subject_key"])
    found = b"".join(one.read_bytes() for one in tmp_path.glob("own.db*"))
    assert [one for one in people if wrapped[one] in found] == [
        one for one in people if one not in erased
    ]


def test_while_somebody_reads_a_scrub_gives_way_and_leaves_no_hasty_connection(
    sqlite_db: Database,
) -> None:
    """Nobody could write while it waited, so it hardly waits; others wait as long as before."""
    sealed_by(sqlite_db, "person_1")
    with sqlite_db.read() as reader:
        before = reader.execute(text("PRAGMA busy_timeout")).scalar_one()
        reader.rows(select(SUBJECT_KEY))
        sealed_by(sqlite_db, "person_2")
        with pytest.raises(Unavailable, match="scrub-hindered"):
            scrub(sqlite_db, [])
        with sqlite_db.read() as other:
            assert other.execute(text("PRAGMA busy_timeout")).scalar_one() == before
        sealed_by(sqlite_db, "person_3")
    scrub(sqlite_db, [])
