# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.unit.dispositions.scene import APPEALS, OFFICER, REVIEWER, SECOND, WEEK, Scene

from guiju import ledger
from guiju.accounts import PersonState
from guiju.casework import clocks, decisions, history, is_held, notices
from guiju.dispositions import APPEAL, Measure, Proposal, appeals, mine, service
from guiju.kernel import Conflict, Invalid, NotFound, Refused


@pytest.mark.control("appeals")
def test_an_overturned_measure_is_undone_at_once_with_its_strikes(scene: Scene) -> None:
    """Somebody else decides; access, strikes and the clock of one working day all say so."""
    scene.suspend()
    case = scene.appeal()
    assert scene.stands() is PersonState.SUSPENDED
    case = scene.do(appeals.admit, APPEALS, case)
    case = scene.do(appeals.decide_appeal, APPEALS, case, "overturn", "It was a quotation.")
    assert (case.state, scene.case().state) == ("undone", "overturned")
    assert scene.stands() is PersonState.ACTIVE
    (strike,) = scene.read(service.strikes_of, scene.id)
    assert strike.removed_at is not None
    met = {one["facts"]["name"]: one["facts"]["missed"] for one in scene.leaves("deadline-met")}
    assert met == {"answer": 0, "undo": 0}
    told = scene.read(notices, case, opened=True)
    assert "It was a quotation." in told[-1].words


@pytest.mark.parametrize("verb", ["admit", "reject", "uphold", "overturn"])
def test_who_had_a_part_in_the_decision_has_none_in_the_appeal(scene: Scene, verb: str) -> None:
    """Not even to take it up, whatever roles they hold."""
    made = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen")
    scene.do(service.approve, SECOND, made, "Seen.")
    case = scene.appeal()
    if verb in {"uphold", "overturn"}:
        case = scene.do(appeals.admit, APPEALS, case)
    with pytest.raises(Refused) as error:
        if verb == "admit":
            scene.do(appeals.admit, SECOND, case)
        else:
            scene.do(appeals.decide_appeal, SECOND, case, verb, "So.")
    assert error.value.code == "outsider-needed"


def test_only_an_appeals_officer_decides(scene: Scene) -> None:
    """A safety officer who had no part in it is not one."""
    scene.suspend()
    with pytest.raises(Refused) as error:
        scene.do(appeals.admit, REVIEWER, scene.appeal())
    assert error.value.code in {"role-needed", "outsider-needed"}


