# SPDX-License-Identifier: Apache-2.0
"""Lists of known pictures: imported by one person, approved by another, loaded for the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from guiju.kernel import Actor, Event, Invalid, Unavailable
from guiju.policies import PictureLists, active, approve, checked, default_body, install_default
from guiju.policies.image_commands import group
from guiju.policies.lists_model import PICTURES, references
from guiju.policies.lists_store import PICTURE_LIST
from guiju.policies.pictures import prepare
from guiju.screening import Outcome, images
from guiju.storage import Database

ONE, TWO = "0123456789abcdef" * 4, "fedcba9876543210" * 4


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database, staff: Any) -> None:
        self.database = database
        self._staff = {one.id.removeprefix("staff_"): one for one in staff}

    def staff(self, name: str) -> Actor:
        found: Actor = self._staff[name]
        return found

    def publish(self, event: Event) -> None:
        pass


@pytest.fixture
def desk(db: Database, staff: Any) -> Desk:
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
    return Desk(db, staff)


@pytest.fixture
def hashes(tmp_path: Path) -> Path:
    path = tmp_path / "known.csv"
    path.write_text(f"\ufeff# known\n{ONE},A1f,block,old case\n{TWO}\n{TWO}\n", encoding="utf-8")
    return path


def run(desk: object, *arguments: object) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments], obj=desk)


def answer(desk: object, *arguments: object, status: int = 0) -> Any:
    result = run(desk, *arguments, "--json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status
    return json.loads(result.stdout)


def put_in_force(desk: Desk, staff: Any, policy: str) -> None:
    with desk.database.write() as tx:
        approve(tx, staff.officer, policy)


def known(desk: Desk, lists: PictureLists) -> images.PdqList | None:
    with desk.database.read() as tx:
        now = active(tx)
        assert now is not None
        return lists.of(tx, now.body)


@pytest.mark.control("list-versions", "policy-four-eyes")
def test_a_list_is_imported_approved_used_and_taken_back(
    desk: Desk, hashes: Path, staff: Any
) -> None:
    """Each step a proposal; before any approval there is no list, and after a roll-back the old."""
    lists = PictureLists()
    made = answer(desk, "import", hashes, "--as", "editor", "--action", "review")
    assert (made["hashes"], made["different"]) == (3, 2)
    assert known(desk, lists) is None
    put_in_force(desk, staff, made["id"])
    found = known(desk, lists)
    assert found is not None
    assert len(found) == 2
    (match,) = found.nearest([bytes.fromhex(ONE)])
    assert found.mark(match.place) == images.Mark("A1f", Outcome.BLOCK)
    assert found.note(match.place) == "old case"
    (other,) = found.nearest([bytes.fromhex(TWO)])
    assert found.mark(other.place) == images.Mark(images.ANY_HARM, Outcome.REVIEW)
    (used,) = answer(desk, "list")
    assert (used["name"], used["entries"], used["state"]) == ("known", 2, "active")
    hashes.write_text(f"{ONE}\n", encoding="utf-8")
    put_in_force(desk, staff, answer(desk, "import", hashes, "--as", "editor")["id"])
    assert len(known(desk, lists) or ()) == 1
    put_in_force(desk, staff, answer(desk, "roll-back", "known", "--as", "editor")["id"])
    assert len(known(desk, lists) or ()) == 2
    put_in_force(desk, staff, answer(desk, "remove", "known", "--as", "editor")["id"])
    assert known(desk, lists) is None
    assert answer(desk, "list") == []


def test_lists_of_one_policy_are_searched_as_one_and_loaded_once(
    desk: Desk, hashes: Path, staff: Any
) -> None:
    """Until another policy names others."""
    lists = PictureLists()
    for name, line in (("a", ONE), ("b", TWO)):
        hashes.write_text(f"{line}\n", encoding="utf-8")
        made = answer(desk, "import", hashes, "--as", "editor", "--name", name)
        put_in_force(desk, staff, made["id"])
    found = known(desk, lists)
    assert len(found or ()) == 2
    assert known(desk, lists) is found


def test_the_same_pictures_are_the_same_list() -> None:
    """In whatever order and however often they stand; of two lines the more severe counts."""
    mild, grave = (images.Mark("A1h", one) for one in (Outcome.REVIEW, Outcome.BLOCK))
    one, two = bytes(32), bytes([1] * 32)
    some = [images.Listed(one, mild), images.Listed(two, mild), images.Listed(one, grave, "x")]
    first, second = prepare(some), prepare(reversed(some))
    assert first == second
    assert (first.entries, first.days) == (2, ())
    rows = images.rows_of(some)
    assert list(images.listed_in(rows)) == [images.Listed(one, grave, "x"), some[1]]


def test_no_hash_is_said_and_none_lies_open(desk: Desk, hashes: Path, tmp_path: Path) -> None:
    """A hash tells something of somebody's picture; the list lies sealed."""
    made = run(desk, "import", hashes, "--as", "editor")
    for result in (made, run(desk, "list"), run(desk, "check", hashes)):
        assert result.exit_code == 0
        assert ONE not in result.output
    data = b"".join(one.read_bytes() for one in tmp_path.glob("guiju.db*"))
    assert ONE.encode() not in data
    assert b"old case" not in data


