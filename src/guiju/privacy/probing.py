# SPDX-License-Identifier: Apache-2.0
"""A standing question: a person's data is asked for after the erasure, and must not be found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from guiju import accounts, records
from guiju.kernel import Actor, ActorKind, GuijuError, NotFound
from guiju.measures import enforces
from guiju.privacy import store
from guiju.storage import PersonStore, Tx, has_key

_MOST = 20
_RECORDS = 5


class Probed(NamedTuple):
    """What came of it. `asked`: for how many people; `found`: where something was found."""

    at: datetime
    asked: int
    found: tuple[str, ...]


@enforces("erasure-proved")
def probe(tx: Tx, stores: Sequence[PersonStore]) -> Probed | None:
    """Ask for those who were erased last, by every door; None while nobody was."""
    people = store.erased(tx, _MOST)
    if not people:
        return None
    found = [where for one in people for where in _where(tx, stores, one)]
    return Probed(tx.now, len(people), tuple(dict.fromkeys(found)))


def _where(tx: Tx, stores: Sequence[PersonStore], person: str) -> list[str]:
    found = [one.name for one in stores if one.probe(tx, person)]
    if has_key(tx, person):
        found.append("key")
    if _can_read(tx, person):
        found.append("read")
    if _has_name(tx, person):
        found.append("name")
    return found


def _can_read(tx: Tx, person: str) -> bool:
    """As the person themselves would: by the records that are listed."""
    actor = Actor(ActorKind.PERSON, person)
    for one in records.recent(tx, person, _RECORDS):
        try:
            records.read(tx, actor, one.request, "probe")
        except GuijuError:
            continue
        return True
    return False


def _has_name(tx: Tx, person: str) -> bool:
    try:
        return accounts.name_of(tx, person) is not None
    except NotFound:
        return False
