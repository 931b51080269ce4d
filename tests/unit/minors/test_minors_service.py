# SPDX-License-Identifier: Apache-2.0
"""A minor's evening in the rows: budget, night, guardian, appeal, crisis, thresholds."""

from __future__ import annotations

import dataclasses
from datetime import date, time

import pytest
from tests.unit.minors.scene import (
    APPEALS,
    EVENING,
    OFFICER,
    PRIVACY,
    RULES,
    SOFTWARE,
    Scene,
    tomorrow,
)

from guiju import accounts
from guiju.casework import cases_of, get_case, notices
from guiju.kernel import Conflict, GuijuError, Invalid, Refused
from guiju.minors import AGE_APPEAL, CRISIS, service, store
from guiju.minors.ages import Source, Stage
from guiju.minors.model import Inference, Mode, Setting
from guiju.minors.using import Begun, Stretch
from guiju.storage import Database, destroy_key


def code(found: Begun | Refused) -> str | None:
    return found.code if isinstance(found, Refused) else None


# -- ages and the mode -----------------------------------------------------------------------------


@pytest.mark.control("minors-mode")
def test_who_says_they_are_a_minor_is_in_the_mode_and_cannot_talk_themselves_out(
    scene: Scene,
) -> None:
    """Saying another age later changes nothing; only the guardian ends the mode."""
    scene.say(Source.SELF, Stage.TEEN)
    scene.clock.advance(hours=1)
    assert scene.say(Source.SELF, Stage.ADULT) is Stage.TEEN
    assert scene.ward().mode is Mode.ON
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.leave_mode, scene.child.actor, scene.id)
    scene.link()
    scene.do(service.leave_mode, scene.parent.actor, scene.id)
    ward = scene.ward()
    assert (ward.mode, ward.is_minor, ward.limited) == (Mode.OFF, True, False)


def test_a_birth_date_is_not_kept(scene: Scene) -> None:
    """Only the stage and, sealed, the day it ends; erased with the person's key."""
    scene.set("12:00")
    scene.say(Source.SELF, born=date(2012, 12, 24))
    with scene.db.read() as tx:
        row = tx.row(store.AGE.select())
        assert row is not None
        assert row.stage == "12-13"
        assert b"2026-12-24" not in row.sealed_next
    scene.set("12:00", date(2026, 12, 23))
    assert scene.ward().stage is Stage.YOUNG
    scene.set("12:00", date(2026, 12, 24))
    assert scene.ward().stage is Stage.TEEN
    with scene.db.write() as tx:
        destroy_key(tx, scene.id)
        from guiju.ledger import append  # noqa: PLC0415

        append(tx, "key-destroyed", controls=("records-sealed",), actor=PRIVACY, subject=scene.id)
    assert scene.ward().stage is Stage.YOUNG


def test_whoever_grows_up_by_proof_leaves_the_mode_by_itself(scene: Scene) -> None:
    """On the eighteenth birthday, to the day in China; by one's own word one does not."""
    born = date(2008, 11, 25)
    scene.set("23:59")
    scene.say(Source.VERIFICATION, born=born)
    assert scene.ward().limited
    scene.set("00:00", tomorrow())
    assert not scene.ward().limited
    assert scene.ward().stage is Stage.ADULT


@pytest.mark.control("minors-mode")
def test_software_takes_somebody_for_a_minor_only_provisionally(scene: Scene) -> None:
    """Below the score nothing is kept, and proof goes before a guess."""
    assert not scene.do(service.infer, SOFTWARE, scene.id, Inference(799, "m@1", Stage.YOUNG))
    assert scene.read(service.ward_of, scene.id) is None
    assert scene.do(service.infer, SOFTWARE, scene.id, Inference(900, "m@1", Stage.YOUNG))
    assert scene.ward().mode is Mode.PROVISIONAL
    assert not scene.ward().lacks_consent
    scene.say(Source.VERIFICATION, Stage.ADULT)
    assert scene.ward().mode is Mode.OFF
    assert not scene.do(service.infer, SOFTWARE, scene.id, Inference(999, "m@1", Stage.YOUNG))
    assert scene.ward().mode is Mode.OFF


