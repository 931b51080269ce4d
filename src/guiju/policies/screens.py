# SPDX-License-Identifier: Apache-2.0
"""The screen of a policy: its own entries and those of the lexicons it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from guiju.policies import lexicons
from guiju.policies.lexicons_model import references
from guiju.screening import Entry, Screen, importing, read_entries, write_entry
from guiju.storage import Tx


def screen_of(entries: Iterable[Entry], mark: str) -> Screen:
    """A screen of these entries; raises Invalid for one that screening cannot use."""
    return Screen.load({"entry": [write_entry(one) for one in entries]}, mark)


def policy_screen(tx: Tx, body: Mapping[str, Any], mark: str) -> Screen:
    """The screen of a whole policy.

    Raises:
        Unavailable: `lexicon-altered`.
    """
    stored = (importing.entries_of(lexicons.lines(tx, one.digest)) for one in references(body))
    return screen_of(chain(read_entries(body["screening"]), *stored), mark)
