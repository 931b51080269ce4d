# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.unit.conftest import About

from guiju import ledger, records
from guiju.kernel import Actor, ActorKind, FixedClock, Invalid, NotFound, Refused
from guiju.ledger import entry
from guiju.records import Exchange, Finding, Label, Refusal, Screening, Usage
from guiju.records.store import BODY, EXCHANGE
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "st_privacy", frozenset({"privacy-officer"}))
SECOND = Actor(ActorKind.STAFF, "st_second", frozenset({"safety-officer"}))
STRANGER = Actor(ActorKind.PERSON, "pe_other")
SECRET = "独一无二的一句话"


def exchange(clock: FixedClock, request: str = "req_1", person: str = "pe_1") -> Exchange:
    return Exchange(
        request=request,
        at=clock.now(),
        route="/v1/chat/completions",
        stream=False,
        service="service",
        person=person,
        key="key_1",
        model="m",
        policy="d" * 64,
        agreement=1,
        incoming=Screening("pass", "full"),
        outgoing=Screening("pass", "full"),
        label=Label("p-1", "end", implicit=True),
        usage=Usage(1, 2, 3, 3),
        finish="stop",
        retention_days=183,
        input=json.dumps({"said": SECRET}).encode(),
        output=b'{"delivered":"ok"}',
    )


def leaves(db: Database) -> list[dict[str, Any]]:
    ledger.integrate(db)
    with db.read() as tx:
        return ledger.leaves(tx)


@pytest.mark.control("usage-record", "records-sealed")
def test_an_exchange_is_sealed_and_has_one_leaf_that_covers_its_rows(
    db: Database, clock: FixedClock
) -> None:
    """Head and body stand in the leaf as digests; the content is nowhere in clear."""
    with db.write() as tx:
        records.record(tx, [exchange(clock)])
    (leaf,) = leaves(db)
    assert leaf["kind"] == "exchange-recorded"
    rows = leaf["rows"]
    assert {row[0] for row in rows} == {"exchange", "exchange_body", "subject_key"}
    with db.read() as tx:
        body = tx.row(select(BODY))
        assert body is not None
        assert SECRET.encode() not in body.content
        assert SECRET not in json.dumps(leaf, ensure_ascii=False)
        assert (body.expires_at - clock.now()).days == 183


def test_a_batch_gives_every_exchange_its_own_rows(db: Database, clock: FixedClock) -> None:
    """Twenty at once: each leaf covers the two rows of its own request."""
    batch = [exchange(clock, f"req_{n}", f"pe_{n % 3}") for n in range(20)]
    with db.write() as tx:
        records.record(tx, batch)
    found = leaves(db)
    assert len(found) == 20
    for leaf in found:
        facts, rows = leaf["facts"], leaf["rows"]
        mine = {row[1] for row in rows if row[0] != "subject_key"}
        assert mine == {facts["request"]}


def test_findings_and_refusals_are_evidence_too(db: Database, clock: FixedClock) -> None:
    """A finding names direction, harm and rule; a refusal its code; neither any words."""
    finding = Finding("output", "A1g", "lexicon", "r-1", "block", 3, 8)
    stopped = replace(
        exchange(clock),
        finish="content_filter",
        outgoing=Screening("block", "full"),
        findings=(finding,),
    )
    refused = Refusal(
        "req_2", clock.now(), "/v1/chat/completions", "key_1", "pe_1", "agreement-not-accepted"
    )
    with db.write() as tx:
        records.record(tx, [stopped, refused])
    found = leaves(db)
    kinds = [(leaf["kind"], leaf["controls"]) for leaf in found]
    assert ("finding-raised", ["output-screening", "generation-stopped"]) in kinds
    assert ("request-refused", ["agreement-before-use"]) in kinds
    assert "generation-stopped" in found[0]["controls"]


@pytest.mark.control("named-rules-decide")
def test_the_evidence_of_a_finding_names_the_rule_that_decided(
    db: Database, clock: FixedClock
) -> None:
    """By its name, which is the operator's; where no named rule decided, none is named."""
    own = Finding("output", "A1g", "lexicon", "r-1", "block", 3, 8)
    decided = replace(own, rule="r-2", by="strict-words")
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), findings=(own, decided))])
    _, first, second = leaves(db)
    assert "by" not in first["facts"]
    assert (second["facts"]["rule"], second["facts"]["by"]) == ("r-2", "strict-words")
    assert second["controls"] == ["output-screening", "generation-stopped", "named-rules-decide"]


