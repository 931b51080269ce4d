# SPDX-License-Identifier: Apache-2.0
"""Who looks at a page: a person, a member of staff, or nobody that we know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guiju.kernel import Actor, ActorKind

Kind = Literal["nobody", "person", "staff"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """`csrf` is the token that forms of this session carry; `name` is for the page alone."""

    kind: Kind
    id: str
    name: str
    roles: frozenset[str]
    csrf: str

    @property
    def signed_in(self) -> bool:
        """Whether we know who it is."""
        return self.kind != "nobody"

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff."""
        return self.kind == "staff"

    def has(self, *roles: str) -> bool:
        """Whether the viewer holds at least one of `roles`; with none named, true."""
        return not roles or not self.roles.isdisjoint(roles)

    @property
    def actor(self) -> Actor:
        """The viewer as services and evidence name them; raises ValueError for nobody."""
        if self.kind == "nobody":
            raise ValueError("nobody cannot act")
        return Actor(ActorKind(self.kind), self.id, self.roles)


NOBODY = Viewer("nobody", "", "", frozenset(), "")
