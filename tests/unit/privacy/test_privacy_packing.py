# SPDX-License-Identifier: Apache-2.0
"""A copy is whole, sealed on disk, and fetched once by each link."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from tests.unit.privacy.conftest import PICTURE, SECRET, Scene

from guiju import records
from guiju.casework import get_case
from guiju.kernel import Conflict, NotFound, Refused
from guiju.privacy import packing, store, writing
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import Proof

pytestmark = pytest.mark.control("privacy-requests")


def made(scene: Scene, person: str) -> str:
    """A copy that is ready; the number of its request."""
    case = scene.ask("copy", person).case
    assert scene.case(case.number).state == "preparing"
    assert scene.packer.work() == 1
    assert scene.case(case.number).state == "told"
    return case.number


def linked(scene: Scene, number: str) -> str:
    with scene.db.write() as tx:
        return packing.link(tx, get_case(tx, REQUEST, number))


def fetched(scene: Scene, token: str) -> zipfile.ZipFile:
    _, pieces = scene.packer.fetch(token)
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def lines(book: zipfile.ZipFile, section: str) -> list[dict[str, Any]]:
    names = [one for one in book.namelist() if one.startswith(f"data/{section}-")]
    return [json.loads(line) for name in names for line in book.read(name).splitlines()]


def test_a_copy_holds_everything_of_one_person_and_nothing_of_another(either: Scene) -> None:
    """Account, keys, agreement, records with content and files; as pages and as JSON."""
    ann, bob = either.person("ann", 5), either.person("bob", 2)
    book = fetched(either, linked(either, made(either, ann)))
    assert book.testzip() is None
    said = lines(book, "records")
    assert [one["input"]["messages"][0]["content"] for one in said] == [
        f"{SECRET} {number}" for number in range(5)
    ]
    assert lines(book, "account")[0]["name"] == "ann"
    assert lines(book, "keys")[0]["label"] == "laptop of ann"
    (file,) = [one for one in book.namelist() if one.startswith("files/")]
    assert book.read(file) == PICTURE
    everything = b"".join(book.read(one) for one in book.namelist())
    assert bob.encode() not in everything
    assert b"laptop of bob" not in everything
    assert f"{SECRET} 3" in book.read("pages/records-0001.html").decode()
    assert "index.html" in book.namelist()
    with either.db.read() as tx:
        assert records.holdings(tx, ann).content == 5


def test_nothing_of_it_is_on_the_disk_in_the_clear(scene: Scene) -> None:
    """The file is sealed; without the key of the person it is noise."""
    ann = scene.person("ann", 5)
    number = made(scene, ann)
    (file,) = (scene.folder / "copies").iterdir()
    data = file.read_bytes()
    assert SECRET.encode() not in data
    assert b"PK\x03\x04" not in data
    token = linked(scene, number)
    with scene.db.write() as tx:
        store.change(tx, store.heads(tx)[0].case, {"outcome": "fulfilled"})
        tx.take_noted()
        tx.execute(_no_key(ann))
    with pytest.raises(NotFound, match="key-destroyed"):
        scene.packer.fetch(token)


def _no_key(person: str) -> Any:
    from sqlalchemy import delete  # noqa: PLC0415 - one row by hand

    from guiju.storage.vault import SUBJECT_KEY  # noqa: PLC0415 - as above

    return delete(SUBJECT_KEY).where(SUBJECT_KEY.c.subject == person)


def test_a_link_works_once_and_the_last_one_counts(scene: Scene) -> None:
    """An earlier link is dead as soon as there is another."""
    number = made(scene, scene.person("ann"))
    first, second = linked(scene, number), linked(scene, number)
    with pytest.raises(NotFound, match="package-gone"):
        scene.packer.fetch(first)
    assert fetched(scene, second).testzip() is None
    with pytest.raises(NotFound, match="package-gone"):
        scene.packer.fetch(second)
    assert fetched(scene, linked(scene, number)).testzip() is None


def test_a_copy_expires_with_its_file(scene: Scene, clock: Any) -> None:
    """After a week the link opens nothing and the file is gone."""
    number = made(scene, scene.person("ann"))
    token = linked(scene, number)
    clock.advance(days=7, seconds=1)
    with pytest.raises(NotFound, match="package-gone"):
        scene.packer.fetch(token)
    scene.packer.work()
    assert not list((scene.folder / "copies").iterdir())
    with pytest.raises(NotFound, match="package-gone"):
        linked(scene, number)


def test_a_copy_that_is_being_made_cannot_be_fetched(scene: Scene) -> None:
    """And says how far it has come."""
    case = scene.ask("copy", scene.person("ann")).case
    with pytest.raises(Conflict, match="package-not-ready"):
        linked(scene, case.number)


def test_a_copy_that_fails_is_tried_again_and_seen(
    scene: Scene, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written by then is gone; the request stays open."""
    case = scene.ask("copy", scene.person("ann")).case

    def fails(*_: object) -> None:
        raise OSError("disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(writing.Book, "add", fails)
        assert scene.packer.work() == 0
    with scene.db.read() as tx:
        package = store.package(tx, case.id)
    assert package is not None
    assert (package.tries, package.trouble) == (1, "OSError")
    assert not list((scene.folder / "copies").iterdir())
    assert scene.packer.work() == 0
    clock.advance(seconds=6)
    assert scene.packer.work() == 1


def test_large_files_are_left_out_and_named(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds, and nobody is told that it is everything."""
    monkeypatch.setattr(packing, "MOST_BYTES", 25_000)
    book = fetched(scene, linked(scene, made(scene, scene.person("ann"))))
    assert not [one for one in book.namelist() if one.startswith("files/")]
    (left,) = json.loads(book.read("index.json"))["left_out"]
    assert left in book.read("index.html").decode()
    assert lines(book, "files")[0]["left_out"] is True


def test_a_copy_beyond_the_bound_is_not_made(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff sees why, and hands it over in parts."""
    monkeypatch.setattr(packing, "MOST_BYTES", 2)
    case = scene.ask("copy", scene.person("ann")).case
    scene.packer.work()
    with scene.db.read() as tx:
        package = store.package(tx, case.id)
    assert package is not None
    assert package.trouble == "package-too-large"


def test_a_copy_needs_a_recent_proof(scene: Scene) -> None:
    """Being signed in alone is not enough, and nothing is begun."""
    ann = scene.person("ann")
    with pytest.raises(Refused, match="proof-needed"):
        scene.ask("copy", ann, proof=Proof.SESSION)
    scene.ask("copy", ann)
    with pytest.raises(Conflict, match="request-under-way"):
        scene.ask("copy", ann)


def test_an_erasure_takes_copies_along(scene: Scene) -> None:
    """File, row and link."""
    ann = scene.person("ann")
    token = linked(scene, made(scene, ann))
    scene.decided(ann)
    scene.work()
    assert not list((scene.folder / "copies").iterdir())
    with pytest.raises(NotFound, match="package-gone"):
        scene.packer.fetch(token)
