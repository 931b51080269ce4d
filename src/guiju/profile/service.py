# SPDX-License-Identifier: Apache-2.0
"""What is done with the statement of the service: publish it, and say what it is now (Art. 10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from guiju.kernel import Actor, canonical, digest
from guiju.labelling import producer_code as code_of
from guiju.ledger import append
from guiju.measures import enforces
from guiju.profile import store
from guiju.profile.model import MACHINE, Published, Statement, altered, unchanged
from guiju.storage import Tx

_MOST_SHOWN = 100


@enforces("service-statement")
def publish_statement(tx: Tx, actor: Actor, statement: Statement) -> Published:
    """Make `statement` the public one, as the next version.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `statement-unchanged`, or `already-there` when somebody published meanwhile.
        Invalid: `statement-invalid`.
    """
    MACHINE.step("draft", "publish", actor)
    # A statement may have been put together without the reader: what is public was read strictly.
    statement = Statement.from_mapping(statement.to_mapping())
    body = statement.to_mapping()
    mark = digest(canonical(body))
    now = current(tx)
    if now is not None and now.digest == mark:
        raise unchanged(now.version)
    version = 1 if now is None else now.version + 1
    store.add(tx, version, body, mark, actor.id)
    append(
        tx,
        "statement-published",
        controls=("service-statement",),
        actor=actor,
        subject=f"statement-{version}",
        facts={"version": version, "digest": mark},
    )
    return Published(version, mark, statement, actor.id, tx.now)


def current(tx: Tx) -> Published | None:
    """The public statement; raises Unavailable `statement-altered` when it was tampered with."""
    rows = store.newest(tx, 1)
    return _published(rows[0]) if rows else None


def history(tx: Tx, limit: int = _MOST_SHOWN) -> list[Published]:
    """The newest versions, newest first."""
    return [_published(row) for row in store.newest(tx, limit)]


def producer_code(statement: Statement) -> str:
    """The 27 characters by which labels name this provider as the one who generates."""
    return code_of(statement.uscc, model=statement.model_code)


def _published(row: Row[Any]) -> Published:
    if digest(canonical(row.body)) != row.digest:
        raise altered(row.version)
    statement = Statement.from_mapping(row.body)
    return Published(row.version, row.digest, statement, row.published_by, row.published_at)
