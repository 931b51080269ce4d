# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient
from tests.unit.casework.desk import HERE, PNG, TEXT, Desk, token
from tests.unit.casework.sample import CLERK, KINDS, OBJECTION, OFFICER, OTHER, PERSON, SECOND
from tests.unit.conftest import About

from guiju import ledger
from guiju.casework import Case, Severity, get_case, history, sweep
from guiju.casework.writing import notes
from guiju.kernel import Actor, ActorKind, FixedClock
from guiju.storage import Database

AUDITOR = Actor(ActorKind.STAFF, "staff_audit", frozenset({"auditor"}))
STRANGER = Actor(ActorKind.STAFF, "staff_filing", frozenset({"filing-manager"}))


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def now(desk: Desk, case: Case) -> Case:
    with desk.database.read() as tx:
        return get_case(tx, OBJECTION, case.id)


def send(browser: TestClient, case: Case, what: str, **more: str) -> tuple[int, str]:
    answer = browser.post(
        f"{HERE}/{case.number}/{what}", data=token(version=str(case.version), **more)
    )
    return answer.status_code, answer.text


def test_the_queue_shows_what_waits_by_its_date(desk: Desk, clock: FixedClock) -> None:
    """Earliest first, how many wait and are over, each with its age; nothing of who it is about."""
    first = desk.opened()
    clock.advance(days=30)
    second = desk.opened(Severity.CRITICAL)
    page = desk.of(CLERK).get(HERE).text
    assert page.index(first.number) < page.index(second.number)
    said = words(page)
    for found in ("Objections 2", "1 over", "critical", "30 days", "nobody", "screening"):
        assert found in said
    assert "person_a" not in page
    worst = desk.of(CLERK).get(f"{HERE}?worst=1").text
    assert worst.index(second.number) < worst.index(first.number)


