# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from guiju import desk as desks
from guiju.accounts import (
    EVERYBODY,
    first_agreement,
    get_person,
    known_key,
    sign_in_person,
    sign_in_staff,
    staff_actor,
)
from guiju.accounts.commands import group
from guiju.kernel import Actor, Conflict, Event, GuijuError, Invalid, Refused, StandingChanged
from guiju.storage import Database


class Desk:
    """What the program would put into the click context."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[Event] = []

    def staff(self, name: str) -> Actor:
        with self.database.read() as tx:
            return staff_actor(tx, name)

    def publish(self, event: Event) -> None:
        self.heard.append(event)


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def run(desk: object, line: str) -> str:
    result = CliRunner().invoke(group, line.split(), obj=desk)
    if isinstance(result.exception, GuijuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def read(desk: object, line: str) -> Any:
    return msgspec.json.decode(run(desk, f"{line} --json"))


def test_the_desk_is_what_the_program_brings(desk):
    """The protocol can be checked at run time, and without a desk the error says what to do."""
    assert isinstance(desk, desks.Desk)
    with pytest.raises(GuijuError) as caught:
        run(None, "staff list")
    assert caught.value.code == "data-not-open"


def test_the_first_member_is_appointed_by_nobody_and_the_next_by_them(desk, clock):
    """The password is printed once and works; later ones need the accountable person."""
    first = read(desk, "staff appoint chief --role accountable-person --role safety-officer")
    assert sign_in_staff(desk.database, "chief", first["password"]).session.actor.id == first["id"]
    clock.advance(seconds=1)
    with pytest.raises(GuijuError) as caught:
        run(desk, "staff appoint other --role reviewer")
    assert caught.value.code == "person-needed"
    second = run(desk, "staff appoint other --role reviewer --as chief")
    assert "password pw-" in second
    listed = read(desk, "staff list")
    assert [(one["name"], one["roles"]) for one in listed] == [
        ("chief", ["safety-officer", "accountable-person"]),
        ("other", ["reviewer"]),
    ]
    assert "password" not in run(desk, "staff list")
    assert "dismissed" in run(desk, "staff dismiss other --as chief")


def test_a_person_is_registered_and_signs_in(desk, house):
    """With the password that was printed once."""
    made = read(desk, "person register Wanderer --language en --as boss")
    assert (
        sign_in_person(desk.database, "wanderer", made["password"]).session.actor.id == made["id"]
    )
    assert made["registered_by"] == house.boss.id


def test_a_key_is_issued_listed_and_revoked(desk, house, person):
    """The token is printed once; revoking tells the listeners whose it was."""
    issued = read(desk, "key issue wanderer --label laptop --as officer")
    with desk.database.read() as tx:
        assert known_key(tx, issued["token"]).id == issued["id"]
    shown = run(desk, f"key list {person.id}")
    assert issued["id"] in shown
    assert issued["token"] not in shown
    assert "revoked" in run(desk, f"key revoke {issued['id']} --as officer")
    assert desk.heard == [StandingChanged(person.id)]


def test_an_app_is_registered_with_its_first_key(desk, house):
    """And can have more of them."""
    made = read(desk, "app register teahouse --as boss")
    assert made["token"].startswith("gj-app-")
    more = run(desk, f"key issue {made['id']} --as boss")
    assert more.splitlines()[-1].startswith("gj-app-")
    assert len(read(desk, f"key list {made['id']}")) == 2
    assert "teahouse" in run(desk, "app list")


def test_a_standing_is_changed_and_caches_are_told(desk, house, person):
    """After the change has been committed."""
    run(desk, "person standing wanderer suspended --reason repeated-abuse --as officer")
    with desk.database.read() as tx:
        assert get_person(tx, person.id).state == "suspended"
    assert desk.heard == [StandingChanged(person.id)]


def test_an_agreement_is_proposed_from_a_file_approved_and_shown(desk, house, tmp_path):
    """Everybody is forgotten by then, for all have to accept it anew."""
    file = tmp_path / "agreement.json"
    text = first_agreement()
    file.write_text(json.dumps({"zh": text.zh, "en": text.en, "note": "first"}), encoding="utf-8")
    assert all(one["holds"] for one in read(desk, f"agreement check {file}"))
    made = read(desk, f"agreement propose {file} --as legal")
    assert (made["state"], made["change"], made["note"]) == ("proposed", "material", "first")
    with pytest.raises(Refused):
        run(desk, f"agreement approve {made['id']} --as legal")
    assert desk.heard == []
    published = read(desk, f"agreement approve {made['id']} --as officer")
    assert published["version"] == 1
    assert desk.heard == [StandingChanged(EVERYBODY)]
    assert "示范文本" in run(desk, "agreement show")
    assert read(desk, "agreement show 1")["digest"] == made["digest"]
    assert read(desk, "agreement list")[0]["people"] == 0
    assert read(desk, "agreement consents")["training"] == {"yes": 0, "no": 0}
    with pytest.raises(Conflict):
        run(desk, f"agreement propose {file} --as legal")


def test_a_file_that_lacks_something_is_told_by_the_exit(desk, house, tmp_path):
    """1 and the particulars; proposing it is refused with all of them in one line."""
    file = tmp_path / "agreement.toml"
    file.write_text('zh = "甲"\nen = "A"\n', encoding="utf-8")
    words = ["agreement", "check", str(file), "--json"]
    found = CliRunner().invoke(group, words, obj=desk)
    assert found.exit_code == 1
    assert {one["holds"] for one in json.loads(found.stdout)} == {False}
    with pytest.raises(Invalid) as caught:
        run(desk, f"agreement propose {file} --as legal")
    assert caught.value.code == "agreement-lacks-particulars"
    assert "label" in caught.value.what.en


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("agreement show", "agreement-none"),
        ("agreement show 7", "agreement-unknown"),
        ("key list nobody", "person-unknown"),
        ("key list pe_none", "person-unknown"),
        ("key revoke key_none --as officer", "key-not-found"),
        ("key issue ap_none --as officer", "app-unknown"),
        ("staff dismiss nobody --as boss", "staff-unknown"),
        ("person register wanderer --as nobody", "staff-unknown"),
        ("agreement propose /nowhere.toml --as legal", "agreement-invalid"),
        ("agreement approve agr_none --as officer", "agreement-proposal-unknown"),
    ],
)
def test_what_is_not_there_is_said(desk, house, line, code):
    """Each with its own code."""
    with pytest.raises(GuijuError) as caught:
        run(desk, line)
    assert caught.value.code == code
