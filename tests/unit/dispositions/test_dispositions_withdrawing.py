# SPDX-License-Identifier: Apache-2.0
"""The same content is withdrawn wherever it was delivered, by digest, and comes back by appeal."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from tests.unit.dispositions.scene import APPEALS, KINDS, OFFICER, REVIEWER, Scene, exchange
from tests.unit.dispositions.test_dispositions_content import finding, medium, run, served

from guiju import accounts, ledger, records
from guiju.app.mailing import telling
from guiju.app.settings import Settings
from guiju.casework import (
    Case,
    ask_contact,
    confirm_contact,
    confirmation,
    deliver,
    drop_contact,
    sweep,
)
from guiju.dispositions import (
    CONTENT_ACTION,
    STATEMENT_MAIL,
    Withdrawn,
    appeals,
    content,
    elsewhere,
    kept_back,
    reasons,
    restored_to,
    spread,
    statement_mail,
    take_up_withdrawn,
    wording,
)
from guiju.dispositions import withdrawing as room
from guiju.dispositions.jobs import withdraw as go_on
from guiju.dispositions.withdrawal_store import Stage
from guiju.kernel import Conflict, NotFound, Refused
from guiju.records import sameness_store

WORDS = "Take seven zandriffs, quorble them twice and bury what is left."
LABEL = "\n\nAI-generated (AI生成)"


def someone(scene: Scene, name: str) -> str:
    """Another person."""
    with scene.db.write() as tx:
        return accounts.register_person(tx, None, name, "orchard 42 lamp").id


def whole(*texts: str, label: str = LABEL) -> bytes:
    """What is kept of a whole answer, each text with its label."""
    choices = [
        {"index": index, "message": {"content": text + label}, "finish_reason": "stop"}
        for index, text in enumerate(texts)
    ]
    return msgspec.json.encode({"delivered": {"choices": choices}, "withheld": {}})


def streamed(text: str) -> bytes:
    kept = {"delivered": {"0": {"content": text, "reasoning_content": "hm"}}, "withheld": {}}
    return msgspec.json.encode(kept)


def answered(scene: Scene, person: str, *texts: str, output: bytes | None = None) -> str:
    """A request that was answered with these texts."""
    same = scene.read(records.sameness)
    digests = [same.of_text(one) for one in texts]
    parts = tuple(
        records.Part(str(index), digest) for index, digest in enumerate(digests) if digest
    )
    scene.clock.advance(seconds=1)
    kept = whole(*texts) if output is None else output
    made = exchange(person, scene.clock, "pass", output=kept, parts=parts)
    with scene.db.write() as tx:
        records.record(tx, [made])
    return made.request


def drawn(scene: Scene, person: str, number: str, raw: bytes, *, known: bool = True) -> str:
    """A request that was answered with a picture, whose label has a number of its own."""
    labelled = medium(number, raw + number.encode())
    same = scene.read(records.sameness).of_bytes(raw)
    made = exchange(
        person,
        scene.clock,
        "pass",
        output=b"[]",
        media=(labelled,),
        parts=(records.Part(number, same),) if known else (),
    )
    with scene.db.write() as tx:
        records.record(tx, [made])
    return made.request


def withdraw(scene: Scene, request: str, number: str = "") -> Case:
    """Two people withdraw what this request delivered."""
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.", number)
    return scene.do(content.withdraw, OFFICER, case, "Seen by two.")


def spread_all(scene: Scene) -> None:
    """Let software mark all records, as it does within seconds."""
    go_on(scene.db)
    scene.clock.advance(seconds=11)
    go_on(scene.db)


def taken_up(scene: Scene) -> Withdrawn:
    made = Withdrawn()
    with scene.db.read() as tx:
        take_up_withdrawn(tx, made)
    return made


@pytest.mark.control("content-removed")
def test_the_same_words_are_withdrawn_from_everybody_at_once(scene: Scene) -> None:
    """Under another label, with other blanks, streamed or as one of several answers."""
    others = [someone(scene, f"other-{number}") for number in range(3)]
    request = answered(scene, scene.id, WORDS)
    spaced = WORDS.replace(" ", "\n ")
    same = [
        answered(scene, others[0], spaced),
        answered(scene, others[1], WORDS, output=streamed(WORDS)),
        answered(scene, others[2], "Quite another answer, and a long one.", WORDS),
    ]
    free = answered(scene, others[0], WORDS + " Or not.")
    case = withdraw(scene, request)
    assert case.state == "withdrawn"
    assert [scene.read(kept_back, one) for one in [request, *same]] == [case.number] * 4
    assert scene.read(kept_back, free) is None
    entry = taken_up(scene).of(scene.read(records.sameness).of_text(WORDS))
    assert entry == (case.number, "A1g")


def test_how_many_others_there_are_is_counted_before_it_is_decided(scene: Scene) -> None:
    """Numbers only: of other answers, without the one that the case is about."""
    request = answered(scene, scene.id, WORDS, WORDS)
    for number in range(3):
        answered(scene, someone(scene, f"other-{number}"), WORDS, WORDS)
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.")
    assert scene.read(elsewhere, scene.read(content.content_of, case)) == (3, 0)
    scene.do(content.withdraw, OFFICER, case, "Seen by two.")
    (leaf,) = [one for one in scene.leaves("case-moved") if one["facts"]["verb"] == "withdraw"]
    assert (leaf["facts"]["answers"], leaf["facts"]["files"]) == (3, 0)


def test_each_person_is_told_once_why_and_can_appeal(scene: Scene) -> None:
    """Without the words that were written for the first one, and without naming anybody."""
    other = someone(scene, "other")
    request = answered(scene, scene.id, WORDS)
    theirs = [answered(scene, other, WORDS) for _ in range(3)]
    case = withdraw(scene, request)
    spread_all(scene)
    (made,) = scene.read(reasons.statements_to, other)
    assert made.said["visibility"] == "withdrawn"
    assert sorted(made.said["facts"]["requests"]) == sorted(theirs)
    said = wording.as_text(made.said, "en")
    assert "withdrawn everywhere" in said
    assert "Seen by two" not in said
    assert request not in said
    assert scene.id not in said
    assert case.number in said
    assert [one.said["visibility"] for one in scene.read(reasons.statements_to, scene.id)] == [
        "withdrawn",
        "withheld",
    ]


@pytest.mark.control("notices-by-mail")
def test_who_left_an_address_gets_a_mail_that_there_is_something_to_read(scene: Scene) -> None:
    """A number and a link, in their language, sent until a mail server takes it; nothing else."""
    others = [someone(scene, f"other-{number}") for number in range(2)]
    with scene.db.write() as tx:
        own = accounts.get_person(tx, others[0]).actor
        name = ask_contact(tx, own, others[0], "other@example.com", "en")
        link = confirmation(tx, name)
        assert link is not None
        confirm_contact(tx, link.secret, others[0])
    request = answered(scene, scene.id, WORDS)
    for one in others:
        answered(scene, one, WORDS)
    case = withdraw(scene, request)
    spread_all(scene)
    sent: list[EmailMessage] = []

    def post(message: EmailMessage) -> None:
        sent.append(message)
        if len(sent) == 1:
            raise OSError("the mail server is away")

    settings = Settings(
        data="unused", mail_from="noreply@example.com", public_url="https://example.com"
    )
    for _ in range(3):
        deliver(scene.db, {STATEMENT_MAIL: telling(settings, post)})
        scene.clock.advance(minutes=5)
    assert len(sent) == 2
    assert {one["To"] for one in sent} == {"other@example.com"}
    text = sent[1].get_content()
    assert case.number in text
    assert "https://example.com/appeals" in text
    assert "zandriff" not in text
    assert sent[0]["Message-ID"] == sent[1]["Message-ID"]
    with scene.db.write() as tx:
        made = reasons.statements_to(tx, others[0])[0]
        drop_contact(tx, own, others[0])
        assert statement_mail(tx, made.id) is None


def test_what_was_reached_is_put_on_record_once(scene: Scene) -> None:
    other = someone(scene, "other")
    request = answered(scene, scene.id, WORDS)
    for _ in range(3):
        answered(scene, other, WORDS)
    answered(scene, scene.id, WORDS)
    case = withdraw(scene, request)
    assert scene.read(spread, case.id).stage == Stage.SPREADING
    spread_all(scene)
    go_on(scene.db)
    assert scene.read(spread, case.id) == (Stage.STANDING, (4, 0, 2))
    (leaf,) = scene.leaves("content-withdrawn")
    facts = leaf["facts"]
    assert (facts["case"], facts["answers"], facts["files"]) == (case.number, 4, 0)
    assert other not in str(leaf)
    assert ledger.verify(scene.db, None).problems == ()


@pytest.mark.control("appeals")
def test_an_appeal_of_anybody_whom_it_met_restores_it_for_all(scene: Scene) -> None:
    """Each has an appeal of their own; the first that is won undoes the decision."""
    others = [someone(scene, f"other-{number}") for number in range(2)]
    request = answered(scene, scene.id, WORDS)
    theirs = [answered(scene, one, WORDS) for one in others]
    withdraw(scene, request)
    spread_all(scene)
    filed = [
        scene.do(appeals.file_appeal, one, scene.read(reasons.statements_to, one)[0].id, "A song.")
        for one in others
    ]
    with pytest.raises(Conflict) as error:
        again = scene.read(reasons.statements_to, others[0])[0].id
        scene.do(appeals.file_appeal, others[0], again, "A song.")
    assert (error.value.code, error.value.case) == ("appealed-already", filed[0].number)
    first = scene.do(appeals.admit, APPEALS, filed[0])
    first = scene.do(appeals.decide_appeal, APPEALS, first, "overturn", "It is a song.")
    assert (first.state, scene.case(CONTENT_ACTION).state) == ("undone", "overturned")
    assert [scene.read(kept_back, one) for one in [request, *theirs]] == [None] * 3
    assert not taken_up(scene)
    for one in (scene.id, *others):
        ((said, address),) = scene.read(restored_to, one)
        statement = scene.read(reasons.statements_to, one)[0]
        assert (address, "restored" in said.en) == (f"/appeals/{statement.id}", True)
    second = scene.do(appeals.admit, APPEALS, filed[1])
    assert scene.do(appeals.decide_appeal, APPEALS, second, "uphold", "It is over.").state == (
        "upheld"
    )
    assert ledger.verify(scene.db, None).problems == ()


def test_what_an_officer_restores_is_handed_out_again_everywhere(scene: Scene) -> None:
    """Also while records are still being marked, which ends with it."""
    request = answered(scene, scene.id, WORDS)
    other = answered(scene, someone(scene, "other"), WORDS)
    case = withdraw(scene, request)
    scene.do(content.restore, OFFICER, case, "It was a song.")
    assert (scene.read(kept_back, request), scene.read(kept_back, other)) == (None, None)
    spread_all(scene)
    assert scene.read(spread, case.id) == (Stage.ENDED, (0, 0, 0))
    assert scene.leaves("content-withdrawn") == []


def test_the_withdrawal_outlives_the_time_to_appeal(scene: Scene) -> None:
    """The case is closed then; what was decided in it stands."""
    request = answered(scene, scene.id, WORDS)
    other = answered(scene, someone(scene, "other"), WORDS)
    case = withdraw(scene, request)
    scene.pass_time(days=31)
    assert scene.case(CONTENT_ACTION).state == "gone"
    assert scene.read(kept_back, other) == case.number
    assert taken_up(scene)


def test_no_appeal_waits_when_the_copy_goes(scene: Scene) -> None:
    """Neither that of somebody else."""
    other = someone(scene, "other")
    request = answered(scene, scene.id, WORDS)
    answered(scene, other, WORDS)
    withdraw(scene, request)
    spread_all(scene)
    scene.pass_time(days=29)
    made = scene.read(reasons.statements_to, other)[0]
    scene.do(appeals.file_appeal, other, made.id, "A song.")
    scene.pass_time(days=5)
    assert scene.case(CONTENT_ACTION).state == "withdrawn"


def test_the_same_picture_is_withdrawn_under_every_label(scene: Scene) -> None:
    """By what the model made, whatever number stands in the label; and by the bytes delivered."""
    other = someone(scene, "other")
    request = drawn(scene, scene.id, "P-1", b"an invented picture")
    drawn(scene, other, "P-2", b"an invented picture")
    drawn(scene, other, "P-3", b"another picture")
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.", "P-1")
    assert scene.read(elsewhere, scene.read(content.content_of, case)) == (0, 1)
    assert [served(scene, one) for one in ("P-1", "P-2", "P-3")] == [False, True, True]
    case = scene.do(content.withdraw, OFFICER, case, "Seen by two.")
    assert [served(scene, one) for one in ("P-1", "P-2", "P-3")] == [False, False, True]
    spread_all(scene)
    assert scene.read(spread, case.id) == (Stage.STANDING, (0, 1, 1))
    assert scene.read(reasons.statements_to, other)[0].said["content"] == "P-2"
    # The words beside a withdrawn picture are something else.
    assert scene.read(kept_back, request) is None


def test_files_from_before_there_were_digests_are_found_by_their_bytes(scene: Scene) -> None:
    other = someone(scene, "other")
    with scene.db.write() as tx:
        old = [
            exchange(one, scene.clock, "pass", output=b"[]", media=(medium(name),))
            for one, name in ((scene.id, "P-1"), (other, "P-2"))
        ]
        records.record(tx, old)
    case = withdraw(scene, old[0].request, "P-1")
    assert not served(scene, "P-2")
    spread_all(scene)
    assert scene.read(spread, case.id) == (Stage.STANDING, (0, 1, 1))


def test_an_answer_from_before_there_were_digests_is_told_from_those_after(scene: Scene) -> None:
    """Its record still says what it was, without the label."""
    request = answered(scene, scene.id, output=whole(WORDS))
    later = answered(scene, someone(scene, "other"), WORDS)
    case = withdraw(scene, request)
    assert scene.read(kept_back, later) == case.number


def test_few_words_that_many_say_cannot_be_withdrawn(scene: Scene) -> None:
    """The decision is refused whole; to remove them is possible."""
    request = answered(scene, scene.id, "Yes, of course.")
    case = scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.")
    with pytest.raises(Conflict) as error:
        scene.do(content.withdraw, OFFICER, case, "Seen by two.")
    assert (error.value.code, error.value.case) == ("content-too-short", case.number)
    assert scene.case(CONTENT_ACTION).state == "withheld"
    assert scene.do(content.remove, OFFICER, case, "Seen by two.").state == "removed"


def test_the_refusal_that_was_said_in_place_of_an_answer_is_not_withdrawn(scene: Scene) -> None:
    """Of two answers one was withheld: what was said instead is said to many."""
    refusal = "This cannot be answered here, please ask something else."
    choices = [
        {"index": 0, "message": {"content": WORDS + LABEL}, "finish_reason": "stop"},
        {"index": 1, "message": {"content": refusal}, "finish_reason": "content_filter"},
    ]
    kept = msgspec.json.encode({"delivered": {"choices": choices}, "withheld": {"1": "x"}})
    for known in ([WORDS], []):
        request = answered(scene, scene.id, *known, output=kept)
        case = withdraw(scene, request)
        same = scene.read(records.sameness)
        withdrawn = taken_up(scene)
        assert withdrawn.of(same.of_text(WORDS))
        assert withdrawn.of(same.of_text(refusal)) is None
        scene.do(content.restore, OFFICER, case, "For the next.")


def test_what_is_not_kept_any_more_cannot_be_withdrawn(scene: Scene) -> None:
    """Nobody could say what it was; the reviewer is told so."""
    made = exchange(scene.id, scene.clock, "pass", output=whole(WORDS), retention_days=0)
    with scene.db.write() as tx:
        records.record(tx, [made])
    case = scene.do(content.withhold, REVIEWER, finding(scene, made.request), "Seen.")
    with pytest.raises(NotFound) as error:
        scene.do(content.withdraw, OFFICER, case, "Seen by two.")
    assert error.value.code == "content-not-kept"


def test_whoever_began_does_not_withdraw(scene: Scene) -> None:
    request = answered(scene, scene.id, WORDS)
    case = scene.do(content.withhold, OFFICER, finding(scene, request), "Seen.")
    with pytest.raises(Refused) as error:
        scene.do(content.withdraw, OFFICER, case, "Seen again.")
    assert error.value.code == "second-person-needed"


class KilledError(Exception):
    """The process ends here."""


def test_whoever_is_killed_meanwhile_leaves_nothing_half_done(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is done or not; another process goes on, and nobody is told twice."""
    others = [someone(scene, f"other-{number}") for number in range(4)]
    request = answered(scene, scene.id, WORDS)
    for one in others * 2:
        answered(scene, one, WORDS)
    monkeypatch.setattr(room, "_BATCH", 3)
    case = withdraw(scene, request)
    usual, times = reasons.state_same, iter(range(100))

    def killed(*given: Any, **more: Any) -> Any:
        if next(times) in {1, 4}:
            raise KilledError
        return usual(*given, **more)

    monkeypatch.setattr(reasons, "state_same", killed)
    for _ in range(3):
        try:
            spread_all(scene)
        except KilledError:
            continue
    spread_all(scene)
    assert scene.read(spread, case.id) == (Stage.STANDING, (8, 0, 4))
    assert [len(scene.read(reasons.statements_to, one)) for one in others] == [1] * 4
    (leaf,) = scene.leaves("content-withdrawn")
    assert leaf["facts"]["answers"] == 8
    assert ledger.verify(scene.db, None).problems == ()


