# SPDX-License-Identifier: Apache-2.0
"""Personal data go to others by two people, weighed first where the law asks, and on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, leaves

from guiju import inventory, ledger, records
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    FixedClock,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    software,
)
from guiju.records import (
    AssessmentWritten,
    Disclosure,
    DisclosureAsked,
    DisclosureState,
    RecipientKind,
)
from guiju.storage import Database

OTHER = Actor(ActorKind.STAFF, "st_privacy2", frozenset({"privacy-officer"}))
TO_AUTHORITY = DisclosureAsked(
    RecipientKind.AUTHORITY,
    "an invented authority",
    "legal-duty",
    "order no. 7",
    "an inquiry",
    ("usage", "content"),
    person="pe_1",
)
TO_PROCESSOR = replace(
    TO_AUTHORITY,
    recipient_kind=RecipientKind.PROCESSOR,
    recipient="an invented host",
    basis="contract",
    person=None,
    people=2_000,
)
CLASSES = inventory.as_shipped()
WRITTEN = AssessmentWritten(
    "hosting",
    ("shared",),
    ("usage", "content"),
    "The purpose is to answer people; nothing else is done with it.",
    "Somebody at the host could read what people type.",
    "It is sealed with keys that the host does not hold.",
)
DIGEST = "a" * 64


def asked(db: Database, what: DisclosureAsked = TO_AUTHORITY, by: Actor = SECOND) -> Disclosure:
    with db.write() as tx:
        return records.ask_disclosure(tx, by, what, "they asked in writing")


def decided(db: Database, name: str, by: Actor = OFFICER, *, approve: bool = True) -> Disclosure:
    with db.write() as tx:
        return records.decide_disclosure(tx, by, name, "looked at", approve=approve)


def in_force(db: Database, written: AssessmentWritten = WRITTEN) -> str:
    with db.write() as tx:
        made = records.write_assessment(tx, SECOND, written, CLASSES)
        records.review_assessment(tx, OFFICER, made.id, "agreed", CLASSES, approve=True)
    return made.id


@pytest.mark.control("disclosure-approved")
def test_one_asks_another_decides_and_what_was_given_is_on_record(
    db: Database, clock: FixedClock
) -> None:
    """With ground, classes and digest; kept three years; the person can see it."""
    made = asked(db)
    assert decided(db, made.id).state is DisclosureState.APPROVED
    with db.write() as tx:
        given = records.note_given(tx, SECOND, made.id, DIGEST)
    assert given.digest == DIGEST
    assert given.keep_until is not None
    assert given.keep_until >= clock.now() + timedelta(days=3 * 365)
    with db.read() as tx:
        (seen,) = records.disclosures_of(tx, "pe_1")
        assert seen == given
        assert records.disclosures_of(tx, "pe_2") == []
    kinds = [leaf["kind"] for leaf in leaves(db)]
    assert kinds == ["disclosure-asked", "disclosure-decided", "disclosure-made"]
    (leaf,) = [one for one in leaves(db) if one["kind"] == "disclosure-decided"]
    assert (leaf["facts"]["asker"], leaf["facts"]["decider"]) == (SECOND.id, OFFICER.id)
    assert "invented" not in str(leaves(db))
    assert ledger.verify(db).problems == ()


@pytest.mark.control("disclosure-approved")
def test_nobody_decides_what_they_asked_for(db: Database) -> None:
    """Also a privacy officer needs another one; software and people decide nothing."""
    made = asked(db, by=OFFICER)
    with pytest.raises(Refused, match="role-needed"):
        decided(db, made.id, SECOND)
    for approve in (True, False):
        with pytest.raises(Refused, match="second-person-needed"):
            decided(db, made.id, OFFICER, approve=approve)
    for by in (software("keeper"), STRANGER):
        with pytest.raises(Refused):
            decided(db, made.id, by)
    assert decided(db, made.id, OTHER).decided_by == OTHER.id


def test_nothing_is_given_before_it_was_approved(db: Database) -> None:
    """Nor after it was refused, nor twice."""
    made = asked(db)
    with pytest.raises(Conflict, match="wrong-state"), db.write() as tx:
        records.note_given(tx, SECOND, made.id, DIGEST)
    decided(db, made.id, approve=False)
    with pytest.raises(Conflict, match="wrong-state"), db.write() as tx:
        records.note_given(tx, SECOND, made.id, DIGEST)


@pytest.mark.control("disclosure-approved", "privacy-impact-assessed")
@pytest.mark.parametrize("how", ["none", "unknown", "written", "other-classes"])
def test_what_goes_to_a_processor_was_weighed_before(db: Database, how: str) -> None:
    """By an assessment that is in force and is about these classes."""
    with db.write() as tx:
        draft = records.write_assessment(tx, SECOND, WRITTEN, CLASSES).id
    names = {
        "none": None,
        "unknown": "pia_x",
        "written": draft,
        "other-classes": in_force(db, replace(WRITTEN, classes=("usage",))),
    }
    with pytest.raises((Conflict, NotFound), match="assessment"):
        asked(db, replace(TO_PROCESSOR, assessment=names[how]))


def test_an_entrusting_that_was_weighed_can_be_asked_for_and_ended(db: Database) -> None:
    """And whoever has data here sees that theirs may be among them."""
    made = asked(db, replace(TO_PROCESSOR, assessment=in_force(db)))
    decided(db, made.id)
    with db.write() as tx:
        records.note_given(tx, SECOND, made.id, DIGEST)
    with db.read() as tx:
        assert [one.id for one in records.disclosures_of(tx, "pe_9")] == [made.id]
    with db.write() as tx:
        ended = records.end_disclosure(tx, OFFICER, made.id, "contract is over")
    assert ended.state is DisclosureState.ENDED
    with db.read() as tx:
        assert len(records.disclosures(tx)) == 1


def test_abroad_asks_for_an_assessment_whoever_gets_it(db: Database) -> None:
    """Also an authority."""
    with pytest.raises(Conflict, match="assessment-needed"):
        asked(db, replace(TO_AUTHORITY, abroad=True))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"recipient": " "}, Invalid),
        ({"recipient": "x" * 201}, Invalid),
        ({"basis": "interest"}, Invalid),
        ({"ground": ""}, Invalid),
        ({"purpose": " "}, Invalid),
        ({"classes": ()}, Invalid),
        ({"classes": ("shoes",)}, NotFound),
        ({"people": 0}, Invalid),
    ],
)
def test_what_is_not_whole_is_refused_by_its_field(
    db: Database, wrong: dict[str, object], error: type[GuijuError]
) -> None:
    """And nothing is kept of it."""
    with pytest.raises(error):
        asked(db, replace(TO_AUTHORITY, **wrong))
    with db.read() as tx:
        assert records.disclosures(tx) == []


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "g" * 64])
def test_what_was_given_is_named_by_a_digest(db: Database, digest: str) -> None:
    """64 hexadecimal digits."""
    made = asked(db)
    decided(db, made.id)
    with pytest.raises(Invalid, match="disclosure-invalid"), db.write() as tx:
        records.note_given(tx, SECOND, made.id, digest)


@pytest.mark.parametrize("name", ["dis_none", "号", ""])
def test_what_is_not_there_is_told(db: Database, name: str) -> None:
    """As any other thing."""
    with pytest.raises(NotFound, match="disclosure-unknown"), db.read() as tx:
        records.disclosure(tx, name)
