# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from guiju import desk as desks
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    Event,
    Invalid,
    Refused,
    Text,
    Unavailable,
    canonical,
    digest,
    software,
)
from guiju.ledger import append
from guiju.measures import enforcers
from guiju.profile import (
    Published,
    Statement,
    current,
    demo_statement,
    history,
    publish_statement,
)
from guiju.profile.commands import group
from guiju.profile.store import STATEMENT
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
FILER = Actor(ActorKind.STAFF, "staff_filer", frozenset({"filing-manager"}))
CLERK = Actor(ActorKind.STAFF, "staff_clerk", frozenset({"intake-clerk"}))


@pytest.fixture
def leaves(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Each leaf that the room appends, as it was asked for; the ledger gets it all the same."""
    kept: list[dict[str, Any]] = []

    def listen(tx: Any, kind: str, **more: Any) -> str:
        kept.append({"kind": kind, **more})
        evidence: str = append(tx, kind, **more)
        return evidence

    monkeypatch.setattr("guiju.profile.service.append", listen)
    return kept


def about(uses: str) -> Statement:
    return replace(demo_statement(), uses=Text(zh=f"示例 {uses}", en=uses))


def publish(db: Database, actor: Actor, statement: Statement) -> Published:
    with db.write() as tx:
        return publish_statement(tx, actor, statement)


@pytest.mark.control("service-statement")
def test_what_is_published_is_public_and_its_digest_on_record(
    db: Database, leaves: list[dict[str, Any]]
) -> None:
    """Audience, scenes and uses stand in the current version; the leaf has its digest."""
    with db.read() as tx:
        assert current(tx) is None
    published = publish(db, OFFICER, demo_statement())
    with db.read() as tx:
        assert current(tx) == published
    assert published.statement == demo_statement()
    assert published.digest == digest(canonical(demo_statement().to_mapping()))
    assert leaves == [
        {
            "kind": "statement-published",
            "controls": ("service-statement",),
            "actor": OFFICER,
            "subject": "statement-1",
            "facts": {"version": 1, "digest": published.digest},
        }
    ]
    assert "guiju.profile.service.publish_statement" in enforcers()["service-statement"]


def test_each_version_follows_the_one_before(db: Database) -> None:
    """The newest is current, the older ones remain; an older text may come back."""
    for uses in ("one", "two", "one"):
        publish(db, FILER, about(uses))
    with db.read() as tx:
        assert [(one.version, one.statement.uses.en) for one in history(tx)] == [
            (3, "one"),
            (2, "two"),
            (1, "one"),
        ]
        assert [one.version for one in history(tx, limit=1)] == [3]
        now = current(tx)
    assert now is not None
    assert now.version == 3


def test_publishing_the_same_again_is_a_conflict(db: Database) -> None:
    """No leaf without news."""
    publish(db, OFFICER, demo_statement())
    with pytest.raises(Conflict, match="statement-unchanged"):
        publish(db, FILER, demo_statement())


def test_only_people_in_the_role_publish(db: Database) -> None:
    """Neither a clerk nor a program, whatever roles it claims."""
    robot = Actor(ActorKind.SOFTWARE, "worker", OFFICER.roles)
    for actor, code in (
        (CLERK, "role-needed"),
        (robot, "person-needed"),
        (software("worker"), "person-needed"),
    ):
        with pytest.raises(Refused, match=code):
            publish(db, actor, demo_statement())
    with db.read() as tx:
        assert current(tx) is None


def test_a_statement_put_together_by_hand_is_read_strictly_too(db: Database) -> None:
    """What goes around the reader does not get past the service."""
    with pytest.raises(Invalid, match="uscc"):
        publish(db, OFFICER, replace(demo_statement(), uscc="91000000EXAMPLE03Y"))
    with pytest.raises(Invalid, match="complaint_ways"):
        publish(db, OFFICER, replace(demo_statement(), complaint_ways=()))


def test_a_statement_that_was_changed_behind_our_back_is_not_shown(db: Database) -> None:
    """The page gets an error and no invented filing number."""
    publish(db, OFFICER, demo_statement())
    forged = {**demo_statement().to_mapping(), "filings": [{"kind": "icp", "number": "S-1"}]}
    with db.engine.begin() as connection:
        connection.execute(update(STATEMENT).values(body=forged))
    with db.read() as tx, pytest.raises(Unavailable, match="statement-altered"):
        current(tx)


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def staff(self, name: str) -> Actor:
        return {"officer": OFFICER, "clerk": CLERK}[name]

    def publish(self, event: Event) -> None:
        pass


def run(desk: object, *arguments: str) -> Result:
    return CliRunner().invoke(group, arguments, obj=desk)


def code_of(result: Result) -> str:
    error: Any = result.exception
    return str(error.code)


def test_the_command_line_publishes_and_shows(db: Database, tmp_path: Path) -> None:
    """The JSON carries the statement with version, digest and label code."""
    desk = Desk(db)
    assert isinstance(desk, desks.Desk)
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(demo_statement().to_mapping()), encoding="utf-8")
    assert code_of(run(desk, "show")) == "statement-none"
    published = run(desk, "publish", str(path), "--as", "officer", "--json")
    report = json.loads(published.stdout)
    assert (report["version"], report["published_by"]) == (1, "staff_officer")
    assert report["statement"] == demo_statement().to_mapping()
    assert report["producer_code"].endswith("1DEMO")
    assert json.loads(run(desk, "show", "--json").stdout) == report
    shown = run(desk, "show").stdout
    assert "version 1" in shown
    assert "演示" in shown
    assert code_of(run(desk, "publish", str(path), "--as", "officer")) == "statement-unchanged"


def test_the_command_line_says_what_is_wrong(db: Database, tmp_path: Path) -> None:
    """No data, no file, no role."""
    assert code_of(run(None, "show")) == "data-not-open"
    assert code_of(run(Desk(db), "publish", "missing.toml", "--as", "officer")) == (
        "statement-invalid"
    )
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(demo_statement().to_mapping()), encoding="utf-8")
    assert code_of(run(Desk(db), "publish", str(path), "--as", "clerk")) == "role-needed"
