# SPDX-License-Identifier: Apache-2.0
"""The screen of a policy: its own entries and those of the lexicons it names."""

from __future__ import annotations

from collections.abc import Iterable

from guiju.screening import Entry, Screen, write_entry


def screen_of(entries: Iterable[Entry], mark: str) -> Screen:
    """A screen of these entries; raises Invalid for one that screening cannot use."""
    return Screen.load({"entry": [write_entry(one) for one in entries]}, mark)
