# SPDX-License-Identifier: Apache-2.0
"""Reports to an authority: written by one, signed by another, sent by a person, acknowledged."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from guiju import reporting
from guiju.casework import decisions
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, NotFound, Refused, Text, software
from guiju.ledger import integrate
from guiju.ledger import leaves as leaves_of
from guiju.reporting import Attachment, Occasion, Paper, Part, Report, Sending
from guiju.reporting.model import digest_of
from guiju.reporting.rendering import FORMS, rendered
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
SECOND = Actor(ActorKind.STAFF, "staff_second", frozenset({"accountable-person"}))
FILING = Actor(ActorKind.STAFF, "staff_filing", frozenset({"filing-manager"}))
OCCASION = Occasion("sample", "initial", "Province", ("incident-2025:clock",))


def said(words: str) -> Text:
    return Text(zh=f"甲{words}", en=words)


def paper(words: str = "what happened") -> Paper:
    return Paper(said("report"), (Part(said("facts"), (said(words), said("# no heading"))),))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest) -> Database:
    db: Database = request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")
    return db


def begun(db: Database, actor: Actor = FILING) -> Report:
    with db.write() as tx:
        return reporting.open_report(tx, actor, OCCASION, paper())


def done(db: Database, actor: Actor, one: Report, verb: Any, *values: Any) -> Report:
    with db.write() as tx:
        made: Report = verb(tx, actor, reporting.find_case(tx, one.case.number), *values)
        return made


def sending(db: Database, hours: int = 0) -> Sending:
    return Sending(db.clock.now() + timedelta(hours=hours), "fax")


@pytest.mark.control("authority-reports")
def test_a_report_is_written_signed_by_another_sent_and_acknowledged(house: Database) -> None:
    """Each step is a person's and is on record; the words are not."""
    one = begun(house)
    assert (one.case.state, one.version, one.author) == ("draft", 1, FILING.id)
    two = done(house, FILING, one, reporting.write, paper("more"))
    assert (two.version, two.digest) == (2, digest_of(OCCASION, paper("more"), ()))
    named = Attachment("log.zip", "a" * 64, 12)
    three = done(house, FILING, one, reporting.attach, named)
    assert three.digest == digest_of(OCCASION, paper("more"), [named]) != two.digest
    signed = done(house, OFFICER, one, reporting.sign)
    assert (signed.case.state, signed.signer) == ("signed", OFFICER.id)
    with house.write() as tx, pytest.raises(Conflict, match="report-signed"):
        reporting.write(tx, FILING, reporting.find_case(tx, one.case.number), paper())
    sent = done(house, FILING, one, reporting.mark_sent, sending(house))
    assert (sent.sent_by, sent.channel, sent.digest) == (FILING.id, "fax", three.digest)
    taken = done(house, FILING, one, reporting.acknowledge, "No. 7")
    assert (taken.case.is_open, taken.number) == (False, "No. 7")
    integrate(house)
    with house.read() as tx:
        found = [one for one in leaves_of(tx) if one["kind"].startswith("authority-report")]
        assert reporting.paper_of(tx, taken.case, 1) == paper()
        assert reporting.paper_of(tx, taken.case) == paper("more")
        assert decisions(tx, taken.case) == []
        assert reporting.reports(tx) == [taken]
    assert [one["kind"].removeprefix("authority-report-") for one in found] == [
        "written",
        "written",
        "written",
        "signed",
        "sent",
        "acknowledged",
    ]
    (leaf,) = (one for one in found if one["kind"] == "authority-report-sent")
    assert leaf["facts"]["author"] != leaf["facts"]["signer"]
    assert "what happened" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.control("authority-reports")
def test_nobody_signs_what_they_wrote_and_software_does_nothing(house: Database) -> None:
    """Four eyes whatever roles one holds; and nothing is sent that was not signed."""
    with pytest.raises(Refused, match="person-needed"):
        begun(house, software("x"))
    one = begun(house, OFFICER)
    for actor, verb, values, code in (
        (OFFICER, reporting.sign, (), "second-person-needed"),
        (FILING, reporting.sign, (), "role-needed"),
        (software("x"), reporting.sign, (), "person-needed"),
        (OFFICER, reporting.mark_sent, (sending(house),), "wrong-state"),
    ):
        with pytest.raises((Refused, Conflict), match=code):
            done(house, actor, one, verb, *values)
    done(house, SECOND, one, reporting.sign)
    for hours in (-1, 1):
        with pytest.raises(Invalid, match="report-sent-when"):
            done(house, OFFICER, one, reporting.mark_sent, sending(house, hours))
    with pytest.raises(Invalid, match="report-invalid"):
        done(house, OFFICER, one, reporting.mark_sent, Sending(house.clock.now(), " "))
    with pytest.raises(Invalid, match="reason-needed"):
        done(house, OFFICER, one, reporting.withdraw, "")
    assert done(house, OFFICER, one, reporting.withdraw, "another one").case.state == "withdrawn"
    with house.read() as tx, pytest.raises(NotFound, match="report-unknown"):
        reporting.find_case(tx, "AR-nothing")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_says_what_was_signed_and_a_draft_that_it_is_one(
    db: Database, form: str, language: str
) -> None:
    """The same bytes each time; no word of a person becomes markup."""
    one = begun(db)
    words = Paper(said("<b>"), (Part(said("h"), (said("<script>x</script>"),)),))
    data = rendered(one, words, [Attachment("a<b", "b" * 64, 1)], form, language)
    assert data == rendered(one, words, [Attachment("a<b", "b" * 64, 1)], form, language)
    text = data.decode()
    assert one.case.number in text
    assert one.digest in text
    if form == "html":
        assert "<script>" not in text
    if form != "json":
        assert ("草稿" if language == "zh" else "DRAFT") in text


def test_what_follows_a_sending_is_one_transaction_with_it(db: Database) -> None:
    """If the room that waits for it fails, nothing was sent on record."""

    def fails(*_: Any) -> None:
        raise RuntimeError("no")

    reporting.follow("failing", fails)
    with pytest.raises(ValueError, match="two follow"):
        reporting.follow("failing", lambda *_: None)
    with db.write() as tx:
        occasion = OCCASION._replace(room="failing")
        one = reporting.open_report(tx, OFFICER, occasion, paper())
    done(db, SECOND, one, reporting.sign)
    with pytest.raises(RuntimeError):
        done(db, OFFICER, one, reporting.mark_sent, sending(db))
    with db.read() as tx:
        assert reporting.report(tx, reporting.find_case(tx, one.case.number)).sent_at is None
