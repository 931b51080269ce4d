# SPDX-License-Identifier: Apache-2.0
"""Judges a text or a stream of text against a policy (Articles 4 and 14).

Pure: knows no database, network or event loop. Ships no list of words: the lexicon is the
operator's.
"""

from guiju.screening.fold import BORDER, Folded, fold
from guiju.screening.judge import Screen
from guiju.screening.lexicon import Entry
from guiju.screening.model import Direction, Finding, Outcome, Verdict
from guiju.screening.policy import read_entries
from guiju.screening.stream import LONGEST_UNSEEN_RUN, Release, Stream

__all__ = [
    "BORDER",
    "LONGEST_UNSEEN_RUN",
    "Direction",
    "Entry",
    "Finding",
    "Folded",
    "Outcome",
    "Release",
    "Screen",
    "Stream",
    "Verdict",
    "fold",
    "read_entries",
]