def test_what_comes_on_record_late_is_marked_too(scene: Scene) -> None:
    """Kept aside while the database was away: its number is older than the last one marked."""
    other = someone(scene, "other")
    request = answered(scene, scene.id, WORDS)
    part = records.Part("0", str(scene.read(records.sameness).of_text(WORDS)))
    late = exchange(other, scene.clock, "pass", request="req_0", output=whole(WORDS), parts=(part,))
    answered(scene, other, WORDS)
    case = withdraw(scene, request)
    go_on(scene.db)
    with scene.db.write() as tx:
        records.record(tx, [late])
    assert scene.read(kept_back, late.request) == case.number
    scene.clock.advance(seconds=11)
    go_on(scene.db)
    assert scene.read(spread, case.id) == (Stage.STANDING, (2, 0, 1))


def test_the_digest_goes_with_the_content(scene: Scene) -> None:
    """When it expires, and when the person is erased; what a case holds stays."""
    request = answered(scene, scene.id, WORDS)
    other = someone(scene, "other")
    theirs = answered(scene, other, WORDS)
    with scene.db.write() as tx:
        while records.remove_some(tx, OFFICER, other, "PR-1") is not None:
            pass
    assert scene.read(records.parts_of, theirs) == {}
    with scene.db.write() as tx:
        # As after a backup was put back: what leaves name is deleted again, and this they do not.
        row = {"request": theirs, "place": "0", "digest": "f" * 32}
        tx.insert(sameness_store.DIGEST, row)
        assert records.remove_some(tx, OFFICER, other, "PR-1") is None
    assert scene.read(records.parts_of, theirs) == {}
    scene.do(content.withhold, REVIEWER, finding(scene, request), "Seen.")
    mine = answered(scene, scene.id, WORDS)
    scene.clock.advance(days=185)
    with scene.db.write() as tx:
        while records.expire(tx, OFFICER, None) is not None:
            pass
    assert scene.read(records.parts_of, mine) == {}
    assert list(scene.read(records.parts_of, request)) == ["0"]
    sweep(scene.db, KINDS)


