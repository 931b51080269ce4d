# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from tests.unit.complaints.conftest import (
    AUDITOR,
    CLERK,
    CONTACT,
    OFFICER,
    SECOND,
    SECRET,
    filed,
    stepped,
)
from tests.unit.conftest import About

from guiju import policies
from guiju.casework import (
    Case,
    CaseRetention,
    Kinds,
    Retention,
    advance,
    clocks,
    decisions,
    expire,
    history,
    sweep,
)
from guiju.complaints import (
    COMPLAINT,
    promising,
    reading,
    receipts,
    sealing,
    service,
    store,
    upholding,
)
from guiju.complaints.model import Channel, Outcome
from guiju.complaints.service import COMPLAINANT
from guiju.kernel import FixedClock, GuijuError, software
from guiju.ledger import verify
from guiju.storage import Database

KEEPER = software("keeper")


def decided(database: Database, outcome: Outcome = Outcome.UPHELD) -> Case:
    case = stepped(database, filed(database), (CLERK, "accept"), (CLERK, "handle"))
    with database.write() as tx:
        return service.decide(tx, OFFICER, case, service.found(outcome, "We found it so."))


def told(database: Database) -> Case:
    case = decided(database)
    with database.write() as tx:
        return service.tell(tx, OFFICER, case, "page")


@pytest.mark.control("complaint-entry")
def test_a_complaint_gets_its_receipt_and_its_clocks_at_once(
    database: Database, about: About
) -> None:
    """The limits are those that were published, named with their version."""
    case = filed(database)
    with database.read() as tx:
        stand = {one.name: one for one in clocks(tx, case)}
        leaves = about(tx, case.id)
    assert (case.state, case.queue) == ("receipted", "complaints")
    assert case.number.startswith("CP-")
    assert {name: one.limit for name, one in stand.items()} == {"acceptance": 3, "feedback": 15}
    assert {one.rule for one in stand.values()} == {"complaints@1"}
    assert [one["kind"] for one in leaves] == [
        *("case-moved", "contact-asked", "complaint-received"),
    ]
    assert leaves[2]["facts"]["channel"] == "web"


def test_words_stay_sealed_and_out_of_the_evidence(database: Database, about: About) -> None:
    """Neither what was said nor who said it stands anywhere in the clear."""
    case = filed(database, about="a place nobody knows")
    with database.read() as tx:
        row = store.find(tx, case.id)
        opened = sealing.given(tx, case)
        leaves = str(about(tx, case.id))
    assert (opened.contact, SECRET in opened.text) == (CONTACT, True)
    assert row is not None
    for secret in (SECRET, CONTACT, "nobody knows"):
        assert secret not in str(tuple(row)) + leaves


def test_a_receipt_code_is_kept_as_a_slow_digest_only(lite: Database) -> None:
    """It finds its complaint however it is typed, and another code finds nothing."""
    code = receipts.draw()
    case = filed(lite, code)
    typed = code.replace(" ", "-")
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in code)
    with lite.read() as tx:
        for one in (code, typed, wide):
            assert service.by_receipt(tx, receipts.fingerprint(lite.keys, one)) == case
        other = receipts.fingerprint(lite.keys, "0000 0000 0000 0000")
        assert service.by_receipt(tx, other) is None
        assert code.replace(" ", "") not in str(tx.rows(store.COMPLAINT.select()))
    with pytest.raises(GuijuError, match="receipt-unreadable"):
        receipts.fingerprint(lite.keys, "1234 5678")


def test_a_complaint_goes_from_receipt_to_feedback(
    database: Database, clock: FixedClock, about: About
) -> None:
    """While the complainant has to answer, the limit of feedback stands still."""
    case = stepped(database, filed(database), (CLERK, "accept"), (CLERK, "handle"))
    before = case.due
    with database.write() as tx:
        case = service.ask(tx, CLERK, case, "Which answer was it?")
    clock.advance(days=2)
    with database.write() as tx:
        case = service.answer(tx, COMPLAINANT, case, "The second one.")
    assert before is not None
    assert case.due is not None
    assert case.due > before
    with database.write() as tx:
        case = service.decide(
            tx, OFFICER, case, service.found(Outcome.PARTLY, "Half of it was so.")
        )
        event = upholding.upheld(tx, case.id)
    with database.write() as tx:
        case = service.tell(tx, OFFICER, case, "mail")
        leaf = next(one for one in about(tx, case.id) if one["kind"] == "complaint-closed")
        made = decisions(tx, case, opened=True)[-1]
    assert event is not None
    assert (event.number, event.category, event.outcome) == (case.number, "A4", "partly-upheld")
    assert event.harmed is None
    assert made.facts == "Half of it was so."
    assert (leaf["kind"], leaf["facts"]["outcome"], leaf["facts"]["way"]) == (
        "complaint-closed",
        "partly-upheld",
        "mail",
    )
    assert verify(database).ok


