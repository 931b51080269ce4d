# SPDX-License-Identifier: Apache-2.0
"""Reads the `screening` table of a policy; what it cannot read it refuses by the entry's number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guiju.kernel import Text
from guiju.screening.entry import Entry, read_entry


def read_entries(policy: Mapping[str, Any]) -> Iterator[Entry]:
    """The lexicon entries of the table, in order.

    Raises:
        Invalid: `lexicon-entry-broken`, naming the entry by its number, from 1.
    """
    for number, table in enumerate(policy.get("entry", ()), start=1):
        yield read_entry(table, numbered(number))


def numbered(number: int) -> Text:
    """How an error names the entry with this number."""
    return Text(zh=f"词条第 {number} 条", en=f"Lexicon entry {number}")
