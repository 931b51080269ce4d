# SPDX-License-Identifier: Apache-2.0
"""Harms as a policy names them: one by one, or a class of the standard as `A1*`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guiju.measures import harms

_STAR = "*"


def _grouped() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for harm in harms().values():
        found.setdefault(harm.harm_class + _STAR, []).append(harm.id)
    return {group: tuple(members) for group, members in found.items()}


GROUPS: Mapping[str, tuple[str, ...]] = _grouped()
"""The classes of harms as a policy writes them, with their members."""


def expanded(named: Iterable[str]) -> frozenset[str]:
    """The ids behind ids and groups."""
    return frozenset(harm for one in named for harm in GROUPS.get(one, (one,)))


def collapsed(named: Iterable[str]) -> list[str]:
    """The one way to write these harms: whole classes as groups, in the order of the standard."""
    wanted, written = expanded(named), list[str]()
    for group, members in GROUPS.items():
        written += [group] if wanted.issuperset(members) else [m for m in members if m in wanted]
    return written
