# SPDX-License-Identifier: Apache-2.0
"""Judges a text or a stream of text against a policy (Articles 4 and 14).

Pure: knows no database, network or event loop. Ships no list of words: the lexicon is the
operator's.
"""

from guiju.screening.artefact import Compiled, compile_entries
from guiju.screening.entry import (
    KINDS,
    VIEW_NAMES,
    Entry,
    Near,
    hopeless,
    read_entry,
    write_entry,
)
from guiju.screening.explain import explain
from guiju.screening.fold import BORDER, Folded, fold
from guiju.screening.judge import Screen
from guiju.screening.model import DIRECTIONS, Direction, Finding, Outcome, Verdict
from guiju.screening.policy import read_entries
from guiju.screening.register import rule_of
from guiju.screening.stream import Release, Stream
from guiju.screening.tail import LONGEST_UNSEEN_RUN
from guiju.screening.tally import MOST_FINDINGS

__all__ = [
    "BORDER",
    "DIRECTIONS",
    "KINDS",
    "LONGEST_UNSEEN_RUN",
    "MOST_FINDINGS",
    "VIEW_NAMES",
    "Compiled",
    "Direction",
    "Entry",
    "Finding",
    "Folded",
    "Near",
    "Outcome",
    "Release",
    "Screen",
    "Stream",
    "Verdict",
    "compile_entries",
    "explain",
    "fold",
    "hopeless",
    "read_entries",
    "read_entry",
    "rule_of",
    "write_entry",
]
