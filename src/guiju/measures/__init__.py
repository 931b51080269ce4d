# SPDX-License-Identifier: Apache-2.0
"""The law as data, Articles 1 to 24: instruments, obligations, controls, evidence, rules, harms.

Read-only: nobody edits it while the program runs. `standing` computes from evidence how each
article stands; nothing here is ever ticked by hand.
"""

from guiju.measures.enforcing import enforcers, enforces
from guiju.measures.model import (
    Article,
    Control,
    Duty,
    Harm,
    How,
    Instrument,
    Kind,
    Law,
    Mark,
    Obligation,
    Rule,
    State,
)
from guiju.measures.outcome import Outcome, Strength, worst
from guiju.measures.service import article, harms, law, require_kind, rule
from guiju.measures.standing import ArticleStanding, ControlStanding, Report, Signal, Standing

__all__ = [
    "Article",
    "ArticleStanding",
    "Control",
    "ControlStanding",
    "Duty",
    "Harm",
    "How",
    "Instrument",
    "Kind",
    "Law",
    "Mark",
    "Obligation",
    "Outcome",
    "Report",
    "Rule",
    "Signal",
    "Standing",
    "State",
    "Strength",
    "article",
    "enforcers",
    "enforces",
    "harms",
    "law",
    "require_kind",
    "rule",
    "worst",
]