def test_filters_can_be_mixed_and_pages_follow_by_key(desk: Desk) -> None:
    """Each page begins behind the last; no case is shown twice or left out."""
    made = [desk.opened(Severity.LOW if at % 2 else Severity.HIGH).number for at in range(120)]
    browser, seen, address = (
        desk.of(CLERK),
        [],
        f"{HERE}?queue=objections&severity=4&state=received",
    )
    while address:
        page = browser.get(address).text
        seen += re.findall(r"data-row>([^<]+)<", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""
    assert sorted(seen) == sorted(made[1::2])
    assert browser.get(f"{HERE}?after=nonsense").text.count("data-row>") == 50
    assert "No case waits" in browser.get(f"{HERE}?kind=objection&state=held").text


def test_only_who_works_on_a_kind_sees_its_cases(desk: Desk) -> None:
    """Auditors read all of it, and act in none."""
    case = desk.opened()
    assert case.number not in desk.of(STRANGER).get(HERE).text
    assert desk.of(STRANGER).get(f"{HERE}/{case.number}").status_code == 404
    page = desk.of(AUDITOR).get(f"{HERE}/{case.number}").text
    assert "/claim" not in page
    assert "/panels/" not in page
    assert send(desk.of(AUDITOR), case, "claim")[0] == 403


def test_a_case_shows_what_it_is_and_what_can_be_done(desk: Desk, clock: FixedClock) -> None:
    """State, clocks in words, who did what with its evidence, and forms of the table."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    ledger.integrate(desk.database)
    clock.advance(days=40)
    assert send(desk.of(CLERK), case, "words", reason="to decide on it")[0] == 303
    said = words(page := desk.of(CLERK).get(f"{HERE}/{case.number}").text)
    for found in (
        "proposed",
        "10 working days · published objections@1",
        "over",
        "because",
        "received → handling",
        "name-of-staff_clerk",
        "evidence #",
    ):
        assert found in said
    assert "another person" in said or "role safety-officer" in said
    assert f"/{case.number}/steps/decide" not in page
    officer = desk.of(OFFICER).get(f"{HERE}/{case.number}").text
    assert f"/{case.number}/steps/decide" in officer
    assert "ground-order15:15.1" in officer


def test_a_decision_is_made_with_reason_and_grounds(desk: Desk) -> None:
    """By one form; what is missing is said, and what was written is still there."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    browser = desk.of(OFFICER)
    status, page = send(browser, case, "steps/decide", facts="It rained all day.")
    assert status == 400
    assert "at least one ground" in words(page)
    assert "It rained all day." in page
    status, _ = send(
        browser,
        case,
        "steps/decide",
        facts="It rained all day.",
        reason="for colleagues",
        outcome="unfounded",
        **{"ground-order15:15.1": "1"},
    )
    assert status == 303
    assert "It rained all day." not in browser.get(f"{HERE}/{case.number}").text
    assert send(browser, case, "words", reason="to look at it again")[0] == 303
    said = words(browser.get(f"{HERE}/{case.number}").text)
    assert "It rained all day." in said
    assert "order15:15.1" in said


def test_two_reviewers_at_once_lose_nothing(desk: Desk) -> None:
    """The second is told that the case has changed, and has her words still on the page."""
    case = desk.opened()
    assert send(desk.of(CLERK), case, "steps/accept", reason="mine")[0] == 303
    status, page = send(desk.of(OTHER), case, "steps/accept", reason="what she had written")
    assert status == 409
    assert "has changed since you looked at it" in words(page)
    with desk.database.read() as tx:
        assert [one.actor for one in history(tx, case)][1:] == [CLERK.id]
    fresh = now(desk, case)
    assert send(desk.of(OTHER), fresh, "steps/propose", reason="what she had written")[0] == 303


def test_a_failed_form_keeps_what_was_written(desk: Desk) -> None:
    """Of a step that is still there."""
    case = desk.taken(desk.opened(), (CLERK, "accept"))
    with desk.database.write() as tx:
        from guiju.casework.writing import note  # noqa: PLC0415 - for this one change behind her back

        note(tx, CLERK, case, "somebody wrote meanwhile")
    status, page = send(desk.of(OTHER), case, "steps/propose", reason="what she had written")
    assert status == 409
    assert "what she had written" in page


def test_who_claims_has_it_alone_until_it_is_given_back(desk: Desk) -> None:
    """The other sees in whose hands it is; a step by her is refused and changes nothing."""
    case = desk.opened()
    mine, hers = desk.of(CLERK), desk.of(OTHER)
    assert send(mine, case, "claim")[0] == 303
    status, page = send(hers, case, "claim")
    assert status == 409
    assert "name-of-staff_clerk" in words(page)
    assert send(hers, case, "steps/accept")[0] == 409
    assert now(desk, case) == case
    assert send(mine, case, "release")[0] == 303
    assert send(hers, case, "claim")[0] == 303
    assert case.number in hers.get(f"{HERE}?mine=1").text
    assert case.number not in mine.get(f"{HERE}?mine=1").text


def test_taking_the_next_gives_each_another_case(desk: Desk) -> None:
    """And says so when nothing is free."""
    cases = {desk.opened().number for _ in range(2)}
    got = set()
    for actor in (CLERK, OTHER):
        answer = desk.of(actor).post(f"{HERE}/next", data=token(queue="objections"))
        assert answer.status_code == 303
        got.add(answer.headers["location"].rpartition("/")[2])
    assert got == cases
    answer = desk.of(SECOND).post(f"{HERE}/next", data=token(queue="objections"))
    assert "free to take" in words(answer.text)


def test_a_second_person_approves_on_the_page(desk: Desk) -> None:
    """Asked by one, answered by another, then the step is open to who asked."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    assert send(desk.of(OFFICER), case, "approvals", verb="end")[0] == 303
    case = now(desk, case)
    page = desk.of(OFFICER).get(f"{HERE}/{case.number}").text
    assert "Another person answers" in words(page)
    form = re.search(r"/approvals/(apr_\w+)", desk.of(SECOND).get(f"{HERE}/{case.number}").text)
    assert form
    assert send(desk.of(OFFICER), case, f"approvals/{form[1]}", answer="yes")[0] == 403
    assert send(desk.of(SECOND), case, f"approvals/{form[1]}", answer="yes")[0] == 303
    case = now(desk, case)
    assert f"/{case.number}/steps/end" in desk.of(OFFICER).get(f"{HERE}/{case.number}").text


def test_notes_are_for_colleagues_unless_they_go_out(desk: Desk) -> None:
    """Both are kept, and each says who reads it."""
    case = desk.opened()
    assert send(desk.of(CLERK), case, "notes", words="look at the second page")[0] == 303
    case = now(desk, case)
    assert send(desk.of(CLERK), case, "notes", words="we need a date", outward="1")[0] == 303
    send(desk.of(OTHER), case, "words", reason="to go on with it")
    said = words(desk.of(OTHER).get(f"{HERE}/{case.number}").text)
    assert "colleagues only look at the second page" in said
    assert "the person reads it we need a date" in said
    with desk.database.read() as tx:
        assert [one.outward for one in notes(tx, case)] == [False, True]


@pytest.mark.control("reviewer-exposure")
def test_evidence_is_covered_until_somebody_says_why(desk: Desk, about: About) -> None:
    """Then it is shown with its spans, on record, and counted; a page by itself shows nothing."""
    case = desk.opened()
    browser = desk.of(CLERK)
    before = browser.get(f"{HERE}/{case.number}").text
    assert TEXT not in words(before).replace(" ", "")
    assert "policy 3" in before
    status, page = send(browser, case, "panels/exchange", reason=" ")
    assert status == 400
    assert desk.read == []
    status, page = send(browser, case, "panels/exchange", reason="it was reported")
    assert status == 200
    assert desk.read == [(CLERK.id, "it was reported")]
    marked = re.findall(r"<mark title=\"([^\"]+)\">([^<]+)</mark>", page)
    assert [one for _, one in marked] == ["示例", "禁词甲"]
    assert marked[0][0] == "A1h entry-1, A1f entry-2"
    body = re.sub(r"<[^>]+>", "", page)
    assert TEXT in body
    assert 'class="unveil"' in page
    with desk.database.read() as tx:
        leaf = about(tx, case.id)[0]
    assert leaf["kind"] == "content-shown"
    assert leaf["facts"]["items"] == 2
    assert "reported" not in str(leaf)


def test_a_picture_is_served_while_its_panel_is_open_and_to_nobody_else(
    desk: Desk, clock: FixedClock
) -> None:
    """Not before, not to another, not after it was covered, not when its time is over."""
    case = desk.opened()
    mine, hers = desk.of(CLERK), desk.of(OTHER)
    address = f"{HERE}/{case.number}/panels/exchange/first"
    assert mine.get(address).status_code == 404
    send(mine, case, "panels/exchange", reason="reported")
    clock.advance(seconds=30)
    answer = mine.get(address)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert answer.headers["cache-control"] == "no-store"
    assert hers.get(address).status_code == 404
    answer = mine.post(f"{HERE}/cover", data=token(back=f"{HERE}/{case.number}"))
    assert answer.headers["location"] == f"{HERE}/{case.number}"
    clock.advance(seconds=1)
    assert mine.get(address).status_code == 404
    send(mine, case, "panels/exchange", reason="again")
    clock.advance(minutes=6)
    assert mine.get(address).status_code == 404


def test_no_page_sends_anybody_elsewhere(desk: Desk) -> None:
    """What comes back in a form is a path of this site, or it is not followed."""
    answer = desk.of(CLERK).post(f"{HERE}/cover", data=token(back="//example.com"))
    assert answer.headers["location"] == HERE


def test_after_fifty_minutes_comes_a_pause(desk: Desk, clock: FixedClock) -> None:
    """Refused kindly, with until when; after the pause it goes on, the case still in hand."""
    case = desk.opened()
    browser = desk.of(CLERK)
    send(browser, case, "claim")
    for _ in range(10):
        assert send(browser, case, "panels/exchange", reason="reported")[0] == 200
        clock.advance(minutes=5)
        send(browser, case, "claim")
    status, page = send(browser, case, "panels/exchange", reason="reported")
    assert status == 403
    assert "Please rest until" in words(page)
    assert "nothing is lost" in words(page)
    assert "Please rest" in words(browser.get(f"{HERE}/work").text) or "please rest" in words(
        browser.get(f"{HERE}/work").text
    )
    assert send(desk.of(OTHER), case, "panels/exchange", reason="reported")[0] == 200
    clock.advance(minutes=10)
    assert send(browser, case, "panels/exchange", reason="reported")[0] == 200


def test_there_is_enough_of_a_harm_in_a_day(desk: Desk, clock: FixedClock) -> None:
    """Of that harm, until tomorrow in Beijing."""
    case = desk.opened()
    browser = desk.of(CLERK)
    for _ in range(20):
        assert send(browser, case, "panels/exchange", reason="reported")[0] == 200
        clock.advance(minutes=1)
        browser.post(f"{HERE}/cover", data=token())
        clock.advance(minutes=12)
    status, page = send(browser, case, "panels/exchange", reason="reported")
    assert status == 403
    assert "enough of such material" in words(page)
    clock.advance(days=1)
    assert send(browser, case, "panels/exchange", reason="reported")[0] == 200


def test_nobody_takes_from_a_queue_against_their_wish(desk: Desk) -> None:
    """By choice, or because the policy asks for it; nobody asks why."""
    case = desk.opened()
    browser = desk.of(CLERK)
    browser.post(f"{HERE}/work/queues", data=token(queue="objections", takes="no"))
    status, page = send(browser, case, "claim")
    assert status == 409
    assert "That is fine" in words(page)
    assert browser.post(f"{HERE}/next", data=token(queue="objections")).status_code == 409
    assert "not one of yours" in words(browser.get(HERE).text)
    assert send(desk.of(OTHER), case, "claim")[0] == 303
    other = desk.taken(desk.opened(), (OTHER, "accept"), (OTHER, "propose"))
    assert send(desk.of(SECOND), other, "claim")[0] == 409
    desk.of(SECOND).post(f"{HERE}/work/queues", data=token(queue="decisions", takes="yes"))
    assert send(desk.of(SECOND), other, "claim")[0] == 303


def test_the_work_page_counts_what_there_is(desk: Desk, clock: FixedClock) -> None:
    """Ages, what came and went, who carries what for those who lead; a chart has its numbers."""
    desk.opened()
    clock.advance(days=5)
    case = desk.taken(desk.opened(), (CLERK, "accept"))
    send(desk.of(CLERK), case, "panels/exchange", reason="reported")
    clock.advance(minutes=3)
    send(desk.of(CLERK), case, "claim")
    said = words(desk.of(SECOND).get(f"{HERE}/work").text)
    assert "less than a day 1" in said
    assert "3 to 7 days 1" in said
    assert "2 opened" in said
    assert re.search(r"name-of-staff_clerk 1 0 3 2", said)
    clerk = words(desk.of(CLERK).get(f"{HERE}/work").text)
    assert "Who carries what" not in clerk
    assert "3 / 120" in clerk


def test_a_person_has_no_way_in(desk: Desk) -> None:
    """Staff only."""
    viewer_is_staff = desk.of(Actor(ActorKind.STAFF, PERSON.id, frozenset()))
    assert "No case waits" in words(viewer_is_staff.get(HERE).text)


def test_pages_speak_chinese_too(desk: Desk, clock: FixedClock) -> None:
    """Every page, in one go."""
    case = desk.taken(desk.opened(), (CLERK, "accept"))
    clock.advance(hours=1)
    for path, found in (
        (HERE, "领取下一件"),
        (f"{HERE}/{case.number}", "现在可以"),
        (f"{HERE}/work", "今天查看的材料"),
        (f"{HERE}/quality", "抽查复看"),
    ):
        answer = desk.of(CLERK).get(path, headers={"accept-language": "zh-CN"})
        assert answer.status_code == 200
        assert found in answer.text


def test_an_erased_person_leaves_a_readable_trail(desk: Desk) -> None:
    """Words are gone, what happened is there, and the page says why."""
    from guiju.storage import destroy_key  # noqa: PLC0415 - for this test alone

    case = desk.taken(desk.opened(), (CLERK, "accept"))
    with desk.database.write() as tx:
        destroy_key(tx, "person_a")
        ledger.append(
            tx,
            "key-destroyed",
            controls=("records-sealed",),
            actor=OFFICER,
            subject="person_a",
            facts={"second": "x"},
        )
    said = words(desk.of(CLERK).get(f"{HERE}/{case.number}").text)
    assert "key was destroyed" in said
    assert "because" not in said
    assert "received → handling" in said


def test_a_rest_is_counted_over_midnight(desk: Desk, clock: FixedClock) -> None:
    """Who looked until midnight has not rested by it."""
    from guiju.casework.welfare import Exposure, welfare  # noqa: PLC0415 - pure, for this test alone

    at = clock.now().replace(hour=15, minute=30)  # 23:30 in Beijing
    seen = [
        Exposure(
            str(n),
            "s",
            "c",
            "p",
            (),
            1,
            at + timedelta(minutes=5 * n),
            at + timedelta(minutes=5 * n + 5),
        )
        for n in range(10)
    ]
    found = welfare(desk.rules, seen, at + timedelta(minutes=50))
    assert found.since_rest == 50
    assert found.rests_until == at + timedelta(minutes=60)
    assert found.used[0].minutes == 20


def test_late_is_said_for_ever(desk: Desk, clock: FixedClock) -> None:
    """In the queue, on the case, and still when the case has been closed."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    clock.advance(days=40)
    sweep(desk.database, KINDS)
    assert re.search(r"days over late", words(desk.of(CLERK).get(HERE).text))
    case = desk.taken(now(desk, case), (OFFICER, "decide"))
    said = words(desk.of(CLERK).get(f"{HERE}/{case.number}").text)
    assert "was late" in said
    assert "late since" in said


@pytest.mark.control("case-trail")
def test_words_are_covered_until_somebody_says_why(desk: Desk, clock: FixedClock) -> None:
    """Each reader says why, once in half an hour; nobody else sees them for that."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    browser, page = desk.of(CLERK), f"{HERE}/{case.number}"
    assert "because" not in words(browser.get(page).text)
    assert desk.opened_words == []
    status, shown = send(browser, case, "words", reason="  ")
    assert status == 400
    assert "because" not in words(shown)
    assert send(browser, case, "words", reason="to decide on it")[0] == 303
    assert desk.opened_words == [(CLERK.id, case.number, "to decide on it", "person_a")]
    assert "because" in words(browser.get(page).text)
    assert "because" not in words(desk.of(OFFICER).get(page).text)
    assert "because" in words(browser.get(page).text)
    assert len(desk.opened_words) == 1
    clock.advance(minutes=30)
    assert "because" not in words(browser.get(page).text)
