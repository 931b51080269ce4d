# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import sqlite3
from typing import Any

import pytest
from sqlalchemy import update

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Unavailable
from guiju.ledger import integrate, verify
from guiju.ledger import leaves as leaves_of
from guiju.policies import Policy, Screens, approve, checked, default_body, lexicons, lists, propose
from guiju.policies.comparing import changes
from guiju.policies.lists_model import LEXICONS, ListName, Prepared, references
from guiju.policies.lists_store import LEXICON, READING
from guiju.screening import importing
from guiju.storage import Database

FIRST = ("密词甲乙", "密词丙丁")
SECOND = ("密词甲乙", "密词戊己", "密词庚辛")
NAME = ListName(LEXICONS, "样表")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest) -> Database:
    """A database of either kind."""
    name = "db" if request.param == "sqlite" else "pg_db"
    found: Database = request.getfixturevalue(name)
    return found


def prepared(*words: str) -> Prepared:
    source = importing.Source("list.txt", io.BytesIO("\n".join(words).encode()))
    read = importing.read_list(source, importing.Options(harm="A2f"))
    return lexicons.prepare(importing.gather(read))


def begun(db: Database, staff: Any) -> None:
    """A policy in force, without any lexicon."""
    put_in_force(db, staff, propose_body(db, staff, default_body()))


def propose_body(db: Database, staff: Any, body: dict[str, Any]) -> Policy:
    with db.write() as tx:
        return propose(tx, staff.editor, body)


def put_in_force(db: Database, staff: Any, proposed: Policy) -> Policy:
    with db.write() as tx:
        return approve(tx, staff.officer, proposed.id)


def imported(db: Database, staff: Any, *words: str, name: str = "样表") -> Policy:
    ready = prepared(*words)
    with db.write() as tx:
        return lists.propose(tx, staff.editor, ListName(LEXICONS, name), ready, "note")


def terms(db: Database, staff: Any, name: str = "样表") -> list[str]:
    with db.read() as tx:
        one = lists.in_force(tx, ListName(LEXICONS, name))
        return [one.term for one in importing.entries_of(lists.lines(tx, LEXICONS, one.digest))]


@pytest.mark.control("policy-four-eyes")
def test_a_lexicon_takes_effect_as_a_policy_does(house: Database, staff: Any) -> None:
    """One person proposes it, another approves; then its words are screened for."""
    begun(house, staff)
    proposed = imported(house, staff, *FIRST)
    with pytest.raises(Refused, match="second-person-needed"), house.write() as tx:
        approve(tx, staff.editor, proposed.id)
    with pytest.raises(NotFound, match="lexicon-unknown"):
        terms(house, staff)
    active = put_in_force(house, staff, proposed)
    assert terms(house, staff) == sorted(FIRST)
    with house.read() as tx:
        screen = Screens(None, house.keys).of(tx, active.body, active.digest)
    assert screen.judge("这里有密词丙丁", "input").stops
    assert screen.judge("示例禁词甲", "input").stops
    assert not screen.judge("这里有密词", "input").stops


def test_evidence_names_digests_and_counts_only(
    house: Database, staff: Any, leaves: list[dict[str, Any]]
) -> None:
    """No word and no name of a list stands in the ledger; the stored row is attested by it."""
    begun(house, staff)
    imported(house, staff, *FIRST)
    facts = leaves[-1]["facts"]
    assert facts["lexicons"] == [{"digest": prepared(*FIRST).digest, "entries": 2}]
    integrate(house)
    with house.read() as tx:
        text = "".join(str(one) for one in leaves_of(tx))
    assert "密词" not in text
    assert "样表" not in text
    assert "lexicon" in text
    assert verify(house).ok


def test_the_words_lie_sealed(db: Database, staff: Any, tmp_path: Any) -> None:
    """Neither the words nor their packed form can be read from the file of the database."""
    begun(db, staff)
    imported(db, staff, *FIRST)
    with sqlite3.connect(tmp_path / "guiju.db") as raw:
        ((content,),) = raw.execute("SELECT content FROM lexicon").fetchall()
    assert not content.startswith(b"\x1f\x8b")
    assert prepared(*FIRST).packed not in content
    assert "密词甲乙".encode() not in content