@pytest.mark.parametrize("place", ["0", "P-1", 'odd "place" \\ 甲'])
def test_rows_carry_the_code_that_verification_asks_for(scene: Scene, place: str) -> None:
    """They are added past the usual way, which costs more; a changed one is found."""
    part = records.Part(place, "a" * 32)
    made = exchange(scene.id, scene.clock, "pass", output=whole(WORDS), parts=(part,))
    with scene.db.write() as tx:
        records.record(tx, [made])
    assert scene.read(records.parts_of, made.request) == {place: "a" * 32}
    assert ledger.verify(scene.db, None).problems == ()
    with scene.db.write() as tx:
        tx.execute(update(sameness_store.DIGEST).values(digest="b" * 32))
    (problem,) = ledger.verify(scene.db, None).problems
    assert "content_digest" in problem.where


def test_a_state_is_taken_up_only_when_it_is_another(scene: Scene) -> None:
    """One question a second where nothing has changed, and never an older state."""
    made = taken_up(scene)
    request = answered(scene, scene.id, WORDS)
    case = withdraw(scene, request)
    with scene.db.read() as tx:
        take_up_withdrawn(tx, made)
    assert made
    mark = made._mark
    with scene.db.read() as tx:
        take_up_withdrawn(tx, made)
    assert made._mark is mark
    scene.do(content.restore, OFFICER, case, "A song.")
    again = withdraw(scene, answered(scene, scene.id, WORDS))
    with scene.db.read() as tx:
        take_up_withdrawn(tx, made)
    assert made.of(scene.read(records.sameness).of_text(WORDS)) == (again.number, "A1g")


