# SPDX-License-Identifier: Apache-2.0
"""`guiju privacy`: requests, erasures by two people, copies and certificates from a shell."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.privacy.conftest import OFFICER, SECOND, SECRET, Scene

from guiju import accounts, casework, ledger, privacy
from guiju.casework import Origin
from guiju.dispositions import USER_ACTION
from guiju.kernel import Actor, Event
from guiju.privacy.commands import group
from guiju.storage import Database, PersonStore

pytestmark = pytest.mark.control("erasure-proved", "privacy-requests")


class Desk:
    """What the program would put into the click context."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @property
    def database(self) -> Database:
        return self.scene.db

    @property
    def stores(self) -> tuple[PersonStore, ...]:
        return self.scene.stores

    @property
    def eraser(self) -> privacy.Eraser:
        return self.scene.eraser

    @property
    def packer(self) -> privacy.Packer:
        return self.scene.packer

    @property
    def tiles(self) -> Path:
        return self.scene.folder / "ledger"

    def staff(self, name: str) -> Actor:
        return {"privacy": OFFICER, "safety": SECOND}[name]

    def publish(self, event: Event) -> None:
        """Nobody listens."""


def run(scene: Scene, *line: str, code: int = 0, said: str | None = None) -> Any:
    result = CliRunner().invoke(group, [*line, "--json"], obj=Desk(scene), input=said)
    assert result.exit_code == code, result.output
    return msgspec.json.decode(result.stdout)


def test_two_people_erase_somebody_by_name(scene: Scene) -> None:
    """Exit 0 with the certificate; afterwards nobody has the name."""
    scene.person("ann")
    line = ("erase", "ann", "--as", "privacy", "--second", "safety", "--yes")
    done = run(scene, *line)
    assert done["state"] == "told"
    assert done["certificate"]["key_destroyed"] is True
    assert {one["state"] for one in done["steps"]} == {"done"}
    with scene.db.read() as tx:
        assert accounts.find_person(tx, "ann") is None
    (listed,) = run(scene, "requests", "--all")
    assert (listed["number"], listed["state"]) == (done["number"], "told")
    ledger.integrate(scene.db)
    ledger.publish(scene.db, scene.folder / "ledger")
    folder = scene.folder / "certificate"
    run(scene, "certificate", done["number"], "--out", str(folder))
    assert (folder / "certificate.json").exists()


def test_an_erasure_that_is_hindered_answers_with_one(scene: Scene, clock: Any) -> None:
    """And is carried on by another command once nothing stands against it."""
    ann = scene.person("ann")
    with scene.db.write() as tx:
        casework.open_case(tx, SECOND, USER_ACTION, origin=Origin.STAFF, subject=ann)
    line = ("erase", ann, "--as", "privacy", "--second", "safety", "--yes")
    waits = run(scene, *line, code=1)
    assert (waits["state"], waits["certificate"]) == ("deferred", None)
    assert waits["steps"][0]["state"] == "held"
    seen = run(scene, "show", waits["number"])
    assert seen["plan"]["hinders"] == "all"
    clock.advance(minutes=11)
    assert run(scene, "continue", waits["number"], code=1)["state"] == "deferred"


def test_nobody_erases_alone_from_a_shell(scene: Scene) -> None:
    """The same person twice is one person."""
    ann = scene.person("ann")
    line = ["erase", ann, "--as", "privacy", "--second", "privacy", "--yes"]
    result = CliRunner().invoke(group, line, obj=Desk(scene))
    assert result.exit_code == 1
    assert getattr(result.exception, "code", "") == "second-person-needed"
    with scene.db.read() as tx:
        assert accounts.find_person(tx, "ann") is not None


def test_a_copy_is_written_for_its_owner_alone(scene: Scene) -> None:
    """With a mode that lets nobody else read; never over something that is there."""
    scene.person("ann")
    out = scene.folder / "copy.zip"
    made = run(scene, "export", "ann", "--out", str(out), "--as", "privacy")
    assert made["bytes"] == out.stat().st_size
    assert out.stat().st_mode & 0o077 == 0
    book = zipfile.ZipFile(out)
    assert any(SECRET in book.read(one).decode("utf-8", "replace") for one in book.namelist())
    line = ["export", "ann", "--out", str(out), "--as", "privacy"]
    result = CliRunner().invoke(group, line, obj=Desk(scene))
    assert getattr(result.exception, "code", "") == "file-exists"


def test_a_letter_is_taken_in_and_stepped(scene: Scene) -> None:
    """From standard input; the code is printed once."""
    scene.person("ann")
    line = ("file", "-", "--wish", "correct", "--as", "privacy")
    filed = run(scene, *line, said="My name is spelled with an e.")
    assert len(filed["receipt"].replace(" ", "")) == 16
    here = ("step", filed["number"])
    shown = ("--words", "identity card seen", "--person", "ann", "--as", "privacy")
    assert run(scene, *here, "confirm", *shown)["state"] == "received"
    assert run(scene, *here, "accept", "--as", "privacy")["state"] == "working"
    done = ("--outcome", "fulfilled", "--words", "It is put right.", "--as", "privacy")
    assert run(scene, *here, "decide", *done)["state"] == "told"
