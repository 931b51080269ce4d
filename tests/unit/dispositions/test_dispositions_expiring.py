# SPDX-License-Identifier: Apache-2.0
"""What this room sealed with a case goes with its words; strikes, measures and digests stay."""

from __future__ import annotations

import pytest
from tests.unit.dispositions.scene import KINDS, OFFICER, REVIEWER, WEEK, Scene

from guiju.casework import CaseRetention, Retention, expire
from guiju.dispositions import appeals, findings, mine, reasons, service
from guiju.dispositions.finding_store import FINDING
from guiju.dispositions.model import Cause, Source
from guiju.kernel import software
from guiju.ledger import verify

YEAR = CaseRetention({Retention.MEASURES: 365})


def gone(scene: Scene) -> list[str]:
    with scene.db.write() as tx:
        return [one.number for one in expire(tx, software("keeper"), KINDS, YEAR)]


@pytest.mark.control("case-retention")
def test_statements_go_with_the_case_and_their_digests_stay(scene: Scene) -> None:
    """Whoever kept a statement can still prove it by its digest in the evidence."""
    with scene.db.write() as tx:
        found = findings.open_finding(tx, REVIEWER, Source.STAFF, "A1g", person=scene.id)
        found = findings.decide_finding(tx, OFFICER, found.id, "confirm", "seen")
    cause = Cause(Source.STAFF, (found,))
    case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen", cause=cause)
    scene.do(service.approve, OFFICER, case, "What staff saw.")
    digest = scene.statement().digest
    scene.pass_time(days=8)
    scene.pass_time(days=364)
    assert gone(scene) == []
    scene.pass_time(days=1)
    assert gone(scene) == [case.number]
    assert scene.read(mine.mine, scene.id) == []
    assert scene.read(reasons.statements_of, case.id) == []
    assert [one["facts"]["digest"] for one in scene.leaves("reasons-stated")] == [digest]
    assert [one.case for one in scene.read(service.strikes_of, scene.id)] == [case.id]
    with scene.db.read() as tx:
        assert [row.reason for row in tx.rows(FINDING.select())] == [None]
    assert verify(scene.db, None).problems == ()


@pytest.mark.control("case-retention")
def test_an_appeal_and_what_it_is_against_go_each_after_its_own_end(scene: Scene) -> None:
    """While the appeal is open the measure stays whole, however old it is."""
    scene.suspend()
    appeal = scene.appeal()
    scene.pass_time(days=8)
    scene.pass_time(days=400)
    assert gone(scene) == []
    with scene.db.write() as tx:
        appeals.withdraw(tx, scene.id, appeal)
    assert len(gone(scene)) == 1
    scene.pass_time(days=366)
    assert gone(scene) == [appeal.number]
    assert verify(scene.db, None).problems == ()
