# SPDX-License-Identifier: Apache-2.0
"""Reads the `screening` table of a policy; what it cannot read it refuses by the entry's number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.measures import law
from guiju.screening.lexicon import DIRECTIONS, Entry
from guiju.screening.model import Direction, Outcome

_KEYS = {"term", "harm", "action", "scope", "level", "note"}
_ACTIONS = [one.value for one in Outcome if one is not Outcome.PASS]


def read_entries(policy: Mapping[str, Any]) -> Iterator[Entry]:
    """The lexicon entries of the table, in order.

    Raises:
        Invalid: `lexicon-entry-broken`, naming the entry by its number, from 1.
    """
    for number, table in enumerate(policy.get("entry", ()), start=1):
        yield _entry(_Table(number, table))


def _entry(table: _Table) -> Entry:
    table.knows_only(_KEYS)
    return Entry(
        term=table.take("term", str),
        harm=table.one_of("harm", law().harms),
        action=Outcome(table.one_of("action", _ACTIONS)),
        scope=_scope(table),
        level=table.take("level", int, 1),
        note=table.take("note", str, ""),
    )


def _scope(table: _Table) -> frozenset[Direction]:
    named = table.take("scope", list, list(DIRECTIONS))
    scope = frozenset(way for way in DIRECTIONS if way in named)
    if not scope or any(one not in DIRECTIONS for one in named):
        raise table.broken("scope", " / ".join(DIRECTIONS))
    return scope


class _Table:
    """One entry as it stands in the policy."""

    def __init__(self, number: int, values: object) -> None:
        self._number = number
        if not isinstance(values, Mapping):
            raise self.broken("entry", "term, harm, action")
        self._values = values

    def knows_only(self, keys: set[str]) -> None:
        for key in self._values:
            if key not in keys:
                near = get_close_matches(str(key), keys, n=1)
                raise self.broken(str(key), near[0] if near else ", ".join(sorted(keys)))

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self._values.get(key, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.broken(key, kind.__name__)
        return value

    def one_of(self, key: str, known: Any) -> str:
        value = str(self.take(key, str))
        if value not in known:
            raise self.broken(key, ", ".join(known))
        return value

    def broken(self, key: str, wanted: str) -> Invalid:
        return Invalid(
            "lexicon-entry-broken",
            Text(
                zh=f"词条第 {self._number} 条的 {key} 无法识别。",
                en=f"Lexicon entry {self._number}: its {key} cannot be read.",
            ),
            Text(zh=f"应为：{wanted}。", en=f"Expected: {wanted}."),
            article=4,
        )