def test_the_same_words_are_stored_once(house: Database, staff: Any) -> None:
    """Under two names, in any order; both policies name the same digest."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    other = imported(house, staff, *reversed(FIRST), name="another")
    assert len({one.digest for one in references(other.body)}) == 1
    with house.read() as tx:
        assert len(tx.rows(LEXICON.select())) == 1
    with pytest.raises(Conflict, match="policy-unchanged"):
        imported(house, staff, *FIRST)


@pytest.mark.control("list-versions")
def test_a_roll_back_proposes_what_was_in_force_before(house: Database, staff: Any) -> None:
    """It is approved as any policy; a version that was only proposed is not gone back to."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    with pytest.raises(Conflict, match="lexicon-no-earlier"), house.write() as tx:
        lists.propose_roll_back(tx, staff.editor, NAME)
    imported(house, staff, "密词壬癸")
    put_in_force(house, staff, imported(house, staff, *SECOND))
    with house.write() as tx:
        back = lists.propose_roll_back(tx, staff.editor, NAME, "too many hits")
    assert terms(house, staff) == sorted(SECOND)
    put_in_force(house, staff, back)
    assert terms(house, staff) == sorted(FIRST)


def test_a_roll_back_keeps_what_else_has_changed(house: Database, staff: Any) -> None:
    """Only the one lexicon goes back; the rest of the policy stays as it is in force."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    second = put_in_force(house, staff, imported(house, staff, *SECOND))
    later = {**second.body, "records": {"retention_days": 200}}
    put_in_force(house, staff, propose_body(house, staff, later))
    put_in_force(house, staff, imported(house, staff, "密词壬癸", name="b"))
    with house.write() as tx:
        back = lists.propose_roll_back(tx, staff.editor, NAME)
    assert back.body["records"] == {"retention_days": 200}
    assert [one.name for one in references(back.body)] == ["b", "样表"]


def test_a_lexicon_can_be_taken_out(house: Database, staff: Any) -> None:
    """By proposal and approval; a name that is not in force is refused."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    with house.write() as tx:
        without = lists.propose_removal(tx, staff.editor, NAME)
    assert "lexicon" not in without.body["screening"]
    put_in_force(house, staff, without)
    for verb in (lists.propose_removal, lists.propose_roll_back):
        with pytest.raises(NotFound, match="lexicon-unknown"), house.write() as tx:
            verb(tx, staff.editor, NAME)


@pytest.mark.control("lexicon-confidential")
def test_words_are_read_by_who_decides_about_them(house: Database, staff: Any) -> None:
    """Officers and editors, for a reason; nobody else, whatever other role they have."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    for reader in (staff.officer, staff.editor, staff.second):
        with house.write() as tx:
            assert len(list(lexicons.read(tx, reader, "样表", "audit"))) == 2
    for reader, reason, code in (
        (staff.clerk, "curious", "role-needed"),
        (staff.officer, " ", "reason-needed"),
    ):
        with pytest.raises(Refused, match=code), house.write() as tx:
            lexicons.read(tx, reader, "样表", reason)


@pytest.mark.control("lexicon-confidential")
def test_each_reading_of_words_is_evidence(house: Database, staff: Any) -> None:
    """Who, which list, how many words and for what; why stands in a row that the leaf attests."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    with house.write() as tx:
        lexicons.read(tx, staff.officer, "样表", "asked by 王五")
    integrate(house)
    with house.read() as tx:
        *_, leaf = leaves_of(tx)
        (row,) = tx.rows(READING.select())
    assert (leaf["kind"], leaf["controls"]) == ("lexicon-read", ["lexicon-confidential"])
    assert leaf["actor"]["id"] == "staff_officer"
    assert leaf["facts"] == {
        "lexicon": prepared(*FIRST).digest,
        "entries": 2,
        "purpose": "export",
        "reading": row.id,
    }
    assert (row.reader, row.reason) == ("staff_officer", "asked by 王五")
    assert "王五" not in str(leaf)
    assert [one[0] for one in leaf["rows"]] == ["lexicon_reading"]


