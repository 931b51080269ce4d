# SPDX-License-Identifier: Apache-2.0
"""An older database is put back: nobody is served before what was erased is gone again."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guiju import accounts, records
from guiju.app.cli import cli
from guiju.app.command_desk import Desk
from guiju.app.first_run import set_up_demo
from guiju.app.house import House
from guiju.app.keeper import grow_tree, renew_keys
from guiju.app.settings import Settings
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, Unavailable

pytestmark = pytest.mark.control("restored-backups")


def run(data: Path, *words: str) -> Result:
    """A command in a process of its own, but for the process."""
    return CliRunner().invoke(cli, ["--data", str(data), *words], catch_exceptions=True)


def put_back(data: Path, backup: Path) -> None:
    for one in data.glob("guiju.db*"):
        one.unlink()
    shutil.copyfile(backup, data / "guiju.db")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A service whose demo user was erased after a backup, on that backup."""
    settings = Settings(data=str(tmp_path / "data"))
    house = House.prepare(settings)
    set_up_demo(house)
    grow_tree(house)
    house.close()
    backup = tmp_path / "backup.db"
    assert run(settings.folder, "db", "backup", str(backup)).exit_code == 0
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    words = ("erase", "demo", "--as", "privacy", "--second", "safety", "--yes", "--json")
    erased = run(settings.folder, "privacy", *words)
    assert erased.exit_code == 0, (erased.output, erased.exception)
    put_back(settings.folder, backup)
    return settings.folder


def test_an_older_database_serves_nobody_until_it_is_replayed(data: Path) -> None:
    """No process opens it, the doctor says why, and one command brings it up."""
    settings = Settings(data=str(data))
    for opening in (House.open, House.prepare):
        with pytest.raises(Unavailable) as caught:
            opening(settings)
        assert caught.value.code == "database-older"
        assert "privacy replay" in caught.value.remedy.en
    looked = run(data, "doctor")
    assert looked.exit_code == 1
    assert "older than its published ledger" in looked.output
    assert run(data, "db", "migrate").exit_code == 0, "a schema may have to be brought up first"

    refused = run(data, "privacy", "replay", "--as", "appeals")
    assert getattr(refused.exception, "code", "") == "role-needed"
    done = run(data, "privacy", "replay", "--as", "privacy", "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    report = json.loads(done.stdout)
    assert len(report["people"]) == 1
    assert report["keys"] == 1
    assert report["found"] == []

    house = House.open(settings)
    standing = house.standing()
    outcomes = {
        one["id"]: one["outcome"] for each in standing["articles"] for one in each["controls"]
    }
    assert outcomes["restored-backups"] == "MET"
    house.close()
    assert run(data, "ledger", "verify").exit_code == 0
    again = run(data, "privacy", "replay", "--as", "privacy")
    assert "not older" in again.output
    whom = run(data, "privacy", "export", "demo", "--out", str(data / "x.zip"), "--as", "privacy")
    assert getattr(whom.exception, "code", "") == "person-unknown"


def test_another_copy_of_the_ledger_does_as_well(data: Path, tmp_path: Path) -> None:
    """When the folder was lost or put back too, and the copy elsewhere was not."""
    shutil.copytree(data / "ledger", tmp_path / "mirror")
    shutil.rmtree(data / "ledger")
    mirror = ("--tiles", str(tmp_path / "mirror"))
    done = run(data, "privacy", "replay", "--as", "privacy", *mirror, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    house = House.open(Settings(data=str(data)))
    grow_tree(house)
    house.close()
    assert run(data, "ledger", "verify").exit_code == 0


@pytest.mark.control("person-key-renewal")
def test_the_running_service_carries_a_renewal_on(tmp_path: Path) -> None:
    """A little each second, whoever began it."""
    house = House.prepare(Settings(data=str(tmp_path / "data")))
    officers = [Actor(ActorKind.STAFF, f"st_{at}", frozenset({"privacy-officer"})) for at in (1, 2)]
    with house.database.write() as tx:
        person = accounts.register_person(tx, None, "ann", "correct horse battery")
        asked = records.ask_renewal(tx, officers[0], person.id, "a laptop was stolen")
    with house.database.write() as tx:
        records.decide_renewal(tx, officers[1], asked.id, yes=True, remembered=300)
    renew_keys(house)
    with house.database.read() as tx:
        (one,) = records.renewals(tx)
        assert one.again == 1
        assert accounts.name_of(tx, person.id) == "ann"
    house.close()


def test_two_do_not_replay_at_once(data: Path) -> None:
    """The second is told so."""
    with (data / ".restoring").open("a") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="replay-under-way"):
            Desk(str(data)).replay("privacy", None)


def test_a_backup_is_whole_and_writes_over_nothing(data: Path, tmp_path: Path) -> None:
    """Also while somebody writes; a database elsewhere has means of its own."""
    out = tmp_path / "copy.db"
    assert run(data, "db", "backup", str(out)).exit_code == 0
    with sqlite3.connect(out) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = run(data, "db", "backup", str(out)).exception
    assert isinstance(again, Conflict)
    nowhere = run(data, "db", "backup", str(tmp_path / "none" / "copy.db")).exception
    assert isinstance(nowhere, Unavailable)
    absent = run(tmp_path / "empty", "db", "backup", str(tmp_path / "e.db")).exception
    assert isinstance(absent, Unavailable)
    assert not (tmp_path / "e.db").exists()


def test_postgresql_is_copied_by_its_own_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says which."""
    monkeypatch.setenv("GUIJU_DATABASE", "postgresql://nobody@localhost/none")
    found = run(tmp_path, "db", "backup", str(tmp_path / "x")).exception
    assert isinstance(found, Invalid)
    assert found.code == "backup-elsewhere"
