# SPDX-License-Identifier: Apache-2.0
"""Content that was delivered: withheld, removed, restored, and what the person reads and does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dispositions.scene import APPEALS, OFFICER, REVIEWER, SECOND, Scene, exchange
from tests.unit.dispositions.test_dispositions_commands import Desk
from tests.unit.dispositions.test_dispositions_pages import text_of, visit

from guiju import ledger, records
from guiju.accounts import PersonState
from guiju.casework import Case, cases_of, get_case, hold, notices, release_holds
from guiju.dispositions import (
    CONTENT_ACTION,
    USER_ACTION,
    Finding,
    Source,
    appeals,
    check_served,
    content,
    findings,
    reasons,
    wording,
)
from guiju.dispositions.commands import group
from guiju.dispositions.content_model import CLOSED, Reach
from guiju.gateway.media.shelf import Shelf
from guiju.kernel import Conflict, GuijuError, Invalid, Refused, digest, new_id, software

KEEPER = software("keeper")
BYTES = b"an invented picture"


def medium(number: str, data: bytes = BYTES) -> records.Medium:
    return records.Medium(
        produce_id=number,
        kind="image/png",
        digest=digest(data),
        size=len(data),
        explicit="visible",
        implicit="inside",
        content=data,
    )


def delivered(scene: Scene, *media: records.Medium) -> str:
    """A request that was answered, with these files."""
    made = exchange(scene.id, scene.clock, "pass", output=b"an answer", media=media)
    with scene.db.write() as tx:
        records.record(tx, [made])
    return made.request


def finding(scene: Scene, request: str, source: Source = Source.STAFF) -> Finding:
    with scene.db.write() as tx:
        return findings.open_finding(tx, REVIEWER, source, "A1g", request=request)


def picture(scene: Scene, number: str = "P-1") -> Finding:
    return finding(scene, delivered(scene, medium(number)))


def served(scene: Scene, number: str = "P-1") -> bool:
    """Whether the gateway hands the file out."""
    try:
        made, data = Shelf(scene.db).fetched(number)
    except Refused:
        return False
    return made.digest == digest(data)


@pytest.mark.control("content-removed")
def test_one_person_withholds_at_once_and_another_removes(scene: Scene) -> None:
    """From the first step on nobody gets it, by any link."""
    case = scene.do(content.withhold, REVIEWER, picture(scene), "An invented harm.", "P-1")
    assert (case.state, served(scene)) == ("withheld", False)
    case = scene.do(content.remove, OFFICER, case, "Seen by two.")
    assert (case.state, served(scene)) == ("removed", False)
    reached = [one["facts"]["reach"] for one in scene.leaves("content-removed")]
    assert reached == ["withheld", "removed"]
    assert scene.read(findings.get_finding, scene.read(content.content_of, case).finding).state == (
        "confirmed"
    )


def test_what_nobody_confirms_is_handed_out_again(scene: Scene) -> None:
    """After the published hours, and the person is told."""
    case = scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    scene.pass_time(hours=23)
    assert not served(scene)
    scene.pass_time(hours=2)
    assert served(scene)
    assert scene.case(CONTENT_ACTION).state == "lapsed"
    told = scene.read(notices, case, opened=True)
    assert "handed out again" in told[-1].words or "恢复提供" in told[-1].words


def test_whoever_began_does_not_decide(scene: Scene) -> None:
    """Not even with the role that decides."""
    case = scene.do(content.withhold, OFFICER, picture(scene), "Seen.", "P-1")
    with pytest.raises(Refused) as error:
        scene.do(content.remove, OFFICER, case, "Seen again.")
    assert error.value.code == "second-person-needed"
    with pytest.raises(Refused) as error:
        scene.do(content.remove, REVIEWER, case, "Seen again.")
    assert error.value.code == "role-needed"


def test_the_same_bytes_under_another_number_are_kept_back_too(scene: Scene) -> None:
    delivered(scene, medium("P-2"))
    delivered(scene, medium("P-3", b"another picture"))
    scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    assert [served(scene, one) for one in ("P-1", "P-2", "P-3")] == [False, False, True]


def test_the_refusal_names_the_case_and_the_way_to_appeal(scene: Scene) -> None:
    case = scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    with pytest.raises(Refused) as error, scene.db.read() as tx:
        check_served(tx, "P-1", digest(BYTES))
    assert (error.value.code, error.value.case) == ("content-removed", case.number)
    assert "/appeals" in error.value.remedy.en


def test_the_person_reads_what_and_why_and_that_the_account_is_untouched(scene: Scene) -> None:
    """A statement on the axis of visibility, which evidence holds by its digest."""
    scene.do(content.withhold, REVIEWER, picture(scene), "An invented harm.", "P-1")
    made = scene.statement()
    assert (made.said["visibility"], made.said["provision"]) == ("withheld", None)
    assert made.said["grounds"] == [["law", "order15:14.1"]]
    assert (made.said["automated_detection"], made.said["automated_decision"]) == (False, False)
    said = wording.as_text(made.said, "en")
    assert "Content withheld" in said
    assert "P-1" in said
    assert "An invented harm." in said
    assert scene.stands() is PersonState.ACTIVE
    (leaf,) = scene.leaves("reasons-stated")
    assert leaf["facts"]["digest"] == made.digest
    assert leaf["facts"]["visibility"] == "withheld"


def test_an_appeal_that_is_won_restores_it(scene: Scene) -> None:
    """Decided by a third person; the finding was none."""
    case = scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    scene.do(content.remove, OFFICER, case, "Seen by two.")
    made = scene.appeal()
    made = scene.do(appeals.admit, APPEALS, made)
    made = scene.do(appeals.decide_appeal, APPEALS, made, "overturn", "It shows nothing illegal.")
    assert (made.state, served(scene)) == ("undone", True)
    assert scene.case(CONTENT_ACTION).state == "overturned"


def test_the_copy_stays_while_an_appeal_waits_and_goes_afterwards(scene: Scene) -> None:
    """The time to appeal is over, the appeal is not: nothing is destroyed that it is about."""
    case = scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    scene.do(content.remove, OFFICER, case, "Seen by two.")
    scene.pass_time(days=29)
    made = scene.appeal()
    scene.pass_time(days=5)
    assert scene.case(CONTENT_ACTION).state == "removed"
    assert scene.read(records.kept, "P-1")
    made = scene.do(appeals.admit, APPEALS, made)
    scene.do(appeals.decide_appeal, APPEALS, made, "uphold", "It is what it is.")
    scene.pass_time(hours=1)
    assert scene.case(CONTENT_ACTION).state == "gone"
    assert not scene.read(records.kept, "P-1")
    assert not served(scene)
    assert ledger.verify(scene.db, None).problems == ()


def expired(scene: Scene) -> int:
    """How many records have gone that were due."""
    total = 0
    while True:
        with scene.db.write() as tx:
            step = records.expire(tx, KEEPER, None)
        if step is None:
            return total
        total += step.records


def late_in_its_life(scene: Scene) -> str:
    """A request whose picture and words are to expire in eight days."""
    request = delivered(scene, medium("P-1"))
    scene.pass_time(days=175)
    return request


@pytest.mark.control("retention-limits")
def test_what_a_case_is_about_outlives_its_limit_until_the_case_is_closed(scene: Scene) -> None:
    """Withheld, removed, appealed and upheld: then the record goes like all others."""
    request = late_in_its_life(scene)
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.", "P-1")
    scene.do(content.remove, OFFICER, case, "Seen by two.")
    scene.pass_time(days=20)
    assert expired(scene) == 0
    made = scene.appeal()
    scene.pass_time(days=15)
    assert expired(scene) == 0
    with scene.db.write() as tx:
        assert records.read(tx, OFFICER, request, "appeal") is not None
    made = scene.do(appeals.admit, APPEALS, made)
    scene.do(appeals.decide_appeal, APPEALS, made, "uphold", "It is what it is.")
    assert expired(scene) == 0
    scene.pass_time(hours=1)
    assert scene.case(CONTENT_ACTION).state == "gone"
    assert expired(scene) == 1
    assert ledger.verify(scene.db, None).problems == ()


@pytest.mark.parametrize("end", ["lapse", "restore", "dismiss", "overturn"])
def test_a_case_that_ends_otherwise_lets_its_record_expire_too(scene: Scene, end: str) -> None:
    """Whoever ends it: a person, time, or an appeal."""
    found = finding(scene, late_in_its_life(scene))
    begin = content.propose_removal if end == "dismiss" else content.withhold
    case = scene.do(begin, REVIEWER, found, "Seen.", "P-1")
    if end == "dismiss":
        scene.do(content.dismiss_content, OFFICER, case, "It is none.")
    elif end == "restore":
        scene.do(content.restore, OFFICER, case, "It is none.")
    elif end == "overturn":
        made = scene.do(appeals.admit, APPEALS, scene.appeal())
        scene.do(appeals.decide_appeal, APPEALS, made, "overturn", "It is none.")
    scene.pass_time(days=20)
    assert not scene.case(CONTENT_ACTION).is_open
    assert expired(scene) == 2
    assert ledger.verify(scene.db, None).problems == ()


def test_a_copy_that_another_case_holds_is_not_destroyed(scene: Scene) -> None:
    """A measure about the person may rest on the same request."""
    request = delivered(scene, medium("P-1"))
    other = scene.suspend()
    with scene.db.write() as tx:
        other = hold(tx, KEEPER, other, request, reason="asked for by the court")
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.", "P-1")
    scene.do(content.remove, OFFICER, case, "Seen by two.")
    scene.pass_time(days=40)
    assert scene.case(CONTENT_ACTION).state == "removed"
    assert scene.read(records.kept, "P-1")
    with scene.db.write() as tx:
        release_holds(tx, OFFICER, get_case(tx, USER_ACTION, other.id), reason="done")
    scene.pass_time(hours=1)
    assert not scene.read(records.kept, "P-1")


def test_a_passage_is_kept_from_other_answers(scene: Scene) -> None:
    """On every worker, as an urgent term, which another person confirms or which lapses."""
    scene.rule()
    case = scene.do(
        content.propose_removal, REVIEWER, finding(scene, delivered(scene)), "An invented harm."
    )
    with scene.db.write() as tx, pytest.raises(Conflict) as error:
        content.keep_from_others(tx, OFFICER, case, "quorblex the zandriff", "urgent")
    assert error.value.code == "content-free"
    case = scene.do(content.remove, OFFICER, case, "Seen by two.")
    with scene.db.write() as tx:
        term = content.keep_from_others(tx, OFFICER, case, "quorblex the zandriff", "urgent")
    (leaf,) = scene.leaves("urgent-term-added")
    assert leaf["subject"] == term


def test_two_cases_are_never_open_about_the_same(scene: Scene) -> None:
    """After the first has ended there may be another."""
    found = picture(scene)
    case = scene.do(content.withhold, REVIEWER, found, "Seen.", "P-1")
    with pytest.raises(Conflict) as error:
        scene.do(content.propose_removal, REVIEWER, found, "seen", "P-1")
    assert (error.value.code, error.value.case) == ("content-in-case", case.number)
    # The text of the same answer is something else.
    scene.do(content.propose_removal, REVIEWER, found, "seen")
    scene.do(content.restore, REVIEWER, case, "It was a mistake.")
    again = finding(scene, str(found.request))
    assert scene.do(content.withhold, REVIEWER, again, "Seen.", "P-1").state == "withheld"


@pytest.mark.parametrize("number", ["P-9", "x" * 200, "\x00"])
def test_a_number_of_another_request_is_refused(scene: Scene, number: str) -> None:
    delivered(scene, medium("P-9"))
    with pytest.raises(Invalid) as error:
        scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", number)
    assert error.value.code == "content-invalid"
    assert served(scene)


def test_a_finding_about_no_record_names_no_content(scene: Scene) -> None:
    with scene.db.write() as tx:
        found = findings.open_finding(tx, REVIEWER, Source.AUTHORITY, "A1g", person=scene.id)
    with pytest.raises(Invalid) as error:
        scene.do(content.propose_removal, REVIEWER, found, "seen")
    assert error.value.code == "content-invalid"


WALKS = st.lists(
    st.tuples(
        st.sampled_from(["remove", "dismiss", "restore", "wait"]),
        st.sampled_from([REVIEWER, OFFICER, SECOND, APPEALS]),
    ),
    max_size=6,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begins=st.sampled_from(["withhold", "propose_removal"]), walk=WALKS)
def test_however_people_step_it_is_closed_exactly_in_the_states_that_close(
    scene: Scene, begins: str, walk: list[tuple[str, object]]
) -> None:
    """A refused step changes nothing, and nobody ever removes what they began themselves."""
    name = new_id("made")
    found = finding(scene, delivered(scene, medium(name, name.encode())))
    case = scene.do(getattr(content, begins), REVIEWER, found, "Seen.", name)
    for verb, actor in walk:
        try:
            case = _step(scene, case, verb, actor)
        except (Conflict, Refused):
            continue
        closes = case.state in {"withheld", "removed", "gone"}
        assert (scene.read(content.content_of, case).reach in CLOSED) is closes
        assert served(scene, name) is not closes
    if case.state == "removed":
        assert scene.read(content.content_of, case).reach is Reach.REMOVED


def _step(scene: Scene, case: Case, verb: str, actor: object) -> Case:
    if verb == "wait":
        scene.pass_time(hours=30)
        found = scene.read(cases_of, CONTENT_ACTION, scene.id)
        return next(one for one in found if one.id == case.id)  # type: ignore[no-any-return]
    act = content.dismiss_content if verb == "dismiss" else getattr(content, verb)
    return scene.do(act, actor, case, "Why it is so.")


def test_from_a_shell_two_people_remove_and_a_third_is_not_needed(scene: Scene) -> None:
    """Each command says what became of the case, for people and for programs."""
    found = picture(scene)
    made = run(scene, "withhold", found.id, "--file", "P-1", "--facts", "Seen.", "--as", "alice")
    assert (made["state"], made["reach"], made["produce_id"]) == ("withheld", "withheld", "P-1")
    with pytest.raises(Refused) as error:
        run(scene, "remove", made["number"], "--facts", "Seen.", "--as", "alice")
    assert error.value.code == "second-person-needed"
    made = run(scene, "remove", made["number"], "--facts", "Seen by two.", "--as", "bao")
    assert (made["state"], served(scene)) == ("removed", False)
    made = run(scene, "restore", made["number"], "--reason", "No harm in it.", "--as", "bao")
    assert (made["reach"], served(scene)) == ("free", True)
    again = run(scene, "propose", found.id, "--reason", "the text", "--as", "alice")
    assert run(scene, "dismiss", again["number"], "--reason", "none", "--as", "chen")["state"] == (
        "dismissed"
    )


def run(scene: Scene, *line: str) -> dict[str, Any]:
    """A command of `guiju disposition content`."""
    shown = CliRunner().invoke(group, ["content", *line, "--json"], obj=Desk(scene.db))
    if isinstance(shown.exception, GuijuError):
        raise shown.exception
    assert shown.exit_code == 0, shown.output
    made: dict[str, Any] = msgspec.json.decode(shown.stdout)
    return made


@pytest.mark.parametrize(
    ("language", "title", "state"),
    [("zh", "内容停止提供", "停止传输"), ("en", "Content withheld", "withheld")],
)
def test_the_person_finds_it_among_what_can_be_appealed(
    scene: Scene, language: str, title: str, state: str
) -> None:
    """With its own states, on the list and on its own page."""
    scene.do(content.withhold, REVIEWER, picture(scene), "An invented harm.", "P-1")
    browser = visit(scene, who=scene.id)
    browser.headers["accept-language"] = language
    listed = text_of(browser.get("/appeals"))
    assert title in listed
    assert state in listed
    page = text_of(browser.get(f"/appeals/{scene.statement().id}"))
    assert "An invented harm." in page
    assert "P-1" in page


def test_statements_of_content_are_listed_with_the_others(scene: Scene) -> None:
    scene.suspend()
    scene.do(content.withhold, REVIEWER, picture(scene), "Seen.", "P-1")
    said = [one.said["visibility"] for one in scene.read(reasons.statements_to, scene.id)]
    assert said == ["withheld", None]
