# SPDX-License-Identifier: Apache-2.0
"""A ledger of any size, and a folder to publish it in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from guiju.kernel import software
from guiju.ledger import Evidence, append_many
from guiju.storage import Database

ACTOR = software("probe")
Record = Callable[[Database, int], list[str]]


def _record(db: Database, count: int) -> list[str]:
    items = [
        Evidence(
            kind="service-started",
            controls=("evidence-ledger",),
            actor=ACTOR,
            subject=f"pe_{number % 7}",
            facts={"number": number, "digest": "ab" * 32},
        )
        for number in range(count)
    ]
    with db.write() as tx:
        return append_many(tx, items)


@pytest.fixture
def record() -> Record:
    """Appends so many leaves in one transaction; their ids."""
    return _record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tiles"
