# SPDX-License-Identifier: Apache-2.0
"""What is kept of minors and guardians, for whoever carries out requests (Article 11).

Ages, links, settings and minutes go with the person. That an age was appealed stays as the trail of
its case, under the pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, Table, select

from guiju.kernel import Actor, Text, isoformat
from guiju.minors import store, use_store
from guiju.storage import Database, PersonStore, Piece, Stage, Tx

# Each table with the columns that say whose a row is.
_ROWS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (store.AGE, ("person",)),
    (store.STAND, ("person",)),
    (store.LINK, ("ward", "guardian")),
    (store.SETTING, ("ward",)),
    (store.LEAVE, ("ward",)),
    (use_store.USE, ("person",)),
)
_MOST = 200


def what_of(tx: Tx, person: str) -> Mapping[str, int]:
    """How many rows there are, by table."""
    found = {subject.name: len(_of(tx, subject, columns, person)) for subject, columns in _ROWS}
    return {str(name): number for name, number in found.items() if number}


def export(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
    """What is known of an age, who guards whom, the settings, and the minutes of days."""
    with database.read() as tx:
        for row in _of(tx, store.AGE, ("person",), person):
            yield Piece("ages", {"source": row.source, "stage": row.stage, "at": isoformat(row.at)})
        for row in _of(tx, store.LINK, ("ward", "guardian"), person):
            role = "ward" if row.ward == person else "guardian"
            at = isoformat(row.made_at)
            yield Piece("guardians", {"as": role, "state": row.state, "made_at": at})
        for row in _of(tx, store.SETTING, ("ward",), person):
            yield Piece("minors-settings", {"day_minutes": row.day_minutes})
        for row in _of(tx, use_store.USE, ("person",), person):
            yield Piece("minors-days", {"day": str(row.day), "requests": row.requests})


def erase(tx: Tx, _actor: Actor, person: str, _case: str) -> int:
    """The next rows."""
    tx.overwrite_deleted()
    gone = 0
    for subject, columns in _ROWS:
        for row in _of(tx, subject, columns, person)[: _MOST - gone]:
            key = {one.name: row._mapping[one.name] for one in subject.primary_key}  # noqa: SLF001 - SQLAlchemy's documented accessor
            gone += tx.delete(subject, key)
    return gone


def _of(tx: Tx, subject: Table, columns: tuple[str, ...], person: str) -> list[Row[Any]]:
    mine = subject.c[columns[0]] == person
    for one in columns[1:]:
        mine |= subject.c[one] == person
    return list(tx.rows(select(subject).where(mine)))


STORES = (
    PersonStore(
        name="minors",
        text=Text(zh="年龄、监护与时长", en="Ages, guardians and time"),
        data_class="account",
        tables=(*sorted(str(subject.name) for subject, _ in _ROWS), "minors_appeal"),
        stage=Stage.CONTENT,
        how=Text(
            zh="年龄、监护关系、设置和时长删除；对年龄的申诉只留案件编号和结果。",
            en="Ages, guardians, settings and minutes are deleted; of an appeal about an age, the"
            " number and outcome of the case stay.",
        ),
        sorts={
            "minors_age": Text(zh="年龄信息", en="ages"),
            "minors_stand": Text(zh="未成年人模式", en="minors' mode"),
            "minors_link": Text(zh="监护关系", en="guardians"),
            "minors_setting": Text(zh="设置", en="settings"),
            "minors_leave": Text(zh="临时延长", en="extensions"),
            "minors_use": Text(zh="使用日", en="days of use"),
        },
        what_of=what_of,
        export=export,
        erase=erase,
        probe=what_of,
    ),
)
