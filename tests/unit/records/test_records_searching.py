# SPDX-License-Identifier: Apache-2.0
"""Records are found by exact terms that the policy allows, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select
from tests.unit.casework.conftest import opened
from tests.unit.records.test_records_expiring import KEEPER, either, steps
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, exchange, leaves

from guiju import casework, ledger, records
from guiju.kernel import (
    Actor,
    ActorKind,
    FixedClock,
    Invalid,
    Keyring,
    LocalMasterKey,
    Refused,
    first_id,
)
from guiju.records import searching
from guiju.records.store import BODY
from guiju.records.term_store import SEARCH, TERM
from guiju.storage import Database, Tx

__all__ = ["either"]
pytestmark = pytest.mark.control("blind-search")
NUMBER, ADDRESS = "13800138000", "ann@example.org"
ALLOWED = frozenset({"mobile", "email", "name"})
AUDITOR = Actor(ActorKind.STAFF, "st_audit", frozenset({"auditor"}))


def nobody(_tx: Tx, _kind: str, _term: str) -> Sequence[str]:
    return ()


def said(
    db: Database,
    clock: FixedClock,
    person: str,
    *terms: tuple[str, str],
    at: int = 0,
    days: int = 9,
) -> str:
    request = f"{first_id('req', clock.now())}{at:08}{sum(person.encode()):08}"
    one = replace(exchange(clock, request, person), terms=terms, retention_days=days)
    with db.write() as tx:
        records.record(tx, [one])
    return request


def found(
    db: Database, term: str, kind: str = "mobile", actor: Actor = OFFICER, **more: Any
) -> records.Found:
    given = {"purpose": "request-of-person", "reason": "a letter of 3 December"} | more
    with db.write() as tx:
        return records.search(tx, actor, records.Sought(kind, term, **given), ALLOWED, nobody)


def test_who_has_typed_a_number_is_found_by_it(either: Database, clock: FixedClock) -> None:
    """However it is written; nobody else; the newest first; nothing is opened."""
    mine = [said(either, clock, "pe_ann", ("mobile", NUMBER), at=at) for at in range(3)]
    said(either, clock, "pe_bob", ("mobile", "13900139000"), ("email", ADDRESS))
    done = found(either, "+86 138-0013-8000")
    assert done.people == ("pe_ann",)
    assert [one.request for one in done.records] == mine[::-1]
    assert not done.more
    assert found(either, ADDRESS, "email").people == ("pe_bob",)
    assert found(either, "13700137000").people == ()
    assert found(either, NUMBER[:-1] + "1").people == ()
    ledger.integrate(either)
    assert ledger.verify(either).ok


def test_a_search_is_on_record_and_its_term_is_nowhere(db: Database, clock: FixedClock) -> None:
    """Purpose and reason as for a reading; who was found can see it; the term is not kept."""
    said(db, clock, "pe_ann", ("mobile", NUMBER))
    done = found(db, NUMBER)
    (leaf,) = [one for one in leaves(db) if one["kind"] == "records-searched"]
    assert leaf["facts"] == {
        "search": done.search,
        "kind": "mobile",
        "purpose": "request-of-person",
        "people": 1,
    }
    with db.read() as tx:
        (looked,) = records.looks_at(tx, "pe_ann", 5)
        assert looked.purpose is not None
        assert "own information" in looked.purpose.en
        (one,) = records.searches(tx)
        row = tx.row(select(TERM))
    assert (one.reader, one.found, one.reason) == (OFFICER.id, 1, "a letter of 3 December")
    assert row is not None
    everything = json.dumps([leaf, *map(str, row), str(one)])
    assert NUMBER not in everything


def test_marks_tell_nothing_without_the_key_and_kinds_apart(db: Database) -> None:
    """Keyed, with a domain of its own for each kind, and other marks under another root."""
    other = Keyring(LocalMasterKey(bytes(range(5, 37))))
    with db.read() as tx:
        from guiju.records.term_store import mark  # noqa: PLC0415 - beside its only use

        one = mark(tx, "mobile", NUMBER)
        assert one != mark(tx, "email", NUMBER)
        assert one != tx.keys.blind("person-name", NUMBER)[:32]
        assert one != other.blind("record-term/mobile", NUMBER)[:32]
        assert len(one) == 32


def test_only_whom_a_purpose_is_for_and_what_the_policy_allows(
    db: Database, clock: FixedClock
) -> None:
    """Role, reason, purpose, kind, and a whole term: each alone stands against it."""
    said(db, clock, "pe_ann", ("mobile", NUMBER))
    for actor, purpose in (
        (SECOND, "request-of-person"),
        (AUDITOR, "authority"),
        (STRANGER, "request-of-person"),
        (OFFICER, "own-records"),
        (OFFICER, "label-check"),
    ):
        with pytest.raises(Refused, match="role-needed"):
            found(db, NUMBER, actor=actor, purpose=purpose)
    assert found(db, NUMBER, actor=SECOND, purpose="authority").people == ("pe_ann",)
    with pytest.raises(Refused, match="reason-needed"):
        found(db, NUMBER, reason=" ")
    with pytest.raises(Invalid, match="purpose-unknown"):
        found(db, NUMBER, purpose="curiosity")
    with pytest.raises(Invalid, match="search-kind-unknown"):
        found(db, "北京", "address")
    with pytest.raises(Refused, match="search-not-allowed"):
        found(db, "11010519491231002X", "resident-id")
    for part in (NUMBER[:7], "%", f"{NUMBER}*", "", "何人"):
        with pytest.raises(Invalid, match="search-term-invalid"):
            found(db, part)


def test_nobody_tries_numbers_one_after_the_other(db: Database, clock: FixedClock) -> None:
    """Ten an hour for each, sixty a day for all; the next hour it goes on."""
    for _ in range(searching.MOST_AN_HOUR):
        found(db, NUMBER)
    with pytest.raises(Refused, match="searches-too-many") as refused:
        found(db, NUMBER)
    assert (refused.value.status, refused.value.retry_after) == (429, 3600)
    found(db, NUMBER, actor=SECOND, purpose="authority")
    clock.advance(minutes=61)
    found(db, NUMBER)
    others = [Actor(ActorKind.STAFF, f"st_{at}", OFFICER.roles) for at in range(9)]
    with pytest.raises(Refused, match="searches-too-many"):
        for one in others:
            for _ in range(searching.MOST_AN_HOUR):
                found(db, NUMBER, actor=one)
    with db.read() as tx:
        assert len(tx.rows(select(SEARCH))) == searching.MOST_A_DAY


def test_what_is_found_is_bounded(db: Database, clock: FixedClock) -> None:
    """Twenty records, and that there are more."""
    for at in range(25):
        said(db, clock, "pe_ann", ("mobile", NUMBER), at=at)
    done = found(db, NUMBER)
    assert (len(done.records), done.more, done.people) == (20, True, ("pe_ann",))


def test_terms_go_with_the_content(either: Database, clock: FixedClock) -> None:
    """At its limit, by day, whatever else stays; none is kept where no content is."""
    said(either, clock, "pe_ann", ("mobile", NUMBER), ("email", ADDRESS), days=3)
    said(either, clock, "pe_bob", ("mobile", NUMBER), at=1, days=0)
    assert found(either, NUMBER).people == ("pe_ann",)
    clock.advance(days=2)
    said(either, clock, "pe_eve", ("mobile", NUMBER), days=30)
    clock.advance(days=3)
    assert [one.records for one in steps(either)] == [1]
    assert found(either, NUMBER).people == ("pe_eve",)
    with either.read() as tx:
        assert len(tx.rows(select(TERM))) == 1


def test_terms_of_what_a_case_holds_stay_with_it(db: Database, clock: FixedClock) -> None:
    """And those of its neighbours go, before and after it."""
    first = said(db, clock, "pe_ann", ("mobile", NUMBER), at=1, days=3)
    middle = said(db, clock, "pe_bob", ("mobile", NUMBER), at=2, days=3)
    last = said(db, clock, "pe_eve", ("mobile", NUMBER), at=3, days=3)
    assert first < middle < last
    with db.write() as tx:
        casework.hold(tx, KEEPER, opened(tx), middle, reason="an appeal was filed")
    clock.advance(days=6)
    assert sum(one.records for one in steps(db)) == 2
    with db.read() as tx:
        assert [row.id for row in tx.rows(select(TERM))] == [f"{middle}.00"]


def test_an_erasure_takes_them(db: Database, clock: FixedClock) -> None:
    """And a probe that found one would say so."""
    said(db, clock, "pe_ann", ("mobile", NUMBER))
    said(db, clock, "pe_bob", ("mobile", NUMBER))
    from guiju.records.stores import RECORDS  # noqa: PLC0415 - beside its only use

    with db.read() as tx:
        assert RECORDS.probe(tx, "pe_ann")["terms"] == 1
    with db.write() as tx:
        while RECORDS.erase(tx, OFFICER, "pe_ann", "PR-1"):
            pass
    with db.read() as tx:
        assert "terms" not in RECORDS.probe(tx, "pe_ann")
    assert found(db, NUMBER).people == ("pe_bob",)


def test_terms_without_content_go(db: Database, clock: FixedClock) -> None:
    """Content that went by another way, as when a backup was put back, leaves none behind."""
    gone = [said(db, clock, "pe_ann", ("mobile", NUMBER), at=at) for at in range(3)]
    said(db, clock, "pe_ann", ("mobile", NUMBER), at=3)
    with db.engine.begin() as raw:
        raw.execute(delete(BODY).where(BODY.c.request.in_(gone)))
    from guiju.records.stores import RECORDS  # noqa: PLC0415 - beside its only use

    assert records.forget_orphans(db) == 3
    assert records.forget_orphans(db) == 0
    with db.engine.begin() as raw:
        raw.execute(delete(BODY))
    with db.write() as tx:
        while RECORDS.erase(tx, OFFICER, "pe_ann", "PR-1"):
            pass
        assert "terms" not in RECORDS.probe(tx, "pe_ann")


def test_accounts_are_found_by_their_own_terms(db: Database, clock: FixedClock) -> None:
    """By whoever knows accounts; with and without records."""
    clock.advance(seconds=timedelta(days=1).total_seconds())
    request = said(db, clock, "pe_ann")

    def named(_tx: Tx, kind: str, term: str) -> Sequence[str]:
        return {("name", "ann"): ["pe_ann"], ("name", "bob"): ["pe_bob"]}.get((kind, term), [])

    def by_name(term: str) -> records.Found:
        sought = records.Sought("name", term, "request-of-person", "a letter")
        with db.write() as tx:
            return records.search(tx, OFFICER, sought, ALLOWED, named)

    assert [one.request for one in by_name(" ann ").records] == [request]
    bob = by_name("bob")
    assert (bob.people, bob.records) == (("pe_bob",), ())
    assert by_name("eve").people == ()