def test_a_broken_line_is_named_with_its_file(desk: Desk, hashes: Path) -> None:
    """Nothing of the list is imported by halves."""
    hashes.write_text(f"{ONE}\n{TWO[:-1]}\n", encoding="utf-8")
    for command in (("check", hashes), ("import", hashes, "--as", "editor")):
        error: Any = run(desk, *command).exception
        assert isinstance(error, Invalid)
        assert error.code == "hash-list-broken"
        assert str(hashes) in error.what.en
        assert "Line 2" in error.what.en
    assert answer(desk, "list") == []
    hashes.write_text("# nothing\n", encoding="utf-8")
    empty: Any = run(desk, "import", hashes, "--as", "editor").exception
    assert (empty.code, empty.exit_status) == ("hash-list-empty", 2)
    gone: Any = run(desk, "check", hashes.with_name("none")).exception
    assert (gone.code, gone.exit_status) == ("hash-list-unreadable", 2)


def test_a_reference_to_a_list_that_is_not_here_is_refused(
    desk: Desk, hashes: Path, staff: Any
) -> None:
    """And a lexicon's digest is not a picture list's."""
    body = default_body()
    body["screening"]["hash_list"] = [{"name": "x", "digest": "ab" * 32, "entries": 2}]
    path = hashes.with_name("rules.json")
    path.write_text(json.dumps(checked(body)), encoding="utf-8")
    from guiju.policies.commands import group as policy_group  # noqa: PLC0415 - one test only

    result = CliRunner().invoke(policy_group, ["propose", str(path), "--as", "editor"], obj=desk)
    error: Any = result.exception
    assert error.code == "picture-list-not-stored"
    assert "guiju images import" in error.remedy.en


def test_an_altered_list_is_not_used(desk: Desk, hashes: Path, staff: Any) -> None:
    """Pictures that nobody knows any more would pass by mistake."""
    put_in_force(desk, staff, answer(desk, "import", hashes, "--as", "editor")["id"])
    with desk.database.engine.begin() as raw:
        raw.execute(PICTURE_LIST.update().values(content=b"\0" * 64))
    with pytest.raises(Unavailable, match="picture-list-altered"):
        known(desk, PictureLists())


def test_a_picture_becomes_a_line_of_a_list(tmp_path: Path) -> None:
    """What `hash` prints is read by `check`; a plain picture is warned of (exit 1)."""
    pillow = pytest.importorskip("PIL.Image")
    noise = np.random.default_rng(7).integers(0, 255, (9, 9, 3), dtype=np.uint8)
    picture, plain = tmp_path / "a.png", tmp_path / "b.png"
    pillow.fromarray(noise).resize((200, 200)).save(picture)
    pillow.new("RGB", (200, 200), "white").save(plain)
    result = run(None, "hash", picture)
    assert result.exit_code == 0
    listed = tmp_path / "list.csv"
    listed.write_text(result.stdout, encoding="utf-8")
    assert answer(None, "check", listed)["hashes"] == 1
    assert result.stdout.endswith(",,,a.png\n")
    told = run(None, "hash", plain)
    assert told.exit_code == 1
    assert "too plain" in told.stderr


def test_a_policy_names_its_lists_and_they_are_told(desk: Desk, hashes: Path) -> None:
    """As lexicons are: by name, digest and count."""
    made = answer(desk, "import", hashes, "--as", "editor")
    with desk.database.read() as tx:
        now = active(tx)
    assert now is not None
    assert references(now.body, PICTURES) == ()
    assert made["state"] == "proposed"
