# SPDX-License-Identifier: Apache-2.0
"""Incidents, Articles 13 and 14: noticed, graded by a person, contained, reported, put right.

The clock of the first report starts when an incident comes to light. A named person grades it by
stated facts against the thresholds of the law data; reports are drafts until another person signs.
"""

from guiju.incidents.announcing import entries, publish_entry, withdraw_entry
from guiju.incidents.breach_kind import BREACH
from guiju.incidents.breach_model import Breach, Nature, Told
from guiju.incidents.breaching import Scope, breach, breaches, breaches_of, find_breach
from guiju.incidents.containing import stop
from guiju.incidents.episodes import AN_HOUR
from guiju.incidents.grading import Assessment, Threshold, assess, reportable, thresholds
from guiju.incidents.kind import INCIDENT
from guiju.incidents.model import Category, Cause, Entry, Grade, Incident, Measure, Statement
from guiju.incidents.own_steps import BREACH_STEPS, OWN_STEPS, words_kept
from guiju.incidents.papers import draft_report
from guiju.incidents.service import (
    close,
    contain,
    dismiss,
    find_case,
    grade,
    incident,
    incidents,
    open_incident,
    reconsider,
    recover,
    review,
    state_facts,
    stated,
)
from guiju.incidents.telling import NOTICE, tell_persons, told

__all__ = [
    "AN_HOUR",
    "BREACH",
    "BREACH_STEPS",
    "INCIDENT",
    "NOTICE",
    "OWN_STEPS",
    "Assessment",
    "Breach",
    "Category",
    "Cause",
    "Entry",
    "Grade",
    "Incident",
    "Measure",
    "Nature",
    "Scope",
    "Statement",
    "Threshold",
    "Told",
    "assess",
    "breach",
    "breaches",
    "breaches_of",
    "close",
    "contain",
    "dismiss",
    "draft_report",
    "entries",
    "find_breach",
    "find_case",
    "grade",
    "incident",
    "incidents",
    "open_incident",
    "publish_entry",
    "reconsider",
    "recover",
    "reportable",
    "review",
    "state_facts",
    "stated",
    "stop",
    "tell_persons",
    "thresholds",
    "told",
    "withdraw_entry",
    "words_kept",
]