def _promise(database: Database, days: int) -> None:
    """Every limit of the process is so many days from now on."""
    with database.write() as tx:
        policy = policies.active(tx)
        assert policy is not None
        named = ("acceptance_days", "feedback_days", "answer_days", "reopen_days")
        process = {**policy.body["complaints"], **dict.fromkeys(named, days)}
        body = {**policy.body, "complaints": process}
        policies.approve(tx, SECOND, policies.propose(tx, OFFICER, body).id)
        promising.publish(tx)


def _limit(database: Database, case: Case, name: str) -> tuple[int, str]:
    """The limit of its newest clock of this name, and where that comes from."""
    with database.read() as tx:
        found = [one for one in clocks(tx, case) if one.name == name][-1]
    return found.limit, found.rule


@pytest.mark.control("complaint-limits-published")
def test_a_complaint_keeps_the_limits_of_the_day_it_came_in(database: Database) -> None:
    """Asked, told and looked at again under a later process, it has the days of the first."""
    before = filed(database)
    _promise(database, 2)
    after = filed(database)
    for filed_case, answer, settle, feedback, name in (
        (before, 10, 10, 15, "complaints@1"),
        (after, 2, 2, 2, "complaints@2"),
    ):
        case = stepped(database, filed_case, (CLERK, "accept"), (CLERK, "handle"))
        with database.write() as tx:
            case = service.ask(tx, CLERK, case, "Which answer was it?")
        assert _limit(database, case, "answering") == (answer, name)
        with database.write() as tx:
            case = service.answer(tx, COMPLAINANT, case, "The second one.")
        with database.write() as tx:
            case = service.decide(tx, OFFICER, case, service.found(Outcome.UPHELD, "It was so."))
        with database.write() as tx:
            case = service.tell(tx, OFFICER, case, "page")
        assert _limit(database, case, "settling") == (settle, name)
        with database.write() as tx:
            case = service.reopen(tx, COMPLAINANT, case, "It is still there.")
        assert _limit(database, case, "feedback") == (feedback, name)


def test_nobody_waits_for_an_answer_for_ever(lite: Database, clock: FixedClock) -> None:
    """When the time for an answer is over, handling goes on without it."""
    case = stepped(lite, filed(lite), (CLERK, "accept"), (CLERK, "handle"))
    with lite.write() as tx:
        case = service.ask(tx, CLERK, case, "Which answer was it?")
    clock.advance(days=30)
    with lite.write() as tx:
        case = advance(tx, software("keeper"), case, "go-on")
    assert case.state == "handling"


def test_another_person_looks_once_more_and_only_once(lite: Database) -> None:
    """Who decided first may not decide again; a second look is the last."""
    case = told(lite)
    with lite.write() as tx:
        case = service.reopen(tx, COMPLAINANT, case, "It is still there.")
    with pytest.raises(GuijuError, match="second-person-needed"), lite.write() as tx:
        service.decide(tx, OFFICER, case, service.found(Outcome.UNFOUNDED, "No."))
    with lite.write() as tx:
        case = service.decide(tx, SECOND, case, service.found(Outcome.UPHELD, "It was there."))
    with lite.write() as tx:
        case = service.tell(tx, SECOND, case, "page")
    with pytest.raises(GuijuError, match="guard-fails"), lite.write() as tx:
        service.reopen(tx, COMPLAINANT, case, "And again.")
    with lite.write() as tx:
        case = service.close(tx, COMPLAINANT, case, content=True)
    with lite.read() as tx:
        verbs = [one.verb for one in history(tx, case)]
    moved = [one for one in verbs if one != "notify"]
    assert moved[-4:] == ["reopen", "decide", "tell", "close"]


def test_a_receipt_opens_nothing_when_its_time_is_over(lite: Database, clock: FixedClock) -> None:
    """Following ends; what is kept is kept for as long as records are."""
    code = receipts.draw()
    mark = receipts.fingerprint(lite.keys, code)
    case = stepped(lite, filed(lite, code), (CLERK, "transfer"))
    with lite.write() as tx:
        case = service.tell(tx, CLERK, case, "page")
    clock.advance(days=40)
    with lite.write() as tx:
        case = advance(tx, software("keeper"), case, "settle")
        assert service.by_receipt(tx, mark) == case
    clock.advance(days=200)
    with lite.read() as tx:
        assert service.by_receipt(tx, mark) is None
        assert SECRET in sealing.given(tx, case).text


