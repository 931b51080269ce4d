# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import resource

import pytest

from guiju.app.up import MOST_CONNECTIONS, connections


@pytest.mark.parametrize(
    ("now", "most", "raised", "served"),
    [
        (1024, 1_048_576, 65_536, MOST_CONNECTIONS),
        (1024, resource.RLIM_INFINITY, 65_536, MOST_CONNECTIONS),
        (1024, 4096, 4096, 1920),
        (1024, 1024, None, 384),
        (200_000, 1_048_576, None, MOST_CONNECTIONS),
        (64, 64, None, 1),
    ],
)
def test_a_worker_lets_in_as_many_as_it_has_files_for(
    monkeypatch: pytest.MonkeyPatch, now: int, most: int, raised: int | None, served: int
) -> None:
    """The limit of open files is raised, never lowered, and two are counted for each stream."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (now, most))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: asked.append(both))
    assert connections() == served
    assert asked == ([] if raised is None else [(raised, most)])
