# SPDX-License-Identifier: Apache-2.0
"""What this room keeps of people itself: their requests, and copies that were made for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from guiju.kernel import Actor, Text, isoformat
from guiju.privacy import store
from guiju.storage import Database, PersonStore, Piece, Stage, Tx


def copies(folder: Path) -> PersonStore:
    """Copies in `folder`, and the requests they were made for."""

    def what_of(tx: Tx, person: str) -> Mapping[str, int]:
        made = len(store.packages_of(tx, person))
        found = {"copies": made, "requests": len(store.heads(tx, person=person))}
        return {name: number for name, number in found.items() if number}

    def export(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
        with database.read() as tx:
            found = store.heads(tx, person=person)
        for one in found:
            yield Piece(
                "requests",
                {
                    "number": one.number,
                    "wish": one.wish.value,
                    "outcome": None if one.outcome is None else one.outcome.value,
                    "received_at": isoformat(one.received_at),
                },
            )

    def erase(tx: Tx, _actor: Actor, person: str, _case: str) -> int:
        gone = 0
        for one in store.packages_of(tx, person):
            for ending in ("copy", "part"):
                (folder / f"{one.case}.{ending}").unlink(missing_ok=True)
            gone += store.drop_package(tx, one.case)
        return gone

    def _there(tx: Tx, person: str) -> list[str]:
        rows = [one.case for one in store.packages_of(tx, person)]
        return [*rows, *(one for one in rows if (folder / f"{one}.copy").exists())]

    def probe(tx: Tx, person: str) -> Mapping[str, int]:
        there = len(_there(tx, person))
        return {"copies": there} if there else {}

    return PersonStore(
        name="copies",
        text=Text(zh="请求与副本", en="Requests and copies"),
        data_class="cases",
        tables=("privacy_certificate", "privacy_package", "privacy_request", "privacy_step"),
        stage=Stage.CONTENT,
        how=Text(
            zh="副本文件删除；请求的文字以其自有密钥封存，归档时销毁。",
            en="Files of copies are deleted; the words of requests are sealed with keys of their"
            " own, which are destroyed when the request is settled.",
        ),
        sorts={"copies": Text(zh="副本", en="copies"), "requests": Text(zh="请求", en="requests")},
        what_of=what_of,
        export=export,
        erase=erase,
        probe=probe,
    )
