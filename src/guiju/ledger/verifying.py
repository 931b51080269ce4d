# SPDX-License-Identifier: Apache-2.0
"""`verify`: recompute the whole ledger and compare it with everything that was ever said about it.

Entries with their codes, every signed checkpoint, every published file, every row of every table
(Article 19). Reads one snapshot, in a memory that does not grow with the ledger.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from guiju.kernel import Invalid, Text
from guiju.ledger import verify_bundle
from guiju.ledger.checkpointcheck import Checkpoints
from guiju.ledger.entrycheck import EntryWalk, Progress
from guiju.ledger.findings import Findings
from guiju.ledger.model import Problem, VerifyReport
from guiju.ledger.notes import encode
from guiju.ledger.rowcheck import Named, check_rows
from guiju.ledger.tilecheck import Files
from guiju.storage import Database, Tx


def verify(
    db: Database,
    folder: Path | None = None,
    progress: Progress | None = None,
    processes: int = 1,
) -> VerifyReport:
    """Check the whole ledger, its files in `folder`, and every row that evidence speaks of.

    With the help of so many `processes` when the ledger is large enough to be worth them.

    Raises:
        Unavailable: the database or the folder cannot be read.
    """
    found, named = Findings(), Named()
    files = Files(folder, found)
    try:
        with db.read() as tx:
            _one_snapshot(tx)
            checkpoints = Checkpoints(tx, files.checkpoint, found, tiles=files.any)
            files.require(checkpoints.published)
            root = EntryWalk(tx, files, checkpoints, named, found).run(
                progress or _silent, processes
            )
            check_rows(tx, named, found)
    finally:
        named.close()
    problems = found.all()
    return VerifyReport(not problems, checkpoints.size, encode(root), problems)


def verify_folder(
    folder: Path, *, key: str | None = None, since: Path | None = None
) -> VerifyReport:
    """Check a bundle or a folder of tiles without the database, as an inspector does.

    Raises:
        Invalid: the folder is no bundle, or cannot be read.
    """
    try:
        held = None if since is None else since.read_bytes()
        result = verify_bundle.check(folder, key, held)
    except (OSError, ValueError) as error:
        raise Invalid(
            "bundle-unreadable",
            Text(zh=f"{folder} 不是证据包：{error}。", en=f"{folder} is no bundle: {error}."),
            Text(
                zh="请给出含 checkpoint 与 key.txt 的目录。",
                en="Name a folder with checkpoint and key.txt.",
            ),
        ) from error
    problems = tuple(
        Problem(one["where"], Text(zh=one["zh"], en=one["en"])) for one in result["problems"]
    )
    return VerifyReport(not problems, result["size"], result["root"], problems)


def _silent(_done: int, _all: int) -> None:
    return None


def _one_snapshot(tx: Tx) -> None:
    """All questions get answers of one moment; on SQLite a transaction reads so anyway."""
    if tx.dialect == "postgresql":
        tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
