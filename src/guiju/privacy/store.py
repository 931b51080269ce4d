# SPDX-License-Identifier: Apache-2.0
"""Tables of privacy requests: what was asked (sealed), steps of erasures, copies, certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Row,
    String,
    bindparam,
    func,
    select,
)

from guiju.casework import owned_with_case
from guiju.privacy.model import (
    Certificate,
    Channel,
    Head,
    Outcome,
    Package,
    Proof,
    Step,
    StepState,
    Wish,
)
from guiju.storage import CanonicalJson, Instant, Question, Tallies, Tx, owned_by, sealed, table

PER_PAGE = 50

REQUEST = table(
    "privacy_request",
    Column("case_id", String(40), primary_key=True),
    Column("number", String(24), nullable=False),
    Column("wish", String(12), nullable=False),
    # The pseudonym, once it is known whose information it is about.
    Column("person", String(40), index=True),
    Column("proof", Integer, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("language", String(2), nullable=False),
    # A slow digest: nobody who has the database can try codes.
    Column("receipt", String(64), nullable=False, unique=True),
    Column("outcome", String(12)),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("privacy_request/{case_id}", owned_with_case()),
    ),
    Column("received_at", Instant, nullable=False),
)

# Progress, drawn from what the steps themselves put on record; so it carries a code.
STEP = table(
    "privacy_step",
    Column("case_id", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("store", String(40), nullable=False),
    Column("state", String(8), nullable=False),
    Column("gone", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("trouble", String(80)),
    Column("next_at", Instant, nullable=False),
    Column("done_at", Instant),
    guard="coded",
)

PACKAGE = table(
    "privacy_package",
    Column("case_id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    # The key of the file, sealed with that of the person: without it the file is noise.
    Column("sealed_key", LargeBinary, info=sealed("privacy_package/{case_id}", owned_by("person"))),
    Column("tries", Integer, nullable=False),
    Column("trouble", String(80)),
    Column("next_at", Instant, nullable=False),
    Column("made_at", Instant),
    Column("expires_at", Instant, index=True),
    Column("token", String(64), index=True),
    Column("fetched", Integer, nullable=False),
    guard="coded",
)

CERTIFICATE = table(
    "privacy_certificate",
    Column("case_id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("body", CanonicalJson, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("evidence", String(40)),
    # Until when a rule keeps something of the person without name or content.
    Column("rest_until", Instant, index=True),
    Column("made_at", Instant, nullable=False),
    Column("complete", Boolean, nullable=False),
)

TALLY = table(
    "privacy_tally",
    Column("name", String(80), primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    guard="coded",
)
TALLIES = Tallies(TALLY)

# Asked each second.
_NOW: BindParameter[datetime] = bindparam("now")
_TO_WORK = Question(
    select(STEP.c.case_id)
    .where(STEP.c.state != StepState.DONE.value, STEP.c.next_at <= _NOW)
    .distinct()
    .order_by(STEP.c.case_id)
)
_TO_MAKE = Question(
    select(PACKAGE)
    .where(PACKAGE.c.made_at.is_(None), PACKAGE.c.next_at <= _NOW)
    .order_by(PACKAGE.c.case_id)
)
_PACKAGES_OVER = Question(
    select(PACKAGE).where(PACKAGE.c.expires_at.is_not(None), PACKAGE.c.expires_at <= _NOW)
)
_RESTS_OVER = Question(
    select(CERTIFICATE.c.case_id).where(
        CERTIFICATE.c.rest_until.is_not(None),
        CERTIFICATE.c.rest_until <= _NOW,
        CERTIFICATE.c.complete.is_(False),
    )
)


# -- requests --------------------------------------------------------------------------------------


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a request."""
    tx.insert(REQUEST, values)


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Change what is known of a request; the caller puts it on record."""
    tx.update(REQUEST, {"case_id": case}, changes)


def head(tx: Tx, case: str) -> Head:
    """What may be listed of the request of this case."""
    row = tx.row(select(REQUEST).where(REQUEST.c.case_id == case))
    if row is None:
        raise RuntimeError(f"the case {case} has no privacy request")
    return _head(row)


def words(tx: Tx, case: str) -> bytes:
    """Its words, sealed."""
    row = tx.row(select(REQUEST.c.words).where(REQUEST.c.case_id == case))
    return b"" if row is None else bytes(row.words)


def case_by_receipt(tx: Tx, receipt: str) -> str | None:
    """The case that has this receipt."""
    row = tx.row(select(REQUEST.c.case_id).where(REQUEST.c.receipt == receipt))
    return None if row is None else str(row.case_id)


def heads(tx: Tx, *, person: str | None = None, before: str | None = None) -> list[Head]:
    """The newest requests, of one person or of all, a page of them."""
    wanted = select(REQUEST).order_by(REQUEST.c.case_id.desc()).limit(PER_PAGE)
    if person is not None:
        wanted = wanted.where(REQUEST.c.person == person)
    if before is not None:
        wanted = wanted.where(REQUEST.c.case_id < before)
    return [_head(row) for row in tx.rows(wanted)]


def _head(row: Row[Any]) -> Head:
    return Head(
        case=row.case_id,
        number=row.number,
        wish=Wish(row.wish),
        person=row.person,
        proof=Proof(row.proof),
        channel=Channel(row.channel),
        language=row.language,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        received_at=row.received_at,
    )


# -- steps -----------------------------------------------------------------------------------------


def add_steps(tx: Tx, case: str, names: Sequence[str]) -> None:
    """Lay out the steps of an erasure, unless that was done."""
    for seq, name in enumerate(names):
        tx.insert_if_absent(
            STEP,
            {
                "case_id": case,
                "seq": seq,
                "store": name,
                "state": StepState.WAITING.value,
                "gone": 0,
                "tries": 0,
                "trouble": None,
                "next_at": tx.now,
                "done_at": None,
            },
        )


def steps(tx: Tx, case: str) -> list[Step]:
    """The steps of a case in order."""
    return [
        _step(row)
        for row in tx.rows(select(STEP).where(STEP.c.case_id == case).order_by(STEP.c.seq))
    ]


def change_step(tx: Tx, step: Step, changes: Mapping[str, Any]) -> None:
    """Note how a step went."""
    tx.update(STEP, {"case_id": step.case, "seq": step.seq}, changes)


def hold_step(tx: Tx, step: Step) -> Step | None:
    """The step as it now is; on PostgreSQL nobody else takes it before this transaction ends."""
    key = (STEP.c.case_id == step.case) & (STEP.c.seq == step.seq)
    row = tx.row(select(STEP).where(key).with_for_update())
    return None if row is None else _step(row)


def cases_to_work(tx: Tx) -> list[str]:
    """The cases with steps that are not done and whose time has come, the oldest first."""
    return [str(row.case_id) for row in tx.ask(_TO_WORK, now=tx.now)]


def _step(row: Row[Any]) -> Step:
    return Step(
        case=row.case_id,
        seq=row.seq,
        store=row.store,
        state=StepState(row.state),
        gone=row.gone,
        tries=row.tries,
        trouble=row.trouble,
        next_at=row.next_at,
        done_at=row.done_at,
    )


# -- copies ----------------------------------------------------------------------------------------


def add_package(tx: Tx, case: str, person: str) -> None:
    """Have a copy made, unless there is one."""
    tx.insert_if_absent(
        PACKAGE,
        {
            "case_id": case,
            "person": person,
            "done": 0,
            "total": 0,
            "size": 0,
            "digest": "",
            "sealed_key": None,
            "tries": 0,
            "trouble": None,
            "next_at": tx.now,
            "made_at": None,
            "expires_at": None,
            "token": None,
            "fetched": 0,
        },
    )


def package(tx: Tx, case: str) -> Package | None:
    """The copy of a case."""
    row = tx.row(select(PACKAGE).where(PACKAGE.c.case_id == case))
    return None if row is None else _package(row)


def package_key(tx: Tx, case: str) -> bytes | None:
    """The key of its file, sealed."""
    row = tx.row(select(PACKAGE.c.sealed_key).where(PACKAGE.c.case_id == case))
    return None if row is None else row.sealed_key


def package_by_token(tx: Tx, token: str) -> Package | None:
    """The copy that this link leads to."""
    row = tx.row(select(PACKAGE).where(PACKAGE.c.token == token))
    return None if row is None else _package(row)


def change_package(tx: Tx, case: str, changes: Mapping[str, Any], **expect: Any) -> bool:
    """Note how a copy stands; False when it no longer stands as expected."""
    return tx.update(PACKAGE, {"case_id": case}, changes, expect=expect)


def drop_package(tx: Tx, case: str) -> bool:
    """Forget a copy."""
    return tx.delete(PACKAGE, {"case_id": case})


def packages_of(tx: Tx, person: str) -> list[Package]:
    """All copies of a person."""
    return [_package(row) for row in tx.rows(select(PACKAGE).where(PACKAGE.c.person == person))]


def packages_to_make(tx: Tx) -> list[Package]:
    """Copies that are to be made now, the oldest first."""
    return [_package(row) for row in tx.ask(_TO_MAKE, now=tx.now)]


def packages_over(tx: Tx) -> list[Package]:
    """Copies whose time is over."""
    return [_package(row) for row in tx.ask(_PACKAGES_OVER, now=tx.now)]


def _package(row: Row[Any]) -> Package:
    values = {name: getattr(row, name) for name in Package.__slots__ if name != "case"}
    return Package(case=row.case_id, **values)


# -- certificates ----------------------------------------------------------------------------------


def add_certificate(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a certificate; the caller puts it on record."""
    tx.insert(CERTIFICATE, values)


def certificate(tx: Tx, case: str) -> Row[Any] | None:
    """The certificate of a case."""
    return tx.row(select(CERTIFICATE).where(CERTIFICATE.c.case_id == case))


def certificate_body(tx: Tx, case: str) -> Certificate | None:
    """What it says."""
    row = certificate(tx, case)
    return None if row is None else dict(row.body)


def rests_over(tx: Tx) -> list[str]:
    """The cases whose certificates have something left whose time is over."""
    return [str(row.case_id) for row in tx.ask(_RESTS_OVER, now=tx.now)]


def complete(tx: Tx, case: str) -> None:
    """Nothing is left any more."""
    tx.update(CERTIFICATE, {"case_id": case}, {"complete": True})


def erased(tx: Tx, most: int) -> list[str]:
    """The people who were erased last."""
    wanted = select(CERTIFICATE.c.person).order_by(CERTIFICATE.c.case_id.desc()).limit(most)
    return [str(row.person) for row in tx.rows(wanted)]


def erased_count(tx: Tx) -> int:
    """How many people were erased."""
    row = tx.row(select(func.count()).select_from(CERTIFICATE))
    return 0 if row is None else int(row[0])
