# SPDX-License-Identifier: Apache-2.0
"""Impact assessments: three contents, two people, three years, and due again in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_disclosures import CLASSES, OTHER, WRITTEN, in_force
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, leaves

from guiju import inventory, records
from guiju.inventory import DataClass
from guiju.kernel import Actor, Conflict, FixedClock, Invalid, NotFound, Refused
from guiju.measures import rule
from guiju.records import Assessment, AssessmentState, AssessmentWritten, Audit
from guiju.records.assessment_model import CONTENTS, TRIGGERS
from guiju.storage import Database

SAID = {"zh": "只为试验", "en": "for a trial only"}
CHANGED = inventory.classes(
    {"records": {"classes": {"content": {"purpose": SAID, "basis": "consent"}}}}
)
AUDIT = Audit(
    id="",
    auditor="an invented auditor",
    outside=True,
    scope="all of it",
    findings="two small things",
    report="b" * 64,
    ended_on="2026-11-20",
    noted_by="",
    noted_at=datetime(2026, 1, 1, tzinfo=UTC),
    due_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def written(db: Database, by: Actor = SECOND, what: AssessmentWritten = WRITTEN) -> Assessment:
    with db.write() as tx:
        return records.write_assessment(tx, by, what, CLASSES)


def dues(db: Database, classes: Mapping[str, DataClass] = CLASSES) -> list[tuple[str, str]]:
    with db.read() as tx:
        return [(one.kind, one.about) for one in records.due(tx, classes)]


@pytest.mark.control("privacy-impact-assessed")
def test_it_counts_once_another_person_stands_for_it_and_is_kept_three_years(
    db: Database, clock: FixedClock
) -> None:
    """Never by its author; the evidence names both and the three contents."""
    made = written(db)
    with pytest.raises(Refused, match="second-person-needed"), db.write() as tx:
        records.review_assessment(tx, SECOND, made.id, "fine", CLASSES, approve=True)
    with db.write() as tx:
        done = records.review_assessment(tx, OFFICER, made.id, "fine", CLASSES, approve=True)
    assert done.state is AssessmentState.IN_FORCE
    assert done.keep_until is not None
    assert done.keep_until >= clock.now() + timedelta(days=3 * 365)
    (leaf,) = [one for one in leaves(db) if one["kind"] == "privacy-impact-assessed"]
    assert leaf["facts"]["contents"] == ["lawfulness", "effects", "safeguards"]
    assert (leaf["facts"]["author"], leaf["facts"]["reviewer"]) == (SECOND.id, OFFICER.id)


def test_contents_and_triggers_are_as_many_as_the_rules_say() -> None:
    """The numbers stand in the law data."""
    assert len(CONTENTS) == rule("privacy.impact-assessment.contents").number
    assert len(TRIGGERS) == rule("privacy.impact-assessment.triggers").number


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "x" * 201},
        {"triggers": ()},
        {"triggers": ("whim",)},
        {"classes": ()},
        {"lawfulness": ""},
        {"effects": "short"},
        {"safeguards": "x" * 20_001},
    ],
)
def test_each_content_says_something(db: Database, wrong: dict[str, object]) -> None:
    """What is missing is named; nothing is kept."""
    with pytest.raises(Invalid, match="assessment-invalid") as refused:
        written(db, what=replace(WRITTEN, **wrong))
    assert refused.value.param in wrong
    with db.read() as tx:
        assert records.assessments(tx, CLASSES) == []


def test_others_write_none(db: Database) -> None:
    """Neither people nor software."""
    with pytest.raises(Refused):
        written(db, STRANGER)


@pytest.mark.control("privacy-impact-assessed")
def test_a_class_that_says_something_else_makes_it_due_anew(db: Database) -> None:
    """And only the assessments that are about it; the new one takes the old one's place."""
    first = in_force(db)
    usage = in_force(db, replace(WRITTEN, classes=("usage",)))
    assert ("stale", first) in dues(db, CHANGED)
    assert ("stale", usage) not in dues(db, CHANGED)
    with db.write() as tx:
        anew = records.write_assessment(tx, SECOND, replace(WRITTEN, replaces=first), CHANGED)
        records.review_assessment(tx, OFFICER, anew.id, "agreed", CHANGED, approve=True)
        assert records.assessment(tx, first, CHANGED).state is AssessmentState.REPLACED
    assert not [one for one in dues(db, CHANGED) if one[0] == "stale"]


