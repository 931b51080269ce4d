# SPDX-License-Identifier: Apache-2.0
"""What falls due opens a case, once, with a clock; and a withdrawal finds the pools it is in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.unit.minors.scene import Scene as Family
from tests.unit.privacy.conftest import CLERK, OFFICER, SECOND
from tests.unit.records.test_records_assessing import AUDIT
from tests.unit.records.test_records_disclosures import WRITTEN
from tests.unit.records.test_records_training import made, said

from guiju import accounts, privacy, records
from guiju.accounts import Answer, Purpose
from guiju.app.cases import handlers
from guiju.app.consenting import Agreed
from guiju.casework import advance, clocks, deliver, get_case, waiting
from guiju.inventory import as_shipped
from guiju.kernel import ConsentWithdrawn, Event, FixedClock, Refused
from guiju.privacy import entering, reading
from guiju.privacy.duty_kind import TEXTS
from guiju.privacy.model import Proof
from guiju.privacy.reminding import remind
from guiju.records import DisclosureAsked, RecipientKind
from guiju.storage import Database

SENSITIVE = {name for name, one in as_shipped().items() if one.sensitive}
TO_POLICE = DisclosureAsked(
    recipient_kind=RecipientKind.AUTHORITY,
    recipient="the police of the district",
    basis="legal-duty",
    ground="an order of 1 May",
    purpose="an investigation",
    classes=("usage",),
    people=1,
)


def open_duties(db: Database) -> dict[str, str]:
    """What is to be done now, by thing, with the number of its case."""
    with db.read() as tx:
        found = privacy.duties(tx)
    return {thing: one.case.number for thing, one in found.items() if one.case.is_open}


def audited(db: Database, ended_on: str) -> None:
    with db.write() as tx:
        records.note_audit(tx, OFFICER, replace(AUDIT, ended_on=ended_on))


def assessed(db: Database) -> str:
    """Every sensitive class, written by one and reviewed by another."""
    what = {"classes": tuple(sorted(SENSITIVE)), "title": "all"}
    with db.write() as tx:
        one = records.write_assessment(tx, OFFICER, replace(WRITTEN, **what), as_shipped())
    with db.write() as tx:
        why = "it holds"
        records.review_assessment(tx, SECOND, one.id, why, as_shipped(), approve=True)
    return one.id


@pytest.mark.control("privacy-impact-assessed")
def test_each_thing_opens_one_case_and_ends_it_when_it_is_no_longer_due(
    db: Database, clock: FixedClock
) -> None:
    """However often it is looked for; a clock of fourteen days where it is due at once."""
    opened = remind(db, as_shipped())
    assert set(open_duties(db)) == {"unassessed", "audit:audit"}
    assert remind(db, as_shipped()) == []
    with db.read() as tx:
        (clock_,) = clocks(tx, opened[0])
        assert (clock_.rule, clock_.basis.value) == ("privacy-calendar", "internal")
        assert clock_.due is not None
        assert timedelta(days=13) < clock_.due - clock.now() <= timedelta(days=15)
        assert {one.queue for one in waiting(tx)} == {"privacy-duties"}
    assessed(db)
    audited(db, clock.now().date().isoformat())
    remind(db, as_shipped())
    assert open_duties(db) == {}
    with db.read() as tx:
        assert {get_case(tx, privacy.DUTY, one.id).state for one in opened} == {"done"}


def test_it_is_told_in_time_and_again_in_the_next_round(db: Database, clock: FixedClock) -> None:
    """A month before a year is over; what an officer has seen to is not opened anew before."""
    name = assessed(db)
    audited(db, clock.now().date().isoformat())
    assert remind(db, as_shipped()) == []
    clock.advance(days=340)
    (case,) = remind(db, as_shipped())
    with db.read() as tx:
        assert privacy.duty(tx, case).about == name  # type: ignore[union-attr]
    with pytest.raises(Refused), db.write() as tx:
        advance(tx, CLERK, get_case(tx, privacy.DUTY, case.id), "finish", reason="done")
    with db.write() as tx:
        advance(tx, OFFICER, get_case(tx, privacy.DUTY, case.id), "finish", reason="will do")
    assert remind(db, as_shipped()) == []
    clock.advance(days=60)
    assert remind(db, as_shipped()) == []


def test_disclosures_that_nobody_ends_fall_due(db: Database, clock: FixedClock) -> None:
    """One that waits for a decision, one of which nothing is on record, one kept long enough."""
    assessed(db)
    audited(db, clock.now().date().isoformat())
    with db.write() as tx:
        one = records.ask_disclosure(tx, SECOND, TO_POLICE, "they asked")
    clock.advance(days=8)
    (asked,) = remind(db, as_shipped())
    assert set(open_duties(db)) == {f"undecided:{one.id}"}
    with db.write() as tx:
        records.decide_disclosure(tx, OFFICER, one.id, "it is lawful", approve=True)
    clock.advance(days=8)
    (missing,) = remind(db, as_shipped())
    assert set(open_duties(db)) == {f"unrecorded:{one.id}"}
    with db.write() as tx:
        records.note_given(tx, OFFICER, one.id, "d" * 64)
    assert remind(db, as_shipped()) == []
    assert open_duties(db) == {}
    clock.advance(days=3 * 366)
    remind(db, as_shipped())
    assert f"kept:{one.id}" in open_duties(db)
    assert asked.id != missing.id


def test_every_kind_that_can_fall_due_can_be_said() -> None:
    """In both languages."""
    said = {"unassessed", "stale", "old", "unreviewed", "undecided", "unrecorded", "kept", "audit"}
    assert set(TEXTS) == said | {"pool"}
    assert all(one.zh and one.en for one in TEXTS.values())


@pytest.mark.control("training-pool")
def test_a_consent_that_a_request_withdraws_counts_at_once_for_pools(
    db: Database, clock: FixedClock
) -> None:
    """The event is published, no new pool takes a line, each old one has a duty to remake it."""
    family = Family(db, clock)
    clock.advance(minutes=1)
    family.do(accounts.answer, family.child.actor, Answer(family.id, Purpose.TRAINING, given=True))
    clock.advance(minutes=1)
    said(db, clock, family.id)
    lines, pool = made(db, clock, Agreed())
    assert len(lines) == 1
    with db.read() as tx:
        assert records.pools_without_consent(tx, Agreed(), family.id) == []
    heard: list[Event] = []
    asking = reading.asking(
        wish="withdraw", text="", person=family.id, proof=Proof.SESSION, consent="training"
    )
    entering.file_by_person(db, asking)
    deliver(db, handlers(heard.append))
    assert ConsentWithdrawn(family.id, "training") in heard
    clock.advance(minutes=1)
    assert made(db, clock, Agreed())[0] == []
    for _ in range(2):
        privacy.consent_withdrawn(db, Agreed(), family.id)
    assert set(open_duties(db)) == {f"pool:{pool.id}"}
    remind(db, as_shipped())
    assert f"pool:{pool.id}" in open_duties(db), "such a duty ends by hand only"
