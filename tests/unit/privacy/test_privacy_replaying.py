# SPDX-License-Identifier: Apache-2.0
"""A backup that is put back brings nothing back that was erased after it was made."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, select, text
from tests.unit.privacy.conftest import CLERK, OFFICER, SECRET, Scene, scene_on

from guiju import accounts, casework, ledger, privacy, records
from guiju.app.cases import KINDS
from guiju.kernel import Actor, ActorKind, Invalid, NotFound, Refused, Text, Unavailable, software
from guiju.ledger import restoring
from guiju.ledger.folder import Folder
from guiju.storage import Database, Tx, destroy_key, has_key, is_erased, metadata
from guiju.storage.vault import SUBJECT_KEY

pytestmark = pytest.mark.control("restored-backups")
LABEL = b"laptop of ann"
FULL = Text(zh="满", en="full")


def publish(scene: Scene, db: Database | None = None) -> None:
    ledger.integrate(db or scene.db)
    ledger.publish(db or scene.db, scene.folder / "ledger")


def backup(scene: Scene) -> Path:
    """As an operator makes one while the service runs."""
    publish(scene)
    path = scene.folder / "backup.db"
    with (
        sqlite3.connect(f"file:{scene.folder / 'guiju.db'}?mode=ro", uri=True) as here,
        sqlite3.connect(path) as there,
    ):
        here.backup(there)
    return path


@contextmanager
def put_back(scene: Scene, path: Path) -> Iterator[Scene]:
    """The same service on what the backup holds."""
    db = Database.open(f"sqlite:///{path}", scene.db.keys, scene.clock)
    yield scene_on(db, scene.clock, scene.folder)
    db.close()


def replay(scene: Scene, actor: Actor = OFFICER) -> privacy.Replayed:
    def forget(tx: Tx, hand: Actor, case: str) -> int:
        return casework.forget_again(tx, hand, KINDS, case)

    def expire() -> None:
        with scene.db.write() as tx:
            while records.expire(tx, software("keeper"), None) is not None:
                pass

    work = privacy.Replay(scene.db, scene.stores, forget, expire)
    return work.run(actor, scene.folder / "ledger")


def older(scene: Scene) -> ledger.Behind | None:
    with scene.db.read() as tx:
        return ledger.behind(tx, scene.folder / "ledger")


def opened(db: Database, person: str) -> str:
    with db.write() as tx:
        (first, *_) = records.recent(tx, person)
        given, _ = records.read(tx, OFFICER, first.request, "to see")
    return given.decode()


def wrapped(db: Database, person: str) -> bytes:
    with db.read() as tx:
        row = tx.row(select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == person))
    assert row is not None
    return bytes(row.wrapped)


def files(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def erased_after_a_backup(scene: Scene) -> tuple[str, str, Path]:
    """Ann is erased after a backup was made; Bob says more."""
    ann, bob = scene.person("ann"), scene.person("bob")
    named = replace(scene.said(ann, 8, "key", media=False), terms=(("mobile", "13800138000"),))
    with scene.db.write() as tx:
        records.record(tx, [named])
    path = backup(scene)
    scene.decided(ann)
    scene.work()
    with scene.db.write() as tx:
        records.record(tx, [scene.said(bob, 77, "key", media=False)])
    publish(scene)
    return ann, bob, path


def check_nothing_is_left(back: Scene, ann: str, bob: str, path: Path) -> None:
    with back.db.read() as tx:
        assert is_erased(tx, ann)
        assert not has_key(tx, ann)
        assert accounts.find_person(tx, "ann") is None
        assert [one.name for one in back.stores if one.probe(tx, ann)] == []
        assert not records.recent(tx, ann) or accounts.name_of(tx, ann) is None
    assert SECRET in opened(back.db, bob)
    assert LABEL not in files(path)
    assert older(back) is None
    publish(back)
    report = ledger.verify(back.db, back.folder / "ledger")
    assert report.ok, report.problems[:5]


def test_what_was_erased_after_a_backup_is_erased_again(scene: Scene) -> None:
    """Keys, rows and names of the backup go; who was not erased keeps theirs; the tree is whole."""
    ann, bob, path = erased_after_a_backup(scene)
    with put_back(scene, path) as back:
        assert SECRET in opened(back.db, ann), "the threat: the backup opens"
        key = wrapped(back.db, ann)
        assert key in files(path)
        assert LABEL in files(path)
        before = older(back)
        assert before is not None
        done = replay(back)
        assert (done.size, done.published) == before
        assert list(done.people) == [ann]
        assert done.people[ann]["account"] > 0
        assert done.keys == 1
        assert done.found == done.unfinished == ()
        assert done.rows >= 3, "inputs and outputs of ann"
        assert done.lost > 0, "what bob said after the backup"
        with pytest.raises(NotFound):
            opened(back.db, ann)
        assert key not in files(path)
        check_nothing_is_left(back, ann, bob, path)
        with back.db.write() as tx:
            late = tx.seal(ann, b"an answer under way", "late")
        with back.db.write() as tx, pytest.raises(NotFound, match="key-destroyed"):
            tx.unseal(ann, late, "late")


def copied(db: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row as the database holds it: what a dump of PostgreSQL has."""
    with db.engine.connect() as raw:
        return {
            one.name: [
                dict(row) for row in raw.execute(text(f"SELECT * FROM {_q(one)}")).mappings()
            ]
            for one in metadata.sorted_tables
        }


