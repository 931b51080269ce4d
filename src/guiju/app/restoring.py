# SPDX-License-Identifier: Apache-2.0
"""A database that was put back from a backup: nobody is served from it before it is brought up."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TYPE_CHECKING

from guiju import casework, ledger, privacy, records
from guiju.app.settings import Settings
from guiju.kernel import Actor, Conflict, Text, Unavailable, software
from guiju.storage import Database, Tx

if TYPE_CHECKING:
    from guiju.app.house import House

_KEEPER = software("keeper")


def check_age(database: Database, settings: Settings) -> None:
    """See that the database holds all that it ever published.

    Raises:
        Unavailable: `database-older`.
    """
    with database.read() as tx:
        found = ledger.behind(tx, settings.tiles)
    if found is None:
        return
    missing = found.published - found.size
    raise Unavailable(
        "database-older",
        Text(
            zh=f"数据库旧于已发布的账本，缺 {missing} 条证据：其中可能有已删除的个人信息。",
            en=f"The database is older than its published ledger by {missing} leaves:"
            " what was erased since may be in it.",
        ),
        Text(
            zh="请先运行 guiju privacy replay --as 负责人，再启动服务。",
            en="Run guiju privacy replay --as OFFICER, then start the service.",
        ),
        article=11,
    )


def replay(house: House, by: str, folder: Path | None) -> privacy.Replayed | None:
    """Delete again what was deleted since; None when the database is not older."""
    actor, where = house.staff(by), folder or house.tiles
    with house.database.read() as tx:
        if ledger.behind(tx, where) is None:
            return None

    def forget(tx: Tx, hand: Actor, case: str) -> int:
        return casework.forget_again(tx, hand, house.kinds, case)

    work = privacy.Replay(house.database, house.stores, forget, lambda: expire_all(house))
    with (house.settings.folder / ".restoring").open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _under_way() from error
        return work.run(actor, where)


def expire_all(house: House) -> None:
    """Delete everything that has reached its limit, records and words of cases."""
    days, rules = house.usage_days(), house.case_retention()
    while True:
        with house.database.write() as tx:
            if records.expire(tx, _KEEPER, days) is None:
                break
    records.forget_orphans(house.database)
    while True:
        with house.database.write() as tx:
            if not casework.expire(tx, _KEEPER, house.kinds, rules):
                break


def _under_way() -> Conflict:
    return Conflict(
        "replay-under-way",
        Text(zh="另一进程正在处理恢复的备份。", en="Another process sees to the backup already."),
        Text(zh="请等它办完。", en="Wait until it is done."),
    )
