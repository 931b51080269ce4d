# SPDX-License-Identifier: Apache-2.0
"""Who did it: every change of state and every piece of evidence names one actor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What an actor is. Only staff decide about people."""

    PERSON = "person"
    STAFF = "staff"
    APP = "app"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class Actor:
    """A pseudonymous id and the roles it acts in; never a name."""

    kind: ActorKind
    id: str
    roles: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        """Whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def as_evidence(self) -> dict[str, object]:
        """The form in which evidence names the actor."""
        return {"kind": self.kind.value, "id": self.id, "roles": sorted(self.roles)}


def software(part: str) -> Actor:
    """The actor for what guiju itself does, e.g. `software("gateway")`."""
    return Actor(ActorKind.SOFTWARE, part)