def test_nobody_says_another_s_age(scene: Scene) -> None:
    """Neither a stranger nor an unverified guardian."""
    for actor, source in (
        (scene.parent.actor, Source.SELF),
        (scene.parent.actor, Source.GUARDIAN),
        (scene.child.actor, Source.VERIFICATION),
        (scene.child.actor, Source.DECISION),
        (scene.child.actor, Source.INFERRED),
    ):
        with pytest.raises(Refused, match="age-not-yours"):
            scene.do(service.assert_age, actor, scene.id, source, stage=Stage.ADULT)
    for born in (date(1899, 12, 31), tomorrow(2)):
        with pytest.raises(Invalid, match="age-invalid"):
            scene.do(service.assert_age, scene.child.actor, scene.id, Source.SELF, born=born)


# -- guardians -------------------------------------------------------------------------------------


@pytest.mark.control("guardian-links")
def test_a_guardian_takes_two_words_and_a_third_to_loosen_anything(scene: Scene) -> None:
    """Code, confirmation, verification; none is enough by itself."""
    scene.say(Source.SELF, Stage.TEEN)
    link = scene.link(verified=False)
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.allow, scene.parent.actor, scene.id, EVENING, minutes=90, until=None)
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.leave_mode, scene.parent.actor, scene.id)
    scene.do(service.set_hours, scene.parent.actor, scene.id, Setting(day_minutes=30))
    assert scene.ward().hours.day_minutes == 30
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.set_hours, scene.parent.actor, scene.id, Setting(day_minutes=60))
    with pytest.raises(Refused, match="role-needed"):
        scene.do(service.verify, APPEALS, link.id)
    scene.do(service.verify, PRIVACY, link.id)
    scene.do(service.set_hours, scene.parent.actor, scene.id, Setting(day_minutes=90))
    assert scene.ward().hours.day_minutes == 90


def test_a_code_is_for_one_grown_up_and_two_days(scene: Scene) -> None:
    """Not for the child, not for another child, not twice, not for ever."""
    scene.say(Source.SELF, Stage.TEEN)
    made = scene.do(service.invite, scene.child.actor, scene.id)
    with pytest.raises(Refused, match="guardian-unfit"):
        scene.do(service.accept, scene.child.actor, made.code)
    with pytest.raises(Invalid, match="guardian-code-wrong"):
        scene.do(service.accept, scene.parent.actor, "WRONGCODE2")
    scene.do(service.accept, scene.parent.actor, f" {made.code.lower()} ")
    with pytest.raises(Invalid, match="guardian-code-wrong"):
        scene.do(service.accept, scene.parent.actor, made.code)
    late = scene.do(service.invite, scene.child.actor, scene.id)
    scene.clock.advance(hours=48)
    with pytest.raises(Invalid, match="guardian-code-wrong"):
        scene.do(service.accept, scene.parent.actor, late.code)
    assert made.code not in str(scene.leaves("guardian-link-changed"))


def test_a_child_cannot_send_the_guardian_away(scene: Scene) -> None:
    """The guardian and staff can."""
    scene.say(Source.SELF, Stage.TEEN)
    link = scene.link()
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.end, scene.child.actor, link.id)
    scene.do(service.end, scene.parent.actor, link.id)
    with pytest.raises(Refused, match="guardian-needed"):
        scene.do(service.leave_mode, scene.parent.actor, scene.id)


@pytest.mark.control("guardian-consent")
def test_below_fourteen_a_guardian_consents_first_and_can_take_it_back(scene: Scene) -> None:
    """A guess asks for no consent; fourteen does not either."""
    scene.say(Source.SELF, Stage.CHILD)
    assert scene.ward().lacks_consent
    scene.link()
    scene.do(service.consent, scene.parent.actor, scene.id, given=True)
    assert not scene.ward().lacks_consent
    kept = scene.read(accounts.consents_of, scene.id)[accounts.Purpose.GUARDIAN]
    assert kept is not None
    assert kept.given
    scene.do(service.consent, scene.parent.actor, scene.id, given=False)
    assert scene.ward().lacks_consent
    scene.do(service.consent, scene.parent.actor, scene.id, given=True)
    link = scene.read(service.guardians_of, scene.id)[0]
    scene.do(service.end, scene.parent.actor, link.id)
    assert scene.ward().lacks_consent
    facts = [one["facts"]["given"] for one in scene.leaves("guardian-consent-changed")]
    assert facts == [True, False, True, False]