@pytest.mark.control(
    "personal-information-screening",
    "classifier-triage",
    "guard-models",
    "discrimination-screening",
    "rights-screening",
)
@pytest.mark.parametrize(
    ("detector", "harm", "more"),
    [
        ("personal", "A4f", ["personal-information-screening", "rights-screening"]),
        ("classifier", "A2a", ["classifier-triage", "discrimination-screening"]),
        ("guard:qwen", "A1f", ["guard-models"]),
        ("lexicon", "A3c", ["rights-screening"]),
        ("lexicon", "A1h", []),
    ],
)
def test_a_finding_names_the_controls_that_raised_it(
    db: Database, clock: FixedClock, detector: str, harm: str, more: list[str]
) -> None:
    """By who found it and of what harm, so that each control stands on what it found itself."""
    finding = Finding("input", harm, detector, "r-1", "review", 3, 8)
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), findings=(finding,))])
    *_, leaf = leaves(db)
    assert leaf["controls"] == ["input-screening", *more]


def test_nothing_to_record_changes_nothing(db: Database) -> None:
    """An empty batch is no fault."""
    with db.write() as tx:
        records.record(tx, [])
    assert leaves(db) == []


@pytest.mark.control("records-sealed")
def test_content_opens_for_a_reason_and_the_reading_stays_on_record(
    db: Database, clock: FixedClock, about: About
) -> None:
    """The officer reads, the person reads their own; nobody without a reason, no stranger."""
    with db.write() as tx:
        records.record(tx, [exchange(clock)])
    with db.write() as tx:
        opened, _ = records.read(tx, OFFICER, "req_1", "complaint 7")
        assert SECRET in json.loads(opened)["said"]
    with db.write() as tx:
        records.read(tx, Actor(ActorKind.PERSON, "pe_1"), "req_1", "mine")
    for actor, reason in ((STRANGER, "curious"), (OFFICER, "  ")):
        with pytest.raises(Refused), db.write() as tx:
            records.read(tx, actor, "req_1", reason)
    with pytest.raises(NotFound), db.write() as tx:
        records.read(tx, OFFICER, "req_none", "why")
    with db.read() as tx:
        readings = [one for one in about(tx, "pe_1") if one["kind"] == "record-read"]
    assert len(readings) == 2
    assert "complaint" not in json.dumps(readings)


@pytest.mark.control("records-sealed")
def test_erasing_a_person_takes_two_and_leaves_the_tree_true(
    db: Database, clock: FixedClock
) -> None:
    """After the key is gone nothing opens; heads, digests and the tree stay."""
    with db.write() as tx:
        records.record(tx, [exchange(clock)])
    for actor, second in ((OFFICER, OFFICER), (SECOND, OFFICER), (OFFICER, STRANGER)):
        with pytest.raises(Refused), db.write() as tx:
            records.erase(tx, actor, second, "pe_1")
    with db.write() as tx:
        assert records.erase(tx, OFFICER, SECOND, "pe_1") is True
    with pytest.raises(NotFound) as caught, db.write() as tx:
        records.read(tx, OFFICER, "req_1", "why")
    assert caught.value.code == "key-destroyed"
    with db.write() as tx:
        assert records.erase(tx, OFFICER, SECOND, "pe_1") is False
    with db.read() as tx:
        assert tx.row(select(EXCHANGE)) is not None
    assert ledger.verify(db, None).problems == ()


def test_a_body_cannot_be_passed_off_as_another(db: Database, clock: FixedClock) -> None:
    """A seal is bound to its request."""
    with db.write() as tx:
        records.record(tx, [exchange(clock), exchange(clock, "req_2")])
    with pytest.raises(Invalid) as caught, db.write() as tx:
        other = tx.row(select(BODY).where(BODY.c.request == "req_2"))
        assert other is not None
        tx.unseal("pe_1", other.content, "exchange/req_1")
    assert caught.value.code == "seal-broken"


def test_heads_are_found_and_listed(db: Database, clock: FixedClock) -> None:
    """One by its id, the newest first, of one person or of all."""
    for number in range(3):
        clock.advance(seconds=1)
        with db.write() as tx:
            records.record(tx, [exchange(clock, f"req_{number}", f"pe_{number % 2}")])
    with db.read() as tx:
        assert records.find(tx, "req_none") is None
        found = records.find(tx, "req_1")
        assert found is not None
        assert found.values["detail"]["usage"] == {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "characters": 3,
            "covered": 3,
        }
        assert [one.request for one in records.recent(tx)] == ["req_2", "req_1", "req_0"]
        assert [one.request for one in records.recent(tx, "pe_0", 1)] == ["req_2"]
        assert entry(tx, "ev_none") is None
