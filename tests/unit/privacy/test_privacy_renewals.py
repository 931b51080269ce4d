# SPDX-License-Identifier: Apache-2.0
"""`/console/records/keys` and `guiju keys renew`: one asks, another agrees, nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.privacy.conftest import CLERK, OFFICER, SECOND, SECRET, Scene
from tests.unit.privacy.test_privacy_pages import Pages, pages

from guiju import accounts, records
from guiju.kernel import Actor
from guiju.privacy.renewal_pages import RENEWALS
from guiju.records import RenewalState
from guiju.records.key_commands import group
from guiju.storage import Database

__all__ = ["pages"]
pytestmark = pytest.mark.control("person-key-renewal")


def newest(scene: Scene) -> records.Renewal:
    with scene.db.read() as tx:
        return records.renewals(tx)[0]


def test_one_asks_and_another_agrees(pages: Pages) -> None:
    """By name; who asked is offered no button; afterwards all is readable under another key."""
    ann = pages.scene.person("ann")
    empty = pages.get(RENEWALS, OFFICER.id)
    assert "None yet." in empty.text
    done = pages.post(RENEWALS, OFFICER.id, person="ann", reason="a laptop was stolen")
    assert done.status_code == 303, done.text
    mine, theirs = pages.get(RENEWALS, OFFICER.id).text, pages.get(RENEWALS, SECOND.id).text
    assert 'name="answer"' not in mine
    assert "another officer decides" in mine
    assert 'name="answer"' in theirs
    assert "a laptop was stolen" in theirs
    one = newest(pages.scene)
    refused = pages.post(f"{RENEWALS}/{one.id}", OFFICER.id, answer="yes")
    assert refused.status_code == 403
    assert "two people" in refused.text
    agreed = pages.post(f"{RENEWALS}/{one.id}", SECOND.id, answer="yes")
    assert agreed.status_code == 303
    waits = pages.get(RENEWALS, OFFICER.id).text
    assert "the old key goes after" in waits
    assert "&lt;time" not in waits
    records.Renewer(pages.scene.db).work(60)
    pages.scene.clock.advance(minutes=10)
    records.Renewer(pages.scene.db).work(60)
    assert newest(pages.scene).state is RenewalState.DONE
    for language, said in (("en", "the old key is destroyed"), ("zh", "旧密钥已销毁")):
        shown = pages.get(RENEWALS, OFFICER.id, **{"accept-language": language}).text
        assert said in shown
    with pages.scene.db.write() as tx:
        (first, *_) = records.recent(tx, ann)
        given, _ = records.read(tx, OFFICER, first.request, "to see")
        assert accounts.name_of(tx, ann) == "ann"
    assert SECRET in given.decode()


def test_a_refusal_leaves_the_key(pages: Pages) -> None:
    """And says so."""
    pages.scene.person("ann")
    pages.post(RENEWALS, SECOND.id, person="ann", reason="to be sure")
    one = newest(pages.scene)
    assert pages.post(f"{RENEWALS}/{one.id}", OFFICER.id, answer="no").status_code == 303
    assert "refused" in pages.get(RENEWALS, SECOND.id).text
    again = pages.post(f"{RENEWALS}/{one.id}", OFFICER.id, answer="yes")
    assert again.status_code == 409


def test_what_cannot_be_asked_is_told_with_what_was_typed(pages: Pages) -> None:
    """Nobody of that name, no reason; nobody else may."""
    ann = pages.scene.person("ann")
    unknown = pages.post(RENEWALS, OFFICER.id, person="nobody", reason="why not")
    assert unknown.status_code == 404
    assert 'value="why not"' in unknown.text
    assert pages.post(RENEWALS, OFFICER.id, person="ann", reason=" ").status_code == 403
    for actor in (CLERK.id, ann):
        assert pages.get(RENEWALS, actor).status_code == 403
        assert pages.post(RENEWALS, actor, person="ann", reason="x").status_code == 403
    assert pages.get(RENEWALS).status_code == 303


def test_both_find_the_way(pages: Pages) -> None:
    """The privacy officer from the page of records, the safety officer from the menu."""
    link = f'href="{RENEWALS}"'
    assert link in pages.get("/console/records", OFFICER.id).text
    assert link in pages.get("/console/privacy", SECOND.id).text
    assert link not in pages.get("/console/privacy", CLERK.id).text


@dataclass
class Desk:
    """What commands find."""

    database: Database

    def staff(self, name: str) -> Actor:
        return {"privacy": OFFICER, "safety": SECOND}[name]

    def publish(self, event: Any) -> None:
        """Nobody listens."""

    def person(self, said: str) -> str:
        with self.database.read() as tx:
            found = accounts.find_person(tx, said)
        assert found is not None
        return found.id


def test_the_command_begins_goes_on_and_says_when(scene: Scene) -> None:
    """Both are named at once; called again it goes on instead of beginning another."""
    scene.person("ann", 5)
    desk = Desk(scene.db)
    words = ["renew", "ann", "--as", "privacy", "--second", "safety", "--reason", "stolen"]
    begun = CliRunner().invoke(group, words, obj=desk)
    assert begun.exit_code == 0, begun.exception
    assert "the old key is destroyed after" in begun.stdout
    scene.clock.advance(minutes=10)
    done = CliRunner().invoke(group, [*words, "--json"], obj=desk)
    report = json.loads(done.stdout)
    assert (report["state"], report["broken"]) == ("done", 0)
    assert report["sealed_again"] == 7, "five records, a file, and the name"
    listed = CliRunner().invoke(group, ["renewals", "--json"], obj=desk)
    assert [one["id"] for one in json.loads(listed.stdout)] == [report["id"]]
    assert scene.verified()