def test_who_has_grown_up_ends_the_link_and_the_consent_with_it(scene: Scene) -> None:
    """Nobody is their own guardian, also in the list of consents."""
    scene.say(Source.SELF, Stage.CHILD)
    link = scene.link()
    scene.do(service.consent, scene.parent.actor, scene.id, given=True)
    case = scene.do(service.file_appeal, scene.id, "I am thirty.")
    scene.do(service.decide, APPEALS, case, "correct", "Seen.")
    scene.do(service.end, scene.child.actor, link.id)
    kept = scene.read(accounts.consents_of, scene.id)[accounts.Purpose.GUARDIAN]
    assert kept is not None
    assert not kept.given
    assert kept.by == "guardians"


# -- time ------------------------------------------------------------------------------------------


@pytest.mark.control("minors-time-limits")
def test_a_minor_s_evening(scene: Scene) -> None:
    """Reminded at half an hour, closed after an hour, opened by the guardian, closed at night."""
    scene.say(Source.SELF, Stage.TEEN)
    scene.link()
    scene.set("20:00")
    first = scene.use(25)
    assert isinstance(first, Begun)
    assert (first.left, first.reminders) == (60, ())
    scene.clock.advance(minutes=4)
    scene.use(1)
    second = scene.begin()
    assert isinstance(second, Begun)
    assert (second.reminders, second.minutes, second.left) == (("minors.break",), 30, 30)
    scene.use(29)
    again = scene.use(1)
    assert isinstance(again, Begun)
    assert again.reminders == ()
    over = scene.begin()
    assert code(over) == "minors.time-spent"
    assert isinstance(over, Refused)
    assert over.retry_after == 9 * 3600
    assert "06:00" in over.remedy.en
    scene.do(service.allow, scene.parent.actor, scene.id, EVENING, minutes=150, until=time(22, 45))
    assert isinstance(scene.use(1), Begun)
    scene.set("22:44")
    assert isinstance(scene.begin(), Begun)
    scene.set("22:45")
    assert code(scene.begin()) == "minors.curfew"
    scene.set("22:30", tomorrow())
    assert code(scene.begin()) == "minors.curfew"
    applied = [one["facts"] for one in scene.leaves("minors-limit-applied")]
    assert [one["limit"] for one in applied][:2] == ["minors.break", "minors.time-spent"]
    assert all(one["kept"] for one in applied)
    (days,) = [one for one in scene.read(service.summary, scene.id, 7) if one.day == EVENING]
    assert days.minutes >= 60


@pytest.mark.control("minors-time-limits")
def test_two_devices_and_two_workers_count_one_time(scene: Scene) -> None:
    """Answers side by side, told in any order and twice, are the time that went by."""
    scene.say(Source.SELF, Stage.TEEN)
    now = scene.set("19:00")
    one, two = scene.begin(), scene.begin()
    assert isinstance(one, Begun)
    assert isinstance(two, Begun)
    parts = [
        Stretch(scene.id, now, 20 * 60_000),
        Stretch(scene.id, now, 10 * 60_000),
        Stretch(scene.id, now + 5 * 60_000, 10 * 60_000),
        Stretch(scene.id, now, 20 * 60_000),
    ]
    scene.set("19:20")
    for part in parts:
        scene.do(service.go_on, RULES, part)
    assert scene.read(service.spent, scene.id) == 20


def test_a_clock_that_is_set_back_gives_no_time_back(scene: Scene) -> None:
    """Nor does one that is set forward take any: streams are timed by a stopwatch."""
    scene.say(Source.SELF, Stage.TEEN)
    scene.set("20:00")
    scene.use(30)
    scene.set("19:30")
    again = scene.use(10)
    assert isinstance(again, Begun)
    assert again.left == 30
    scene.set("20:45")
    third = scene.begin()
    assert isinstance(third, Begun)
    assert third.left == 20
    now = scene.set("20:46")
    scene.do(service.go_on, RULES, Stretch(scene.id, now, 60_000))
    scene.set("21:50")
    fourth = scene.begin()
    assert isinstance(fourth, Begun)
    assert fourth.left == 18


def test_midnight_inside_an_answer_splits_it(scene: Scene) -> None:
    """Each day is charged its part."""
    scene.say(Source.SELF, Stage.OLDER)
    scene.link()
    scene.do(service.allow, scene.parent.actor, scene.id, EVENING, minutes=None, until=time(0, 30))
    scene.set("23:50")
    scene.use(20)
    found = {one.day: one.minutes for one in scene.read(service.summary, scene.id, 7)}
    assert found == {EVENING: 10, tomorrow(): 10}


