# SPDX-License-Identifier: Apache-2.0
"""Staff of an invented provider, and what the policies room puts on record."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from guiju.kernel import Actor, ActorKind
from guiju.ledger import append


class Staff(NamedTuple):
    editor: Actor
    officer: Actor
    second: Actor
    clerk: Actor


@pytest.fixture
def staff() -> Staff:
    def member(name: str, *roles: str) -> Actor:
        return Actor(ActorKind.STAFF, name, frozenset(roles))

    return Staff(
        editor=member("staff_editor", "policy-editor"),
        officer=member("staff_officer", "safety-officer"),
        second=member("staff_second", "safety-officer", "policy-editor"),
        clerk=member("staff_clerk", "intake-clerk"),
    )


@pytest.fixture
def leaves(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Each leaf that the room appends, as it was asked for; the ledger gets it all the same."""
    kept: list[dict[str, Any]] = []

    def listen(tx: Any, kind: str, **more: Any) -> str:
        kept.append({"kind": kind, **more})
        return append(tx, kind, **more)

    monkeypatch.setattr("guiju.policies.service.append", listen)
    return kept
