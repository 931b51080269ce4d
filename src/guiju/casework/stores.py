# SPDX-License-Identifier: Apache-2.0
"""What cases keep of the people they are about, for whoever carries out requests (Article 11).

Words are sealed with the key of the person; destroying it takes them along. What stays is the
trail: numbers, states, dates and pseudonyms, which the law asks to be kept (Article 14).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from guiju.casework import contact_store, paper_store, proof_store, ruling_store
from guiju.casework.confirming import asked_of
from guiju.casework.contacting import contact_of, drop_contact
from guiju.casework.kind import Kinds
from guiju.casework.store import CASE, EVENT, case_of
from guiju.casework.trail import history
from guiju.casework.writing import notices
from guiju.kernel import Actor, NotFound, Text, isoformat
from guiju.storage import Conflict, Database, Hinders, PersonStore, Piece, Stage, Tx, has_key

_WORDS: tuple[tuple[Table, ColumnElement[Any]], ...] = (
    (EVENT, EVENT.c.reason),
    (paper_store.NOTE, paper_store.NOTE.c.words),
    (paper_store.NOTICE, paper_store.NOTICE.c.words),
    (ruling_store.DECISION, ruling_store.DECISION.c.facts),
)


def store_of(kinds: Kinds) -> PersonStore:
    """The cases of these kinds that are about people."""

    def export(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
        known = {one.name for one in kinds}
        mine = select(CASE).where(CASE.c.subject == person).order_by(CASE.c.id)
        with database.read() as tx:
            contact, asked = contact_of(tx, person), asked_of(tx, person)
            if contact is not None:
                said = {"address": contact.address, "language": contact.language}
                yield Piece("mail", {**said, "confirmed": "yes"})
            if asked is not None:
                yield Piece("mail", {"address": asked.address, "confirmed": "no"})
            for row in tx.rows(mine):
                if row.kind in known:
                    yield _piece(tx, kinds, row, person)

    def conflicts(tx: Tx, person: str) -> Sequence[Conflict]:
        names = {one.name: one.text for one in kinds}
        is_open = (CASE.c.subject == person) & CASE.c.closed_at.is_(None)
        counted = (
            select(CASE.c.kind, func.count().label("many")).where(is_open).group_by(CASE.c.kind)
        )
        return [
            Conflict("open-case", Hinders.ALL, int(row.many), _open(names.get(row.kind, _CASE)))
            for row in tx.rows(counted)
        ]

    return PersonStore(
        name="cases",
        text=Text(zh="案件", en="Cases"),
        data_class="cases",
        tables=(
            "casework_approval",
            "casework_case",
            "casework_clock",
            "casework_contact",
            "casework_contact_proof",
            "casework_decision",
            "casework_event",
            "casework_hold",
            "casework_look",
            "casework_note",
            "casework_notice",
        ),
        stage=Stage.CONTENT,
        how=Text(
            zh="文字以本人密钥封存，随密钥一并失效；案件编号、状态、日期依法留存，只有化名。",
            en="Words are sealed with the person's key and go with it; numbers, states and dates"
            " stay as the law asks, under a pseudonym.",
        ),
        sorts={
            "addresses": Text(zh="通知邮箱", en="addresses for mail"),
            "cases": Text(zh="案件", en="cases"),
            "words": Text(zh="文字", en="words"),
        },
        what_of=what_of,
        export=export,
        erase=_forget_address,
        probe=readable,
        conflicts=conflicts,
    )


def what_of(tx: Tx, person: str) -> Mapping[str, int]:
    """How many cases, and how many words in them."""
    row = tx.row(select(func.count()).select_from(CASE).where(CASE.c.subject == person))
    cases = int(row[0]) if row else 0
    words = _sealed(tx, person)
    found = {"cases": cases, "words": words, "addresses": _addresses(tx, person)}
    return {name: number for name, number in found.items() if number}


def _addresses(tx: Tx, person: str) -> int:
    return int(contact_store.find(tx, person) is not None) + proof_store.count(tx, person)


def readable(tx: Tx, person: str) -> Mapping[str, int]:
    """Words that could still be opened: all of them while the key is there, else none."""
    words = _sealed(tx, person) if has_key(tx, person) else 0
    found = {"words": words, "addresses": _addresses(tx, person)}
    return {name: number for name, number in found.items() if number}


def _sealed(tx: Tx, person: str) -> int:
    found = 0
    for subject, column in _WORDS:
        joined = subject.join(CASE, CASE.c.id == subject.c.case_id)
        wanted = select(func.count()).select_from(joined)
        row = tx.row(wanted.where(CASE.c.subject == person, column.is_not(None)))
        found += int(row[0]) if row else 0
    return found


def _forget_address(tx: Tx, actor: Actor, person: str, _case: str) -> int:
    """Where mail was written to; the key does all else."""
    return int(drop_contact(tx, actor, person, erased=True))


def _piece(tx: Tx, kinds: Kinds, row: Any, person: str) -> Piece:
    case = case_of(row, kinds)
    try:
        told = [
            {"at": isoformat(one.written_at), "words": one.words or ""}
            for one in notices(tx, case, opened=True)
        ]
        said = [
            {"at": isoformat(one.at), "words": one.reason}
            for one in history(tx, case, opened=True)
            if one.actor == person and one.reason
        ]
    except NotFound:
        told = said = []
    return Piece(
        "cases",
        {
            "number": case.number,
            "kind": case.kind.name,
            "state": case.state,
            "opened_at": isoformat(case.opened_at),
            "closed_at": _day(case.closed_at),
            "you_were_told": told,
            "you_wrote": said,
        },
    )


def _day(at: datetime | None) -> str | None:
    return None if at is None else isoformat(at)


_CASE = Text(zh="案件", en="case")


def _open(kind: Text) -> Text:
    return Text(
        zh=f"有未办结的案件（{kind.zh}），办结前不能抹除。",
        en=f"A case is open ({kind.en}); nothing is erased before it is closed.",
    )