def test_an_answer_is_read_after_it_came(scene: Scene) -> None:
    """Reading counts, and not twice when the next question comes before its end."""
    scene.say(Source.SELF, Stage.TEEN)
    now = scene.set("19:00")
    scene.begin()
    scene.do(service.go_on, RULES, Stretch(scene.id, now, 60_000, reading=120_000))
    scene.set("19:02")
    assert scene.read(service.spent, scene.id) == 2
    scene.begin()
    scene.set("19:30")
    assert scene.read(service.spent, scene.id) == 3


@pytest.mark.control("over-reliance-reminders")
def test_anybody_can_ask_to_be_told_of_habits(scene: Scene) -> None:
    """Long days, nights, every day; once a day each, and no limit follows."""
    scene.do(service.remind, scene.child.actor, scene.id, on=True)
    for days in range(6):
        scene.set("23:00", tomorrow(days - 6))
        assert isinstance(scene.use(2), Begun)
    scene.set("09:00")
    found = scene.begin()
    assert isinstance(found, Begun)
    assert set(found.reminders) == {"reliance.night", "reliance.often"}
    for _ in range(20):
        scene.use(10)
    told = [one["facts"]["limit"] for one in scene.leaves("reminder-given")]
    assert told.count("reliance.long") == 1
    assert found.ends is None
    with pytest.raises(Refused, match="age-not-yours"):
        scene.do(service.remind, scene.parent.actor, scene.id, on=True)


@pytest.mark.control("companion-reminders")
def test_a_companion_reminds_every_two_hours(scene: Scene) -> None:
    """At two hours and again at four, of continuous use, at any age."""
    from guiju.minors.model import Ward  # noqa: PLC0415
    from guiju.minors.spans import millis  # noqa: PLC0415
    from guiju.minors.using import Entry  # noqa: PLC0415

    ward, told = Ward(scene.parent.id), []
    scene.set("10:00")
    for minute in range(0, 250, 4):
        entry = Entry(ward, millis(scene.clock.now()), companion=True)
        found = scene.do(service.begin, RULES, entry)
        if found.reminders:
            told.append((minute, found.reminders))
        scene.clock.advance(minutes=4)
    assert told == [(120, ("companion.reminder",)), (240, ("companion.reminder",))]


def test_what_was_used_is_forgotten_in_time(scene: Scene) -> None:
    """After as many days as the policy says."""
    scene.say(Source.SELF, Stage.TEEN)
    scene.set("19:00")
    scene.use(5)
    scene.set("19:00", tomorrow(RULES.keep_days))
    assert scene.do(service.forget_old, RULES) == 0
    scene.set("19:00", tomorrow(RULES.keep_days + 1))
    assert scene.do(service.forget_old, RULES) == 1


# -- spending, appeals, danger, thresholds ---------------------------------------------------------


@pytest.mark.control("minors-spending")
def test_a_minor_is_not_charged(scene: Scene) -> None:
    """Whoever is none may be; a guardian who ends the mode changes nothing in that."""
    assert scene.do(service.check_spending, SOFTWARE, scene.parent.id) is None
    scene.say(Source.SELF, Stage.OLDER)
    scene.link()
    scene.do(service.leave_mode, scene.parent.actor, scene.id)
    refused = scene.do(service.check_spending, SOFTWARE, scene.id)
    assert refused is not None
    assert refused.code == "minors.spending"


@pytest.mark.control("age-appeals")
def test_a_person_decides_about_a_wrong_age_and_a_correction_counts_at_once(scene: Scene) -> None:
    """And software does not take the person for a minor again."""
    with pytest.raises(Conflict, match="age-appeal-empty"):
        scene.do(service.file_appeal, scene.id, "I am thirty.")
    scene.do(service.infer, SOFTWARE, scene.id, Inference(900, "m@1", Stage.YOUNG))
    case = scene.do(service.file_appeal, scene.id, "I am thirty.")
    with pytest.raises(Conflict, match="age-appealed-already"):
        scene.do(service.file_appeal, scene.id, "I am thirty.")
    with pytest.raises(Refused, match="person-needed"):
        scene.do(service.decide, SOFTWARE, case, "correct", "x")
    with pytest.raises(Refused, match="role-needed"):
        scene.do(service.decide, OFFICER, case, "correct", "x")
    with pytest.raises(Invalid, match="ruling-needed"):
        scene.do(service.decide, APPEALS, case, "correct", " ")
    scene.do(service.decide, APPEALS, case, "correct", "An identity card was shown.")
    assert scene.ward().mode is Mode.OFF
    assert scene.ward().source is Source.DECISION
    scene.clock.advance(hours=1)
    assert not scene.do(service.infer, SOFTWARE, scene.id, Inference(999, "m@1", Stage.YOUNG))
    with scene.db.read() as tx:
        told = notices(tx, get_case(tx, AGE_APPEAL, case.id), opened=True)
    assert "identity card" in (told[0].words or "")


