# SPDX-License-Identifier: Apache-2.0
"""Delivered pictures and sound: found by their number, sealed per person, proved by the tree."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_service import OFFICER, SECOND, exchange, leaves

from guiju import ledger, records
from guiju.kernel import FixedClock, NotFound, digest
from guiju.records import (
    WAIVED,
    Carried,
    Exchange,
    Job,
    Label,
    Medium,
    PictureScreening,
    Refusal,
    Source,
)
from guiju.storage import Database

DATA = b"\x89PNG a picture"


def medium(number: str = "p-1", *, kept: bool = True) -> Medium:
    return Medium(
        produce_id=number,
        kind="image/png",
        digest=digest(DATA),
        size=len(DATA),
        explicit="words",
        implicit="inside",
        content=DATA if kept else None,
        looked="full",
    )


SEEN = PictureScreening(
    picture=digest(DATA),
    direction="output",
    verdict="pass",
    screened="full",
    policy="d" * 64,
    found=0,
    harms=[],
    parts={"codes": "full"},
    request="req_1",
)


@pytest.mark.control("media-label", "picture-screening")
def test_a_medium_has_a_leaf_and_is_found_by_its_number(db: Database, clock: FixedClock) -> None:
    """The leaf covers the rows, holds the digest, and never the bytes."""
    made = (medium(), medium("p-1-1", kept=False))
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), media=made, pictures=(SEEN,))])
    kinds = [one["kind"] for one in leaves(db)]
    assert kinds.count("media-labelled") == 2
    assert kinds.count("picture-screened") == 1
    first = next(one for one in leaves(db) if one["kind"] == "media-labelled")
    assert first["facts"]["digest"] == digest(DATA)
    assert first["facts"]["produce_id"] == "p-1"
    assert DATA.decode("latin-1") not in str(leaves(db))
    with db.read() as tx:
        found = records.made(tx, "p-1")
        assert found is not None
        assert (found.request, found.digest) == ("req_1", digest(DATA))
        assert [one.produce_id for one in records.made_in(tx, "req_1")] == ["p-1", "p-1-1"]
        assert records.made(tx, "p-2") is None


@pytest.mark.control("records-sealed")
def test_a_kept_medium_is_sealed_and_gone_with_its_person(db: Database, clock: FixedClock) -> None:
    """What is fetched are the bytes that were labelled; after an erasure nobody can."""
    with db.write() as tx:
        kept = replace(exchange(clock), media=(medium(), medium("p-1-1", kept=False)))
        records.record(tx, [kept])
    with db.read() as tx:
        assert records.fetched(tx, "p-1")[1] == DATA
        with pytest.raises(NotFound) as none:
            records.fetched(tx, "p-1-1")
    assert none.value.code == "medium-not-found"
    with db.write() as tx:
        records.erase(tx, OFFICER, SECOND, "pe_1")
    with db.read() as tx, pytest.raises(NotFound) as gone:
        records.fetched(tx, "p-1")
    assert gone.value.code == "key-destroyed"


def test_a_picture_of_a_refused_request_is_on_record(db: Database, clock: FixedClock) -> None:
    """What was turned away was looked at all the same."""
    refusal = Refusal("req_2", clock.now(), "/v1/images/edits", "k", "pe_1", "x", pictures=(SEEN,))
    with db.write() as tx:
        records.record(tx, [refusal])
    assert [one["kind"] for one in leaves(db)][-2:] == ["request-refused", "picture-screened"]


@pytest.mark.control("media-label")
def test_a_number_on_other_content_is_reported(db: Database, clock: FixedClock) -> None:
    """The same bytes are fine, and so is a number that nobody here has given out."""
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), media=(medium(),))])
    carried = (
        Carried(("p-1",), "producer", digest(DATA)),
        Carried(("elsewhere",), "producer", "0" * 64),
        Carried(("elsewhere", "p-1"), "producer", "1" * 64),
    )
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock, "req_2"), carried=carried)])
    (found,) = [one for one in leaves(db) if one["kind"] == "label-mismatched"]
    assert found["facts"] == {
        "request": "req_2",
        "produce_id": "p-1",
        "delivered": digest(DATA),
        "given": "1" * 64,
    }


def begun(clock: FixedClock, request: str = "req_1", person: str = "pe_1") -> Exchange:
    source = Source("one", "their-model", "ours", 1)
    job = Job("job-1", "4", "720x1280")
    return replace(exchange(clock, request, person), job=job, source=source)


def test_a_job_is_its_persons_and_is_deleted_with_a_trace(db: Database, clock: FixedClock) -> None:
    """The film that was kept goes with it; the leaf of its delivery stays."""
    with db.write() as tx:
        records.record(tx, [begun(clock), begun(clock, "req_2"), begun(clock, "req_3", "pe_2")])
        records.record(tx, [replace(exchange(clock, "req_4"), media=(medium(),))])
    with db.read() as tx:
        assert records.job(tx, "req_1", "pe_2") is None
        job = records.job(tx, "req_1", "pe_1")
        assert job is not None
        assert (job.theirs, job.source) == ("job-1", Source("one", "their-model", "ours", 1))
        newest = records.jobs(tx, "pe_1")
        assert [one.request for one in newest] == ["req_2", "req_1"]
        assert [one.request for one in records.jobs(tx, "pe_1", "req_2", 5)] == ["req_1"]
        oldest = records.jobs(tx, "pe_1", "req_1", newest=False)
        assert [one.request for one in oldest] == ["req_2"]
        assert records.kept(tx, "p-1")
    with db.write() as tx:
        assert records.drop_job(tx, job)
    with db.write() as tx:
        assert not records.drop_job(tx, job)
    with db.read() as tx:
        assert records.job(tx, "req_1", "pe_1") is None
        assert not records.kept(tx, job.produce_id)
        assert records.made(tx, "p-1") is not None
    (gone,) = [one for one in leaves(db) if one["kind"] == "video-deleted"]
    assert gone["facts"] == {"request": "req_1", "produce_id": "p-1"}


@pytest.mark.control("label-waiver-log")
def test_who_got_content_without_a_visible_label_is_on_record(
    db: Database, clock: FixedClock
) -> None:
    """Recipient, terms, number, and that the implicit label stayed."""
    label = Label("p-1", WAIVED, implicit=True)
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), label=label, waived="e" * 64)])
    (found,) = [one for one in leaves(db) if one["kind"] == "label-waived"]
    assert found["subject"] == "pe_1"
    assert found["facts"] == {
        "request": "req_1",
        "recipient": "pe_1",
        "terms": "e" * 64,
        "produce_id": "p-1",
        "implicit": True,
    }


def test_a_watermark_leads_to_its_number(db: Database, clock: FixedClock) -> None:
    """Also when two numbers share a mark by chance; a mark that was never given leads nowhere."""
    marks = [replace(medium(f"p-{at}"), watermark="0a" * 6, content=None) for at in range(2)]
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), media=(*marks, medium("p-9", kept=False)))])
    with db.read() as tx:
        found = records.made_with_mark(tx, "0a" * 6)
        assert [one.produce_id for one in found] == ["p-0", "p-1"]
        assert records.made_with_mark(tx, "0b" * 6) == []
    ledger.integrate(db)
    assert ledger.verify(db).ok