def test_who_says_the_same_is_linked_and_answered_all_the_same(
    database: Database, about: About
) -> None:
    """By the thing complained about, or by the same words however they are spaced."""
    first = filed(database, about="pid_0123456789", text="It lies about the bridge.")
    same_thing = filed(database, about="pid_0123456789", text="Other words altogether, here.")
    same_words = filed(database, text="it LIES  about the bridge!")
    other = filed(database, text="Nothing of the kind at all.")
    with database.read() as tx:
        clusters = [
            service.get_complaint(tx, one.id)[1].cluster
            for one in (first, same_thing, same_words, other)
        ]
        leaf = about(tx, same_words.id)[0]
    assert clusters == [first.id, first.id, first.id, other.id]
    assert leaf["facts"]["same_as"] == first.id
    assert len({first.number, same_thing.number, same_words.number}) == 3


def test_an_authority_sets_a_limit_of_its_own(lite: Database) -> None:
    """It runs beside ours and stands still for nobody."""
    sent = reading.forwarded("Office of Nowhere", "N-1", "24", "hours")
    case = filed(lite, channel=Channel.AUTHORITY, forwarded=sent)
    with lite.read() as tx:
        stand = {one.name: one for one in clocks(tx, case)}
        opened = sealing.given(tx, case)
    assert (stand["forwarded"].limit, stand["forwarded"].unit) == (24, "hours")
    assert (opened.authority, opened.reference) == ("Office of Nowhere", "N-1")
    assert case.origin == "authority"


@pytest.mark.control("complaint-limits-published")
@pytest.mark.control("authority-pointer")
def test_what_is_promised_is_published_once_with_its_version(
    database: Database, about: About
) -> None:
    """Limits and the way to the authorities are on record before the first complaint counts."""
    with database.write() as tx:
        made = promising.publish(tx)
        again = promising.publish(tx)
        assert made is not None
        leaves = about(tx, made.policy)
    assert made == again
    (leaf,) = [one for one in leaves if one["kind"] == "complaint-process-published"]
    assert leaf["facts"]["acceptance_days"] == 3
    assert leaf["facts"]["authorities"] == 1
    assert promising.authorities(None)[0].phone == "12377"


def test_without_a_promise_complaints_are_taken_all_the_same(db: Database) -> None:
    """Nothing was published, so no published clock runs; the door stays open."""
    case = filed(db)
    with db.read() as tx:
        assert clocks(tx, case) == []
    assert case.state == "receipted"


def test_who_has_no_role_handles_nothing(lite: Database) -> None:
    """Neither does software: people answer people."""
    case = filed(lite)
    for actor, code in ((AUDITOR, "role-needed"), (software("x"), "person-needed")):
        with pytest.raises(GuijuError, match=code), lite.write() as tx:
            advance(tx, actor, case, "accept")


@pytest.mark.control("case-retention")
def test_at_the_limit_words_and_files_go_and_what_is_counted_stays(
    database: Database, clock: FixedClock
) -> None:
    """Nobody can open them any more, staff included; the public's numbers do not change."""
    case = filed(database, files=[b"a page of plain text"])
    case = stepped(database, case, (CLERK, "accept"), (CLERK, "handle"))
    with database.write() as tx:
        case = service.decide(tx, OFFICER, case, service.found(Outcome.UPHELD, "We found it so."))
        service.tell(tx, OFFICER, case, "page")
    clock.advance(days=40)
    sweep(database, Kinds([COMPLAINT]))
    clock.advance(days=364)
    rules = CaseRetention({Retention.COMPLAINTS: 365})
    with database.write() as tx:
        assert expire(tx, KEEPER, Kinds([COMPLAINT]), rules) == []
    clock.advance(days=1)
    with database.write() as tx:
        (gone,) = expire(tx, KEEPER, Kinds([COMPLAINT]), rules)
    assert gone.number == case.number
    with database.read() as tx:
        assert store.files(tx, case.id) == []
        assert store.find_pace(tx, case.id) is not None
        with pytest.raises(GuijuError) as refused:
            sealing.given(tx, service.get_complaint(tx, case.id)[0])
    assert refused.value.code == "case-expired"
    assert verify(database, None).problems == ()