def test_one_that_was_overtaken_while_it_waited_is_not_approved(db: Database) -> None:
    """It may be refused, and written anew."""
    made = written(db)
    with pytest.raises(Conflict, match="assessment-needed"), db.write() as tx:
        records.review_assessment(tx, OFFICER, made.id, "fine", CHANGED, approve=True)
    with db.write() as tx:
        done = records.review_assessment(tx, OFFICER, made.id, "old", CHANGED, approve=False)
    assert done.state is AssessmentState.REFUSED
    with pytest.raises(Conflict, match="wrong-state"), db.write() as tx:
        records.review_assessment(tx, OTHER, made.id, "again", CLASSES, approve=True)


def test_sensitive_classes_without_an_assessment_are_due(db: Database, clock: FixedClock) -> None:
    """And one in force is looked at again within a year."""
    assert ("unassessed", "content") in dues(db)
    assert ("unassessed", "usage") not in dues(db)
    name = in_force(db)
    assert ("unassessed", "content") not in dues(db)
    clock.advance(seconds=366 * 86_400)
    assert ("old", name) in dues(db)


@pytest.mark.control("privacy-impact-assessed")
def test_audits_are_due_by_the_rule_from_the_end_of_the_last(
    db: Database, clock: FixedClock
) -> None:
    """Two years; none yet is due at once."""
    assert ("audit", "audit") in dues(db)
    with db.write() as tx:
        made = records.note_audit(tx, OFFICER, AUDIT)
    assert made.noted_by == OFFICER.id
    assert ("audit", "audit") not in dues(db)
    clock.advance(seconds=2 * 366 * 86_400)
    assert ("audit", "audit") in dues(db)
    assert [leaf["kind"] for leaf in leaves(db)] == ["privacy-audited"]


def test_the_same_outsider_audits_no_more_often_in_a_row_than_the_rule_allows(
    db: Database,
) -> None:
    """Three times; our own people and others may."""
    for year in (2020, 2022, 2024):
        with db.write() as tx:
            records.note_audit(tx, OFFICER, replace(AUDIT, ended_on=f"{year}-01-01"))
    with pytest.raises(Refused, match="auditor-too-often"), db.write() as tx:
        records.note_audit(tx, OFFICER, AUDIT)
    with db.write() as tx:
        records.note_audit(tx, OFFICER, replace(AUDIT, auditor="another"))
        records.note_audit(tx, OFFICER, AUDIT)


@pytest.mark.parametrize(
    "wrong", [{"auditor": ""}, {"scope": " "}, {"findings": ""}, {"ended_on": "soon"}]
)
def test_an_audit_that_is_not_whole_is_refused(db: Database, wrong: dict[str, object]) -> None:
    """By its field, and by role."""
    with pytest.raises(Invalid, match="assessment-invalid"), db.write() as tx:
        records.note_audit(tx, OFFICER, replace(AUDIT, **wrong))
    with pytest.raises(Refused, match="role-needed"), db.write() as tx:
        records.note_audit(tx, SECOND, AUDIT)


@pytest.mark.parametrize("name", ["pia_none", "号", ""])
def test_what_is_not_there_is_told(db: Database, name: str) -> None:
    """As any other thing."""
    with pytest.raises(NotFound, match="assessment-unknown"), db.read() as tx:
        records.assessment(tx, name, CLASSES)


@pytest.mark.control("collection-minimised")
def test_a_person_reviews_the_fields_once_the_check_finds_nothing(db: Database) -> None:
    """What was said is named by its digest; as long as a field has no purpose nobody signs."""
    with db.write() as tx:
        count = records.review_collection(tx, OFFICER, "went through all", [])
    assert count == len(inventory.fields())
    (leaf,) = [one for one in leaves(db) if one["kind"] == "collection-reviewed"]
    assert leaf["facts"]["fields"] == count
    for actor, said, found, error in (
        (SECOND, "all", [], Refused),
        (OFFICER, " ", [], Invalid),
        (OFFICER, "all", ["shoe_size.size is kept for no purpose"], Conflict),
    ):
        with pytest.raises(error), db.write() as tx:
            records.review_collection(tx, actor, said, found)