def test_an_age_that_is_kept_can_be_appealed_again_and_a_late_answer_is_on_record(
    scene: Scene,
) -> None:
    """Five working days, by the policy; who is late is late for ever."""
    scene.do(service.infer, SOFTWARE, scene.id, Inference(900, "m@1", Stage.YOUNG))
    case = scene.do(service.file_appeal, scene.id, "I am thirty.")
    scene.later(days=14)
    (missed,) = scene.leaves("deadline-missed")
    assert missed["facts"]["missed"] == 1
    case = scene.read(get_case, AGE_APPEAL, case.id)
    scene.do(service.decide, APPEALS, case, "keep", "Nothing was shown.")
    assert scene.ward().limited
    scene.do(service.file_appeal, scene.id, "Here it is.")
    scene.do(service.withdraw, scene.id)
    assert len(scene.read(service.mine, scene.id)) == 2


@pytest.mark.control("companion-crisis")
def test_somebody_in_danger_has_one_urgent_case_that_a_person_takes_up(scene: Scene) -> None:
    """Within the hour; words that come meanwhile open no second one."""
    case = scene.do(service.notice, scene.id, "req_1")
    assert case is not None
    assert case.severity.value == 1
    assert case.due is not None
    assert (case.due - scene.clock.now()).total_seconds() == 3600
    assert scene.do(service.notice, scene.id, "req_2") is None
    assert len(scene.read(cases_of, CRISIS, scene.id)) == 1


@pytest.mark.control("companion-assessment")
def test_a_million_users_open_the_assessment_once(scene: Scene) -> None:
    """Where a scene is a companion; 100,000 a month do, too."""
    assert scene.do(service.watch, 2_000_000, 0) == []
    scene.rule(
        companion={
            "scene": [{"scene": "direct"}],
            "crisis": ["fall off the moon"],
            "comfort": {"zh": "请拨打求助电话。", "en": "Call the helpline."},
        }
    )
    assert scene.do(service.watch, 999_999, 99_999) == []
    assert len(scene.do(service.watch, 1_000_000, 99_999)) == 1
    assert scene.do(service.watch, 1_000_001, 99_999) == []
    assert len(scene.do(service.watch, 1_000_001, 100_000)) == 1


def test_hours_that_are_none_are_refused(scene: Scene) -> None:
    """With the field that is wrong, and nothing is changed."""
    scene.say(Source.SELF, Stage.TEEN)
    scene.link()
    wrong = [
        Setting(day_minutes=1441),
        Setting(day_minutes=-1),
        Setting(break_minutes=0),
        Setting(closes=time(21)),
    ]
    for setting in wrong:
        with pytest.raises(Invalid, match="hours-invalid"):
            scene.do(service.set_hours, scene.parent.actor, scene.id, setting)
    for day, minutes in ((tomorrow(-1), 10), (tomorrow(32), 10), (EVENING, None)):
        with pytest.raises(Invalid, match="hours-invalid"):
            scene.do(service.allow, scene.parent.actor, scene.id, day, minutes=minutes, until=None)
    scene.do(service.allow, scene.parent.actor, scene.id, tomorrow(), minutes=10, until=None)
    scene.do(service.take_back, scene.parent.actor, scene.id, tomorrow())
    assert scene.ward().hours.leaves == {}


def test_the_same_on_postgresql(pg_db: Database, clock) -> None:
    """Rows are locked by name there."""
    scene = Scene(pg_db, clock)
    scene.say(Source.SELF, Stage.TEEN)
    scene.link()
    scene.set("20:00")
    for _ in range(12):
        assert isinstance(scene.use(5), Begun)
    assert code(scene.begin()) == "minors.time-spent"
    scene.do(service.allow, scene.parent.actor, scene.id, EVENING, minutes=120, until=time(22, 30))
    assert isinstance(scene.begin(), Begun)
    assert dataclasses.is_dataclass(scene.ward())
    with pytest.raises(GuijuError):
        scene.do(service.leave_mode, scene.child.actor, scene.id)
