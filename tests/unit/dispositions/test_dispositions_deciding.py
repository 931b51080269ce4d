# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.dispositions.scene import (
    APPEALS,
    END,
    OFFICER,
    REVIEWER,
    SECOND,
    WEEK,
    Scene,
    exchange,
)

from guiju import accounts, ledger
from guiju.accounts import Decided, PersonState
from guiju.casework import Ruling, advance, notices
from guiju.dispositions import (
    Measure,
    Proposal,
    Source,
    findings,
    open_finding,
    reasons,
    service,
    wording,
)
from guiju.dispositions.grounds import BY_LAW
from guiju.dispositions.model import Cause, FindingState
from guiju.kernel import (
    Conflict,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    canonical,
    digest,
    software,
)


@pytest.mark.control("user-dispositions", "statements-of-reasons")
def test_one_proposes_another_decides_and_the_person_is_told_why(scene: Scene) -> None:
    """Suspended for a week: strike, standing, statement and notice come with the decision."""
    case = scene.suspend()
    assert (case.state, scene.stands()) == ("in-force", PersonState.SUSPENDED)
    said = scene.statement().said
    assert said["provision"] == "total-suspension"
    assert said["words"] == "What staff saw."
    assert (said["automated_detection"], said["automated_decision"]) == (False, False)
    assert said["until"] is not None
    (strike,) = scene.read(service.strikes_of, scene.id)
    assert (strike.expires_at - strike.at).days >= 180
    (told,) = scene.read(notices, case, opened=True)
    assert told.language == "zh"
    assert "服务协议第 1 版第 10 条" in told.words


def test_who_proposed_may_not_decide_whatever_roles_they_hold(scene: Scene) -> None:
    """Four eyes on every measure that staff brings."""
    case = scene.do(service.propose, OFFICER, scene.id, WEEK, "seen")
    with pytest.raises(Refused) as error:
        scene.do(service.approve, OFFICER, case, "Seen.")
    assert error.value.code == "second-person-needed"
    assert scene.do(service.approve, SECOND, case, "Seen.").state == "in-force"


@pytest.mark.parametrize("actor", [REVIEWER, APPEALS, software("anything")])
def test_only_a_safety_officer_decides(scene: Scene, actor: Any) -> None:
    """A reviewer proposes; software decides nothing that stays."""
    case = scene.do(service.propose, OFFICER, scene.id, WEEK, "seen")
    with pytest.raises(Refused) as error:
        scene.do(service.approve, actor, case, "Seen.")
    assert error.value.code in {"role-needed", "person-needed"}


def test_a_measure_ends_by_itself(scene: Scene) -> None:
    """When its days are over the account is as it was; the strike still counts."""
    scene.suspend()
    scene.pass_time(days=8)
    assert (scene.case().state, scene.stands()) == ("expired", PersonState.ACTIVE)
    (strike,) = scene.read(service.strikes_of, scene.id)
    assert strike.removed_at is None


def test_of_two_measures_the_strictest_counts_until_it_ends(scene: Scene) -> None:
    """Restricted for a month and suspended for a week: first suspended, then restricted."""
    month = Proposal(Measure.RESTRICT, 30, "10", ("images",))
    case = scene.do(service.propose, REVIEWER, scene.id, month, "seen")
    scene.do(service.approve, OFFICER, case, "Seen.")
    assert scene.stands() is PersonState.RESTRICTED
    scene.suspend()
    assert scene.stands() is PersonState.SUSPENDED
    scene.pass_time(days=8)
    assert scene.stands() is PersonState.RESTRICTED
    scene.pass_time(days=30)
    assert scene.stands() is PersonState.ACTIVE


def test_a_warning_closes_nothing_and_counts(scene: Scene) -> None:
    """The mildest measure of Article 14 is a measure with reasons all the same."""
    case = scene.do(service.propose, REVIEWER, scene.id, Proposal(Measure.WARN, 90, "10"), "seen")
    scene.do(service.approve, OFFICER, case, "Seen.")
    assert scene.stands() is PersonState.ACTIVE
    assert scene.statement().said["warning"] is True
    assert len(scene.read(service.strikes_of, scene.id)) == 1


