# SPDX-License-Identifier: Apache-2.0
"""What is kept of people because an incident concerns them (Article 11).

Notices are cases, which `casework` answers for; here stands only whom a breach concerns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guiju.incidents import breach_store as store
from guiju.incidents.breaching import breach, find_breach
from guiju.kernel import Actor, Text, isoformat
from guiju.storage import Database, PersonStore, Piece, Stage, Tx

_MOST = 200


def what_of(tx: Tx, person: str) -> Mapping[str, int]:
    """How many breaches concern a person."""
    found = len(store.of_person(tx, person))
    return {"breaches": found} if found else {}


def export(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
    """Each of them: what happened to the information, and when the person was told."""
    with database.read() as tx:
        for row in store.of_person(tx, person):
            found = breach(tx, find_breach(tx, row.breach))
            told = None if row.told_at is None else isoformat(row.told_at)
            values = {
                "number": found.case.number,
                "what": [one.value for one in found.natures],
                "told_at": told,
            }
            yield Piece("breaches", values)


def erase(tx: Tx, _actor: Actor, person: str, _case: str) -> int:
    """The next rows."""
    tx.overwrite_deleted()
    return store.forget_person(tx, person, _MOST)


STORES = (
    PersonStore(
        name="breaches",
        text=Text(zh="涉及本人的泄露事件", en="Breaches that concern you"),
        data_class="cases",
        tables=("breach_person",),
        stage=Stage.CONTENT,
        how=Text(
            zh="从涉及人员名单中删除；人数和决定留在案件中。",
            en="The person goes from the list of those concerned; decisions stay with the case.",
        ),
        sorts={"breaches": Text(zh="泄露事件", en="breaches")},
        what_of=what_of,
        export=export,
        erase=erase,
        probe=what_of,
    ),
)
