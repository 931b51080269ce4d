# SPDX-License-Identifier: Apache-2.0
"""Delete sealed words in batches that one leaf has room to name; a room's own go the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from guiju.storage import Tx

_A_LEAF = 200
"""A leaf names some 400 rows, and the step that is taken besides changes a few."""


def wiped(
    tx: Tx,
    subject: Table,
    which: ColumnElement[bool],
    changes: Mapping[str, Any] | None = None,
) -> Iterator[int]:
    """Delete the rows, or overwrite columns of them; after each batch how many, for a leaf.

    `which` must no longer be true of a row that was overwritten.
    """
    keys = [one.name for one in subject.primary_key]
    wanted = select(*subject.primary_key).where(which).limit(_A_LEAF)
    while rows := tx.rows(wanted):
        for row in rows:
            key = dict(zip(keys, row, strict=True))
            if changes is None:
                tx.delete(subject, key)
            else:
                tx.update(subject, key, changes)
        yield len(rows)
