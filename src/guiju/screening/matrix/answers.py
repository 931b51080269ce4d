# SPDX-License-Identifier: Apache-2.0
"""The operator's answer bank: what a refused person reads instead of the general refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from guiju.kernel import Text
from guiju.screening.matrix.harms import expanded


class Answers:
    """The answers of a policy; immutable, shared by all threads."""

    def __init__(self, tables: Iterable[Mapping[str, Any]] = ()) -> None:
        """Take the `[[screening.answer]]` tables, which were checked."""
        self._texts: list[Text] = []
        # From what an answer names to the first one that names it.
        self._entries: dict[str, int] = {}
        self._rules: dict[str, int] = {}
        self._harms: dict[str, int] = {}
        for number, table in enumerate(tables):
            self._texts.append(Text(zh=table["zh"], en=table["en"]))
            for known, named in (
                (self._entries, table.get("entries", ())),
                (self._rules, table.get("rules", ())),
                (self._harms, expanded(table.get("harms", ()))),
            ):
                known.update((one, number) for one in named if one not in known)

    @classmethod
    def load(cls, screening: Mapping[str, Any]) -> Answers:
        """The answers of a policy's `screening` table."""
        return cls(screening.get("answer", ()))

    def for_finding(
        self, harms: Collection[str], entries: Collection[str] = (), rules: Collection[str] = ()
    ) -> Text | None:
        """The answer for what stopped a text; None: the general refusal.

        An answer for the entry comes before one for the rule of the matrix, and that before one
        for the harm; of several the one that stands first. `entries` are the ids that operators
        gave to entries, several of which may share one, and the names of rules in findings.
        """
        for known, named in ((self._entries, entries), (self._rules, rules), (self._harms, harms)):
            if numbers := [known[one] for one in named if one in known]:
                return self._texts[min(numbers)]
        return None