@pytest.mark.control("list-versions")
def test_each_change_of_a_list_is_evidence(house: Database, staff: Any) -> None:
    """What was there before and what comes after, by digest; and by which of the three acts."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    put_in_force(house, staff, imported(house, staff, *SECOND))
    with house.write() as tx:
        lists.propose_roll_back(tx, staff.editor, NAME)
        lists.propose_removal(tx, staff.editor, NAME)
    integrate(house)
    with house.read() as tx:
        facts = [one["facts"] for one in leaves_of(tx) if one["kind"] == "list-change-proposed"]
    one, two = prepared(*FIRST).digest, prepared(*SECOND).digest
    assert [(fact["act"], fact["before"], fact["after"], fact["entries"]) for fact in facts] == [
        ("import", None, one, 2),
        ("import", one, two, 3),
        ("roll-back", two, one, 2),
        ("remove", two, None, 0),
    ]


def test_whoever_may_not_propose_stores_nothing(house: Database, staff: Any) -> None:
    """The refusal takes the stored words with it."""
    begun(house, staff)
    with pytest.raises(Refused, match="role-needed"), house.write() as tx:
        lists.propose(tx, staff.clerk, NAME, prepared(*FIRST))
    with house.read() as tx:
        assert tx.rows(LEXICON.select()) == []


def test_before_any_policy_there_is_nothing_to_add_to(house: Database, staff: Any) -> None:
    """The error says what to do first."""
    with pytest.raises(NotFound, match="policy-none-active"):
        imported(house, staff, *FIRST)


@pytest.fixture
def altered(house: Database, staff: Any) -> Database:
    """A house whose stored lexicon was changed behind its back."""
    begun(house, staff)
    put_in_force(house, staff, imported(house, staff, *FIRST))
    with house.engine.begin() as raw:
        raw.execute(update(LEXICON).values(content=b"\0" * 64))
    return house


def test_an_altered_lexicon_is_not_used(altered: Database, staff: Any) -> None:
    """It closes the door, and the verification names its row."""
    with pytest.raises(Unavailable, match="lexicon-altered"):
        terms(altered, staff)
    integrate(altered)
    report = verify(altered)
    assert not report.ok
    assert any("lexicon" in one.where for one in report.problems)


def test_a_lexicon_that_is_gone_is_not_an_empty_one(altered: Database, staff: Any) -> None:
    """A policy whose words are missing screens nothing by mistake."""
    with altered.engine.begin() as raw:
        raw.execute(LEXICON.delete())
    with pytest.raises(Unavailable, match="lexicon-altered"):
        terms(altered, staff)


@pytest.mark.parametrize(
    ("lexicon", "place"),
    [
        ({"name": "a b", "digest": "0" * 64, "entries": 1}, "screening.lexicon[0].name"),
        ({"name": "x" * 61, "digest": "0" * 64, "entries": 1}, "screening.lexicon[0].name"),
        ({"name": "a", "digest": "0" * 63, "entries": 1}, "screening.lexicon[0].digest"),
        ({"name": "a", "digest": "0" * 64, "entries": 0}, "screening.lexicon[0].entries"),
        ({"name": "a", "digest": "0" * 64, "entries": 1, "x": 1}, "screening.lexicon[0].x"),
    ],
)
def test_a_reference_is_read_strictly(lexicon: dict[str, Any], place: str) -> None:
    """Each fault names its place."""
    body = default_body()
    body["screening"]["lexicon"] = [lexicon]
    with pytest.raises(Invalid) as caught:
        checked(body)
    assert (caught.value.code, caught.value.param) == ("policy-invalid", place)


def test_a_policy_that_names_unknown_words_cannot_be_proposed(house: Database, staff: Any) -> None:
    """Also when only the count differs from what is stored."""
    begun(house, staff)
    stored = imported(house, staff, *FIRST)
    body = default_body()
    for change in ({"digest": "0" * 64}, {"entries": 3}):
        body["screening"]["lexicon"] = [{**references(stored.body)[0].plain(), **change}]
        with pytest.raises(Invalid, match="lexicon-not-stored"):
            propose_body(house, staff, body)


def test_a_body_without_lexicons_keeps_its_digest() -> None:
    """What was approved before there were lexicons reads as it did."""
    assert "lexicon" not in default_body()["screening"]


def test_two_versions_are_compared_by_digest_and_count(house: Database, staff: Any) -> None:
    """The page that shows what a proposal changes shows no word of a lexicon."""
    begun(house, staff)
    before = put_in_force(house, staff, imported(house, staff, *FIRST))
    after = imported(house, staff, *SECOND)
    shown = changes(before.body, after.body, "en")
    assert [sign for sign, _ in shown] == ["-", "+"]
    assert "2 · " in shown[0][1]
    assert "3 · " in shown[1][1]
    assert "密词" not in str(shown)
