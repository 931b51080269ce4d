# SPDX-License-Identifier: Apache-2.0
"""`/console/records/search` and `guiju records search`: found by a term that is shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from tests.unit.privacy.conftest import CLERK, OFFICER, SECOND, Scene
from tests.unit.privacy.test_privacy_pages import OTHER, Pages, pages

from guiju import accounts, policies, records
from guiju.kernel import Actor, ActorKind
from guiju.privacy import named, searchable
from guiju.privacy.search_pages import KINDS, SEARCH
from guiju.records.all_commands import group
from guiju.storage import Database, Tx

__all__ = ["pages"]
pytestmark = pytest.mark.control("blind-search")
NUMBER = "13800138000"
ASKED = {
    "kind": "mobile",
    "term": NUMBER,
    "purpose": "request-of-person",
    "reason": "a letter of 3 December",
}


def allow(scene: Scene, *kinds: str) -> None:
    with scene.db.write() as tx:
        policy = policies.active(tx)
        assert policy is not None
        body = dict(policy.body)
        body["records"] = {**body["records"], "search": list(kinds)}
        policies.approve(tx, SECOND, policies.propose(tx, OTHER, body, "search").id)


def typed(scene: Scene, person: str, term: str = NUMBER) -> str:
    one = replace(scene.said(person, 9, "key", media=False), terms=(("mobile", term),))
    with scene.db.write() as tx:
        records.record(tx, [one])
    return one.request


def test_a_number_leads_to_its_records(pages: Pages) -> None:
    """In both languages; the term is not on the page that answers, nor in its address."""
    ann = pages.scene.person("ann")
    request = typed(pages.scene, ann)
    allow(pages.scene, "mobile", "name")
    for language, said in (("en", "1 people"), ("zh", "1 人")):
        pages.browser.headers["accept-language"] = language
        done = pages.post(SEARCH, OFFICER.id, **ASKED)
        assert done.status_code == 200, done.text
        assert said in done.text
        assert request in done.text
        assert ann in done.text
        assert NUMBER not in done.text
    listed = pages.get(SEARCH, SECOND.id).text
    assert "a letter of 3 December" in listed
    assert NUMBER not in listed
    seen = pages.get("/me/records/" + request, ann)
    assert seen.status_code == 200


def test_nothing_is_found_by_what_the_policy_does_not_name(pages: Pages) -> None:
    """Without any kind there is no form; another kind is refused, and what was typed stays."""
    typed(pages.scene, pages.scene.person("ann"))
    assert 'name="term"' not in pages.get(SEARCH, OFFICER.id).text
    assert pages.post(SEARCH, OFFICER.id, **ASKED).status_code == 403
    allow(pages.scene, "email")
    refused = pages.post(SEARCH, OFFICER.id, **ASKED)
    assert refused.status_code == 403
    assert 'value="a letter of 3 December"' in refused.text
    assert NUMBER not in refused.text
    bad = pages.post(SEARCH, OFFICER.id, **{**ASKED, "kind": "email", "term": "someone"})
    assert bad.status_code == 400


def test_only_officers_search_and_others_watch(pages: Pages) -> None:
    """The clerk and the public do neither."""
    ann = pages.scene.person("ann")
    allow(pages.scene, "mobile")
    for actor in (CLERK.id, ann):
        assert pages.get(SEARCH, actor).status_code == 403
        assert pages.post(SEARCH, actor, **ASKED).status_code == 403
    assert pages.post(SEARCH, SECOND.id, **ASKED).status_code == 403, "another's purpose"
    assert pages.post(SEARCH, SECOND.id, **{**ASKED, "purpose": "authority"}).status_code == 200
    assert f'href="{SEARCH}"' in pages.get("/console/records", OFFICER.id).text


def test_accounts_are_found_by_name_and_by_an_apps_id(scene: Scene) -> None:
    """Exactly, and nobody else."""
    ann = scene.person("ann")
    with scene.db.write() as tx:
        app = accounts.register_app(tx, SECOND, "shop").app
        actor = Actor(ActorKind.APP, app.id)
        user = accounts.introduce_end_user(tx, actor, "u-7")
        assert named(tx, "name", "ann") == (ann,)
        assert named(tx, "end-user", f"{app.id}/u-7") == (user.id,)
        for kind, term in (("name", "an"), ("end-user", "u-7"), ("end-user", f"{app.id}/u-8")):
            assert named(tx, kind, term) == ()
        assert searchable(tx) == []
    assert set(KINDS) == {"mobile", "email", "resident-id", "name", "end-user"}


@dataclass
class Desk:
    """What the command finds."""

    database: Database

    def staff(self, name: str) -> Actor:
        return {"privacy": OFFICER, "safety": SECOND}[name]

    def publish(self, event: Any) -> None:
        """Nobody listens."""

    def searchable(self) -> Collection[str]:
        return ("mobile",)

    def named(self, tx: Tx, kind: str, term: str) -> Sequence[str]:
        return named(tx, kind, term)


def test_the_command_reads_the_term_from_its_input(scene: Scene) -> None:
    """So it stands in no history; it prints numbers of records, and no term."""
    ann = scene.person("ann")
    request = typed(scene, ann)
    words = ["search", "mobile", "--purpose", "request-of-person", "--reason", "a letter"]
    done = CliRunner().invoke(
        group, [*words, "--as", "privacy", "--json"], input=f"{NUMBER}\n", obj=Desk(scene.db)
    )
    assert done.exit_code == 0, done.exception
    report = json.loads(done.stdout)
    assert report["people"] == [ann]
    assert report["records"] == [{"request": request, "person": ann}]
    assert NUMBER not in done.stdout
    plain = CliRunner().invoke(
        group, [*words, "--as", "privacy"], input="13900139000\n", obj=Desk(scene.db)
    )
    assert "0 people, 0 records" in plain.stdout
