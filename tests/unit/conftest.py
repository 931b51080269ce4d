# SPDX-License-Identifier: Apache-2.0
"""What makes every unit test quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from sqlalchemy import select

from guiju.accounts import passwords
from guiju.kernel import parse
from guiju.ledger.store import ENTRY
from guiju.storage import Tx

About = Callable[[Tx, str], list[dict[str, Any]]]


@pytest.fixture
def about() -> About:
    """What is on record about a subject, newest first, whether or not it has its place."""

    def found(tx: Tx, subject: str) -> list[dict[str, Any]]:
        wanted = select(ENTRY.c.leaf).where(ENTRY.c.subject == subject)
        return [parse(row.leaf) for row in tx.rows(wanted.order_by(ENTRY.c.arrival.desc()))]

    return found


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashing() -> Iterator[None]:
    """The same algorithm with the least of memory and time."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", cheap)
        patch.setattr(passwords, "_NOBODY", cheap.hash("nobody"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _routes_read_once() -> Iterator[None]:
    """What a page takes is read from its function once, not anew for each application of a test.

    That is most of what an application costs to put together.
    """
    read: dict[Any, Dependant] = {}

    def remembered(*, path: str, call: Callable[..., Any], **rest: Any) -> Dependant:
        method = getattr(call, "__func__", None)
        if method is None:
            return get_dependant(path=path, call=call, **rest)
        asked = (path, method, *sorted(rest.items()))
        if asked not in read:
            read[asked] = get_dependant(path=path, call=call, **rest)
        known = read[asked]
        return replace(known, call=call, dependencies=list(known.dependencies))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fastapi.routing.get_dependant", remembered)
        yield
