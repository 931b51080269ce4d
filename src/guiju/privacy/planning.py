# SPDX-License-Identifier: Apache-2.0
"""What an erasure would reach, counted before anything is done, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from guiju.kernel import isoformat
from guiju.privacy.model import DEEDS
from guiju.storage import Conflict, Hinders, PersonStore, Tx


class Reached(NamedTuple):
    """One store: how much it has of the person, by sort, and what may not go yet."""

    store: PersonStore
    counts: Mapping[str, int]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All stores in the order in which they are worked through."""

    person: str
    stores: tuple[Reached, ...]

    @property
    def conflicts(self) -> list[tuple[PersonStore, Conflict]]:
        """All that stands against it."""
        return [(one.store, conflict) for one in self.stores for conflict in one.conflicts]

    @property
    def hinders_all(self) -> bool:
        """Whether nothing may be erased yet."""
        return any(one.hinders is Hinders.ALL for _, one in self.conflicts)

    @property
    def hinders_key(self) -> bool:
        """Whether the key has to stay for now."""
        return any(one.hinders is not Hinders.NOTHING for _, one in self.conflicts)

    @property
    def rests(self) -> list[tuple[PersonStore, Conflict]]:
        """What a rule asks to keep, without name and content."""
        return [one for one in self.conflicts if one[1].hinders is Hinders.NOTHING]

    @property
    def rest_until(self) -> datetime | None:
        """When the last of that may go."""
        return max((one.until for _, one in self.rests if one.until), default=None)


def plan(tx: Tx, stores: Sequence[PersonStore], person: str) -> Plan:
    """What there is of this person now."""
    ordered = sorted(stores, key=lambda one: one.stage)
    return Plan(
        person,
        tuple(
            Reached(one, one.what_of(tx, person), tuple(one.conflicts(tx, person)))
            for one in ordered
        ),
    )


def steps(made: Plan) -> list[str]:
    """The names of its steps: the stores, then the key and what follows."""
    return [*(one.store.name for one in made.stores), *DEEDS]


def said(made: Plan, language: str) -> list[str]:
    """What the person is told of what stands against it."""
    lines = []
    for store, conflict in made.conflicts:
        until = conflict.until
        words = f"{store.text.to(language)} ({conflict.number}): {conflict.text.to(language)}"
        lines.append(words if until is None else f"{words} {isoformat(until)[:10]}")
    return lines


def plain(made: Plan) -> dict[str, Any]:
    """For programs."""
    return {
        "person": made.person,
        "stores": [
            {
                "store": one.store.name,
                "data_class": one.store.data_class,
                "counts": dict(one.counts),
                "how": {"zh": one.store.how.zh, "en": one.store.how.en},
                "conflicts": [_conflict(each) for each in one.conflicts],
            }
            for one in made.stores
        ],
        "hinders": "all" if made.hinders_all else "key" if made.hinders_key else None,
    }


def _conflict(one: Conflict) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "hinders": one.hinders.value,
        "count": one.number,
        "reason": {"zh": one.text.zh, "en": one.text.en},
        "until": None if one.until is None else isoformat(one.until),
        "rule": one.rule,
    }