def test_an_upheld_measure_stays_and_the_person_reads_why(scene: Scene) -> None:
    """A decision with its grounds and facts, like the first one."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    case = scene.do(appeals.decide_appeal, APPEALS, case, "uphold", "The words were its own.")
    assert (case.state, scene.stands()) == ("upheld", PersonState.SUSPENDED)
    (made,) = scene.read(decisions, case, opened=True)
    assert made.facts == "The words were its own."
    assert made.decider == APPEALS.id
    with pytest.raises(Conflict) as error:
        scene.appeal()
    assert error.value.code == "appealed-already"


def test_what_is_not_admissible_is_said_with_a_reason(scene: Scene) -> None:
    """No door closes without words."""
    scene.suspend()
    case = scene.appeal()
    with pytest.raises(Invalid):
        scene.do(appeals.decide_appeal, APPEALS, case, "reject", "")
    case = scene.do(appeals.decide_appeal, APPEALS, case, "reject", "It is about another case.")
    assert case.state == "inadmissible"


def test_the_window_is_published_and_kept(scene: Scene) -> None:
    """Until its end one can appeal, afterwards not, and is told what else there is."""
    scene.rule(appeal_days=10)
    scene.suspend()
    scene.pass_time(days=10)
    assert scene.read(appeals.appealable, scene.statement()) is not None
    scene.pass_time(days=1)
    assert scene.read(appeals.appealable, scene.statement()) is None
    with pytest.raises(Conflict) as error:
        scene.appeal()
    assert error.value.code == "appeal-window-over"


def test_an_appeal_after_the_end_still_takes_the_strike_back(scene: Scene) -> None:
    """Suspension over, appeal open: what is left of the decision is undone."""
    scene.suspend()
    scene.pass_time(days=8)
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    case = scene.do(appeals.decide_appeal, APPEALS, case, "overturn", "Rightly so.")
    assert case.state == "undone"
    assert scene.read(service.suggested, scene.id).days == 1


def test_a_hold_can_be_appealed_and_is_lifted(scene: Scene) -> None:
    """Software held; a person lets go."""
    scene.rule()
    scene.say("block", "block", "block")
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    scene.do(appeals.decide_appeal, APPEALS, case, "overturn", "Poems.")
    assert scene.stands() is PersonState.ACTIVE
    assert scene.case().state == "overturned"


def test_a_decision_after_the_hold_can_be_appealed_by_itself(scene: Scene) -> None:
    """Each statement has its own appeal, and one at a time waits in a case."""
    scene.rule()
    scene.say("block", "block", "block")
    first = scene.appeal()
    scene.do(service.approve, OFFICER, scene.case(), "Seen.")
    with pytest.raises(Conflict):
        scene.appeal()
    first = scene.do(appeals.admit, APPEALS, first)
    scene.do(appeals.decide_appeal, APPEALS, first, "uphold", "The hold was right.")
    assert scene.appeal().state == "filed"


def test_the_records_are_held_until_it_is_decided(scene: Scene) -> None:
    """What an appeal is about does not expire meanwhile."""
    scene.rule()
    scene.say("block", "block", "block")
    requests = scene.statement().said["facts"]["requests"]
    assert not scene.read(is_held, requests[0])
    case = scene.appeal()
    assert all(scene.read(is_held, one) for one in requests)
    case = scene.do(appeals.admit, APPEALS, case)
    scene.do(appeals.decide_appeal, APPEALS, case, "uphold", "It stays.")
    assert not any(scene.read(is_held, one) for one in requests)


def test_the_person_can_add_and_take_back(scene: Scene) -> None:
    """Own words only, sealed; an appeal taken back can be brought again."""
    scene.suspend()
    case = scene.appeal()
    case = scene.do(appeals.explain, scene.id, case, "And it was fiction.")
    said = [one.reason for one in scene.read(history, case, opened=True) if one.verb == "explain"]
    assert said == ["It was a quotation.", "And it was fiction."]
    with pytest.raises(NotFound):
        scene.do(appeals.explain, "pe_other", case, "Mine.")
    assert scene.do(appeals.withdraw, scene.id, case).state == "withdrawn"
    assert scene.appeal().state == "filed"
    assert "fiction" not in str(scene.leaves("case-moved"))


def test_an_appeal_says_something(scene: Scene) -> None:
    """Without words there is nothing to review."""
    scene.suspend()
    with pytest.raises(Invalid) as error:
        scene.do(appeals.file_appeal, scene.id, scene.statement().id, " . ")
    assert error.value.code == "reason-needed"


def test_a_late_answer_is_late_for_ever(scene: Scene) -> None:
    """The published limit of working days is a deadline."""
    scene.rule(appeal_working_days=1)
    scene.suspend()
    case = scene.appeal()
    scene.pass_time(days=6)
    case = scene.do(appeals.admit, APPEALS, scene.case(APPEAL))
    scene.do(appeals.decide_appeal, APPEALS, case, "uphold", "Late, and so.")
    assert [one["facts"]["missed"] for one in scene.leaves("deadline-met")] == [1]


def test_everything_verifies(scene: Scene) -> None:
    """No row of an appeal stands without its evidence."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    scene.do(appeals.decide_appeal, APPEALS, case, "overturn", "So.")
    ledger.integrate(scene.db)
    assert ledger.verify(scene.db).problems == ()


SHORTER = Proposal(Measure.SUSPEND, 2, "10")
WARNING = Proposal(Measure.WARN, 7, "10")


@pytest.mark.control("appeals")
@pytest.mark.parametrize("lesser", [SHORTER, WARNING])
def test_an_appeal_that_is_right_in_part_puts_a_lesser_measure_in_its_place(
    scene: Scene, lesser: Proposal
) -> None:
    """At once, with the reasons of the appeal; the strike stays as it was counted."""
    scene.suspend()
    (strike,) = scene.read(service.strikes_of, scene.id)
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    said = "Not so grave."
    case = scene.do(appeals.decide_appeal, APPEALS, case, "vary", said, lesser=lesser)
    assert (case.state, scene.case().state) == ("changed", "in-force")
    action = scene.read(service.action_of, scene.case())
    assert (action.measure, action.days) == (lesser.measure, lesser.days)
    assert action.measure_by == APPEALS.id
    warned = lesser.measure is Measure.WARN
    assert scene.stands() is (PersonState.ACTIVE if warned else PersonState.SUSPENDED)
    assert list(scene.read(service.strikes_of, scene.id)) == [strike]
    statement = scene.statement().said
    assert statement["words"] == said
    assert statement["warning"] is warned
    assert statement["appeal_until"] is None
    met = {one["facts"]["name"]: one["facts"]["missed"] for one in scene.leaves("deadline-met")}
    assert met == {"answer": 0, "undo": 0}
    assert ledger.verify(scene.db, None).problems == ()
    scene.pass_time(days=(lesser.days or 0) + 1)
    assert scene.case().state == "expired"
    assert scene.stands() is PersonState.ACTIVE


