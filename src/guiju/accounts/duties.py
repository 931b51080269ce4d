# SPDX-License-Identifier: Apache-2.0
"""Separation of duties: roles that nobody holds together, and roles that take two people to give.

Read from `duties.toml`. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guiju.accounts.roles import Role
from guiju.kernel import Refused, Text
from guiju.measures import enforces


@dataclass(frozen=True, slots=True)
class Apart:
    """Two roles that nobody holds together, and why."""

    pair: frozenset[Role]
    why: Text


@dataclass(frozen=True, slots=True)
class Duties:
    """What is kept apart; which roles are powerful, and who may approve that they are given."""

    apart: tuple[Apart, ...]
    powerful: frozenset[Role]
    approve: tuple[Role, ...]


@cache
def duties() -> Duties:
    """The data, read once."""
    text = Path(__file__).with_name("duties.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return Duties(
        apart=tuple(
            Apart(frozenset({Role(one["one"]), Role(other)}), Text(**one["why"]))
            for one in table["apart"]
            for other in one["others"]
        ),
        powerful=frozenset(Role(one) for one in table["powerful"]),
        approve=tuple(Role(one) for one in table["approve"]),
    )


@enforces("duties-separated")
def check_apart(roles: Iterable[Role]) -> None:
    """Pass roles that one person may hold together; raises Refused 403 `duties-apart`."""
    held = frozenset(roles)
    for one in duties().apart:
        if one.pair <= held:
            first, second = sorted(one.pair)
            raise Refused(
                "duties-apart",
                Text(
                    zh=f"{first.text.zh}与{second.text.zh}不得由同一人兼任：{one.why.zh}。",
                    en=f"Nobody is both {first.text.en} and {second.text.en}: {one.why.en}.",
                ),
                Text(zh="请由两人分任。", en="Give them to two people."),
                param="roles",
            )


def powerful(roles: Iterable[Role]) -> frozenset[Role]:
    """Those of `roles` that take two people to give."""
    return frozenset(roles) & duties().powerful