def test_from_a_shell(scene: Scene) -> None:
    """Counted, withdrawn, and how far it has come."""
    request = answered(scene, scene.id, WORDS)
    answered(scene, someone(scene, "other"), WORDS)
    found = finding(scene, request)
    made = run(scene, "propose", found.id, "--reason", "Seen.", "--as", "alice")
    said = run(scene, "elsewhere", made["number"])
    assert (said["answers"], said["files"], said["withdrawn"]) == (1, 0, None)
    made = run(scene, "withdraw", made["number"], "--facts", "Seen by two.", "--as", "bao")
    assert (made["state"], made["reach"]) == ("withdrawn", "withdrawn")
    spread_all(scene)
    said = run(scene, "elsewhere", made["number"])
    assert said["withdrawn"] == {"stage": "standing", "answers": 1, "files": 0, "persons": 1}


def test_that_something_is_back_is_news_for_a_month(scene: Scene) -> None:
    """For who was told that it was taken down; before it is back there is nothing to say."""
    other = someone(scene, "other")
    request = answered(scene, scene.id, WORDS)
    answered(scene, other, WORDS)
    case = withdraw(scene, request)
    spread_all(scene)
    people = (scene.id, other, someone(scene, "third"))
    assert [scene.read(restored_to, one) for one in people] == [[], [], []]
    scene.do(content.restore, OFFICER, case, "It was a song.")
    assert [len(scene.read(restored_to, one)) for one in people] == [1, 1, 0]
    scene.pass_time(days=31)
    assert [scene.read(restored_to, one) for one in people] == [[], [], []]
