# SPDX-License-Identifier: Apache-2.0
"""Putting on record, giving places, reading back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from guiju.kernel import Actor, ActorKind, Invalid, Unavailable, canonical, parse
from guiju.ledger import (
    Evidence,
    append,
    append_many,
    checkpoint,
    entry,
    integrate,
    leaves,
    size,
    verifier_keys,
    verify,
)
from guiju.ledger.model import leaf_of as make_leaf
from guiju.ledger.notes import opened
from guiju.ledger.store import KEY
from guiju.ledger.tree import leaf_hash, root_of
from guiju.measures import enforcers
from guiju.storage import Database, RowDigest, Tx, UnattestedChangeError, row_digest
from guiju.storage.vault import SUBJECT_KEY

STAFF = Actor(ActorKind.STAFF, "st_1", frozenset({"auditor", "admin"}))
CONTROLS = ("evidence-ledger",)


def started(**more) -> Evidence:
    return Evidence("service-started", CONTROLS, STAFF, **more)


def leaf_of(tx: Tx, name: str) -> dict[str, Any]:
    leaf = entry(tx, name)
    assert leaf is not None
    return leaf


def size_after(db: Database) -> int:
    made = integrate(db)
    assert made is not None
    return made.size


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request):
    """The database of either kind."""
    return request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")


@pytest.mark.control("evidence-ledger")
def test_evidence_gets_a_place_under_a_signed_checkpoint(any_db, clock):
    """Pending at first; after integration it has an index and the checkpoint is signed over it."""
    with any_db.write() as tx:
        name = append(
            tx, "service-started", controls=CONTROLS, actor=STAFF, subject="pe_1", facts={"n": 1}
        )
        assert leaf_of(tx, name)["index"] is None
        assert (size(tx), checkpoint(tx), leaves(tx)) == (0, None, [])
    made = integrate(any_db)
    assert made is not None
    with any_db.read() as tx:
        leaf = leaf_of(tx, name)
        assert leaf == {
            "v": 1,
            "id": name,
            "kind": "service-started",
            "at": "2026-11-24T08:00:00.000000Z",
            "controls": ["evidence-ledger"],
            "actor": {"kind": "staff", "id": "st_1", "roles": ["admin", "auditor"]},
            "subject": "pe_1",
            "facts": {"n": 1},
            "rows": [],
            "index": 0,
        }
        assert leaves(tx) == [leaf]
        assert checkpoint(tx) == made
        assert size(tx) == made.size == 1
        said = opened(made.note, verifier_keys(tx))
    del leaf["index"]
    assert said.root == made.root == leaf_hash(canonical(leaf))
    assert said.at == made.at == clock.now()
    assert "guiju.ledger.service.integrate" in enforcers()["evidence-ledger"]


def test_integration_goes_on_where_it_was(any_db, record):
    """Many batches, one tree: the root is that over all leaves in order of arrival."""
    names = []
    for count in (1, 2, 5, 300, 1):
        names += record(any_db, count)
        last = integrate(any_db)
    assert last is not None
    with any_db.read() as tx:
        found = leaves(tx)
        assert [leaf["id"] for leaf in found] == names
        assert [leaf.pop("index") for leaf in found] == list(range(309))
        assert last.root == root_of(leaf_hash(canonical(leaf)) for leaf in found)
        assert [leaf["id"] for leaf in leaves(tx, since=305, limit=2)] == names[305:307]
    assert integrate(any_db) is None


def test_ids_rise_as_the_evidence_does(db, record):
    """Also in batches larger than two digits can count, and none twice."""
    names = record(db, 2_500)
    assert len(set(names)) == 2_500
    for start in (0, 1_024, 2_048):
        part = names[start : start + 1_024]
        assert part == sorted(part)


@given(
    facts=st.dictionaries(
        st.text(st.characters(codec="ascii"), max_size=8),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
        max_size=5,
    ),
    subject=st.none() | st.text(),
    role=st.text(),
    rows=st.lists(st.tuples(st.text(), st.text(), st.none() | st.text()), max_size=3),
)
def test_a_leaf_is_canonical_whatever_it_holds(facts, subject, role, rows):
    """Byte for byte what `canonical` makes of the whole value."""
    actor = Actor(ActorKind.APP, role, frozenset({role, "b"}))
    one = Evidence("service-started", CONTROLS, actor, subject, facts)
    digests = [RowDigest(*row) for row in rows]
    leaf = make_leaf(one, "ev_1", "2026-11-24T08:00:00.000000Z", digests)
    value = parse(leaf)
    assert leaf == canonical(value)
    assert value == {
        "v": 1,
        "id": "ev_1",
        "kind": "service-started",
        "at": "2026-11-24T08:00:00.000000Z",
        "controls": list(CONTROLS),
        "actor": actor.as_evidence(),
        "subject": subject,
        "facts": facts,
        "rows": [list(row) for row in rows],
    }


def test_an_unknown_id_is_nothing(db):
    """None for what is not there, and an empty ledger has no checkpoint to make."""
    with db.read() as tx:
        assert entry(tx, "ev_nothing") is None
    assert integrate(db) is None


def test_a_kind_that_the_control_does_not_list_is_refused(db):
    """Nothing is written then."""
    with pytest.raises(Invalid, match="evidence-kind-not-listed"), db.write() as tx:
        append(tx, "policy-approved", controls=CONTROLS, actor=STAFF)
    with db.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM ledger_entry")).scalar() == 0


def test_a_leaf_that_does_not_fit_its_bundle_is_refused(db):
    """One byte fewer is taken."""
    with db.write() as tx:
        append(tx, "service-started", controls=CONTROLS, actor=STAFF, facts={"n": "a" * 65_000})
    with pytest.raises(Invalid, match="evidence-too-large"), db.write() as tx:
        append(tx, "service-started", controls=CONTROLS, actor=STAFF, facts={"n": "a" * 65_536})


def test_fractions_are_no_evidence(db):
    """Their text differs between languages, so a digest over them means nothing."""
    with pytest.raises(TypeError, match="float"), db.write() as tx:
        append(tx, "service-started", controls=CONTROLS, actor=STAFF, facts={"share": 0.5})


def test_a_leaf_takes_the_rows_changed_before_it(db):
    """Each leaf the rows since the last; a row changed twice with its last digest."""
    with db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        first = append(tx, "service-started", controls=CONTROLS, actor=STAFF)
        tx.seal("pe_2", b"words", "x")
        tx.delete(SUBJECT_KEY, {"subject": "pe_2"})
        second = append(tx, "service-started", controls=CONTROLS, actor=STAFF)
        third = append(tx, "service-started", controls=CONTROLS, actor=STAFF)
        row = dict(tx.execute(SUBJECT_KEY.select()).mappings().one())
        assert leaf_of(tx, first)["rows"] == [
            ["subject_key", "pe_1", row_digest(SUBJECT_KEY, row)],
        ]
        assert leaf_of(tx, second)["rows"] == [["subject_key", "pe_2", None]]
        assert leaf_of(tx, third)["rows"] == []


def test_many_leaves_share_out_the_rows(db):
    """An item keeps the rows it names; the first that names none takes what is left over."""
    with db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        tx.seal("pe_2", b"words", "x")
        one, two = tx.take_noted()
        tx.insert(SUBJECT_KEY, {"subject": "pe_3", "wrapped": b"w", "made_at": tx.now})
        names = append_many(tx, [started(rows=(two,)), started(), started(), started(rows=(one,))])
        found = [[row[1] for row in leaf_of(tx, name)["rows"]] for name in names]
    assert found == [["pe_2"], ["pe_3"], [], ["pe_1"]]


def test_a_row_that_no_item_takes_stops_everything(db):
    """Explicit rows do not let others slip through."""
    other = RowDigest("subject_key", "pe_9", None)
    with pytest.raises(UnattestedChangeError, match="subject_key"), db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        append_many(tx, [started(rows=(other,)), started(rows=())])


def test_nothing_is_no_evidence(db):
    """An empty list appends nothing and takes no rows."""
    with pytest.raises(UnattestedChangeError), db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        assert append_many(tx, []) == []


def test_evidence_goes_with_its_transaction(any_db, record):
    """What is rolled back was never there, and leaves no gap in the positions."""
    record(any_db, 2)
    with pytest.raises(RuntimeError, match="on purpose"), any_db.write() as tx:
        append_many(tx, [started(), started()])
        raise RuntimeError("on purpose")
    record(any_db, 2)
    assert size_after(any_db) == 4
    assert verify(any_db).ok


def test_the_signing_key_is_sealed_and_never_made_twice(db, record):
    """The private key does not stand in the table; when the row is gone, nothing is signed."""
    record(db, 1)
    integrate(db)
    with db.read() as tx:
        row = tx.row(KEY.select())
        assert len(row.private) == 12 + 32 + 16
        assert row.id == verifier_keys(tx)[0].hash.hex()
    record(db, 1)
    with db.write() as tx:
        tx.delete(KEY, {"id": row.id})
    with pytest.raises(Unavailable, match="ledger-broken"):
        integrate(db)
    with db.read() as tx:
        assert size(tx) == 1


@pytest.mark.parametrize(
    "change", ["root = x'00'", "peaks = x'00'", "peaks = zeroblob(64)", "size = 3"]
)
def test_a_checkpoint_that_contradicts_itself_is_not_continued(db, record, change):
    """Integration stops rather than sign a fork."""
    record(db, 2)
    integrate(db)
    with db.write() as tx:
        tx.execute(text(f"UPDATE ledger_checkpoint SET {change}"))
    record(db, 1)
    with pytest.raises(Unavailable, match="ledger-broken"):
        integrate(db)


def test_an_entry_altered_while_pending_never_gets_a_place(db, record):
    """The others do, and verify shows it where it lies."""
    names = record(db, 3)
    with db.write() as tx:
        tx.execute(
            text("UPDATE ledger_entry SET leaf = replace(leaf, 'pe_1', 'pe_9') WHERE id = :id"),
            {"id": names[1]},
        )
    assert size_after(db) == 2
    assert integrate(db) is None
    report = verify(db)
    assert [problem.where for problem in report.problems] == ["ledger_entry arrival 2"]