def test_the_ladder_is_climbed_by_strikes_that_count(scene: Scene) -> None:
    """One strike more, one step higher; what has expired counts no more."""
    scene.rule(strike_days=10)
    assert scene.read(service.suggested, scene.id).days == 1
    scene.suspend()
    assert scene.read(service.suggested, scene.id).days == 7
    scene.pass_time(days=12)
    assert scene.read(service.suggested, scene.id).days == 1


def test_a_hold_by_hand_is_confirmed_by_another(scene: Scene) -> None:
    """Staff may hold at once; the same lapse waits for it."""
    case = scene.do(service.hold, REVIEWER, scene.id, WEEK, "It goes on right now.")
    assert (case.state, scene.stands()) == ("provisional", PersonState.SUSPENDED)
    with pytest.raises(Conflict) as error:
        scene.do(service.hold, OFFICER, scene.id, WEEK, "Again.")
    assert error.value.code == "held-already"
    assert scene.do(service.lift, OFFICER, case, "A mistake.").state == "lifted"
    assert scene.stands() is PersonState.ACTIVE


@pytest.mark.parametrize(
    ("proposal", "code"),
    [
        (Proposal(Measure.SUSPEND, None, "10"), "measure-invalid"),
        (Proposal(Measure.SUSPEND, 0, "10"), "measure-invalid"),
        (Proposal(Measure.TERMINATE, 3, "10"), "measure-invalid"),
        (Proposal(Measure.RESTRICT, 3, "10"), "measure-invalid"),
        (Proposal(Measure.RESTRICT, 3, "10", ("walks",)), "measure-invalid"),
        (Proposal(Measure.WARN, 3, "10", ("images",)), "measure-invalid"),
        (Proposal(Measure.SUSPEND, 3, "99"), "clause-unknown"),
        (Proposal(Measure.SUSPEND, 3, "1"), "clause-unknown"),
    ],
)
def test_a_measure_that_is_not_complete_is_refused(
    scene: Scene, proposal: Proposal, code: str
) -> None:
    """How long, what, and by which clause of the agreement: all of it, and nothing else."""
    with pytest.raises(Invalid) as error:
        scene.do(service.propose, REVIEWER, scene.id, proposal, "seen")
    assert error.value.code == code


def test_nothing_is_done_about_nobody(scene: Scene) -> None:
    """A pseudonym that nobody has is one clear error."""
    with pytest.raises(NotFound) as error:
        scene.do(service.propose, REVIEWER, "pe_none", WEEK, "seen")
    assert error.value.code == "person-unknown"


def test_a_decision_needs_facts_and_a_dismissal_a_reason(scene: Scene) -> None:
    """Nobody decides about a person without saying why."""
    case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen")
    with pytest.raises(Invalid):
        scene.do(service.approve, OFFICER, case, "  ")
    with pytest.raises(Invalid):
        scene.do(service.dismiss, OFFICER, case, "")
    assert scene.do(service.dismiss, OFFICER, case, "Not so.").state == "dismissed"
    assert scene.stands() is PersonState.ACTIVE


def test_the_end_of_service_takes_two_people(scene: Scene) -> None:
    """Proposed by one, decided by another, without an end of its own."""
    case = scene.do(service.propose, OFFICER, scene.id, END, "grave")
    with pytest.raises(Refused):
        scene.do(service.approve, OFFICER, case, "Grave.")
    scene.do(service.approve, SECOND, case, "Grave.")
    assert scene.stands() is PersonState.TERMINATED
    assert scene.statement().said["until"] is None


def test_what_was_decided_elsewhere_comes_into_force(scene: Scene) -> None:
    """A page of another room may only approve; the keeper puts in force what waits."""
    case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen")
    ruling = Ruling("suspend", (BY_LAW,), "Seen.", found_by_software=False)
    scene.do(advance, OFFICER, case, "approve", ruling=ruling)
    assert scene.stands() is PersonState.ACTIVE
    with scene.db.write() as tx:
        assert service.settle_decided(tx) == 1
    assert scene.stands() is PersonState.SUSPENDED


# -- statements ------------------------------------------------------------------------------------


def test_a_statement_can_be_proved_by_its_digest(scene: Scene) -> None:
    """The digest of what the person holds stands in the ledger, the words do not."""
    scene.suspend()
    made = scene.statement()
    (leaf,) = scene.leaves("reasons-stated")
    assert leaf["facts"]["digest"] == digest(canonical(made.said)) == made.digest
    assert "What staff saw" not in msgspec.json.encode(leaf).decode()
    assert leaf["facts"]["provision"] == "total-suspension"