def brought_back(db: Database, kept: dict[str, list[dict[str, Any]]]) -> None:
    """Put a dump in the place of what there is."""
    with db.engine.begin() as raw:
        for one in metadata.sorted_tables:
            raw.execute(text(f"DELETE FROM {_q(one)}"))
            for row in kept[one.name]:
                columns = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                raw.execute(text(f"INSERT INTO {_q(one)} ({columns}) VALUES ({values})"), row)


def _q(one: Table) -> str:
    return f'"{one.name}"'


def test_a_dump_that_is_put_back_is_replayed_on_either_database(either: Scene) -> None:
    """The same where a deleted row is vacuumed and arrivals come from a sequence."""
    ann, bob = either.person("ann"), either.person("bob")
    publish(either)
    kept = copied(either.db)
    either.decided(ann)
    either.work()
    publish(either)
    brought_back(either.db, kept)
    either.db.vault.forget(ann)
    assert SECRET in opened(either.db, ann)
    done = replay(either)
    assert (list(done.people), done.keys, done.found) == ([ann], 1, ())
    with pytest.raises(NotFound):
        opened(either.db, ann)
    assert SECRET in opened(either.db, bob)
    assert older(either) is None
    publish(either)
    report = ledger.verify(either.db, either.folder / "ledger")
    assert report.ok, report.problems[:5]


