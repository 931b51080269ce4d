# SPDX-License-Identifier: Apache-2.0
"""The tables of what is withdrawn from all answers: by which digests, and which records it met."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    Row,
    String,
    bindparam,
    case,
    distinct,
    false,
    func,
    select,
)

from guiju.dispositions.content_store import CONTENT
from guiju.records import SamePart
from guiju.storage import CanonicalJson, Instant, Question, Tx, table

WITHDRAWAL = table(
    "disposition_withdrawal",
    Column("case", String(40), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("answers", Integer),
    Column("files", Integer),
    Column("persons", Integer),
)
# A keyed digest of content, or the SHA-256 of a file as it was delivered; `starts`: digests of the
# beginnings of a text, by which a stream is told from it while it is being said.
DIGEST = table(
    "disposition_withdrawn_digest",
    Column("digest", String(64), primary_key=True),
    Column("case", String(40), primary_key=True),
    Column("starts", CanonicalJson, nullable=False),
    Column("stands", Boolean, nullable=False, index=True),
)
# One row for each record of others that was withdrawn with it, so that each is told of once.
RECORD = table(
    "disposition_withdrawn_record",
    Column("case", String(40), primary_key=True),
    Column("request", String(40), primary_key=True),
    Column("place", String(80), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("is_file", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    guard="coded",
)
_W, _D, _R = WITHDRAWAL.c, DIGEST.c, RECORD.c


class Stage(StrEnum):
    """How far it has come: records of others are being marked, all are, or it has ended."""

    SPREADING = "spreading"
    STANDING = "standing"
    ENDED = "ended"


class Mark(NamedTuple):
    """Which state the digests are in; another state has another mark, for both only grow."""

    begun: int
    ended: int


class Reached(NamedTuple):
    """How many answers and files of how many persons were marked."""

    answers: int
    files: int
    persons: int


_SPREADING = Question(
    select(WITHDRAWAL)
    .where(_W.state == Stage.SPREADING.value)
    .order_by(_W.begun_at, _W.case)
    .limit(bindparam("most", type_=Integer))
)
_MARK = Question(
    select(
        func.count().label("begun"),
        func.coalesce(func.sum(case((_D.stands == false(), 1), else_=0)), 0).label("ended"),
    ).select_from(DIGEST)
)


def begin(tx: Tx, case_: str, digests: Mapping[str, Sequence[str]]) -> None:
    """Withdraw what has these digests, each with those of its beginnings."""
    tx.insert(WITHDRAWAL, {"case": case_, "state": Stage.SPREADING.value, "begun_at": tx.now})
    tx.insert_many(
        DIGEST,
        [
            {"digest": digest, "case": case_, "starts": list(starts), "stands": True}
            for digest, starts in digests.items()
        ],
    )


def end(tx: Tx, case_: str) -> None:
    """Withdraw it no more."""
    changes = {"state": Stage.ENDED.value, "ended_at": tx.now}
    tx.update(WITHDRAWAL, {"case": case_}, changes)
    tx.update_all(DIGEST, _D.case == case_, {"stands": False})


def complete(tx: Tx, case_: str, reached: Reached) -> bool:
    """Say that all records are marked; False when somebody else just did, or it has ended."""
    changes = {"state": Stage.STANDING.value, **reached._asdict()}
    return tx.update(WITHDRAWAL, {"case": case_}, changes, expect={"state": Stage.SPREADING.value})


def find(tx: Tx, case_: str) -> Row[Any] | None:
    """What is withdrawn in this case."""
    return tx.row(select(WITHDRAWAL).where(_W.case == case_))


def waited_for(tx: Tx, case_: str) -> Row[Any] | None:
    """The same, once nobody else is at it: neither marking its records nor ending it."""
    return tx.row(select(WITHDRAWAL).where(_W.case == case_).with_for_update())


def spreading(tx: Tx, most: int) -> list[Any]:
    """The withdrawals whose records are not all marked, the oldest first."""
    return tx.ask(_SPREADING, most=most)


def digests(tx: Tx, case_: str) -> list[str]:
    """What is withdrawn in this case, or was, by digest."""
    wanted = select(_D.digest).where(_D.case == case_).order_by(_D.digest)
    return [row.digest for row in tx.rows(wanted)]


def mark(tx: Tx) -> Mark:
    """Which state the digests are in."""
    (row,) = tx.ask(_MARK)
    return Mark(int(row.begun), int(row.ended))


def standing(tx: Tx) -> Sequence[Row[Any]]:
    """All that is withdrawn now, with the number and the harm of its case."""
    joined = DIGEST.join(CONTENT, CONTENT.c.case == _D.case)
    wanted = select(_D.digest, _D.starts, CONTENT.c.number, CONTENT.c.harm).select_from(joined)
    # Of two cases about the same the first is named.
    return tx.rows(wanted.where(_D.stands).order_by(_D.case.desc()))


def number_of(tx: Tx, digests_: Sequence[str]) -> str | None:
    """The number of a case that withdraws one of these now."""
    joined = DIGEST.join(CONTENT, CONTENT.c.case == _D.case)
    wanted = select(CONTENT.c.number).select_from(joined).where(_D.digest.in_(digests_), _D.stands)
    row = tx.row(wanted.order_by(_D.case).limit(1))
    return None if row is None else str(row.number)


def note(tx: Tx, case_: str, parts: Sequence[SamePart], *, is_file: bool) -> None:
    """Mark records as withdrawn, none of which is."""
    rows = [{"case": case_, **one._asdict(), "is_file": is_file, "at": tx.now} for one in parts]
    tx.insert_many(RECORD, rows)


def noted(tx: Tx, case_: str, requests: Sequence[str]) -> set[tuple[str, str]]:
    """Which pieces of these exchanges are marked in this case."""
    wanted = select(_R.request, _R.place).where(_R.case == case_, _R.request.in_(requests))
    return {(row.request, row.place) for row in tx.rows(wanted)}


def last_noted(tx: Tx, case_: str) -> str:
    """The highest number of an exchange that is marked in this case; empty for none."""
    row = tx.row(select(func.max(_R.request)).where(_R.case == case_))
    return "" if row is None or row[0] is None else str(row[0])


def persons(tx: Tx, case_: str, among: Collection[str]) -> set[str]:
    """Those among these persons of whom a record is marked in this case."""
    wanted = select(_R.person).where(_R.person.in_(among), _R.case == case_).distinct()
    return {str(row.person) for row in tx.rows(wanted)}


def reached(tx: Tx, case_: str) -> Reached:
    """How many are marked in this case."""
    answers = func.count(distinct(case((_R.is_file == false(), _R.request))))
    files = func.count(case((_R.is_file, 1)))
    wanted = select(answers, files, func.count(distinct(_R.person))).where(_R.case == case_)
    row = tx.row(wanted)
    return Reached(0, 0, 0) if row is None else Reached(*map(int, row))


def begun_before(row: Row[Any], moment: datetime) -> bool:
    """Whether a withdrawal began before a moment."""
    return bool(row.begun_at <= moment)
