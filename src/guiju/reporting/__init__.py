# SPDX-License-Identifier: Apache-2.0
"""Reports to the authorities, Article 14: drafts until a named person signs and another one wrote.

The kind of case `authority-report` serves every room that has something to report. Software never
sends one: it hands the signed paper out, and a person says when and how it left and what came back.
"""

from guiju.reporting.following import follow
from guiju.reporting.kind import REPORT
from guiju.reporting.model import Attachment, Occasion, Paper, Part, Report, Sending
from guiju.reporting.own_steps import OWN_STEPS, words_kept
from guiju.reporting.service import (
    acknowledge,
    attach,
    attachments,
    find_case,
    mark_sent,
    open_report,
    paper_of,
    report,
    reports,
    sign,
    withdraw,
    write,
)

__all__ = [
    "OWN_STEPS",
    "REPORT",
    "Attachment",
    "Occasion",
    "Paper",
    "Part",
    "Report",
    "Sending",
    "acknowledge",
    "attach",
    "attachments",
    "find_case",
    "follow",
    "mark_sent",
    "open_report",
    "paper_of",
    "report",
    "reports",
    "sign",
    "withdraw",
    "words_kept",
    "write",
]
