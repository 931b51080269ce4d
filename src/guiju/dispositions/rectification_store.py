# SPDX-License-Identifier: Apache-2.0
"""The tables of rectification: cases, their samples (sealed) and the runs over these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, and_, func, select

from guiju.casework import wiped
from guiju.dispositions.rectification_model import (
    Cure,
    Expected,
    Phase,
    Rectification,
    Run,
    Sample,
    Tally,
)
from guiju.storage import CanonicalJson, Instant, Tx, owned_by, sealed, table

RECTIFICATION = table(
    "disposition_rectification",
    Column("case", String(40), primary_key=True),
    Column("number", String(24), nullable=False),
    Column("findings", CanonicalJson, nullable=False),
    Column("cure", String(16)),
    Column("round", Integer),
)
SAMPLE = table(
    "disposition_rectification_sample",
    Column("id", String(40), primary_key=True),
    Column("case", String(40), nullable=False, index=True),
    Column("owner", String(40), nullable=False),
    Column("request", String(40)),
    Column("direction", String(8), nullable=False),
    Column("expected", String(8), nullable=False),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("disposition_rectification_sample/{id}", owned_by("owner")),
    ),
    Column("kept_by", String(80), nullable=False),
    Column("kept_at", Instant, nullable=False),
)
RUN = table(
    "disposition_rectification_run",
    Column("id", String(40), primary_key=True),
    Column("case", String(40), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("phase", String(8), nullable=False),
    Column("policy", String(64), nullable=False),
    *(Column(name, Integer, nullable=False) for name in Tally._fields),
    Column("results", String(64), nullable=False),
    Column("differ", CanonicalJson, nullable=False),
    Column("ran_by", String(80), nullable=False),
    Column("ran_at", Instant, nullable=False),
)
_HEAD = [one for one in SAMPLE.columns if one.name != "words"]


def add(tx: Tx, made: Rectification) -> None:
    """Keep what a new case is about."""
    cure = made.cure and made.cure.value
    tx.insert(
        RECTIFICATION,
        {
            "case": made.case,
            "number": made.number,
            "findings": list(made.findings),
            "cure": cure,
            "round": made.round,
        },
    )


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Change what is kept of a case, whose version the caller has just moved on."""
    tx.update(RECTIFICATION, {"case": case}, changes)


def get(tx: Tx, case: str) -> Rectification:
    """What the case with this id is about; raises LookupError for a case of another kind."""
    row = tx.row(select(RECTIFICATION).where(RECTIFICATION.c.case == case))
    if row is None:
        raise LookupError(case)
    return _about(row)


def _about(row: Row[Any]) -> Rectification:
    cure = None if row.cure is None else Cure(row.cure)
    return Rectification(row.case, row.number, tuple(row.findings), cure, row.round)


def newest(tx: Tx, most: int) -> list[Rectification]:
    """What the newest cases are about."""
    c = RECTIFICATION.c
    return [
        _about(row) for row in tx.rows(select(RECTIFICATION).order_by(c.case.desc()).limit(most))
    ]


def add_sample(tx: Tx, sample: Sample, sealed: bytes) -> None:
    """Keep a sample with its sealed words."""
    values = {one.name: getattr(sample, one.name) for one in _HEAD}
    tx.insert(SAMPLE, {**values, "expected": sample.expected.value, "words": sealed})


def samples(tx: Tx, case: str) -> list[tuple[Sample, bytes]]:
    """The samples of a case with their sealed words, in the order they were kept."""
    rows = tx.rows(select(SAMPLE).where(SAMPLE.c.case == case).order_by(SAMPLE.c.id))
    return [(_sample(row), row.words) for row in rows]


def count_samples(tx: Tx, case: str) -> int:
    """How many samples a case has."""
    row = tx.row(select(func.count()).select_from(SAMPLE).where(SAMPLE.c.case == case))
    return 0 if row is None else int(row[0])


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete the words of all samples; what the runs came to stays."""
    spoken = and_(SAMPLE.c.case == case, SAMPLE.c.words != b"")
    yield from wiped(tx, SAMPLE, spoken, {"words": b""})


def add_run(tx: Tx, run: Run) -> None:
    """Keep a run."""
    plain = {one: getattr(run, one) for one in Run.__slots__ if one != "tally"}
    tx.insert(
        RUN, {**plain, "phase": run.phase.value, "differ": list(run.differ), **run.tally._asdict()}
    )


def runs(tx: Tx, case: str) -> list[Run]:
    """The runs of a case, in order."""
    rows = tx.rows(select(RUN).where(RUN.c.case == case).order_by(RUN.c.id))
    return [_run(row) for row in rows]


def _sample(row: Row[Any]) -> Sample:
    values = {one.name: getattr(row, one.name) for one in _HEAD}
    return Sample(**{**values, "expected": Expected(row.expected)})


def _run(row: Row[Any]) -> Run:
    plain = {one: getattr(row, one) for one in Run.__slots__ if one != "tally"}
    tally = Tally(*(getattr(row, name) for name in Tally._fields))
    return Run(**{**plain, "phase": Phase(row.phase), "differ": tuple(row.differ)}, tally=tally)
