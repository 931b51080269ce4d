# SPDX-License-Identifier: Apache-2.0
"""What stays of measures about people, for whoever carries out their requests (Article 11).

Article 14 asks that records of what was done about unlawful use be kept: they stay under the
pseudonym, without a word that was sealed for the person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Table, func, select

from guiju.dispositions import (
    action_store,
    appeal_store,
    content_store,
    finding_store,
    mine,
    rectification_store,
    statement_store,
    withdrawal_store,
)
from guiju.kernel import Actor, Text
from guiju.storage import Database, PersonStore, Piece, Stage, Tx, has_key

# What holds words that were sealed with the person's key.
_SEALED: tuple[tuple[Table, str], ...] = (
    (statement_store.STATEMENT, "person"),
    (rectification_store.SAMPLE, "owner"),
)
_KEPT: tuple[tuple[Table, str], ...] = (
    (action_store.ACTION, "person"),
    (action_store.STRIKE, "person"),
    (action_store.HELD, "person"),
    (appeal_store.APPEAL, "person"),
    (content_store.CONTENT, "person"),
    (finding_store.FINDING, "person"),
    (withdrawal_store.RECORD, "person"),
)


def what_of(tx: Tx, person: str) -> Mapping[str, int]:
    """How many rows there are, by table."""
    found = {
        subject.name: _count(tx, subject, column, person) for subject, column in (*_SEALED, *_KEPT)
    }
    return {name: number for name, number in found.items() if number}


def readable(tx: Tx, person: str) -> Mapping[str, int]:
    """Words that could still be opened."""
    if not has_key(tx, person):
        return {}
    found = {subject.name: _count(tx, subject, column, person) for subject, column in _SEALED}
    return {name: number for name, number in found.items() if number}


def export(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
    """The statements of reasons, with their appeals."""
    with database.read() as tx:
        found = mine.mine(tx, person)
    for one in found:
        yield Piece("measures", mine.plain(one))


def _count(tx: Tx, subject: Table, column: str, person: str) -> int:
    row = tx.row(select(func.count()).select_from(subject).where(subject.c[column] == person))
    return int(row[0]) if row else 0


def _nothing_by_hand(_tx: Tx, _actor: Actor, _person: str, _case: str) -> int:
    """The key does it."""
    return 0


STORES = (
    PersonStore(
        name="measures",
        text=Text(zh="处置与申诉", en="Measures and appeals"),
        data_class="cases",
        tables=tuple(sorted(str(subject.name) for subject, _ in (*_SEALED, *_KEPT))),
        stage=Stage.CONTENT,
        how=Text(
            zh="理由和文字随密钥失效；处置事实依第十四条留存，只有化名。",
            en="Reasons and words go with the key; that there was a measure stays on record, as"
            " Article 14 asks, under a pseudonym.",
        ),
        sorts={
            "disposition_statement": Text(zh="理由说明", en="statements of reasons"),
            "disposition_rectification_sample": Text(zh="整改样本", en="samples of corrections"),
            "disposition_action": Text(zh="处置", en="measures"),
            "disposition_strike": Text(zh="计次", en="strikes"),
            "disposition_held": Text(zh="临时暂停", en="holds"),
            "disposition_appeal": Text(zh="申诉", en="appeals"),
            "disposition_content": Text(zh="对内容的处置", en="measures about content"),
            "disposition_finding": Text(zh="发现", en="findings"),
            "disposition_withdrawn_record": Text(zh="撤下的记录", en="records withdrawn"),
        },
        what_of=what_of,
        export=export,
        erase=_nothing_by_hand,
        probe=readable,
    ),
)