def test_it_may_be_killed_after_every_commit(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was committed: the database counts as older until all of it is done."""
    ann, bob, path = erased_after_a_backup(scene)
    write = Database.write
    left = [0]

    @contextmanager
    def dying(self: Database) -> Iterator[Tx]:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        with write(self) as tx:
            yield tx

    with put_back(scene, path) as back:
        monkeypatch.setattr(Database, "write", dying)
        for commits in itertools.count():
            left[0] = commits
            try:
                replay(back)
            except KeyboardInterrupt:
                assert older(back) is not None
            else:
                break
        assert commits > 8, "it died again and again"
        monkeypatch.setattr(Database, "write", write)
        check_nothing_is_left(back, ann, bob, path)


def test_keys_of_cases_and_of_people_without_content_are_gone_too(scene: Scene) -> None:
    """A request that was settled, and somebody who had a name and never said anything."""
    quiet = scene.person("ann", records_of=0, media=0)
    asked = scene.ask("explain", quiet, "what do you keep").case
    path = backup(scene)
    with scene.db.write() as tx:
        assert destroy_key(tx, asked.id)
        facts = {"case": asked.number}
        controls = ("erasure-proved",)
        ledger.append(tx, "key-destroyed", controls=controls, actor=OFFICER, facts=facts)
    publish(scene)
    with put_back(scene, path) as back:
        with back.db.read() as tx:
            assert has_key(tx, asked.id)
        done = replay(back)
        assert (done.keys, dict(done.people)) == (1, {})
        with back.db.read() as tx:
            assert not has_key(tx, asked.id)
            assert accounts.name_of(tx, quiet) == "ann"


def test_consents_and_access_keys_stay_taken_back(scene: Scene) -> None:
    """Who has said no since the backup is not taken to agree; a revoked key opens nothing."""
    ann, bob = scene.person("ann"), scene.person("bob")
    training = accounts.Purpose.TRAINING
    me = {one: Actor(ActorKind.PERSON, one) for one in (ann, bob)}

    def answers(person: str, *, given: bool) -> None:
        with scene.db.write() as tx:
            accounts.answer(tx, me[person], accounts.Answer(person, training, given))

    answers(ann, given=True)
    answers(bob, given=True)
    path = backup(scene)
    answers(ann, given=False)
    answers(bob, given=False)
    answers(bob, given=True)
    with scene.db.write() as tx:
        (key, *_) = accounts.keys_of(tx, ann)
        accounts.revoke_key(tx, me[ann], key.id)
    publish(scene)
    with put_back(scene, path) as back:
        done = replay(back)
        assert (done.withdrawn, done.revoked) == (1, 1)
        with back.db.read() as tx:
            said = {one: accounts.consents_of(tx, one)[training] for one in me}
            (key, *_) = accounts.keys_of(tx, ann)
        assert [one is not None and one.given for one in said.values()] == [False, True]
        assert key.revoked_at is not None


def test_an_erasure_that_had_only_begun_is_named(scene: Scene) -> None:
    """Its request may be in no backup, so people are told to begin it anew."""
    ann = scene.person("ann")
    path = backup(scene)
    case = scene.decided(ann)
    scene.eraser.work(3)
    publish(scene)
    with put_back(scene, path) as back:
        assert replay(back).unfinished == (case.number,)


def test_no_erasure_is_done_before_it_is_published(scene: Scene) -> None:
    """The files alone tell of it afterwards: while they cannot be written, the step fails."""
    ann = scene.person("ann")
    case = scene.decided(ann)
    room: list[bool] = []

    def to_a_full_disk() -> None:
        if not room:
            raise Unavailable("ledger-folder", FULL, FULL)
        publish(scene)

    eraser = privacy.Eraser(scene.db, scene.stores, to_a_full_disk)
    while eraser.step(case.id):
        pass
    assert scene.case(case.number).state == "erasing"
    room.append(True)
    scene.clock.advance(minutes=5)
    while eraser.step(case.id):
        pass
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        found = [one["kind"] for one in ledger.leaves(tx)]
    assert "key-destroyed" in found


def test_a_database_that_ran_on_by_itself_is_left_alone(scene: Scene) -> None:
    """Two ledgers of one origin cannot be made one: nothing is changed, and it says so."""
    ann, _, path = erased_after_a_backup(scene)
    with put_back(scene, path) as back:
        with back.db.write() as tx:
            records.record(tx, [scene.said(ann, 5, "key", media=False)])
        ledger.integrate(back.db)
        before = older(back)
        with pytest.raises(Unavailable, match="ledger-broken"):
            replay(back)
        assert older(back) == before
        with back.db.read() as tx:
            assert has_key(tx, ann)


def test_nothing_is_signed_over_a_part_of_what_was_published(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed half-way, with the files elsewhere: it stays older, signs nothing, and goes on."""
    ann, bob, path = erased_after_a_backup(scene)
    with put_back(scene, path) as back:
        adopt = ledger.Returned.adopt
        monkeypatch.setattr(ledger.Returned, "adopt", _killed)
        with pytest.raises(KeyboardInterrupt):
            replay(back)
        with back.db.write() as tx:
            records.record(tx, [back.said(bob, 6, "key", media=False)])
        with pytest.raises(Unavailable, match="database-older"):
            ledger.integrate(back.db)
        with back.db.read() as tx:
            assert ledger.behind(tx, back.folder / "nowhere") == older(back)
        monkeypatch.setattr(ledger.Returned, "adopt", adopt)
        replay(back)
        assert ledger.integrate(back.db) is not None
        check_nothing_is_left(back, ann, bob, path)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_ledger_that_was_signed_meanwhile_takes_nothing_back(scene: Scene) -> None:
    """An earlier version may sign while leaves come back: they are not put in place of others."""
    ann, _, path = erased_after_a_backup(scene)
    with put_back(scene, path) as back:
        gone = ledger.Returned(back.db, back.folder / "ledger")
        with back.db.write() as tx:
            records.record(tx, [scene.said(ann, 5, "key", media=False)])
        ledger.integrate(back.db)
        (first, leaves), *_ = gone.leaves()
        with back.db.write() as tx, pytest.raises(Unavailable, match="ledger-broken"):
            gone.place(tx, first, leaves)
        with back.db.write() as tx, pytest.raises(Unavailable, match="ledger-broken"):
            gone.adopt(tx)


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_files_that_do_not_make_the_signed_tree_are_refused(scene: Scene, harm: str) -> None:
    """Nobody can have something deleted by writing a leaf into a file."""
    _, _, path = erased_after_a_backup(scene)
    bundles = sorted((scene.folder / "ledger" / "tile" / "entries").rglob("*"))
    newest = [one for one in bundles if one.is_file()][-1]
    if harm == "altered":
        data = newest.read_bytes()
        newest.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    else:
        newest.unlink()
    with put_back(scene, path) as back, pytest.raises(Unavailable, match="ledger-broken"):
        replay(back)


def test_a_newer_or_foreign_folder_says_nothing(scene: Scene) -> None:
    """A database that holds what was published is not older; nor is one of another ledger."""
    scene.person("ann")
    assert older(scene) is None
    publish(scene)
    assert older(scene) is None
    (scene.folder / "ledger" / "checkpoint").write_text("someone else\n9\nAAAA\n\n- x y\n")
    assert older(scene) is None


def test_files_without_their_checkpoint_still_say_that_there_was_more(scene: Scene) -> None:
    """Removing one file opens no door; to replay takes a copy that is whole."""
    _, _, path = erased_after_a_backup(scene)
    (scene.folder / "ledger" / "checkpoint").unlink()
    with put_back(scene, path) as back:
        before = older(back)
        assert before is not None
        assert before.published > before.size
        with pytest.raises(Invalid, match="checkpoint-unreadable"):
            replay(back)
    assert older(scene) is None, "the newer database holds all of it, and writes the file again"
    publish(scene)
    assert (scene.folder / "ledger" / "checkpoint").exists()


@pytest.mark.parametrize("size", [0, 5, 255, 256, 300])
def test_how_many_leaves_the_files_hold_is_seen_by_their_names(tmp_path: Path, size: int) -> None:
    """Whole tiles and the widest of those that are not."""
    entries = tmp_path / "tile" / "entries"
    (entries / "001.p").mkdir(parents=True)
    (entries / "000").write_bytes(b"x")
    for width in (9, 60):
        (entries / "001.p" / str(width)).write_bytes(b"x")
    found = restoring._more_than(Folder(tmp_path), size)
    assert found == (256 if size < 256 else 316)
    assert restoring._more_than(Folder(tmp_path), 316) is None
    assert restoring._more_than(Folder(tmp_path / "none"), size) is None


@pytest.mark.parametrize("actor", [CLERK, Actor(ActorKind.PERSON, "pe_1"), software("x")])
def test_only_officers_see_to_it(scene: Scene, actor: Actor) -> None:
    """What was lost is theirs to know."""
    _, _, path = erased_after_a_backup(scene)
    with put_back(scene, path) as back, pytest.raises(Refused, match="role-needed"):
        replay(back, actor)
