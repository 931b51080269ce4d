# SPDX-License-Identifier: Apache-2.0
"""`guiju incident` and `guiju report` from the first sign to the end, as an officer types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import OBJECTION
from tests.unit.incidents.conftest import Staff

from guiju import accounts
from guiju.app.stores import person_stores
from guiju.casework import Kinds, Tie, linked
from guiju.incidents.commands import group as incident_group
from guiju.incidents.kind import INCIDENT
from guiju.kernel import Actor, Event, PartsChanged
from guiju.ledger import integrate
from guiju.ledger import leaves as leaves_of
from guiju.reporting.commands import group as report_group
from guiju.storage import Database

Say = Callable[..., Any]


class House:
    """The desk at which the commands work."""

    routes = ("/v1/embeddings",)
    kinds = Kinds([INCIDENT, OBJECTION])
    stores = person_stores(Path("spill"), Path("copies"))

    def __init__(self, database: Database, staff: Staff) -> None:
        self.database = database
        self._staff = staff
        self.heard: list[Event] = []

    def staff(self, name: str) -> Actor:
        found: Actor = getattr(self._staff, name)
        return found

    def publish(self, event: Event) -> None:
        self.heard.append(event)


@pytest.fixture
def house(db: Database, staff: Staff) -> House:
    return House(db, staff)


@pytest.fixture
def say(house: House) -> Say:
    def run(group: Any, *words: str) -> Any:
        done = CliRunner().invoke(group, words, obj=house, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.output) if "--json" in words else done.output

    return run


def test_an_officer_goes_all_the_way_on_the_command_line(
    say: Say, house: House, tmp_path: Path
) -> None:
    """Open, state, grade, stop, report, sign, send, acknowledge, put right, close."""
    by, other = ("--as", "officer", "--json"), ("--as", "second", "--json")

    def incident(*words: str) -> Any:
        return say(incident_group, *words)

    opened = incident("open", "--category", "leak", "--summary", "a page shows names", *by)
    number = opened["number"]
    facts = tmp_path / "facts.toml"
    facts.write_text('[words]\ncause = "a cache"\n[facts]\npersons = 5\n', encoding="utf-8")
    incident("state", number, str(facts), "--fact", "persons=1000000", *by)
    shown = incident("show", number, "--json")
    assert shown["stated"]["facts"] == {"persons": 1_000_000}
    assert set(shown["stated"]["words"]) == {"summary", "cause"}
    assert shown["reached"] == ["incidents.grade-larger.persons"]
    assert "left" in incident("show", number)
    assert incident("grade", number, "larger", "--reason", "a million", *by)["state"] == "graded"
    why = ("--reason", "it leaks")
    stopped = incident("stop", "route", "/v1/embeddings", "--case", number, *why, *by)
    assert house.heard == [PartsChanged()]
    assert stopped["stop"] in incident("stops")
    incident("contain", number, "--reason", "switched off", *by)
    report = incident("report", number, "--stage", "initial", *by)["report"]
    log = tmp_path / "log.txt"
    log.write_bytes(b"x")
    say(report_group, "attach", report, str(log), *by)
    for form in ("md", "html", "json"):
        assert number in say(report_group, "show", report, "--form", form)
    say(report_group, "sign", report, *other)
    say(report_group, "sent", report, "--channel", "portal", *by)
    done = say(report_group, "acknowledged", report, "--number", "No. 1", *by)
    assert (done["state"], done["receipt"]) == ("acknowledged", "No. 1")
    assert report in say(report_group, "list")
    incident("recover", number, "--reason", "patched", *by)
    incident("review", number, "--reason", "caches are keyed now", *by)
    incident("resume", stopped["stop"], "--reason", "patched", *by)
    final = incident("report", number, "--stage", "final", *by)["report"]
    say(report_group, "sign", final, *other)
    say(report_group, "sent", final, "--channel", "portal", *by)
    entry = incident("publish", number, "--zh", "已恢复。", "--en", "It runs again.", *by)
    assert entry["entry"]
    settle_breach(say, number)
    assert incident("close", number, *by)["state"] == "closed"
    assert number in incident("list")
    assert [one["state"] for one in incident("list", "--json")] == ["closed"]


def settle_breach(say: Say, number: str) -> None:
    """Decide that nobody is told of what an incident leaked, and close that."""
    by = ("--as", "officer", "--json")
    (breach,) = say(incident_group, "breach", "list", "--json")
    for whom in ("authority", "people"):
        why = ("--reason", "a drill")
        say(incident_group, "breach", "decide", breach["number"], whom, "spared", *why, *by)
    assert say(incident_group, "breach", "close", breach["number"], *by)["state"] == "closed"


def test_a_breach_is_dealt_with_on_the_command_line(say: Say, house: House) -> None:
    """Scoped, decided, drafted, signed by another, sent, told and closed."""
    by, other = ("--as", "officer", "--json"), ("--as", "second", "--json")

    def incident(*words: str) -> Any:
        return say(incident_group, *words)

    hashed = accounts.hash_password("nobody", "long enough for anybody")
    with house.database.write() as tx:
        accounts.register_person(tx, None, "wang", hashed)
    number = incident("open", "--category", "leak", "--summary", "a page shows names", *by)[
        "number"
    ]
    incident("state", number, "--fact", "persons=1", *by)
    incident("grade", number, "general", "--reason", "one name", *by)
    (breach,) = incident("breach", "list", "--json")
    pb, why = breach["number"], ("--reason", "names on a page")
    incident("breach", "scope", pb, "--nature", "leak", "--everybody", *by)
    incident("breach", "decide", pb, "authority", "told", *why, *by)
    notice = incident("breach", "draft", pb, *by)["report"]
    say(report_group, "sign", notice, *other)
    say(report_group, "sent", notice, "--channel", "portal", *by)
    incident("breach", "decide", pb, "people", "told", *why, *by)
    assert incident("breach", "tell", pb, "--zh", "已泄露。", "--en", "Leaked.", *by)["told"] == 1
    assert incident("breach", "show", pb, "--json")["held"]["account"]
    assert "1/1 told" in incident("breach", "close", pb, "--as", "officer")


def test_an_incident_is_opened_out_of_another_case(say: Say, house: House) -> None:
    """The two are tied, the evidence names both, and a number that is none opens nothing."""
    with house.database.write() as tx:
        case = opened(tx)
    words = ("open", "--category", "complaint", "--summary", "x", "--as", "officer")
    made = say(incident_group, *words, "--from", case.number, "--json")
    with house.database.read() as tx:
        (tied,) = linked(tx, house.kinds, Tie.CAUSED_BY, case)
    assert tied.number == made["number"]
    integrate(house.database)
    with house.database.read() as tx:
        kinds = {one["kind"]: one["facts"] for one in leaves_of(tx, limit=100)}
    assert kinds["incident-detected"]["found_in"] == case.number
    failed = CliRunner().invoke(incident_group, [*words, "--from", "CP-none"], obj=house)
    assert getattr(failed.exception, "code", None) == "case-unknown"
    assert len(say(incident_group, "list", "--json")) == 1


def test_a_draft_can_be_written_anew_from_a_file(say: Say, tmp_path: Path) -> None:
    """What `show --form json` gives can be edited and given back."""
    by = ("--as", "officer", "--json")
    number = say(incident_group, "open", "--category", "other", "--summary", "x", *by)["number"]
    report = say(incident_group, "report", number, "--stage", "initial", *by)["report"]
    paper = json.loads(say(report_group, "show", report, "--form", "json"))["paper"]
    paper["title"]["zh"] = "另一标题"
    file = tmp_path / "paper.json"
    file.write_text(json.dumps(paper), encoding="utf-8")
    assert say(report_group, "write", report, str(file), *by)["version"] == 2
    assert "另一标题" in say(report_group, "show", report)
    assert say(report_group, "withdraw", report, "--reason", "x", *by)["state"] == "withdrawn"


@pytest.mark.control("breach-notified")
def test_each_person_concerned_gets_a_notice_of_their_own(say: Say, house: House) -> None:
    """Sealed for them, in their language, on record without a word of it; all of them or none."""
    with house.database.write() as tx:
        persons = [
            accounts.register_person(tx, None, name, "orchard 42 lamp", language=language)
            for name, language in (("first", "zh"), ("other", "en"))
        ]
    by = ("--as", "officer", "--json")
    number = say(incident_group, "open", "--category", "leak", "--summary", "x", *by)["number"]
    named = [word for one in persons for word in ("--person", one.id)]
    words = ("--zh", "甲的告知", "--en", "what leaked")
    made = say(incident_group, "tell", number, *named, *words, *by)
    assert len(made["notices"]) == 2
    integrate(house.database)
    with house.database.read() as tx:
        found = [one for one in leaves_of(tx) if one["kind"] == "breach-notified"]
    assert {one["facts"]["incident"] for one in found} == {number}
    assert "what leaked" not in json.dumps(found)
    failed = CliRunner().invoke(
        incident_group, ["tell", number, "--person", "pe_none", *words, *by], obj=house
    )
    assert getattr(failed.exception, "code", "") == "person-unknown"
    assert INCIDENT.prefix in number
