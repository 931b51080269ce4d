# SPDX-License-Identifier: Apache-2.0
"""The invented family of `scene`, on SQLite."""

from __future__ import annotations

import pytest
from tests.unit.minors.scene import Scene

from guiju.kernel import FixedClock
from guiju.storage import Database


@pytest.fixture
def scene(db: Database, clock: FixedClock) -> Scene:
    return Scene(db, clock)