@pytest.mark.parametrize(
    ("lesser", "code"),
    [
        (None, "measure-invalid"),
        (Proposal(Measure.SUSPEND, None, "10"), "measure-invalid"),
        (Proposal(Measure.SUSPEND, 7, "10"), "measure-not-lesser"),
        (Proposal(Measure.SUSPEND, 8, "10"), "measure-not-lesser"),
        (Proposal(Measure.TERMINATE, None, "10"), "measure-not-lesser"),
        (Proposal(Measure.WARN, 7, "99"), "clause-unknown"),
    ],
)
def test_an_appeal_never_makes_it_worse(scene: Scene, lesser: Proposal | None, code: str) -> None:
    """Nor the same; and nothing changes where what is to be done is not whole."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    with pytest.raises(Invalid) as refused:
        scene.do(appeals.decide_appeal, APPEALS, case, "vary", "So.", lesser=lesser)
    assert refused.value.code == code
    assert scene.case(APPEAL).state == "admissible"
    assert scene.case().state == "in-force"


def test_what_is_not_in_force_cannot_be_varied(scene: Scene) -> None:
    """A hold is confirmed or not; it has no lesser form."""
    scene.do(service.hold, REVIEWER, scene.id, WEEK, "goes on now")
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    with pytest.raises(Conflict) as refused:
        scene.do(appeals.decide_appeal, APPEALS, case, "vary", "So.", lesser=SHORTER)
    assert refused.value.code == "guard-fails"


@pytest.mark.control("appeals")
def test_while_the_person_is_asked_the_limit_stands_still(scene: Scene) -> None:
    """They read the question; their answer, or the end of its time, sets it going again."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    before = case.due
    case = scene.do(appeals.ask_appellant, APPEALS, case, "Which song was it?")
    assert case.state == "waiting"
    (mine_,) = [one.appeal for one in scene.read(mine.mine, scene.id) if one.appeal]
    assert mine_.is_open
    assert "Which song was it?" in (mine_.told[-1].words or "")
    assert mine_.words == ["It was a quotation."]
    scene.pass_time(days=2)
    case = scene.do(appeals.explain, scene.id, scene.case(APPEAL), "The one about the river.")
    assert case.state == "admissible"
    assert before is not None
    assert case.due is not None
    assert case.due > before
    case = scene.do(appeals.ask_appellant, APPEALS, case, "And which verse?")
    scene.pass_time(days=40)
    assert scene.case(APPEAL).state == "admissible"


def test_who_was_asked_can_still_take_the_appeal_back(scene: Scene) -> None:
    """Nothing runs on then."""
    scene.suspend()
    case = scene.do(appeals.admit, APPEALS, scene.appeal())
    case = scene.do(appeals.ask_appellant, APPEALS, case, "Which song was it?")
    case = scene.do(appeals.withdraw, scene.id, case)
    assert (case.state, case.due) == ("withdrawn", None)


def test_limits_are_those_of_the_policy_that_the_case_was_opened_under(scene: Scene) -> None:
    """Who changes the policy meanwhile changes nobody's time to appeal, nor that of an answer."""
    scene.rule(appeal_days=20, appeal_working_days=5, abuse=False)
    made = scene.do(service.propose, REVIEWER, scene.id, WEEK, "seen")
    scene.rule(appeal_days=1, appeal_working_days=60, abuse=False)
    scene.do(service.approve, OFFICER, made, "Seen.")
    until = datetime.fromisoformat(scene.statement().said["appeal_until"])
    assert until > scene.clock.now() + timedelta(days=19)
    case = scene.appeal()
    with scene.db.read() as tx:
        (answer,) = clocks(tx, case)
    assert answer.limit == 5
