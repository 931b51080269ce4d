# SPDX-License-Identifier: Apache-2.0
"""For what records may be opened: purposes are data (`purposes.toml`), each with its roles."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from guiju.kernel import Actor, Invalid, Text

_FILE = Path(__file__).parent / "purposes.toml"


class Purpose(msgspec.Struct, frozen=True):
    """One purpose; `roles` may open records for it, beside whom they are about."""

    id: str
    zh: str
    en: str
    roles: tuple[str, ...]

    @property
    def text(self) -> Text:
        """How people read it."""
        return Text(zh=self.zh, en=self.en)

    def allows(self, actor: Actor) -> bool:
        """Whether the actor may open records for it."""
        return actor.has(*self.roles)


@cache
def purposes() -> dict[str, Purpose]:
    """All purposes by id, in the order of the file."""
    given = tomllib.loads(_FILE.read_text(encoding="utf-8"))["purpose"]
    found = [msgspec.convert(one, Purpose) for one in given]
    return {one.id: one for one in found}


def purpose_named(name: str) -> Purpose:
    """The purpose with this id; raises Invalid `purpose-unknown`."""
    found = purposes().get(name)
    if found is None:
        known = "、".join(purposes()), ", ".join(purposes())
        raise Invalid(
            "purpose-unknown",
            Text(zh=f"没有读取用途 {name[:40]}。", en=f"There is no purpose {name[:40]}."),
            Text(zh=f"可用的用途：{known[0]}。", en=f"Known purposes: {known[1]}."),
            article=11,
            param="purpose",
        )
    return found