def test_a_statement_is_for_one_person_only(scene: Scene) -> None:
    """Somebody else's is not found, whatever id is given."""
    scene.suspend()
    with pytest.raises(NotFound):
        scene.read(reasons.get_statement, scene.statement().id, "pe_other")
    with pytest.raises(NotFound):
        scene.read(reasons.get_statement, "sor_\0", scene.id)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_axis_is_said_in_words(scene: Scene, language: str) -> None:
    """Law with article and paragraph, clause with version, facts, source, software or not."""
    scene.rule()
    scene.say("block", "block", "block")
    text = wording.as_text(scene.statement().said, language)
    wanted = {
        "zh": (
            "第 14 条第 2 款",
            "第 1 版第 10 条",
            "3 次",
            "由软件决定: 是",
            "无人确认即自动恢复",
        ),
        "en": (
            "Article 14, paragraph 2",
            "version 1, clause 10",
            "3 times",
            "software: yes",
            "lapses",
        ),
    }
    assert [one for one in wanted[language] if one not in text] == []


# -- findings --------------------------------------------------------------------------------------


@pytest.mark.control("findings-triaged")
def test_a_finding_comes_from_anywhere_and_is_decided_by_people(scene: Scene) -> None:
    """A complaint about a record: confirmed with a reason, by a reviewer, once."""
    made = exchange(scene.id, scene.clock, "pass")
    with scene.db.write() as tx:
        scene.watch.record(tx, [made])
        found = open_finding(
            tx, REVIEWER, Source.COMPLAINT, "A2f", request=made.request, direction="output"
        )
    assert found.person == scene.id
    with pytest.raises(Refused), scene.db.write() as tx:
        findings.decide_finding(tx, software("x"), found.id, "confirm", "so")
    with pytest.raises(Invalid), scene.db.write() as tx:
        findings.decide_finding(tx, REVIEWER, found.id, "confirm", " ")
    with scene.db.write() as tx:
        decided = findings.decide_finding(tx, REVIEWER, found.id, "confirm", "It says so.")
    assert decided.state is FindingState.CONFIRMED
    with pytest.raises(Conflict), scene.db.write() as tx:
        findings.decide_finding(tx, REVIEWER, found.id, "dismiss", "No.")
    assert "It says so" not in str(scene.leaves("finding-decided"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"harm": "Z9"}, "finding-invalid"),
        ({}, "finding-invalid"),
        ({"request": "req_none"}, "exchange-not-found"),
    ],
)
def test_a_finding_about_nothing_is_refused(scene: Scene, given: Any, code: str) -> None:
    """A harm of the standard, and a person or a record."""
    values = {"harm": "A1a"} | given
    with pytest.raises(GuijuError) as error, scene.db.write() as tx:
        open_finding(tx, REVIEWER, Source.STAFF, **values)
    assert error.value.code == code


def test_what_a_case_rests_on_is_confirmed_or_dismissed_with_it(scene: Scene) -> None:
    """Approved: confirmed. Not taken up: dismissed, each on record."""
    with scene.db.write() as tx:
        found = open_finding(tx, REVIEWER, Source.AUTHORITY, "A1a", person=scene.id)
    cause = Cause(Source.AUTHORITY, (found,))
    case = scene.do(service.propose, REVIEWER, scene.id, WEEK, "told", cause=cause)
    scene.do(service.approve, OFFICER, case, "So it is.")
    assert scene.read(findings.get_finding, found.id).state is FindingState.CONFIRMED
    assert scene.statement().said["source"] == "authority"


def test_everything_verifies(scene: Scene) -> None:
    """No row of this room stands without its evidence."""
    scene.rule()
    scene.say("block", "block", "block")
    scene.pass_time(days=2)
    scene.suspend()
    ledger.integrate(scene.db)
    report = ledger.verify(scene.db)
    assert report.problems == ()


def test_what_staff_did_by_hand_is_not_lifted_by_a_case(scene: Scene) -> None:
    """A measure that ends gives back what it took, and no more."""
    scene.suspend()
    with scene.db.write() as tx:
        accounts.carry_out(tx, OFFICER, scene.id, Decided(PersonState.ACTIVE))
        accounts.set_standing(tx, OFFICER, scene.id, PersonState.SUSPENDED, "break-in")
    scene.pass_time(days=9)
    assert scene.stands() is PersonState.SUSPENDED
